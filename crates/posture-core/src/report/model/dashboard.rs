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

/// One thing that needs attention.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DashboardItem {
    /// The next step.
    pub action: Action,
    /// Domain and state in one or two words, such as "Backup stale".
    pub badge: &'static str,
    /// The evidence for the item, in one or two sentences.
    pub body: String,
    /// The domain that the item belongs to.
    pub domain: Domain,
    /// A backup reason, `recovery_weakened`, `recovery_unvalidated`, or the key of a signal.
    pub key: Cow<'static, str>,
    /// The claim boundary of the verdict; null for signals.
    pub supporting_message: Option<&'static str>,
    /// The item as a heading, at most one sentence.
    pub title: Cow<'static, str>,
    /// The severity that colours and shapes show.
    pub tone: Tone,
    /// How soon someone should act.
    pub urgency: Urgency,
}

/// The items of one domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AttentionGroup {
    /// The domain of every item below.
    pub domain: Domain,
    /// At least one item: backup reasons in their fixed order, signals by urgency, then key.
    pub items: Vec<DashboardItem>,
}

/// Something that may be called healthy, within its boundary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HealthyCheck {
    /// The evidence for the check, in one or two sentences.
    pub body: String,
    /// What the check does not claim, as a sentence.
    pub claim_boundary: &'static str,
    /// Which check this is.
    pub key: HealthyCheckKey,
    /// The check as a heading.
    pub title: &'static str,
}

/// What a tenant's dashboard says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NeedsAttention {
    /// Attention items by domain, in the fixed order of domains; empty domains are left out.
    pub groups: Vec<AttentionGroup>,
    /// What may be called healthy. Empty if anything needs attention or a record was set aside.
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
