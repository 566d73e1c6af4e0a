//! Disabled schedules of a tenant without a recent backup. They need no follow-up, but they may be why there is none.

use crate::report::model::TenantBackupHealthAssessment;
use crate::verdicts::backup_health::BackupPosture;
use crate::views::records::ScheduleRecord;

/// The disabled schedules of a tenant that needs a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisabledSchedules<'r> {
    /// In the order of the records; never empty.
    pub schedules: Vec<&'r ScheduleRecord>,
    /// Whether the tenant has no enabled one.
    pub are_all: bool,
}

/// The disabled schedules that may explain a verdict; `None` if the latest backup is recent, or schedules are not judged.
pub fn disabled_schedules<'r>(
    health: &TenantBackupHealthAssessment,
    schedules: &'r [ScheduleRecord],
) -> Option<DisabledSchedules<'r>> {
    let needs_backup = match health.posture {
        BackupPosture::Absent | BackupPosture::Stale => true,
        BackupPosture::Degraded | BackupPosture::Healthy => false,
    };
    let disabled: Vec<_> =
        schedules.iter().filter(|schedule| !schedule.is_watched && !schedule.is_deleted).collect();
    let explain = needs_backup && health.schedules_evaluated && !disabled.is_empty();
    let are_all = !schedules.iter().any(|schedule| schedule.is_watched);
    explain.then_some(DisabledSchedules { schedules: disabled, are_all })
}
