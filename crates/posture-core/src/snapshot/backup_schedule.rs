//! A backup schedule.

use std::borrow::Cow;

use crate::fault::{Misfit, Read};
use crate::fit::{Detail, Fit, Id, record};
use crate::json::Cursor;
use crate::later::Later;
use crate::sorting::sort_by_key;
use crate::timestamp::Timestamp;
use crate::vocabulary::{Frequency, LastRunStatus, Word};

record! {
    /// A plan by which backup sets are made.
    pub struct BackupSchedule<'a> {
        /// Its identity within the tenant.
        pub id: Id,
        /// The tenant it says it belongs to.
        pub tenant_id: Option<Id>,
        /// Its name.
        pub name: Later<Cow<'a, str>>,
        /// Whether it is to run.
        pub is_enabled: bool,
        /// How often it runs.
        pub frequency: Word<'a, Frequency>,
        /// When on the day it runs.
        pub time_of_day: Later<Cow<'a, str>>,
        /// The time zone of that time.
        pub timezone: Later<Cow<'a, str>>,
        /// On which days a weekly schedule runs.
        pub days_of_week: Detail<DaysOfWeek>,
        /// When it last ran.
        pub last_run_at: Option<Timestamp>,
        /// How it last ran.
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

impl<'a> Fit<'a> for DaysOfWeek {
    fn fit(cursor: &mut Cursor<'a>) -> Read<Self> {
        let mut days = Vec::new();
        cursor.array(|cursor, _| {
            cursor.peek()?;
            let at = cursor.at();
            match u64::fit(cursor)? {
                0 => days.push(7),
                day @ 1..=7 => days.push(day as u8),
                _ => return Cursor::misfit(at, Misfit::Expected("a day of the week from 1 to 7")),
            }
            Ok(())
        })?;
        sort_by_key(&mut days, |day| *day);
        days.dedup();
        Ok(Self(days))
    }
}
