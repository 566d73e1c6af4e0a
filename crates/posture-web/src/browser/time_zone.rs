//! The time zone of the browser.

use posture_core::Timestamp;

/// An instant in the browser's time zone, with its distance from UTC: `2026-11-28 16:45 UTC+01:00`. `None` if that is UTC, and outside a
/// browser.
pub fn local(at: Timestamp) -> Option<String> {
    let there = there(at)?;
    let (date, time) = there.split_once('T')?;
    Some(format!("{date} {} {}", time.get(..5)?, zone(at)?))
}

/// The hour and minute of an instant in the browser's time zone: `16:45`. `None` as for [`local`].
pub fn local_hour(at: Timestamp) -> Option<String> {
    Some(there(at)?.split_once('T')?.1.get(..5)?.to_owned())
}

/// The distance of the browser's time zone from UTC at an instant: `UTC+01:00`. `None` as for [`local`].
pub fn zone(at: Timestamp) -> Option<String> {
    let ahead = minutes_ahead(at)?;
    let sign = if ahead < 0 { '-' } else { '+' };
    let (hours, minutes) = (ahead.abs() / 60, ahead.abs() % 60);
    Some(format!("UTC{sign}{hours:02}:{minutes:02}"))
}

fn there(at: Timestamp) -> Option<String> {
    let ahead = minutes_ahead(at)?;
    Some(Timestamp::from_unix_seconds(at.unix_seconds() + i64::from(ahead) * 60)?.to_string())
}

/// How far local time is ahead of UTC at an instant; `None` if it is not.
#[cfg(target_family = "wasm")]
fn minutes_ahead(at: Timestamp) -> Option<i32> {
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^53")]
    let date = js_sys::Date::new(&(at.unix_seconds() as f64 * 1000.0).into());
    #[expect(clippy::cast_possible_truncation, reason = "minutes of a day")]
    let ahead = -date.get_timezone_offset() as i32;
    (ahead != 0).then_some(ahead)
}

/// Outside a browser there is no zone but UTC.
#[cfg(not(target_family = "wasm"))]
fn minutes_ahead(_at: Timestamp) -> Option<i32> {
    None
}
