//! Whether a schedule needs follow-up. A schedule is never evidence of health (contract, section 5).

use serde::Serialize;

use crate::id::Id;
use crate::policy::Frame;
use crate::reading::decode::Detail;
use crate::reading::snapshot::BackupSchedule;
use crate::sorting::sort_by_key;
use crate::timestamp::Timestamp;
use crate::verdicts::rules::TenantFrame;
use crate::vocabulary::{Frequency, LastRunStatus, vocabulary};

vocabulary! {
    /// Why a schedule needs follow-up.
    pub enum ScheduleCause {
        LastRunNotSuccessful = "last_run_not_successful",
        Stalled = "stalled",
        NeverRan = "never_ran",
        Overdue = "overdue",
    }
}

/// A schedule that needs follow-up.
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

/// How a schedule repeats, as far as it says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cadence {
    /// Every day; also what a frequency outside the vocabulary is judged as.
    Daily,
    /// On some days of the week.
    Weekly,
    /// On one day of the month.
    Monthly,
    /// Every so many minutes; `None` if these are invalid.
    Interval(Option<u64>),
}

/// How a schedule repeats; `None` if its frequency is outside the vocabulary, as an interval without minutes is.
pub fn cadence(schedule: &BackupSchedule<'_>) -> Option<Cadence> {
    match schedule.frequency.known()? {
        Frequency::Daily => Some(Cadence::Daily),
        Frequency::Weekly => Some(Cadence::Weekly),
        Frequency::Monthly => Some(Cadence::Monthly),
        Frequency::Interval => match schedule.interval_minutes {
            Detail::Given(minutes) => Some(Cadence::Interval(Some(minutes.0))),
            Detail::Unfit => Some(Cadence::Interval(None)),
            Detail::Absent => None,
        },
    }
}

/// The time from one run of a schedule to the next, in seconds. What follows a calendar includes an hour for a daylight-saving change.
pub fn allowance_seconds(schedule: &BackupSchedule<'_>, frame: &Frame) -> i64 {
    /// The first Monday of a month is at most this many days after that of the month before.
    const MONTH_DAYS: i64 = 35;
    match cadence(schedule) {
        Some(Cadence::Daily) | None => DAY + HOUR,
        Some(Cadence::Weekly) => DAY * i64::from(weekly_gap(schedule, frame)) + HOUR,
        Some(Cadence::Monthly) => DAY * MONTH_DAYS + HOUR,
        Some(Cadence::Interval(Some(minutes))) => minutes.cast_signed() * 60,
        Some(Cadence::Interval(None)) => HOUR,
    }
}

/// The longest time from the last run of a weekly schedule to the next, in days. A time zone moves a run by at most a day, so what counts is
/// the longest gap after a day that is within a day of the last run's own; if there is none, or no last run, the longest of all.
fn weekly_gap(schedule: &BackupSchedule<'_>, frame: &Frame) -> u8 {
    let days = match &schedule.days_of_week {
        Detail::Given(days) => &days.0,
        Detail::Absent => return 7,
        Detail::Unfit => return 1,
    };
    let gaps = || {
        let next = days.iter().skip(1).copied().chain(days.first().map(|first| first + 7));
        days.iter().copied().zip(next).map(|(day, next)| (day, next - day))
    };
    let is_near = |day: u8, other: u8| matches!((7 + day - other) % 7, 0 | 1 | 6);
    let last_day = last_run_at(schedule, frame).map(weekday);
    let near = gaps().filter(|(day, _)| last_day.is_some_and(|last| is_near(*day, last)));
    let longest = |gaps: &mut dyn Iterator<Item = (u8, u8)>| gaps.map(|(_, gap)| gap).max();
    longest(&mut near.into_iter()).or_else(|| longest(&mut gaps())).unwrap_or(7)
}

/// The day of the week in UTC, 1 (Monday) to 7.
fn weekday(at: Timestamp) -> u8 {
    // 1970-01-01 was a Thursday.
    (at.unix_seconds().div_euclid(DAY) + 3).rem_euclid(7) as u8 + 1
}

/// When a schedule was to run next, by what it last did and by what it plans; `None` if neither is known.
pub fn expected_at(schedule: &BackupSchedule<'_>, frame: &Frame) -> Option<Timestamp> {
    let allowance = allowance_seconds(schedule, frame);
    let (due, planned) = match last_run_at(schedule, frame) {
        Some(last) => (Some(last.plus(allowance)), schedule.next_run_at.filter(|next| *next > last)),
        // A first run that would be due past the year 9999 is not known to be due at all.
        None => (
            schedule.created_at.and_then(|created| created.plus(allowance).expressible()),
            schedule.next_run_at,
        ),
    };
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

/// The cause that a watched schedule will have as time passes, and the last instant before that; `None` if it applies already,
/// because the schedule does not say when it was to run.
pub fn lapse(schedule: &BackupSchedule<'_>, frame: &TenantFrame<'_>) -> (ScheduleCause, Option<Timestamp>) {
    let due = expected_at(schedule, frame).map(|expected| expected.plus(frame.rules.grace_seconds()));
    match last_run_at(schedule, frame) {
        None => (ScheduleCause::NeverRan, due),
        Some(last) if is_running(schedule) => {
            (ScheduleCause::Stalled, Some(last.plus(frame.rules.freshness_seconds())))
        }
        Some(_) => (ScheduleCause::Overdue, due),
    }
}

fn is_running(schedule: &BackupSchedule<'_>) -> bool {
    schedule.last_run_status.as_ref().is_some_and(|status| status.is(LastRunStatus::Running))
}

/// Why a watched schedule needs follow-up; empty if it does not.
pub fn causes(schedule: &BackupSchedule<'_>, frame: &TenantFrame<'_>) -> Vec<ScheduleCause> {
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

/// The watched schedules with a cause, by id; none if the frame does not evaluate schedules.
pub fn follow_ups<'s, 'a: 's>(
    schedules: impl Iterator<Item = &'s BackupSchedule<'a>>,
    frame: &TenantFrame<'_>,
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
