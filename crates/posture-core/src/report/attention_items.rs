//! The attention items of the workspace overview: their rank, order, texts and destinations (contract, section 9).

use std::cmp::Ordering;

use crate::id::Id;
use crate::paths;
use crate::report::model::{
    AttentionItem, DashboardItem, Destination, DestinationKind, Domain, ReasonContext, TenantReport,
};
use crate::report::registry::{backup_rank, compare_names, recovery_rank, signal_rank};
use crate::report::urgency::backup_urgency;
use crate::vocabulary::{SignalDomain, Urgency};
use crate::words;

/// An item before it is written out, with what it is ordered by.
pub(crate) struct Ranked<'r> {
    rank: u8,
    /// Whether it is shown after the others of its rank. The report never does that.
    comes_last: bool,
    urgency: Urgency,
    tenant: &'r TenantReport,
    subject: Subject<'r>,
}

enum Subject<'r> {
    Backup,
    Recovery,
    Signal(&'r DashboardItem),
}

impl Ranked<'_> {
    /// Shows it after the others of its rank.
    pub(crate) fn put_last(&mut self) {
        self.comes_last = true;
    }

    /// How soon someone should act.
    pub(crate) fn urgency(&self) -> Urgency {
        self.urgency
    }

    /// Its tenant.
    pub(crate) fn tenant_id(&self) -> Id {
        self.tenant.tenant_id
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

pub(crate) fn ranked_items(tenant: &TenantReport) -> Vec<Ranked<'_>> {
    let mut items = Vec::new();
    let backup = &tenant.backup_health;
    if let (Some(rank), Some(reason)) = (backup_rank(backup.posture), backup.primary_reason) {
        let urgency = backup_urgency(reason);
        items.push(Ranked { rank, comes_last: false, urgency, tenant, subject: Subject::Backup });
    }
    let reason = tenant.recovery_evidence.reason;
    if let (Some(rank), Some(urgency)) = (recovery_rank(reason), reason.urgency()) {
        items.push(Ranked { rank, comes_last: false, urgency, tenant, subject: Subject::Recovery });
    }
    for domain in SignalDomain::ALL {
        let groups = tenant.needs_attention.groups.iter().filter(|group| group.domain == (*domain).into());
        items.extend(groups.flat_map(|group| &group.items).map(|item| Ranked {
            rank: signal_rank(*domain),
            comes_last: false,
            urgency: item.urgency,
            tenant,
            subject: Subject::Signal(item),
        }));
    }
    items
}

pub(crate) fn compare(a: &Ranked<'_>, b: &Ranked<'_>) -> Ordering {
    let by_weight = (a.rank, a.comes_last, a.urgency).cmp(&(b.rank, b.comes_last, b.urgency));
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
