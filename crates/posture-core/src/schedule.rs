//! Whether a schedule needs a look. A schedule is never evidence of health (contract, section 5).

use serde::Serialize;

use crate::fit::Id;
use crate::policy::Frame;
use crate::snapshot::BackupSchedule;
use crate::timestamp::Timestamp;
use crate::vocabulary::{Frequency, LastRunStatus, vocabulary};

vocabulary! {
    /// Why a schedule needs a look.
    pub enum ScheduleCause {
        LastRunNotSuccessful = "last_run_not_successful",
        Stalled = "stalled",
        NeverRan = "never_ran",
        Overdue = "overdue",
    }
}

/// A schedule that needs a look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScheduleFollowUp {
    /// Why, in the contract's order.
    pub causes: Vec<ScheduleCause>,
    /// The schedule.
    pub schedule_id: Id,
}

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// How long after a run the next one may come, in seconds; the extra hour covers a daylight-saving change.
pub fn allowance_seconds(schedule: &BackupSchedule<'_>) -> i64 {
    if !schedule.frequency.is(Frequency::Weekly) {
        return DAY + HOUR;
    }
    let days = schedule.days_of_week.get().map_or(&[][..], |days| &days.0);
    let gap = match days {
        [] | [_] => 7,
        [first, .., last] => {
            let around_the_week = 7 + first - last;
            days.windows(2).map(|pair| pair[1] - pair[0]).fold(around_the_week, u8::max)
        }
    };
    DAY * i64::from(gap) + HOUR
}

/// When a schedule was to run next, by what it last did and by what it plans; `None` where nothing tells.
pub fn expected_at(schedule: &BackupSchedule<'_>, frame: &Frame) -> Option<Timestamp> {
    let allowance = allowance_seconds(schedule);
    let (since, planned) = match last_run_at(schedule, frame) {
        Some(last) => (Some(last), schedule.next_run_at.filter(|next| *next > last)),
        None => (schedule.created_at, schedule.next_run_at),
    };
    let due = since.map(|since| since.plus(allowance));
    due.into_iter().chain(planned).min()
}

/// When a schedule last ran; an instant that has not happened counts as absent.
pub fn last_run_at(schedule: &BackupSchedule<'_>, frame: &Frame) -> Option<Timestamp> {
    schedule.last_run_at.filter(|at| frame.has_happened(*at))
}

/// Whether a schedule is to be judged: enabled and not deleted.
pub fn is_watched(schedule: &BackupSchedule<'_>, frame: &Frame) -> bool {
    schedule.is_enabled && !frame.is_deleted(schedule.deleted_at)
}

/// Why a watched schedule needs a look; empty where it does not.
pub fn causes(schedule: &BackupSchedule<'_>, frame: &Frame) -> Vec<ScheduleCause> {
    let last_run = last_run_at(schedule, frame);
    let status = schedule.last_run_status.as_ref();
    let is_running = status.is_some_and(|status| status.is(LastRunStatus::Running));
    let is_late = || expected_at(schedule, frame).is_none_or(|expected| frame.as_of > expected.plus(frame.policy.grace_seconds()));
    let holds = |cause: &ScheduleCause| match cause {
        ScheduleCause::LastRunNotSuccessful => {
            status.is_some_and(|status| !status.is_any(&[LastRunStatus::Success, LastRunStatus::Completed, LastRunStatus::Running]))
        }
        ScheduleCause::Stalled => is_running && last_run.is_some_and(|last| frame.is_past_freshness(last)),
        ScheduleCause::NeverRan => last_run.is_none() && is_late(),
        ScheduleCause::Overdue => last_run.is_some() && !is_running && is_late(),
    };
    ScheduleCause::ALL.iter().copied().filter(holds).collect()
}

/// The watched schedules with a cause, by id; none where the frame does not evaluate schedules.
pub fn follow_ups<'s, 'a: 's>(schedules: impl Iterator<Item = &'s BackupSchedule<'a>>, frame: &Frame) -> Vec<ScheduleFollowUp> {
    if !frame.evaluates_schedules() {
        return Vec::new();
    }
    let watched = schedules.filter(|schedule| is_watched(schedule, frame));
    let mut follow_ups: Vec<_> = watched
        .map(|schedule| ScheduleFollowUp { causes: causes(schedule, frame), schedule_id: schedule.id })
        .filter(|follow_up| !follow_up.causes.is_empty())
        .collect();
    follow_ups.sort_by_key(|follow_up| follow_up.schedule_id);
    follow_ups
}
