//! The workspace at a glance: metrics and the attention list (contract, section 9). Only evaluated tenants count.

use std::cmp::Ordering;
use std::iter::once;

use serde::Serialize;

use crate::paths;
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
    /// Counts of tenants.
    pub summary_metrics: Vec<SummaryMetric>,
}

/// What the tenants come to together. They are walked once: of many, each is far in memory from the next.
pub(crate) struct Tally<'r> {
    /// Evaluated tenants.
    pub(crate) tenants: u64,
    /// Those of them that need attention.
    pub(crate) affected: u64,
    /// All attention items.
    pub(crate) items: u64,
    /// The tenant of all items, where it is one.
    pub(crate) only_tenant: Option<&'r TenantReport>,
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
            worst: Vec::new(),
            domains,
        };
        let mut with_items = 0_u64;
        for tenant in tenants {
            tally.count(tenant);
            let items = ranked_items(tenant);
            with_items += u64::from(!items.is_empty());
            if with_items == 1 && !items.is_empty() {
                tally.only_tenant = Some(tenant);
            }
            for one in items {
                tally.list(one, limit);
            }
        }
        tally.only_tenant = tally.only_tenant.filter(|_| with_items == 1);
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
        let derived = [Domain::BackupHealth, Domain::RecoveryEvidence];
        let domains = derived.into_iter().chain(checked.iter().map(|domain| (*domain).into()));
        let counted =
            domains.filter_map(|domain| self.domains.iter().find(|(counted, ..)| *counted == domain));
        once(scope)
            .chain(counted.map(|(domain, value, first)| attention_metric(*domain, *value, *first)))
            .collect()
    }
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
        destination: first.map(|tenant| match value {
            1 => Destination::tenant(&tenant.tenant_route_key),
            _ => Destination::to(DestinationKind::ChooseTenant, paths::choose_tenant(domain.as_str())),
        }),
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
struct Ranked<'r> {
    rank: u8,
    urgency: Urgency,
    tenant: &'r TenantReport,
    subject: Subject<'r>,
}

enum Subject<'r> {
    Backup,
    Recovery,
    Signal(&'r DashboardItem),
}

fn ranked_items(tenant: &TenantReport) -> Vec<Ranked<'_>> {
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

fn compare(a: &Ranked<'_>, b: &Ranked<'_>) -> Ordering {
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

fn item(ranked: &Ranked<'_>) -> AttentionItem {
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
