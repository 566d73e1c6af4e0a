//! A backup schedule.

use std::borrow::Cow;

use crate::id::Id;
use crate::json::cursor::Cursor;
use crate::json::fault::{Mismatch, Read};
use crate::reading::decode::{Decode, Detail, record, whole_list};
use crate::reading::page_details::PageDetail;
use crate::reading::scalars::Ranged;
use crate::sorting::sort_by_key;
use crate::timestamp::Timestamp;
use crate::vocabulary::{Frequency, LastRunStatus, Word};

record! {
    /// A plan by which backup sets are made.
    pub struct BackupSchedule<'a> {
        /// Positive integer, unique among the schedules of the tenant.
        pub id: Id,
        /// The tenant that the schedule belongs to; a schedule that states another tenant is set aside.
        pub tenant_id: Option<Id>,
        /// Display name.
        pub name: PageDetail<Cow<'a, str>>,
        /// False if the schedule is paused; a paused schedule is not judged.
        pub is_enabled: bool,
        /// How often it runs.
        pub frequency: Word<'a, Frequency>,
        /// Minutes from one run to the next, if it runs in intervals.
        pub interval_minutes: Detail<Ranged<1, 527_040>>,
        /// Time of the day, such as 02:30; shown only.
        pub time_of_day: PageDetail<Cow<'a, str>>,
        /// Time zone of `time_of_day`; shown only.
        pub timezone: PageDetail<Cow<'a, str>>,
        /// On which days a weekly schedule runs.
        pub days_of_week: Detail<DaysOfWeek>,
        /// When it last ran.
        pub last_run_at: Option<Timestamp>,
        /// Result of the last run.
        pub last_run_status: Option<Word<'a, LastRunStatus>>,
        /// When it is to run next.
        pub next_run_at: Option<Timestamp>,
        /// When it was made.
        pub created_at: Option<Timestamp>,
        /// When it was deleted.
        pub deleted_at: Option<Timestamp>,
    }
}

/// Distinct days of the week, 1 (Monday) to 7, in order; a written 0 is 7.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DaysOfWeek(#[cfg_attr(feature = "schema", schemars(inner(range(max = 7))))] pub Vec<u8>);

/// One day of the week.
struct Day(u8);

impl<'a> Decode<'a> for Day {
    fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
        cursor.peek()?;
        let at = cursor.at();
        match u64::decode(cursor)? {
            0 => Ok(Self(7)),
            day @ 1..=7 => Ok(Self(day as u8)),
            _ => Cursor::mismatch(at, Mismatch::Expected("a day from 0 to 7")),
        }
    }
}

impl<'a> Decode<'a> for DaysOfWeek {
    fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
        let mut days: Vec<_> =
            whole_list::<Day>(cursor, "an array of days from 0 to 7")?.into_iter().map(|day| day.0).collect();
        sort_by_key(&mut days, |day| *day);
        days.dedup();
        Ok(Self(days))
    }
}
