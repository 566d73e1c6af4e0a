//! What one tenant's dashboard says needs attention, and what may be called healthy (contract, section 8).

use std::borrow::Cow;

use crate::paths;
use crate::reading::record_filter::Evidence;
use crate::reading::snapshot::{Signal, Tenant};
use crate::report::backup_health::action_target;
use crate::report::model::{
    Action, AttentionGroup, DashboardItem, Domain, HealthyCheck, HealthyCheckKey, NeedsAttention,
    RecoveryEvidence, TenantBackupHealthAssessment,
};
use crate::report::urgency::backup_urgency;
use crate::sorting::sort_by;
use crate::verdicts::recovery_evidence::RecoveryState;
use crate::vocabulary::BackupReason;
use crate::words;

/// Groups what needs attention, and says what may be called healthy.
pub(crate) fn needs_attention(
    evidence: &Evidence<'_>,
    backup: &TenantBackupHealthAssessment,
    recovery: &RecoveryEvidence,
) -> NeedsAttention {
    let tenant = &evidence.tenant;
    let mut signals: Vec<_> = tenant.signals().iter().collect();
    sort_by(&mut signals, |a, b| (a.urgency, &*a.key).cmp(&(b.urgency, &*b.key)));
    let items_of = |domain: Domain| -> Vec<DashboardItem> {
        match domain {
            Domain::BackupHealth => {
                backup.reasons.iter().map(|reason| backup_item(*reason, tenant, backup)).collect()
            }
            Domain::RecoveryEvidence => recovery_item(recovery).into_iter().collect(),
            Domain::Governance | Domain::Operations | Domain::Alerts => signals
                .iter()
                .filter(|signal| Domain::from(signal.domain) == domain)
                .map(|signal| signal_item(signal, tenant))
                .collect(),
        }
    };
    let groups: Vec<_> = Domain::ALL
        .iter()
        .map(|domain| AttentionGroup { domain: *domain, items: items_of(*domain) })
        .filter(|group| !group.items.is_empty())
        .collect();
    let is_quiet = groups.is_empty() && evidence.set_aside.is_empty();
    let healthy_checks = if is_quiet { healthy_checks(backup, recovery) } else { Vec::new() };
    NeedsAttention { groups, healthy_checks }
}

fn healthy_checks(backup: &TenantBackupHealthAssessment, recovery: &RecoveryEvidence) -> Vec<HealthyCheck> {
    let holds = |key: &HealthyCheckKey| match key {
        HealthyCheckKey::BackupsRecentAndHealthy => backup.healthy_claim_allowed,
        HealthyCheckKey::NoRecentRestoreIssuesVisible => {
            recovery.overview_state == RecoveryState::NoRecentIssuesVisible
                && backup.unsettled.iter().all(|cause| cause.is_of_backups())
        }
    };
    let check = |key: HealthyCheckKey| {
        let (body, claim_boundary) = match key {
            HealthyCheckKey::BackupsRecentAndHealthy => {
                (backup.supporting_message.clone().unwrap_or_default(), backup.positive_claim_boundary)
            }
            HealthyCheckKey::NoRecentRestoreIssuesVisible => {
                (recovery.summary.clone(), recovery.claim_boundary)
            }
        };
        HealthyCheck { body, claim_boundary, key, title: words::healthy_check_title(key) }
    };
    HealthyCheckKey::ALL.iter().copied().filter(holds).map(check).collect()
}

fn backup_item(
    reason: BackupReason,
    tenant: &Tenant<'_>,
    backup: &TenantBackupHealthAssessment,
) -> DashboardItem {
    let set = backup.scope_of(reason).and_then(|scope| scope.latest_relevant_backup_set_id);
    let target = action_target(reason, tenant, set);
    let urgency = backup_urgency(reason);
    DashboardItem {
        action: Action {
            disabled: target.disabled,
            helper_text: target.helper_text,
            label: target.label,
            leads_out: false,
            url: target.url,
        },
        badge: words::backup_badge(reason),
        body: words::backup_item_body(reason, backup),
        domain: Domain::BackupHealth,
        key: Cow::Borrowed(reason.as_str()),
        supporting_message: Some(backup.positive_claim_boundary),
        title: words::backup_item_title(reason, backup),
        tone: urgency.into(),
        urgency,
    }
}

fn recovery_item(recovery: &RecoveryEvidence) -> Option<DashboardItem> {
    let urgency = recovery.reason.urgency()?;
    let key = match recovery.overview_state {
        RecoveryState::Weakened => "recovery_weakened",
        RecoveryState::Unvalidated => "recovery_unvalidated",
        RecoveryState::NoRecentIssuesVisible => return None,
    };
    Some(DashboardItem {
        action: recovery.action.clone(),
        badge: words::recovery_badge(recovery.reason),
        body: recovery.summary.clone(),
        domain: Domain::RecoveryEvidence,
        key: Cow::Borrowed(key),
        supporting_message: Some(recovery.claim_boundary),
        title: recovery.headline.clone(),
        tone: urgency.into(),
        urgency,
    })
}

fn signal_item(signal: &Signal<'_>, tenant: &Tenant<'_>) -> DashboardItem {
    let own = signal.url.as_deref().and_then(paths::safe_signal_url).map(str::to_owned);
    DashboardItem {
        action: Action {
            disabled: false,
            helper_text: None,
            label: words::signal_action(own.is_some()),
            leads_out: own.is_some(),
            url: Some(own.unwrap_or_else(|| paths::tenant(&tenant.external_id.0))),
        },
        badge: words::domain_label(signal.domain.into()),
        body: signal.body.get().map(|body| body.clone().into_owned()).unwrap_or_default(),
        domain: signal.domain.into(),
        key: Cow::Owned(signal.key.clone().into_owned()),
        supporting_message: None,
        title: Cow::Owned(signal.title.clone().into_owned()),
        tone: signal.urgency.into(),
        urgency: signal.urgency,
    }
}
