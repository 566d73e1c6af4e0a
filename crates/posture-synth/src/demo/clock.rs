//! Instants of the demo, all relative to its export.

use posture_core::Timestamp;
use posture_core::export::snapshot::Instant;

pub(super) const MINUTE: i64 = 60;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;

/// The instant of export, which everything else is before or after.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock(pub(super) Timestamp);

impl Clock {
    /// The instant this many seconds before the export.
    pub(super) fn ago(self, seconds: i64) -> Instant {
        self.instant(-seconds).into()
    }

    /// The instant this many seconds after the export.
    pub(super) fn ahead(self, seconds: i64) -> Instant {
        self.instant(seconds).into()
    }

    /// The same instant on the minute, as the sibling product writes it into names: `2026-11-18 06:02`.
    pub(super) fn stamp_ago(self, seconds: i64) -> String {
        let written = self.instant(-seconds).to_string();
        let minute = written.get(..16).unwrap_or(&written);
        minute.replace('T', " ")
    }

    /// The time of day of that instant: `06:02`.
    pub(super) fn time_of_day_ago(self, seconds: i64) -> String {
        let written = self.instant(-seconds).to_string();
        written.get(11..16).unwrap_or_default().to_owned()
    }

    fn instant(self, seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(self.0.unix_seconds().saturating_add(seconds)).unwrap_or(self.0)
    }
}
