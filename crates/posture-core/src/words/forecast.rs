//! What changes as time passes, in words.

use crate::report::model::Report;
use crate::views::forecast::{Cover, Forecast, Lapse, LapseKind, Step, StepGroup};
use crate::words::{counted, instant, lower_first, period_not_offered};

/// Tenants with a schedule that needs follow-up.
pub const SCHEDULE_TO_FOLLOW_UP: &str = "Schedule to follow up";

/// What a forecast rests on.
const FORECAST_PREMISE: &str =
    "This assumes that nothing runs. A run that completes, fails or is cancelled changes it.";

/// What changes, in a few words on a badge.
pub fn lapse_label(kind: LapseKind) -> &'static str {
    match kind {
        LapseKind::LatestBackupStale => "Goes stale",
        LapseKind::ScheduleNeverRan => "Never ran",
        LapseKind::ScheduleOverdue => "Overdue",
        LapseKind::ScheduleStalled => "Run stalls",
        LapseKind::RestoreRunStalled => "Restore stalls",
        LapseKind::RestoreRunStuck => "Restore stuck",
        LapseKind::OperationUnresolved => "Restore unresolved",
        LapseKind::RestoreTooOld => "Evidence too old",
    }
}

/// What changes, and on what record.
pub fn lapse_sentence(lapse: &Lapse) -> String {
    let (record, at) = (lapse.record_id, instant(lapse.after));
    match lapse.kind {
        LapseKind::LatestBackupStale => {
            format!("Backup set {record} is older than the freshness window after {at}.")
        }
        LapseKind::ScheduleNeverRan => {
            format!("Schedule {record} never ran, and its first run is due by {at}.")
        }
        LapseKind::ScheduleOverdue => format!("Schedule {record} is overdue if it does not run by {at}."),
        LapseKind::ScheduleStalled => {
            format!("Schedule {record}: the run under way counts as stalled after {at}.")
        }
        LapseKind::RestoreRunStalled => {
            format!("Restore run {record}, under way, counts as stalled and partial after {at}.")
        }
        LapseKind::RestoreRunStuck => {
            format!("Restore run {record} counts as stuck in its queue if it has not started by {at}.")
        }
        LapseKind::OperationUnresolved => {
            format!("Restore run {record} needs follow-up if its operation has not ended by {at}.")
        }
        LapseKind::RestoreTooOld => {
            format!("Restore run {record} is too old to count as recovery evidence after {at}.")
        }
    }
}

/// A forecast in which nothing changes.
pub const NOTHING_CHANGES: &str = "No verdict changes in this period without new activity.";

/// How far a forecast looks ahead.
pub fn horizon(hours: u64) -> String {
    if hours.is_multiple_of(24) && hours > 24 {
        format!("Next {} days", hours / 24)
    } else {
        format!("Next {hours} h")
    }
}

/// The note for an address that names hours that are not offered.
pub fn horizon_not_offered(shown: u64) -> String {
    period_not_offered(&format!("the forecast for the {}", lower_first(&horizon(shown))))
}

/// How much changes within some hours, in a line.
pub fn forecast_title(forecast: &Forecast<'_>) -> String {
    if !forecast.is_possible {
        return "No forecast before the export".to_owned();
    }
    let (stale, schedules) = (forecast.turning_stale(), forecast.schedules_due());
    let uncovered = match forecast.uncovered_tenants() {
        0 => String::new(),
        uncovered => format!(" ({uncovered} without a schedule due in time)"),
    };
    let (stale, schedules) =
        (counted(stale, "tenant goes", "tenants go"), counted(schedules, "schedule is", "schedules are"));
    format!("{stale} stale{uncovered}, {schedules} due")
}

/// How many tenants go stale with no backup scheduled in time, in a line.
pub fn uncovered_headline(forecast: &Forecast<'_>, hours: u64) -> String {
    let within = lower_first(&horizon(hours));
    match forecast.uncovered_tenants() {
        0 => format!("No tenant goes stale in the {within} without a backup scheduled in time"),
        count => {
            let tenants = counted(count, "tenant goes", "tenants go");
            format!("{tenants} stale in the {within}, and no backup is scheduled in time")
        }
    }
}

/// What the lapses of a group are, in a line.
pub fn step_group_title(group: StepGroup) -> &'static str {
    match group {
        StepGroup::Uncovered => "Will go stale: no backup scheduled in time",
        StepGroup::Covered => "Will go stale if the scheduled backup does not run",
        StepGroup::Due => "Schedules due, and runs that may stall",
    }
}

/// How many lapses a group has, and how many of them are within a day.
pub fn step_group_note(forecast: &Forecast<'_>, steps: &[Step<'_>]) -> String {
    format!("{} within 24 h, {} in total", forecast.within_a_day(steps), steps.len())
}

/// Whether a schedule is due before a backup turns stale, as a sentence.
pub fn cover_sentence(cover: Cover) -> &'static str {
    match cover {
        Cover::NoSchedule => "No enabled schedule is due.",
        Cover::FollowUp => "Its schedules need follow-up.",
        Cover::DueLater => "Its next scheduled run is later.",
        Cover::DueInTime => "A backup is scheduled before then.",
    }
}

/// What a forecast does not know, in sentences.
pub fn forecast_limits(forecast: &Forecast<'_>, report: &Report) -> Vec<String> {
    if !forecast.is_possible {
        return vec!["The export contains everything that happened after the date shown. Choose the export time or later to look ahead.".to_owned()];
    }
    let mut limits = vec![FORECAST_PREMISE.to_owned()];
    if forecast.steps.iter().any(|step| step.lapse.kind == LapseKind::ScheduleStalled) {
        limits
            .push("For a schedule that is running now, only a stall can be forecast; its next run depends on how this one ends.".to_owned());
    }
    if let Some(after) = forecast.evidence_old_after {
        limits
            .push(format!("After {} the export itself is older than the freshness window.", instant(after)));
    }
    let not_evaluated = report.not_evaluated.len() as u64;
    if not_evaluated > 0 {
        limits.push(format!("Left out of the forecast: {}.", counted(not_evaluated, "tenant", "tenants")));
    }
    limits
}
