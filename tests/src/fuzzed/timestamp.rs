//! Timestamps, compared with a general parser of RFC 3339.

use chrono::{DateTime, Datelike as _, FixedOffset, Timelike as _};
use posture_core::Timestamp;

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let written = [
        "2026-04-08T23:21:36Z",
        "2026-04-08t23:21:36z",
        "2026-04-08 23:21:36",
        "2026-04-08 23:21:36+23:59",
        "2024-02-29T00:00:00-00:30",
        "2026-04-08T23:21:36.999999999999-00:00",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.9Z",
        "2026-04-08T24:00:00Z",
        "2026-04-08T23:21:60Z",
        "2026-02-29T00:00:00Z",
        "2026-04-08T23:21:36+24:00",
        "9999-12-31T23:59:59-00:01",
        "0001-01-01T00:00:00+00:01",
    ];
    written.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// Both parsers read the same instant, or none, except for the forms that the contract excludes.
pub(super) fn run(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let read = Timestamp::parse(text);
    if let Some(at) = read {
        let written = at.to_string();
        let again = Timestamp::parse(&written);
        assert!(
            again.is_some_and(|again| again <= at
                && at.seconds_since(again) == 0
                && again.unix_seconds() == at.unix_seconds()),
            "{text}"
        );
        assert!(written.len() == 20 && written.ends_with('Z'), "{written}");
        assert_eq!(Timestamp::from_unix_seconds(at.unix_seconds()), again);
    }
    let general = general(text);
    match (read, general) {
        (Some(at), Some(other)) => assert_eq!(at.unix_seconds(), other.timestamp(), "{text}"),
        (Some(at), None) => panic!("{text} was read as {at}"),
        (None, Some(other)) => assert!(is_ruled_out(&other), "{text} was not read"),
        (None, None) => {}
    }
}

/// ASCII text as RFC 3339, in UTC if it has no offset.
fn general(text: &str) -> Option<DateTime<FixedOffset>> {
    if !text.is_ascii() {
        return None;
    }
    let states_offset = text.get(19..)?.contains(['Z', 'z', '+', '-']);
    let text = if states_offset { text.to_owned() } else { format!("{text}Z") };
    DateTime::parse_from_rfc3339(&text).ok()
}

/// Second 60, offsets of a whole day, and years outside 0001 to 9999, written or in UTC.
fn is_ruled_out(at: &DateTime<FixedOffset>) -> bool {
    let years = 1..=9999;
    at.nanosecond() >= 1_000_000_000
        || at.offset().local_minus_utc().abs() >= 86_400
        || !years.contains(&at.year())
        || !years.contains(&at.to_utc().year())
}
