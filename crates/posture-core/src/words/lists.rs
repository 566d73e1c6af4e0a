//! A tenant's line in a list, in a few words next to its badges.

use crate::report::model::{TenantBackupHealthAssessment, TenantReport};
use crate::verdicts::backup_health::{BackupPosture, BackupReason};
use crate::verdicts::recovery_evidence::RecoveryReason;
use crate::words::{counted, family_label, skip_reason_label, unsettled_cause_label};

use super::backup::unclaimed;

/// What explains a tenant's backup posture beyond its own word; empty if nothing does.
pub fn backup_note(health: &TenantBackupHealthAssessment) -> String {
    match health.posture {
        BackupPosture::Absent if health.skipped_sets.is_empty() => "never backed up".to_owned(),
        BackupPosture::Absent | BackupPosture::Stale => {
            let schedules = health.schedule_follow_ups.len() as u64;
            match health.latest_skipped() {
                Some(last) => format!("newest backup: {}", skip_reason_label(last.reason)),
                None if schedules > 0 => {
                    format!("{} follow-up", counted(schedules, "schedule needs", "schedules need"))
                }
                None => "no newer backup".to_owned(),
            }
        }
        BackupPosture::Degraded => degraded_note(health),
        BackupPosture::Healthy if health.primary_reason.is_some() => "recent backup".to_owned(),
        BackupPosture::Healthy if health.healthy_claim_allowed => String::new(),
        BackupPosture::Healthy => unclaimed(health).unwrap_or_default().to_owned(),
    }
}

/// How much of the latest backup is degraded, and the first way in which it is.
fn degraded_note(health: &TenantBackupHealthAssessment) -> String {
    let scope = health.scope_of(BackupReason::LatestBackupDegraded);
    let Some(quality) = scope.and_then(|scope| scope.quality.as_ref()) else { return String::new() };
    let family = quality.families.keys().next().map(|family| family_label(&family.0));
    let items =
        quality.degraded_items.filter(|items| *items > 0).map(|items| counted(items, "item", "items"));
    items.into_iter().chain(family).collect::<Vec<_>>().join(", ")
}

/// What explains a tenant's recovery state; empty if nothing needs attention and no restore is stuck or unresolved.
pub fn recovery_note(tenant: &TenantReport) -> &'static str {
    match tenant.recovery_evidence.reason {
        RecoveryReason::NoHistory => "never restored",
        RecoveryReason::HistoryTooOld => "restore too old",
        RecoveryReason::Failed => "restore failed",
        RecoveryReason::Partial => "partly restored",
        RecoveryReason::CompletedWithFollowUp => "needs follow-up",
        RecoveryReason::NoRecentIssuesVisible => {
            let open = tenant.backup_health.unsettled.iter().find(|cause| !cause.is_of_backups());
            open.map_or("", |cause| unsettled_cause_label(*cause))
        }
    }
}
