//! What a tenant's dashboard says (contract, section 8).

use std::borrow::Cow;

use serde::Serialize;

use crate::report::model::action::Action;
use crate::tone::Tone;
use crate::vocabulary::{SignalDomain, Urgency, vocabulary};

vocabulary! {
    /// What an attention item is about.
    pub enum Domain {
        BackupHealth = "backup_health",
        RecoveryEvidence = "recovery_evidence",
        Governance = "governance",
        Operations = "operations",
        Alerts = "alerts",
    }
}

impl From<SignalDomain> for Domain {
    fn from(domain: SignalDomain) -> Self {
        match domain {
            SignalDomain::Governance => Self::Governance,
            SignalDomain::Operations => Self::Operations,
            SignalDomain::Alerts => Self::Alerts,
        }
    }
}

vocabulary! {
    /// What may be called healthy.
    pub enum HealthyCheckKey {
        BackupsRecentAndHealthy = "backups_recent_and_healthy",
        NoRecentRestoreIssuesVisible = "no_recent_restore_issues_visible",
    }
}

/// One thing that needs a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DashboardItem {
    /// What to do about it.
    pub action: Action,
    /// Its domain and state in a word or two.
    pub badge: &'static str,
    /// Why it is so.
    pub body: String,
    /// What it is about.
    pub domain: Domain,
    /// What it is.
    pub key: Cow<'static, str>,
    /// More about it.
    pub supporting_message: Option<&'static str>,
    /// It in a line.
    pub title: Cow<'static, str>,
    /// How it is shown.
    pub tone: Tone,
    /// How soon it wants a person.
    pub urgency: Urgency,
}

/// The items of one domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AttentionGroup {
    /// The domain.
    pub domain: Domain,
    /// Its items.
    pub items: Vec<DashboardItem>,
}

/// Something that may be called healthy, within its boundary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HealthyCheck {
    /// What it rests on.
    pub body: String,
    /// What it does not mean.
    pub claim_boundary: &'static str,
    /// What it is.
    pub key: HealthyCheckKey,
    /// It in a line.
    pub title: &'static str,
}

/// What a tenant's dashboard says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NeedsAttention {
    /// Attention items by domain, empty domains left out.
    pub groups: Vec<AttentionGroup>,
    /// What may be called healthy; only where nothing needs attention.
    pub healthy_checks: Vec<HealthyCheck>,
}

/// A tenant's signals at a glance. They change neither its rank nor its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signals<'r> {
    /// The most urgent one; of equals the first by domain, then as its dashboard lists them.
    pub worst: &'r DashboardItem,
    /// How many more there are.
    pub others: u64,
}
