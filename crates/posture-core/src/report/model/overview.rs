//! The workspace at a glance (contract, section 9).

use serde::Serialize;

use crate::id::Id;
use crate::paths;
use crate::report::model::Domain;
use crate::tone::Tone;
use crate::vocabulary::{Urgency, vocabulary};

vocabulary! {
    /// What is at the end of a link of the overview.
    pub enum DestinationKind {
        TenantDashboard = "tenant_dashboard",
        ChooseTenant = "choose_tenant",
        SwitchWorkspace = "switch_workspace",
        Link = "link",
    }
}

/// Where something of the overview leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Destination {
    /// Whether it cannot be followed.
    pub disabled: bool,
    /// Why it is disabled.
    pub helper_text: Option<String>,
    /// What is there.
    pub kind: DestinationKind,
    /// Its URL; null if disabled.
    pub url: Option<String>,
}

impl Destination {
    pub(crate) fn to(kind: DestinationKind, url: impl Into<String>) -> Self {
        Self { disabled: false, helper_text: None, kind, url: Some(url.into()) }
    }

    pub(crate) fn tenant(route_key: &str) -> Self {
        Self::to(DestinationKind::TenantDashboard, paths::tenant(route_key))
    }
}

/// A count of tenants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SummaryMetric {
    /// What family it counts.
    pub category: String,
    /// What the count means.
    pub description: String,
    /// The link to the counted tenants; null if there are none.
    pub destination: Option<Destination>,
    /// What it is.
    pub key: String,
    /// What it is called.
    pub label: String,
    /// Tenants, never issues.
    pub value: u64,
}

/// What an attention item rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReasonContext {
    /// The family.
    pub family: Domain,
    /// The reason, or a signal's key.
    pub reason: String,
    /// The posture, the recovery state, or a signal's urgency.
    pub state: String,
}

/// One thing of one tenant that needs a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AttentionItem {
    /// Family and state in a word or two.
    pub badge: &'static str,
    /// Why it is so.
    pub body: String,
    /// The link for following it up.
    pub destination: Destination,
    /// The family.
    pub family: Domain,
    /// What it is.
    pub key: String,
    /// What it rests on.
    pub reason_context: ReasonContext,
    /// What it does not mean.
    pub supporting_message: Option<&'static str>,
    /// The tenant.
    pub tenant_id: Id,
    /// The tenant's name.
    pub tenant_label: String,
    /// It in a line.
    pub title: String,
    /// How it is shown.
    pub tone: Tone,
    /// How soon it wants a person.
    pub urgency: Urgency,
}

/// The workspace at a glance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Overview {
    /// The worst items, at most the policy's limit.
    pub attention_items: Vec<AttentionItem>,
    /// All items.
    pub attention_total: u64,
    /// Whether, and for what, the workspace is calm.
    pub calmness: Calmness,
    /// The evaluated tenants by profile; empty if the policy has no profiles.
    pub profiles: Vec<ProfileSummary>,
    /// Counts of tenants.
    pub summary_metrics: Vec<SummaryMetric>,
}

/// The evaluated tenants of one profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProfileSummary {
    /// Those with backup attention.
    pub backup_attention_tenants: u64,
    /// The profile; null for tenants with none of the policy's profiles.
    pub profile: Option<String>,
    /// Those with recovery attention.
    pub recovery_attention_tenants: u64,
    /// All of them.
    pub tenants: u64,
    /// Those that are unsettled.
    pub unsettled_tenants: u64,
}

vocabulary! {
    /// A condition that keeps the workspace from being calm.
    pub enum CalmBlocker {
        NoEvaluatedTenants = "no_evaluated_tenants",
        AttentionItems = "attention_items",
        UnsettledTenants = "unsettled_tenants",
        SchedulesNotEvaluated = "schedules_not_evaluated",
        UnreadableEvidence = "unreadable_evidence",
        DataTooOld = "data_too_old",
    }
}

/// Whether a workspace may be called calm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Calmness {
    /// The blockers, in the contract's order.
    pub blockers: Vec<CalmBlocker>,
    /// What the claim covers: domains, tenants, instant.
    pub body: String,
    /// The domains covered.
    pub checked_domains: Vec<Domain>,
    /// Whether there are no blockers.
    pub is_calm: bool,
    /// Where to go next.
    pub next_action: Destination,
    /// The claim in a line.
    pub title: String,
}
