//! What time alone will change, in words.

use crate::forecast::{Forecast, Lapse, LapseKind};
use crate::report::Report;
use crate::words::{counted, instant};

/// Tenants of which some schedule needs a look.
pub const SCHEDULE_TO_FOLLOW_UP: &str = "Schedule to follow up";

/// What a forecast rests on.
pub const FORECAST_PREMISE: &str =
    "If nothing runs and nothing else is recorded. A run that completes, fails or is cancelled in the meantime changes this.";

/// What turns, in a few words on a badge.
pub fn lapse_label(kind: LapseKind) -> &'static str {
    match kind {
        LapseKind::LatestBackupStale => "Turns stale",
        LapseKind::ScheduleNeverRan => "Never ran",
        LapseKind::ScheduleOverdue => "Overdue",
        LapseKind::ScheduleStalled => "Run stalls",
        LapseKind::RestoreRunStalled => "Restore stalls",
    }
}

/// What turns, and on what record.
pub fn lapse_sentence(lapse: &Lapse) -> String {
    let (record, at) = (lapse.record_id, instant(lapse.after));
    match lapse.kind {
        LapseKind::LatestBackupStale => format!("Backup set {record} is older than the freshness window after {at}."),
        LapseKind::ScheduleNeverRan => format!("Schedule {record} never ran, and its first run is due by {at}."),
        LapseKind::ScheduleOverdue => format!("Schedule {record} is overdue if it does not run by {at}."),
        LapseKind::ScheduleStalled => format!("Schedule {record}: the run under way counts as stalled after {at}."),
        LapseKind::RestoreRunStalled => format!("Restore run {record}, under way, counts as stalled and partial after {at}."),
    }
}

/// A forecast in which nothing turns.
pub const NOTHING_TURNS: &str = "Time alone turns no verdict in these hours.";

/// How far a forecast looks ahead.
pub fn horizon(hours: u64) -> String {
    if hours.is_multiple_of(24) && hours > 24 { format!("Next {} days", hours / 24) } else { format!("Next {hours} h") }
}

/// How much turns within some hours, in a line.
pub fn forecast_title(forecast: &Forecast<'_>) -> String {
    if !forecast.is_possible {
        return "No forecast from before the export".to_owned();
    }
    let (stale, schedules) = (forecast.turning_stale(), forecast.schedules_due());
    format!("{} stale, {} due", counted(stale, "tenant turns", "tenants turn"), counted(schedules, "schedule falls", "schedules fall"))
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
        limits.push(format!("After {} the export itself is older than the freshness window.", instant(after)));
    }
    let not_evaluated = report.not_evaluated.len() as u64;
    if not_evaluated > 0 {
        limits.push(format!("Nothing is foreseen for {} not evaluated.", counted(not_evaluated, "tenant", "tenants")));
    }
    limits
}
