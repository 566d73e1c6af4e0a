//! Whether a schedule needs a look. A schedule is never evidence of health (contract, section 5).

use serde::Serialize;

use crate::policy::Frame;
use crate::reading::decode::Id;
use crate::reading::snapshot::BackupSchedule;
use crate::sorting::sort_by_key;
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

/// The cause that time alone gives a watched schedule, and the last instant it does not hold at; `None` where it holds already, as nothing
/// tells when it was to run.
pub fn lapse(schedule: &BackupSchedule<'_>, frame: &Frame) -> (ScheduleCause, Option<Timestamp>) {
    let due = expected_at(schedule, frame).map(|expected| expected.plus(frame.policy.grace_seconds()));
    match last_run_at(schedule, frame) {
        None => (ScheduleCause::NeverRan, due),
        Some(last) if is_running(schedule) => {
            (ScheduleCause::Stalled, Some(last.plus(frame.policy.freshness_seconds())))
        }
        Some(_) => (ScheduleCause::Overdue, due),
    }
}

fn is_running(schedule: &BackupSchedule<'_>) -> bool {
    schedule.last_run_status.as_ref().is_some_and(|status| status.is(LastRunStatus::Running))
}

/// Why a watched schedule needs a look; empty where it does not.
pub fn causes(schedule: &BackupSchedule<'_>, frame: &Frame) -> Vec<ScheduleCause> {
    let did_well = [LastRunStatus::Success, LastRunStatus::Completed, LastRunStatus::Running];
    let is_unsuccessful = schedule.last_run_status.as_ref().is_some_and(|status| !status.is_any(&did_well));
    let (by_time, after) = lapse(schedule, frame);
    let holds = |cause: &ScheduleCause| match cause {
        ScheduleCause::LastRunNotSuccessful => is_unsuccessful,
        ScheduleCause::Stalled | ScheduleCause::NeverRan | ScheduleCause::Overdue => {
            *cause == by_time && after.is_none_or(|after| frame.as_of > after)
        }
    };
    ScheduleCause::ALL.iter().copied().filter(holds).collect()
}

/// The watched schedules with a cause, by id; none where the frame does not evaluate schedules.
pub fn follow_ups<'s, 'a: 's>(
    schedules: impl Iterator<Item = &'s BackupSchedule<'a>>,
    frame: &Frame,
) -> Vec<ScheduleFollowUp> {
    if !frame.evaluates_schedules() {
        return Vec::new();
    }
    let watched = schedules.filter(|schedule| is_watched(schedule, frame));
    let mut follow_ups: Vec<_> = watched
        .map(|schedule| ScheduleFollowUp { causes: causes(schedule, frame), schedule_id: schedule.id })
        .filter(|follow_up| !follow_up.causes.is_empty())
        .collect();
    sort_by_key(&mut follow_ups, |follow_up| follow_up.schedule_id);
    follow_ups
}
