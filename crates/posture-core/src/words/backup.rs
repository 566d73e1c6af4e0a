//! Backup health in words. It speaks of backup inputs alone.

use std::borrow::Cow;

use crate::policy::Frame;
use crate::verdicts::backup_health::{
    BackupPosture, BackupReason, BackupTargetKind, TenantBackupHealthAssessment,
};
use crate::verdicts::quality::{BackupQuality, SetFamily};
use crate::words::{
    ItemTexts, Text, counted, family_label, listed, lower_first, schedule_cause_label, skip_reason_label,
    span,
};

/// What a positive word about backups does not mean.
pub const BACKUP_CLAIM_BOUNDARY: &str =
    "Backup health speaks of backup inputs only. It does not show what a restore would do.";

/// What most supporting messages take no more than.
const MESSAGE_BYTES: usize = 128;

/// How many sets or schedules a sentence names before it counts the rest; a healthy text names every newer set that is no basis.
const NAMED: usize = 3;

/// A tenant's backup verdict in a line.
pub fn backup_headline(health: &TenantBackupHealthAssessment) -> Cow<'static, str> {
    match (health.posture, health.primary_reason) {
        (BackupPosture::Absent, _) => "No usable backup basis".into(),
        (BackupPosture::Stale, _) => match health.age_seconds {
            Some(age) => format!("Latest backup is stale: {} old", span(age)).into(),
            None => "Latest backup is stale".into(),
        },
        (BackupPosture::Degraded, _) => "Latest backup is degraded".into(),
        (BackupPosture::Healthy, Some(_)) => "Latest backup is recent; a schedule needs follow-up".into(),
        (BackupPosture::Healthy, None) if health.healthy_claim_allowed => {
            "Backups are recent and healthy".into()
        }
        (BackupPosture::Healthy, None) => "Latest backup is recent; nothing more is claimed".into(),
    }
}

/// What a tenant's backup verdict rests on, in sentences.
pub fn backup_supporting_message(
    health: &TenantBackupHealthAssessment,
    frame: &Frame,
    set_aside: usize,
) -> Option<String> {
    let mut message = Text::new(MESSAGE_BYTES);
    match (health.latest_relevant_backup_set_id, health.latest_relevant_completed_at, health.age_seconds) {
        (Some(set), Some(at), Some(age)) => {
            message.put("Backup set ").number(set.get()).put(" completed ").instant(at).put(", ").span(age);
            message.put(" ago; the freshness window is ").number(frame.policy.freshness_hours).put(" h.");
        }
        _ => {
            message.put("No completed backup set with content is on record.");
        }
    }
    if let Some(quality) = health.quality.as_ref().filter(|quality| quality.is_degraded()) {
        message.put(" ").quality(quality);
    }
    if !health.schedule_follow_ups.is_empty() {
        message.put(" ").schedules(health);
    }
    if !health.skipped_sets.is_empty() {
        message.put(" ").skipped(health);
    }
    if !health.schedules_evaluated {
        message
            .put(" Schedules cannot be judged before the export: a snapshot holds only their current state.");
    }
    if set_aside > 0 {
        message.put(" ").counted(set_aside as u64, "record", "records");
        message.put(" of this tenant did not belong or repeated and did not count; see the findings.");
    }
    Some(message.take())
}

/// What is wrong with a set's content: its items, with how many, and the set as such, which has no number.
pub fn quality_sentence(quality: &BackupQuality) -> String {
    Text::new(MESSAGE_BYTES).quality(quality).take()
}

impl Text {
    fn quality(&mut self, quality: &BackupQuality) -> &mut Self {
        let (of_set, of_items): (Vec<_>, Vec<_>) =
            quality.families.iter().partition(|(family, _)| SetFamily::from_word(&family.0).is_some());
        let known = quality.degraded_items.zip(quality.total_items);
        match known {
            Some((degraded, total)) => {
                self.number(degraded).put(" of ").counted(total, "item is", "items are").put(" degraded")
            }
            None => self.put("How good its content is, is unknown"),
        };
        if !of_items.is_empty() {
            self.put(": ").list(&of_items, &mut |text, (family, count)| {
                text.put(&family_label(&family.0)).put(" ").number(**count);
            });
        }
        self.put(".");
        if known.is_some() && !of_set.is_empty() {
            self.put(" The set as a whole falls short: ").list(&of_set, &mut |text, (family, _)| {
                text.put(&family_label(&family.0));
            });
            self.put(".");
        }
        self
    }

    fn schedules(&mut self, health: &TenantBackupHealthAssessment) -> &mut Self {
        self.put("Needs follow-up: ").first(
            &health.schedule_follow_ups,
            NAMED,
            ("schedule", "schedules"),
            &mut |text, follow_up| {
                text.put("schedule ").number(follow_up.schedule_id.get()).put(": ");
                text.list(&follow_up.causes, &mut |text, cause| {
                    text.put(schedule_cause_label(*cause));
                });
            },
        );
        self.put(".")
    }

    fn skipped(&mut self, health: &TenantBackupHealthAssessment) -> &mut Self {
        let named = if health.posture == BackupPosture::Healthy { health.skipped_sets.len() } else { NAMED };
        self.put(if health.latest_relevant_backup_set_id.is_some() {
            "Newer but no basis: "
        } else {
            "No basis: "
        });
        self.first(&health.skipped_sets, named, ("set", "sets"), &mut |text, set| {
            text.put("set ")
                .number(set.backup_set_id.get())
                .put(" (")
                .put(skip_reason_label(set.reason))
                .put(")");
        });
        self.put(".")
    }
}

/// What the way to a backup reason's follow-up is called.
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
    match reason {
        BackupReason::NoBackupBasis => "No usable backup basis".into(),
        BackupReason::LatestBackupStale => match health.age_seconds {
            Some(age) => format!("Latest backup is {} old", span(age)).into(),
            None => "Latest backup is stale".into(),
        },
        BackupReason::LatestBackupDegraded => "Latest backup is degraded".into(),
        BackupReason::ScheduleFollowUp => {
            let schedules = health.schedule_follow_ups.len() as u64;
            format!("{} follow-up", counted(schedules, "schedule needs", "schedules need")).into()
        }
    }
}

/// Why one backup reason of a tenant holds.
pub fn backup_item_body(reason: BackupReason, health: &TenantBackupHealthAssessment) -> String {
    let mut body = Text::new(MESSAGE_BYTES);
    let set = |body: &mut Text| {
        if let Some(set) = health.latest_relevant_backup_set_id {
            body.put("Backup set ").number(set.get());
        }
    };
    match reason {
        BackupReason::NoBackupBasis if health.skipped_sets.is_empty() => {
            body.put("No backup set of this tenant is on record.")
        }
        BackupReason::NoBackupBasis => body.skipped(health),
        BackupReason::LatestBackupStale => {
            set(&mut body);
            match (health.latest_relevant_completed_at, health.stale_at) {
                (Some(at), Some(stale_at)) => {
                    body.put(" completed ").instant(at).put("; stale since ").instant(stale_at).put(".")
                }
                _ => body.put(" is older than the freshness window."),
            }
        }
        BackupReason::LatestBackupDegraded => {
            set(&mut body);
            match &health.quality {
                Some(quality) => body.put(": ").quality(quality),
                None => body.put(" is degraded."),
            }
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
        .map(|other| super::backup_reason_label(*other).to_owned())
        .collect();
    let also = if also.is_empty() { String::new() } else { format!(" Also: {}.", listed(&also)) };
    let title = match reason {
        BackupReason::NoBackupBasis => format!("{tenant} has no usable backup basis"),
        BackupReason::LatestBackupStale
        | BackupReason::LatestBackupDegraded
        | BackupReason::ScheduleFollowUp => {
            format!("{tenant}: {}", lower_first(&backup_item_title(reason, health)))
        }
    };
    ItemTexts {
        badge: backup_badge(reason),
        title,
        body: format!("{}{also}", backup_item_body(reason, health)),
        supporting_message: Some(BACKUP_CLAIM_BOUNDARY),
    }
}
