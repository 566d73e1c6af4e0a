//! Arriving somewhere for a reason: what the reason was, and whether it holds now. The link is never trusted; the truth is derived again.

use crate::report::model::TenantReport;
use crate::verdicts::backup_health::BackupReason;
use crate::verdicts::recovery_evidence::RecoveryReason;
use crate::views::records::TenantRecords;
use crate::words;

/// Why a page was opened, compared with the verdicts as they are now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Continuity {
    /// Why it was opened, within a sentence.
    pub opened_for: &'static str,
    /// Whether that still holds.
    pub still_holds: bool,
    /// What holds now.
    pub now: String,
    /// What to do next.
    pub next: String,
}

/// The backup reason that a link names; `None` if the value is unknown, so that it is ignored.
pub fn backup_reason(value: &str) -> Option<BackupReason> {
    BackupReason::ALL.iter().copied().find(|reason| reason.as_str() == value)
}

/// The recovery reason that a link names; `None` if the value is unknown, so that it is ignored.
pub fn recovery_reason(value: &str) -> Option<RecoveryReason> {
    RecoveryReason::ALL.iter().copied().find(|reason| reason.as_str() == value)
}

/// Whether the backup reason that a link names still holds; `None` if the value is unknown, which is ignored. Sets and
/// schedules are named if the tenant's records are known.
pub fn of_backup(value: &str, tenant: &TenantReport, records: Option<&TenantRecords>) -> Option<Continuity> {
    let reason = backup_reason(value)?;
    let health = &tenant.backup_health;
    let still_holds = health.reasons.contains(&reason);
    let action = health.primary_action_target.as_ref().map(|target| target.label);
    Some(Continuity {
        opened_for: words::backup_reason_label(reason),
        still_holds,
        now: words::continuity_now(still_holds, &health.headline),
        next: if still_holds {
            words::backup_next_step(reason, health, records)
        } else {
            let needed = (!health.healthy_claim_allowed).then(|| words::why_healthy(health));
            words::continuity_next(action, needed)
        },
    })
}

/// The continuity of a recovery reason, as a link writes it; `None` if the value is unknown, so that it is ignored.
pub fn of_recovery(value: &str, tenant: &TenantReport) -> Option<Continuity> {
    let reason = recovery_reason(value)?;
    let evidence = &tenant.recovery_evidence;
    let still_holds = evidence.reason == reason;
    let is_open = tenant.backup_health.unsettled.iter().any(|cause| !cause.is_of_backups());
    let action = (is_open || evidence.reason.urgency().is_some()).then_some(evidence.action.label);
    let next = words::recovery_next_step(reason).filter(|_| still_holds);
    Some(Continuity {
        opened_for: words::recovery_reason_label(reason),
        still_holds,
        now: words::continuity_now(still_holds, &evidence.headline),
        next: next.map_or_else(|| words::continuity_next(action, None), str::to_owned),
    })
}
