//! What happened to a tenant, in words.

use crate::views::records::{BackupSetRecord, RestoreRunRecord, ScheduleRecord, SetRole};
use crate::views::timeline::{Lane, TIMELINE_DAYS, Timeline};
use crate::words::{attention_state_label, counted, instant, named, skip_reason_label, upper_first};

/// What a timeline's lane of schedule runs leaves out.
pub const SCHEDULE_RUNS_BOUNDARY: &str = "Only the last run of each schedule is recorded.";

/// A lane of the timeline.
pub fn lane_label(lane: Lane) -> &'static str {
    match lane {
        Lane::BackupSets => "Backup sets",
        Lane::ScheduleRuns => "Schedule runs",
        Lane::Restores => "Restores",
    }
}

/// A timeline in a sentence, for those who do not see its picture.
pub fn timeline_summary(timeline: &Timeline) -> String {
    let count = |lane| timeline.events.iter().filter(|event| event.lane == lane).count() as u64;
    let sets = counted(count(Lane::BackupSets), "backup set", "backup sets");
    let runs = counted(count(Lane::ScheduleRuns), "last run of a schedule", "last runs of schedules");
    let restores = counted(count(Lane::Restores), "restore run", "restore runs");
    let gap = timeline.gap.as_ref().map(|gap| format!(" {}.", upper_first(&gap.label))).unwrap_or_default();
    format!("{TIMELINE_DAYS} days up to {}: {sets}, {runs} and {restores}.{gap}", instant(timeline.to))
}

/// How a backup set ended: `Backup set 4: completed, degraded`.
pub(crate) fn set_event(set: &BackupSetRecord) -> String {
    let outcome = match (set.role, set.quality.degraded_items) {
        (SetRole::Skipped(reason), _) => skip_reason_label(reason),
        (SetRole::Latest | SetRole::Older | SetRole::LeftOut, None) => "completed, content unknown",
        (SetRole::Latest | SetRole::Older | SetRole::LeftOut, Some(_)) if set.quality.is_degraded() => {
            "completed, degraded"
        }
        (SetRole::Latest | SetRole::Older | SetRole::LeftOut, Some(_)) => "completed",
    };
    format!("{}: {outcome}", named("Backup set", set.id, set.name.as_deref()))
}

/// How a schedule last ran: `Schedule 2: last run, success`.
pub(crate) fn schedule_event(schedule: &ScheduleRecord) -> String {
    let status = schedule.last_run_status.as_deref().unwrap_or("status not stated");
    format!("{}: last run, {status}", named("Schedule", schedule.id, schedule.name.as_deref()))
}

/// What a restore run has shown: `Restore run 3: partial`.
pub(crate) fn restore_event(run: &RestoreRunRecord) -> String {
    let state = attention_state_label(run.attention.state).to_lowercase();
    format!("Restore run {}: {state}", run.attention.restore_run_id)
}
