//! The workspace at a glance: metrics and the attention list (contract, section 9). Only evaluated tenants count.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::iter::once;

use serde::Serialize;

use crate::paths;
use crate::policy::Policy;
use crate::reading::decode::Id;
use crate::report::calmness::Calmness;
use crate::report::dashboard::{DashboardItem, Domain};
use crate::report::model::TenantReport;
use crate::report::registry::{backup_rank, compare_names, recovery_rank, signal_rank};
use crate::verdicts::backup_health::BackupPosture;
use crate::verdicts::recovery_evidence::RecoveryState;
use crate::verdicts::restore_attention::Tone;
use crate::vocabulary::{SignalDomain, Urgency, vocabulary};
use crate::words;

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
    /// Where it is; null where disabled.
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
    /// Where the counted tenants are; null where there are none.
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
    /// Where it is followed up.
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

impl ProfileSummary {
    fn count(&mut self, tenant: &TenantReport) {
        let needs = |domain| u64::from(needs_attention_in(tenant, domain));
        self.tenants += 1;
        self.backup_attention_tenants += needs(Domain::BackupHealth);
        self.recovery_attention_tenants += needs(Domain::RecoveryEvidence);
        self.unsettled_tenants += u64::from(is_unsettled(tenant));
    }
}

/// The evaluated tenants by profile, sorted by name; those with none of the policy's profiles come first, if there are any.
pub(crate) fn profiles(tenants: &[Box<TenantReport>], policy: &Policy) -> Vec<ProfileSummary> {
    let Some(stated) = policy.profiles.as_ref().filter(|profiles| !profiles.is_empty()) else {
        return Vec::new();
    };
    let mut others = ProfileSummary::default();
    let mut by_name: BTreeMap<&str, ProfileSummary> = stated
        .keys()
        .map(|name| (&*name.0, ProfileSummary { profile: Some(name.0.clone()), ..ProfileSummary::default() }))
        .collect();
    for tenant in tenants {
        let own = tenant.registry.profile.as_deref().and_then(|name| by_name.get_mut(name));
        own.unwrap_or(&mut others).count(tenant);
    }
    let others = Some(others).filter(|others| others.tenants > 0);
    others.into_iter().chain(by_name.into_values()).collect()
}

/// Whether anything keeps a tenant from being settled.
pub fn is_unsettled(tenant: &TenantReport) -> bool {
    !tenant.registry.unsettled.is_empty()
}

/// What the tenants come to together. They are walked once: of many, each is far in memory from the next.
pub(crate) struct Tally<'r> {
    /// Evaluated tenants.
    pub(crate) tenants: u64,
    /// Those of them that need attention.
    pub(crate) affected: u64,
    /// All attention items.
    pub(crate) items: u64,
    /// The one tenant that has items or is unsettled, if it is one.
    pub(crate) only_tenant: Option<&'r TenantReport>,
    /// Unsettled tenants.
    pub(crate) unsettled: u64,
    /// The first of them.
    first_unsettled: Option<&'r TenantReport>,
    /// Tenants whose backups have content that is unknown in part.
    pub(crate) unknown_content: u64,
    /// The items that are listed, worst first.
    worst: Vec<Ranked<'r>>,
    /// How many tenants each domain concerns, and the first of them.
    domains: Vec<(Domain, u64, Option<&'r TenantReport>)>,
}

impl<'r> Tally<'r> {
    /// Counts all tenants, and keeps so many attention items.
    pub(crate) fn of(tenants: &'r [Box<TenantReport>], limit: u64) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let domains = Domain::ALL.iter().map(|domain| (*domain, 0, None)).collect();
        let mut tally = Self {
            tenants: tenants.len() as u64,
            affected: 0,
            items: 0,
            only_tenant: None,
            unsettled: 0,
            first_unsettled: None,
            unknown_content: 0,
            worst: Vec::new(),
            domains,
        };
        let mut with_anything = 0_u64;
        for tenant in tenants {
            tally.count(tenant);
            let items = ranked_items(tenant);
            if !items.is_empty() || is_unsettled(tenant) {
                with_anything += 1;
                tally.only_tenant = Some(tenant);
            }
            for one in items {
                tally.list(one, limit);
            }
        }
        tally.only_tenant = tally.only_tenant.filter(|_| with_anything == 1);
        tally
    }

    fn count(&mut self, tenant: &'r TenantReport) {
        let mut is_affected = false;
        for (_, value, first) in
            self.domains.iter_mut().filter(|(domain, ..)| needs_attention_in(tenant, *domain))
        {
            *value += 1;
            first.get_or_insert(tenant);
            is_affected = true;
        }
        self.affected += u64::from(is_affected);
        if is_unsettled(tenant) {
            self.unsettled += 1;
            self.first_unsettled.get_or_insert(tenant);
        }
        let scopes = tenant.backup_health.scopes.iter();
        let mut qualities = scopes.filter_map(|scope| scope.quality.as_ref());
        self.unknown_content += u64::from(qualities.any(|quality| !quality.unknowns.is_empty()));
    }

    /// Of a workspace's items only those that are listed are kept in order; equals stay as they came.
    fn list(&mut self, one: Ranked<'r>, limit: usize) {
        self.items += 1;
        let place = self.worst.partition_point(|other| compare(other, &one).is_le());
        if place < limit {
            self.worst.insert(place, one);
            self.worst.truncate(limit);
        }
    }

    /// The worst attention items.
    pub(crate) fn attention_items(&self) -> Vec<AttentionItem> {
        self.worst.iter().map(item).collect()
    }

    /// Counts of tenants, in the contract's order.
    pub(crate) fn summary_metrics(&self, checked: &[SignalDomain]) -> Vec<SummaryMetric> {
        let scope = SummaryMetric {
            category: "scope".to_owned(),
            description: words::metric_description(None).to_owned(),
            destination: Some(Destination::to(DestinationKind::ChooseTenant, paths::CHOOSE_TENANT)),
            key: "visible_tenants".to_owned(),
            label: words::metric_label(None).to_owned(),
            value: self.tenants,
        };
        let metrics = |domains: &[Domain]| -> Vec<SummaryMetric> {
            let counted = domains
                .iter()
                .filter_map(|domain| self.domains.iter().find(|(counted, ..)| counted == domain));
            counted.map(|(domain, value, first)| attention_metric(*domain, *value, *first)).collect()
        };
        let checked: Vec<_> = checked.iter().map(|domain| (*domain).into()).collect();
        once(scope)
            .chain(metrics(&[Domain::BackupHealth, Domain::RecoveryEvidence]))
            .chain([self.unsettled_metric()])
            .chain(metrics(&checked))
            .collect()
    }

    fn unsettled_metric(&self) -> SummaryMetric {
        SummaryMetric {
            category: UNSETTLED.to_owned(),
            description: words::UNSETTLED_METRIC_DESCRIPTION.to_owned(),
            destination: metric_destination(UNSETTLED, self.unsettled, self.first_unsettled),
            key: "unsettled_tenants".to_owned(),
            label: words::UNSETTLED_METRIC.to_owned(),
            value: self.unsettled,
        }
    }
}

/// The category of the metric that counts unsettled tenants.
pub const UNSETTLED: &str = "unsettled";

/// Where the tenants of an attention metric are; `first` is one of them.
fn metric_destination(category: &str, value: u64, first: Option<&TenantReport>) -> Option<Destination> {
    first.map(|tenant| match value {
        1 => Destination::tenant(&tenant.tenant_route_key),
        _ => Destination::to(DestinationKind::ChooseTenant, paths::choose_tenant(category)),
    })
}

fn attention_metric(domain: Domain, value: u64, first: Option<&TenantReport>) -> SummaryMetric {
    let key = match domain {
        Domain::BackupHealth => "backup_attention_tenants".to_owned(),
        Domain::RecoveryEvidence => "recovery_attention_tenants".to_owned(),
        Domain::Governance | Domain::Operations | Domain::Alerts => format!("{domain}_attention_tenants"),
    };
    SummaryMetric {
        category: domain.as_str().to_owned(),
        description: words::metric_description(Some(domain)).to_owned(),
        destination: metric_destination(domain.as_str(), value, first),
        key,
        label: words::metric_label(Some(domain)).to_owned(),
        value,
    }
}

/// Whether a tenant counts towards a domain's attention. Schedule follow-up alone is the tenant's own matter.
pub fn needs_attention_in(tenant: &TenantReport, domain: Domain) -> bool {
    match domain {
        Domain::BackupHealth => tenant.backup_health.posture != BackupPosture::Healthy,
        Domain::RecoveryEvidence => {
            tenant.recovery_evidence.overview_state != RecoveryState::NoRecentIssuesVisible
        }
        Domain::Governance | Domain::Operations | Domain::Alerts => {
            tenant.needs_attention.groups.iter().any(|group| group.domain == domain)
        }
    }
}

/// An item before it is written out, with what it is ordered by.
pub(crate) struct Ranked<'r> {
    rank: u8,
    urgency: Urgency,
    tenant: &'r TenantReport,
    subject: Subject<'r>,
}

impl Ranked<'_> {
    /// How soon it wants a person.
    pub(crate) fn urgency(&self) -> Urgency {
        self.urgency
    }

    /// The family it belongs to.
    pub(crate) fn family(&self) -> Domain {
        match self.subject {
            Subject::Backup => Domain::BackupHealth,
            Subject::Recovery => Domain::RecoveryEvidence,
            Subject::Signal(item) => item.domain,
        }
    }
}

enum Subject<'r> {
    Backup,
    Recovery,
    Signal(&'r DashboardItem),
}

pub(crate) fn ranked_items(tenant: &TenantReport) -> Vec<Ranked<'_>> {
    let mut items = Vec::new();
    let backup = &tenant.backup_health;
    if let (Some(rank), Some(reason)) = (backup_rank(backup.posture), backup.primary_reason) {
        items.push(Ranked {
            rank,
            urgency: crate::report::dashboard::backup_urgency(reason),
            tenant,
            subject: Subject::Backup,
        });
    }
    let reason = tenant.recovery_evidence.reason;
    if let (Some(rank), Some(urgency)) = (recovery_rank(reason), reason.urgency()) {
        items.push(Ranked { rank, urgency, tenant, subject: Subject::Recovery });
    }
    for domain in SignalDomain::ALL {
        let groups = tenant.needs_attention.groups.iter().filter(|group| group.domain == (*domain).into());
        items.extend(groups.flat_map(|group| &group.items).map(|item| Ranked {
            rank: signal_rank(*domain),
            urgency: item.urgency,
            tenant,
            subject: Subject::Signal(item),
        }));
    }
    items
}

pub(crate) fn compare(a: &Ranked<'_>, b: &Ranked<'_>) -> Ordering {
    let by_weight = (a.rank, a.urgency).cmp(&(b.rank, b.urgency));
    by_weight
        .then_with(|| compare_names(&a.tenant.tenant_label, &b.tenant.tenant_label))
        .then(a.tenant.tenant_id.cmp(&b.tenant.tenant_id))
        .then_with(|| key(a).cmp(&key(b)))
}

fn key(ranked: &Ranked<'_>) -> String {
    match ranked.subject {
        Subject::Backup => format!("tenant_backup_{}", ranked.tenant.backup_health.posture),
        Subject::Recovery => format!("tenant_recovery_{}", ranked.tenant.recovery_evidence.overview_state),
        Subject::Signal(item) => item.key.clone().into_owned(),
    }
}

pub(crate) fn item(ranked: &Ranked<'_>) -> AttentionItem {
    let Ranked { urgency, tenant, .. } = *ranked;
    let (family, state, reason, texts, destination) = match ranked.subject {
        Subject::Backup => {
            let health = &tenant.backup_health;
            let reason = health.primary_reason.map(|reason| reason.as_str().to_owned()).unwrap_or_default();
            let texts = words::tenant_backup_item(&tenant.tenant_label, health);
            (
                Domain::BackupHealth,
                health.posture.as_str().to_owned(),
                reason,
                texts,
                Destination::tenant(&tenant.tenant_route_key),
            )
        }
        Subject::Recovery => {
            let evidence = &tenant.recovery_evidence;
            let texts = words::tenant_recovery_item(&tenant.tenant_label, evidence);
            let (state, reason) =
                (evidence.overview_state.as_str().to_owned(), evidence.reason.as_str().to_owned());
            (Domain::RecoveryEvidence, state, reason, texts, Destination::tenant(&tenant.tenant_route_key))
        }
        Subject::Signal(signal) => {
            let texts = words::tenant_signal_item(&tenant.tenant_label, signal);
            let destination = signal_destination(signal, tenant);
            (
                signal.domain,
                signal.urgency.as_str().to_owned(),
                signal.key.clone().into_owned(),
                texts,
                destination,
            )
        }
    };
    AttentionItem {
        badge: texts.badge,
        body: texts.body,
        destination,
        family,
        key: key(ranked),
        reason_context: ReasonContext { family, reason, state },
        supporting_message: texts.supporting_message,
        tenant_id: tenant.tenant_id,
        tenant_label: tenant.tenant_label.clone(),
        title: texts.title,
        tone: urgency.into(),
        urgency,
    }
}

/// A signal's own safe url, else its tenant's dashboard.
fn signal_destination(signal: &DashboardItem, tenant: &TenantReport) -> Destination {
    let dashboard = paths::tenant(&tenant.tenant_route_key);
    match &signal.action.url {
        Some(url) if signal.action.leads_out => Destination::to(DestinationKind::Link, url.clone()),
        _ => Destination::to(DestinationKind::TenantDashboard, dashboard),
    }
}
