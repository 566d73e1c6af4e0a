//! What time alone will change, in words.

use crate::report::model::Report;
use crate::views::forecast::{Cover, Forecast, Lapse, LapseKind, Step, StepGroup};
use crate::words::{counted, instant, lower_first};

/// Tenants of which some schedule needs a look.
pub const SCHEDULE_TO_FOLLOW_UP: &str = "Schedule to follow up";

/// What a forecast rests on.
const FORECAST_PREMISE: &str = "If nothing runs and nothing else is recorded. A run that completes, fails or is cancelled in the meantime changes this.";

/// What turns, in a few words on a badge.
pub fn lapse_label(kind: LapseKind) -> &'static str {
    match kind {
        LapseKind::LatestBackupStale => "Turns stale",
        LapseKind::ScheduleNeverRan => "Never ran",
        LapseKind::ScheduleOverdue => "Overdue",
        LapseKind::ScheduleStalled => "Run stalls",
        LapseKind::RestoreRunStalled => "Restore stalls",
        LapseKind::RestoreRunStuck => "Restore stuck",
        LapseKind::OperationUnresolved => "Restore unresolved",
        LapseKind::RestoreTooOld => "Evidence too old",
    }
}

/// What turns, and on what record.
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

/// A forecast in which nothing turns.
pub const NOTHING_TURNS: &str = "Time alone turns no verdict in these hours.";

/// How far a forecast looks ahead.
pub fn horizon(hours: u64) -> String {
    if hours.is_multiple_of(24) && hours > 24 {
        format!("Next {} days", hours / 24)
    } else {
        format!("Next {hours} h")
    }
}

/// What is said where an address asks for hours that are not offered.
pub fn horizon_not_offered(shown: u64) -> String {
    format!(
        "The address asks for a time ahead that is not offered; this is the forecast for the {}.",
        lower_first(&horizon(shown))
    )
}

/// How much turns within some hours, in a line.
pub fn forecast_title(forecast: &Forecast<'_>) -> String {
    if !forecast.is_possible {
        return "No forecast from before the export".to_owned();
    }
    let (stale, schedules) = (forecast.turning_stale(), forecast.schedules_due());
    let uncovered = match forecast.of_group(StepGroup::Uncovered).len() {
        0 => String::new(),
        uncovered => format!(" ({uncovered} without a schedule due in time)"),
    };
    let (stale, schedules) = (
        counted(stale, "tenant turns", "tenants turn"),
        counted(schedules, "schedule falls", "schedules fall"),
    );
    format!("{stale} stale{uncovered}, {schedules} due")
}

/// What the lapses of a group are, in a line.
pub fn step_group_title(group: StepGroup) -> &'static str {
    match group {
        StepGroup::Uncovered => "Turns stale, and no schedule is due in time",
        StepGroup::Covered => "Turns stale unless a schedule that is due runs",
        StepGroup::Due => "Falls due or stalls if nothing runs",
    }
}

/// How many lapses a group has, and how many of them lie within a day.
pub fn step_group_note(forecast: &Forecast<'_>, steps: &[Step<'_>]) -> String {
    format!("{} within 24 h, {} in all", forecast.within_a_day(steps), steps.len())
}

/// Whether a schedule is due before a backup turns stale, as a sentence.
pub fn cover_sentence(cover: Cover) -> &'static str {
    match cover {
        Cover::NoSchedule => "No active schedule is known to be due.",
        Cover::FollowUp => "Its schedules need follow-up.",
        Cover::DueLater => "Its next scheduled run is due only later.",
        Cover::DueInTime => "A schedule is due by then; whether it runs is not foreseen.",
    }
}

/// What a forecast does not know, in sentences.
pub fn forecast_limits(forecast: &Forecast<'_>, report: &Report) -> Vec<String> {
    if !forecast.is_possible {
        return vec!["What followed the as-of instant is in the export itself. Judge as of the export or later to look ahead.".to_owned()];
    }
    let mut limits = vec![FORECAST_PREMISE.to_owned()];
    if forecast.steps.iter().any(|step| step.lapse.kind == LapseKind::ScheduleStalled) {
        limits
            .push("Of a schedule whose run is under way only the stall is foreseen; its next run depends on how this one ends.".to_owned());
    }
    if let Some(after) = forecast.evidence_old_after {
        limits
            .push(format!("After {} the export itself is older than the freshness window.", instant(after)));
    }
    let not_evaluated = report.not_evaluated.len() as u64;
    if not_evaluated > 0 {
        limits.push(format!(
            "Nothing is foreseen for {} not evaluated.",
            counted(not_evaluated, "tenant", "tenants")
        ));
    }
    limits
}
