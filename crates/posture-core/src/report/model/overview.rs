//! The workspace at a glance (contract, section 9).

use serde::Serialize;

use crate::id::Id;
use crate::paths;
use crate::report::model::Domain;
use crate::tone::Tone;
use crate::vocabulary::{Urgency, vocabulary};

vocabulary! {
    /// The kind of page that a link of the overview opens.
    pub enum DestinationKind {
        TenantDashboard = "tenant_dashboard",
        ChooseTenant = "choose_tenant",
        SwitchWorkspace = "switch_workspace",
        Link = "link",
    }
}

/// The target of a link of the overview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Destination {
    /// True if the viewer lacks the capability to open the page.
    pub disabled: bool,
    /// Why the link is disabled, as a sentence; null if it is not.
    pub helper_text: Option<String>,
    /// The kind of page that `url` opens.
    pub kind: DestinationKind,
    /// Path and query of the page, or an absolute URL if `kind` is `link`; null if disabled.
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
    /// What the tenants are counted for: `scope`, `unsettled` or a domain.
    pub category: String,
    /// What the count means, as a sentence.
    pub description: String,
    /// The counted tenant, or the list of them; null if an attention count is 0.
    pub destination: Option<Destination>,
    /// A fixed name of the metric within its category.
    pub key: String,
    /// The caption of the figure.
    pub label: String,
    /// Number of tenants. A tenant with several issues counts once.
    pub value: u64,
}

/// What an attention item rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReasonContext {
    /// The domain of the item.
    pub family: Domain,
    /// The reason, or a signal's key.
    pub reason: String,
    /// The posture, the recovery state, or a signal's urgency.
    pub state: String,
}

/// One thing of one tenant that needs attention.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AttentionItem {
    /// Domain and state in one or two words, such as "Backup stale".
    pub badge: &'static str,
    /// The evidence for the item, in one or two sentences.
    pub body: String,
    /// The page to follow the item up on.
    pub destination: Destination,
    /// The domain of the item.
    pub family: Domain,
    /// `tenant_backup_` and the posture, `tenant_recovery_` and the state, or the key of a signal.
    pub key: String,
    /// The verdict that the item follows from.
    pub reason_context: ReasonContext,
    /// What the verdict does not claim, as a sentence; null for signals.
    pub supporting_message: Option<&'static str>,
    /// The id of the tenant in the snapshot.
    pub tenant_id: Id,
    /// The name of the tenant in the snapshot.
    pub tenant_label: String,
    /// The item as a heading that names the tenant.
    pub title: String,
    /// The severity that colours and shapes show.
    pub tone: Tone,
    /// How soon someone should act.
    pub urgency: Urgency,
}

/// The workspace at a glance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Overview {
    /// The worst items of all tenants, by rank and urgency, at most the policy's limit.
    pub attention_items: Vec<AttentionItem>,
    /// Number of all items, listed or not.
    pub attention_total: u64,
    /// Whether the workspace may be called calm, and for which domains.
    pub calmness: Calmness,
    /// The evaluated tenants by profile; empty if the policy has no profiles.
    pub profiles: Vec<ProfileSummary>,
    /// Counts of tenants, in a fixed order.
    pub summary_metrics: Vec<SummaryMetric>,
}

/// The evaluated tenants of one profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProfileSummary {
    /// Tenants of the profile that need backup attention.
    pub backup_attention_tenants: u64,
    /// The profile; null for tenants with none of the policy's profiles.
    pub profile: Option<String>,
    /// Tenants of the profile that need recovery attention.
    pub recovery_attention_tenants: u64,
    /// All evaluated tenants of the profile.
    pub tenants: u64,
    /// Tenants of the profile that are unsettled.
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
    /// Every blocker that applies, in a fixed order; empty if the workspace is calm.
    pub blockers: Vec<CalmBlocker>,
    /// What the claim covers, as sentences: domains, tenants and instant.
    pub body: String,
    /// The domains that the claim covers.
    pub checked_domains: Vec<Domain>,
    /// True if there are no blockers.
    pub is_calm: bool,
    /// The page to continue on.
    pub next_action: Destination,
    /// The claim as a heading.
    pub title: String,
}
