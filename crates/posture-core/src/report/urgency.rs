//! How soon someone should act on a backup reason.

use crate::vocabulary::{BackupReason, Urgency};

/// How soon someone should act on a backup reason.
pub fn backup_urgency(reason: BackupReason) -> Urgency {
    match reason {
        BackupReason::NoBackupBasis => Urgency::Critical,
        BackupReason::LatestBackupStale => Urgency::High,
        BackupReason::LatestBackupDegraded | BackupReason::ScheduleFollowUp => Urgency::Medium,
    }
}
