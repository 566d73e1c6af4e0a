//! Values of JSON objects as other tools write them.
//!
//! Keys are matched as written, else without regard to case: PowerShell's own classes write `Id` for Graph's `id`.

use posture_core::{GREATEST_NUMBER, Timestamp};
use serde_json::Value;

use crate::times;

/// The value of a key, unless it is absent or null.
pub(in crate::adapters) fn get<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    let object = value.as_object()?;
    let found = object
        .get(key)
        .or_else(|| object.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value))?;
    (!found.is_null()).then_some(found)
}

/// The text of a key, trimmed; `None` if it is empty.
pub(in crate::adapters) fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    get(value, key)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// The count of a key, as a number or as the text of one.
pub(in crate::adapters) fn count(value: &Value, key: &str) -> Option<u64> {
    match get(value, key)? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
    .filter(|count| *count <= GREATEST_NUMBER)
}

/// The truth value of a key, as a value or as the text of one.
pub(in crate::adapters) fn flag(value: &Value, key: &str) -> Option<bool> {
    match get(value, key)? {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if text.trim().eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.trim().eq_ignore_ascii_case("false") => Some(false),
        Value::String(_) | Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The instant of a key: a timestamp, seconds since 1970, or Windows PowerShell's `/Date(…)/`.
///
/// The zero value of a program, such as `0001-01-01T00:00:00Z`, is not an instant.
pub(in crate::adapters) fn time(value: &Value, key: &str) -> Option<Timestamp> {
    let at = match get(value, key)? {
        Value::String(text) => return time_of(text),
        Value::Number(number) => from_seconds(number.as_f64()?),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    at.filter(|at| times::is_plausible(*at))
}

/// The instant that a text is, in one of the forms of [`time`].
pub(in crate::adapters) fn time_of(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Some(milliseconds) = text.strip_prefix("/Date(").and_then(|rest| rest.strip_suffix(")/")) {
        // An offset after the number changes how it is shown, not the instant.
        let digits = milliseconds.find(['+', '-']).map_or(milliseconds, |at| &milliseconds[..at.max(1)]);
        let seconds = digits.parse::<i64>().ok()?.div_euclid(1000);
        return Timestamp::from_unix_seconds(seconds).filter(|at| times::is_plausible(*at));
    }
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return from_seconds(text.parse().ok()?).filter(|at| times::is_plausible(*at));
    }
    times::plausible(text)
}

#[expect(clippy::cast_possible_truncation, reason = "the value is within the range of the calendar")]
fn from_seconds(seconds: f64) -> Option<Timestamp> {
    let is_in_calendar = (0.0..253_402_300_800.0).contains(&seconds);
    is_in_calendar.then(|| Timestamp::from_unix_seconds(seconds.floor() as i64)).flatten()
}

/// Adds counts; the sum stays a count.
pub(in crate::adapters) fn sum(one: u64, other: u64) -> u64 {
    one.saturating_add(other).min(GREATEST_NUMBER)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_time_is_read_in_every_form_that_tools_write() {
        let at = Timestamp::parse("2026-04-08T01:00:00Z");
        for written in [
            json!("2026-04-08T01:00:00Z"),
            json!("2026-04-08T01:00:00.1234567Z"),
            json!("2026-04-08 01:00:00"),
            json!("/Date(1775610000000)/"),
            json!("/Date(1775610000000+0200)/"),
            json!("1775610000"),
            json!(1_775_610_000),
            json!(1_775_610_000.25),
        ] {
            let read = time(&json!({ "at": written }), "at");
            assert_eq!(read.map(Timestamp::unix_seconds), at.map(Timestamp::unix_seconds), "{written}");
        }
    }

    #[test]
    fn zero_values_and_other_words_are_not_times() {
        for written in [
            json!("0001-01-01T00:00:00Z"),
            json!(0),
            json!("0"),
            json!(""),
            json!("/Date(-62135596800000)/"),
            json!("/Date()/"),
            json!("yesterday"),
            json!(1e300),
            json!(-5),
            json!([]),
            json!(null),
        ] {
            assert_eq!(time(&json!({ "at": written }), "at"), None, "{written}");
        }
    }

    #[test]
    fn keys_are_found_as_powershell_writes_them() {
        assert_eq!(text(&json!({ "Id": " a " }), "id"), Some("a"));
        assert_eq!(text(&json!({ "Id": "b", "id": "a" }), "id"), Some("a"));
        assert_eq!(count(&json!({ "Total": "7" }), "total"), Some(7));
        assert_eq!(count(&json!({ "total": u64::MAX }), "total"), None);
        assert_eq!(count(&json!({ "total": -1 }), "total"), None);
    }
}
