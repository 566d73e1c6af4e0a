//! How soon a backup reason wants a person.

use crate::vocabulary::{BackupReason, Urgency};

/// How soon a backup reason wants a person.
pub fn backup_urgency(reason: BackupReason) -> Urgency {
    match reason {
        BackupReason::NoBackupBasis => Urgency::Critical,
        BackupReason::LatestBackupStale => Urgency::High,
        BackupReason::LatestBackupDegraded | BackupReason::ScheduleFollowUp => Urgency::Medium,
    }
}
