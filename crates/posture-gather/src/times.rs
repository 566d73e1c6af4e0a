//! Times as other tools write them.

use posture_core::Timestamp;
use posture_core::export::snapshot::Instant;

/// How long a policy type that was seen is expected.
pub(crate) const SIGHT_SECONDS: i64 = 30 * 86_400;

/// Reads a timestamp of the contract. `None` if the text is none, or is the zero value of some program (before the year 2000).
pub fn plausible(text: &str) -> Option<Timestamp> {
    Timestamp::parse(text.trim()).filter(|at| is_plausible(*at))
}

/// Whether an instant is at or after 2000-01-01T00:00:00Z.
pub fn is_plausible(at: Timestamp) -> bool {
    const YEAR_2000: i64 = 946_684_800;
    at.unix_seconds() >= YEAR_2000
}

/// The instant of a date and a time of day in UTC; `None` if the calendar has no such instant.
pub fn utc(year: u32, month: u32, day: u32, hour: u32, minute: u32, second: u32) -> Option<Timestamp> {
    Timestamp::parse(&format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"))
}

/// An instant moved by whole seconds; the instant itself if the result is outside the calendar.
pub fn moved(at: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(at.unix_seconds().saturating_add(seconds)).unwrap_or(at)
}

/// An instant as a record holds it.
pub fn written(at: Option<Timestamp>) -> Option<Instant> {
    at.map(Instant::At)
}
