//! What happened to a tenant, in words.

use crate::views::timeline::{Lane, TIMELINE_DAYS, Timeline};
use crate::words::{counted, instant, upper_first};

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
