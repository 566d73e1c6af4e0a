//! The trace of a verdict in words.

use std::borrow::Cow;

use crate::id::Id;
use crate::report::model::{RecoveryEvidence, TenantBackupHealthAssessment};
use crate::timestamp::Timestamp;
use crate::verdicts::backup_health::{BackupPosture, SkippedSet};
use crate::verdicts::unsettled::UnsettledCause;
use crate::views::records::BackupSetRecord;
use crate::words::shortening::shortened;
use crate::words::{
    age_against_window, attention_state_label, backup_reason_label, instant, listed, quality_sentence,
    recovery_reason_label, skip_reason_label, unsettled_cause_label, upper_first,
};

use super::backup::NAMED;

/// How many characters of a set's name a sentence has. Some tools take a commit's subject for it.
const SET_NAME: usize = 100;

/// Which set governs. It is named if its record is known.
pub fn why_chosen(health: &TenantBackupHealthAssessment, sets: &[BackupSetRecord]) -> String {
    match (health.latest_relevant_backup_set_id, health.latest_relevant_completed_at) {
        (Some(set), Some(at)) => {
            let set = match name_of(set, sets) {
                Some(name) => format!("{name} (backup set {set})"),
                None => format!("Backup set {set}"),
            };
            let found = health.confirmed_at.map(|at| format!(" and last found unchanged {}", instant(at)));
            let found = found.unwrap_or_default();
            format!("{set}, completed {}{found}: the newest completed backup that is not empty.", instant(at))
        }
        _ => "None: no backup has completed with content.".to_owned(),
    }
}

/// Which newer sets do not count, each with its reason; of many, the latest.
pub fn why_skipped(health: &TenantBackupHealthAssessment, sets: &[BackupSetRecord]) -> String {
    let named = |set: &SkippedSet| {
        let (id, reason) = (set.backup_set_id, skip_reason_label(set.reason));
        match name_of(id, sets) {
            Some(name) => format!("{name} (set {id}, {reason})"),
            None => format!("set {id} ({reason})"),
        }
    };
    match (health.skipped_sets.as_slice(), health.latest_skipped()) {
        (sets, Some(latest)) if sets.len() > NAMED => {
            format!("{} sets; the latest is {}.", sets.len(), named(latest))
        }
        ([], _) => "None.".to_owned(),
        (few, _) => format!("{}.", upper_first(&listed(&few.iter().map(named).collect::<Vec<_>>()))),
    }
}

/// The name of a set whose record is known. Two sets may have one name, so the number goes with it.
pub(super) fn name_of(id: Id, sets: &[BackupSetRecord]) -> Option<Cow<'_, str>> {
    let name = sets.iter().find(|set| set.id == id)?.name.as_deref()?;
    Some(shortened(name, SET_NAME)).filter(|name| !name.trim().is_empty())
}

/// The age next to its threshold; empty if no set governs.
pub fn why_age(health: &TenantBackupHealthAssessment) -> String {
    let aged = health.governing().and_then(|scope| Some((scope, scope.age_seconds?)));
    aged.map(|(scope, age)| age_against_window(age, scope.is_stale(), scope.freshness_hours))
        .unwrap_or_default()
}

/// The quality of the chosen set; empty if no set governs.
pub fn why_quality(health: &TenantBackupHealthAssessment) -> String {
    health.quality.as_ref().map(quality_sentence).unwrap_or_default()
}

/// Every backup reason that applies; if none does, what else keeps backups from being called healthy.
pub fn why_reasons(health: &TenantBackupHealthAssessment) -> String {
    let reasons: Vec<_> =
        health.reasons.iter().map(|reason| backup_reason_label(*reason).to_owned()).collect();
    match (reasons.is_empty(), health.healthy_claim_allowed) {
        (false, _) => format!("{}.", upper_first(&listed(&reasons))),
        (true, true) => "None. Backups are recent and healthy.".to_owned(),
        (true, false) => {
            let causes = health.unsettled.iter().filter(|cause| cause.is_of_backups());
            let causes = causes.map(|cause| unsettled_cause_label(*cause).to_owned());
            let schedules = (!health.schedules_evaluated).then(|| "schedules are not judged".to_owned());
            let content = health.has_unknown_content().then(|| "some content is unknown".to_owned());
            let against: Vec<_> = causes.chain(schedules).chain(content).collect();
            format!("None, but the tenant is not called healthy: {}.", listed(&against))
        }
    }
}

/// Which restore the recovery evidence rests on.
pub fn why_recovery(evidence: &RecoveryEvidence) -> String {
    match (evidence.latest_relevant_restore_run_id, evidence.latest_relevant_attention_state) {
        (Some(run), Some(state)) => {
            let state = attention_state_label(state).to_lowercase();
            let at = evidence.latest_relevant_at.map_or_else(|| "time unknown".to_owned(), instant);
            format!(
                "Restore run {run} ({state}, {at}) is the latest: {}.",
                recovery_reason_label(evidence.reason)
            )
        }
        _ => "No restore was run; previews and runs that never started do not count.".to_owned(),
    }
}

/// When the backup verdict changes without anything happening.
pub fn why_changes(health: &TenantBackupHealthAssessment) -> String {
    let next = health.next_stale_at.map(instant);
    let stays = match (health.posture, health.stale_at) {
        (BackupPosture::Degraded | BackupPosture::Healthy, _) => {
            return match next {
                Some(next) => format!("Goes stale after {next} if no backup completes."),
                None => "Does not go stale before the year 10000.".to_owned(),
            };
        }
        (BackupPosture::Stale, Some(at)) => format!("Stays stale; stale since {}.", instant(at)),
        (BackupPosture::Stale, None) => "Stays stale until a backup completes.".to_owned(),
        (BackupPosture::Absent, _) => "Stays absent until a backup completes.".to_owned(),
    };
    match next {
        Some(next) => {
            format!("{stays} Another scope goes stale after {next} if no backup of it completes.")
        }
        None => stays,
    }
}

/// The label of the instant after which a backup is stale.
pub fn stale_label(stale_at: Timestamp, as_of: Timestamp) -> &'static str {
    if as_of > stale_at { "Stale since" } else { "Goes stale" }
}

/// What would have to happen for the backup verdict to be healthy.
pub fn why_healthy(health: &TenantBackupHealthAssessment) -> String {
    let mut steps = Vec::new();
    if health.posture != BackupPosture::Healthy {
        steps.push("a backup completes within the window with no missing and no degraded items".to_owned());
    }
    for cause in &health.unsettled {
        let step = match cause {
            UnsettledCause::ScheduleFollowUp => {
                "each schedule above runs on time and succeeds, or is disabled"
            }
            UnsettledCause::NewerSetFailed if health.posture == BackupPosture::Healthy => {
                "a newer backup completes with content"
            }
            UnsettledCause::RecordsSetAside => {
                "the records set aside are corrected at their source (see the findings)"
            }
            UnsettledCause::TypesVanished => {
                "the latest backup has the policy types of the previous one, or a later run finds it unchanged"
            }
            UnsettledCause::TypesUnknown => "the export states which policy types the backup has",
            UnsettledCause::UnknownProfile => "the tenant's profile is added to the policy",
            UnsettledCause::NewerSetFailed
            | UnsettledCause::RestoreStuck
            | UnsettledCause::RestoreUnresolved => continue,
        };
        steps.push(step.to_owned());
    }
    if health.has_unknown_content() {
        steps.push("the export states the content that is unknown now".to_owned());
    }
    if !health.schedules_evaluated {
        steps.push("schedules are judged, as of the export or later".to_owned());
    }
    if steps.is_empty() { "Nothing to do.".to_owned() } else { format!("Needed: {}.", steps.join("; ")) }
}
