//! The trace of a verdict in words.

use crate::policy::Policy;
use crate::timestamp::Timestamp;
use crate::verdicts::backup_health::{BackupPosture, BackupReason, TenantBackupHealthAssessment};
use crate::verdicts::recovery_evidence::RecoveryEvidence;
use crate::words::{
    age_against_window, attention_state_label, backup_reason_label, counted, instant, listed,
    quality_sentence, recovery_reason_label, schedule_cause_label, skip_reason_label, upper_first,
};

/// Which set governs.
pub fn why_chosen(health: &TenantBackupHealthAssessment) -> String {
    match (health.latest_relevant_backup_set_id, health.latest_relevant_completed_at) {
        (Some(set), Some(at)) => {
            format!("Backup set {set}, completed {}: the newest completed set with content.", instant(at))
        }
        _ => "None: no set on record is completed, current and not empty.".to_owned(),
    }
}

/// Which newer sets do not count, each with its reason.
pub fn why_skipped(health: &TenantBackupHealthAssessment) -> String {
    if health.skipped_sets.is_empty() {
        return "None newer.".to_owned();
    }
    let named: Vec<_> = health
        .skipped_sets
        .iter()
        .map(|set| format!("set {} ({})", set.backup_set_id, skip_reason_label(set.reason)))
        .collect();
    format!("{}.", upper_first(&listed(&named)))
}

/// The age beside its threshold.
pub fn why_age(health: &TenantBackupHealthAssessment, policy: &Policy) -> String {
    match health.age_seconds {
        None => "Unknown.".to_owned(),
        Some(age) => {
            age_against_window(age, health.reasons.contains(&BackupReason::LatestBackupStale), policy)
        }
    }
}

/// The quality of the chosen set.
pub fn why_quality(health: &TenantBackupHealthAssessment) -> String {
    health.quality.as_ref().map_or_else(|| "Unknown.".to_owned(), quality_sentence)
}

/// Every schedule with a cause.
pub fn why_schedules(health: &TenantBackupHealthAssessment, policy: &Policy) -> String {
    if !health.schedules_evaluated {
        return "Not judged: a snapshot holds only their current state, and the as-of instant is before the export.".to_owned();
    }
    if health.schedule_follow_ups.is_empty() {
        return format!(
            "None enabled needs follow-up (grace {} min). A schedule is never evidence of a backup.",
            policy.schedule_grace_minutes
        );
    }
    let named: Vec<_> = health
        .schedule_follow_ups
        .iter()
        .map(|follow_up| {
            let causes: Vec<_> =
                follow_up.causes.iter().map(|cause| schedule_cause_label(*cause).to_owned()).collect();
            format!("schedule {}: {}", follow_up.schedule_id, listed(&causes))
        })
        .collect();
    format!("{} (grace {} min).", upper_first(&named.join("; ")), policy.schedule_grace_minutes)
}

/// Every backup reason that holds; where none does, what else stands against calling backups healthy.
pub fn why_reasons(health: &TenantBackupHealthAssessment, set_aside: u64) -> String {
    let reasons: Vec<_> =
        health.reasons.iter().map(|reason| backup_reason_label(*reason).to_owned()).collect();
    match (reasons.is_empty(), health.healthy_claim_allowed) {
        (false, _) => format!("{}.", upper_first(&listed(&reasons))),
        (true, true) => {
            "None holds, and nothing newer failed: backups may be called recent and healthy.".to_owned()
        }
        (true, false) => {
            let newer =
                hides_trouble(health).then(|| "a newer set failed or has an unknown status".to_owned());
            let schedules =
                (!health.schedules_evaluated).then(|| "schedules are not judged at this instant".to_owned());
            let records = (set_aside > 0)
                .then(|| format!("{} set aside", counted(set_aside, "record was", "records were")));
            let against: Vec<_> = [newer, schedules, records].into_iter().flatten().collect();
            format!("None holds, but nothing healthy is claimed: {}.", listed(&against))
        }
    }
}

/// Which restore the recovery evidence rests on.
pub fn why_recovery(evidence: &RecoveryEvidence) -> String {
    match (evidence.latest_relevant_restore_run_id, evidence.latest_relevant_attention_state) {
        (Some(run), Some(state)) => {
            let state = attention_state_label(state).to_lowercase();
            let at = evidence.latest_relevant_at.map_or_else(|| "at no stated time".to_owned(), instant);
            format!(
                "Restore run {run} ({state}, {at}) is the latest executed: {}.",
                recovery_reason_label(evidence.reason)
            )
        }
        _ => "No restore was executed; previews and runs that never started do not count.".to_owned(),
    }
}

/// When the backup verdict changes without anything happening.
pub fn why_changes(health: &TenantBackupHealthAssessment, as_of: Timestamp) -> String {
    match health.stale_at {
        None => "No; only a completed set changes it.".to_owned(),
        Some(at) if at < as_of => format!("No; stale since {}.", instant(at)),
        Some(at) => format!("Turns stale after {} if no set completes.", instant(at)),
    }
}

/// What would have to happen for the backup verdict to be healthy.
pub fn why_healthy(health: &TenantBackupHealthAssessment, set_aside: u64) -> String {
    let mut steps = Vec::new();
    if health.posture != BackupPosture::Healthy {
        steps
            .push("a set completes within the window, every item accounted for and none degraded".to_owned());
    }
    if !health.schedule_follow_ups.is_empty() {
        steps.push("each schedule above runs on time and succeeds, or is disabled".to_owned());
    }
    if health.posture == BackupPosture::Healthy && hides_trouble(health) {
        steps.push("a set newer than the failed or unrecognised one completes".to_owned());
    }
    if !health.schedules_evaluated {
        steps.push("schedules are judged, as of the export or later".to_owned());
    }
    if set_aside > 0 {
        steps.push("the records set aside are put right where they come from (see the findings)".to_owned());
    }
    if steps.is_empty() {
        "Nothing more is needed now.".to_owned()
    } else {
        format!("Needed: {}.", listed(&steps))
    }
}

fn hides_trouble(health: &TenantBackupHealthAssessment) -> bool {
    health.skipped_sets.iter().any(|set| set.reason.hides_trouble())
}
