//! The backup reasons of a tenant in words: on badges, in lists of attention items, and as what to do next.

use std::borrow::Cow;

use super::backup::{BACKUP_CLAIM_BOUNDARY, MESSAGE_BYTES, age, of_scope};
use super::content::quality_sentence;
use crate::report::model::{BackupTargetKind, TenantBackupHealthAssessment};
use crate::verdicts::backup_health::{BackupPosture, BackupReason};
use crate::words::{ItemTexts, Text, backup_reason_label, counted, listed, lower_first, posture_label};

/// The label of the link that follows up on a backup reason.
pub fn backup_action(kind: BackupTargetKind) -> &'static str {
    match kind {
        BackupTargetKind::BackupSetsIndex => "Open backup sets",
        BackupTargetKind::BackupSetDetail => "Review backup set",
        BackupTargetKind::BackupSchedulesIndex => "Open schedules",
    }
}

/// A backup reason in a word or two, on a badge.
pub fn backup_badge(reason: BackupReason) -> &'static str {
    match reason {
        BackupReason::NoBackupBasis => "Backup absent",
        BackupReason::LatestBackupStale => "Backup stale",
        BackupReason::LatestBackupDegraded => "Backup degraded",
        BackupReason::ScheduleFollowUp => "Schedule follow-up",
    }
}

/// One backup reason of a tenant in a line.
pub fn backup_item_title(reason: BackupReason, health: &TenantBackupHealthAssessment) -> Cow<'static, str> {
    let scope = health.scope_of(reason);
    let of_scope = of_scope(health, scope).unwrap_or_default();
    match reason {
        BackupReason::NoBackupBasis => format!("No usable backup{of_scope}").into(),
        BackupReason::LatestBackupStale => format!("Latest backup{of_scope} is {} old", age(scope)).into(),
        BackupReason::LatestBackupDegraded => format!("Latest backup{of_scope} is degraded").into(),
        BackupReason::ScheduleFollowUp => {
            let schedules = health.schedule_follow_ups.len() as u64;
            format!("{} follow-up", counted(schedules, "schedule needs", "schedules need")).into()
        }
    }
}

/// Why one backup reason of a tenant applies.
pub fn backup_item_body(reason: BackupReason, health: &TenantBackupHealthAssessment) -> String {
    let mut body = Text::new(MESSAGE_BYTES);
    let scope = health.scope_of(reason);
    let set = |body: &mut Text| {
        if let Some(set) = scope.and_then(|scope| scope.latest_relevant_backup_set_id) {
            body.put("Backup set ").number(set.get());
            body.put(&of_scope(health, scope).unwrap_or_default());
        }
    };
    match reason {
        BackupReason::NoBackupBasis if health.skipped_sets.is_empty() => {
            body.put("No usable backup").put(&of_scope(health, scope).unwrap_or_default());
            body.put(" is on record for this tenant.")
        }
        BackupReason::NoBackupBasis => body.skipped(health),
        BackupReason::LatestBackupStale => {
            set(&mut body);
            let times = scope.and_then(|scope| {
                Some((scope.confirmed_at, scope.latest_relevant_completed_at?, scope.stale_at?))
            });
            if let Some((confirmed, completed, stale_at)) = times {
                match confirmed {
                    Some(confirmed) => body.put(" was last found unchanged ").instant(confirmed),
                    None => body.put(" completed ").instant(completed),
                };
                body.put("; stale since ").instant(stale_at);
            }
            body.put(".")
        }
        BackupReason::LatestBackupDegraded => {
            set(&mut body);
            if let Some(quality) = scope.and_then(|scope| scope.quality.as_ref()) {
                body.put(": ").put(&lower_first(&quality_sentence(quality)));
            }
            &mut body
        }
        BackupReason::ScheduleFollowUp if health.schedule_follow_ups.is_empty() => &mut body,
        BackupReason::ScheduleFollowUp => body.schedules(health),
    };
    body.take()
}

/// A tenant's backup item on the workspace overview.
pub fn tenant_backup_item(tenant: &str, health: &TenantBackupHealthAssessment) -> ItemTexts {
    let reason = health.primary_reason.unwrap_or(BackupReason::NoBackupBasis);
    let also: Vec<_> = health
        .reasons
        .iter()
        .filter(|other| **other != reason)
        .map(|other| backup_reason_label(*other).to_owned())
        .collect();
    let explanation = health.explanation.as_deref().unwrap_or_default();
    let also = if also.is_empty() { String::new() } else { format!(" Also: {}.", listed(&also)) };
    ItemTexts {
        badge: backup_badge(reason),
        title: match reason {
            BackupReason::NoBackupBasis => {
                format!("{tenant} has {}", lower_first(&backup_item_title(reason, health)))
            }
            BackupReason::LatestBackupStale
            | BackupReason::LatestBackupDegraded
            | BackupReason::ScheduleFollowUp => {
                format!("{tenant}: {}", lower_first(&backup_item_title(reason, health)))
            }
        },
        body: format!("{}{explanation}{also}", backup_item_body(reason, health)),
        supporting_message: Some(BACKUP_CLAIM_BOUNDARY),
    }
}

/// A tenant's backup verdict in a word or two: its posture, or the one reason that a healthy posture leaves.
pub fn backup_word(health: &TenantBackupHealthAssessment) -> &'static str {
    match (health.posture, health.primary_reason) {
        (BackupPosture::Healthy, Some(reason)) => backup_badge(reason),
        (posture, _) => posture_label(posture),
    }
}
