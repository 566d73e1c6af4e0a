//! How a string, a number, an id or an instant of the document is read.

use std::borrow::Cow;

use crate::id::{GREATEST_NUMBER, Id};
use crate::json::cursor::{Cursor, Kind};
use crate::json::fault::{Mismatch, Notice, Problem, Read};
use crate::reading::decode::Decode;
use crate::timestamp::Timestamp;

impl<'a> Decode<'a> for Cow<'a, str> {
    #[inline]
    fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
        cursor.string()
    }
}

impl<'a> Decode<'a> for bool {
    fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
        cursor.bool()
    }
}

/// A count: an integer 0..2^53−1 written only in digits.
impl<'a> Decode<'a> for u64 {
    fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
        let in_range = |number| (number <= GREATEST_NUMBER).then_some(number);
        whole_number(cursor, in_range, "a whole number in digits, from 0 to 9007199254740991,")
    }
}

impl<'a> Decode<'a> for Id {
    fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
        whole_number(cursor, Self::new, "an id (a whole number in digits, from 1 to 9007199254740991)")
    }
}

fn whole_number<T>(
    cursor: &mut Cursor<'_>,
    in_range: impl Fn(u64) -> Option<T>,
    what: &'static str,
) -> Read<T> {
    cursor.next_byte();
    let start = cursor.at();
    let number = match cursor.plain_digits() {
        Some(number) => Some(number),
        None if cursor.peek()? != Kind::Number => return cursor.expected(what),
        None => {
            // What ends the text, or is not an integer written only in digits.
            let written = cursor.number()?;
            let plain = written.len() <= 16 && written.bytes().all(|byte| byte.is_ascii_digit());
            written.parse().ok().filter(|_| plain)
        }
    };
    number.and_then(in_range).map_or_else(|| Cursor::mismatch(start, Mismatch::Expected(what)), Ok)
}

impl<'a> Decode<'a> for Timestamp {
    fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
        const WHAT: &str = "a timestamp such as 2026-04-08T23:21:36Z";
        cursor.next_byte();
        let start = cursor.at();
        if let Some(at) = cursor.plain_string(Timestamp::WRITTEN_BYTES).and_then(Timestamp::parse_written) {
            cursor.return_to(start + Timestamp::WRITTEN_BYTES + 2);
            return Ok(at);
        }
        if cursor.peek()? != Kind::String {
            return cursor.expected(WHAT);
        }
        let text = cursor.string()?;
        Timestamp::parse(&text).map_or_else(|| Cursor::mismatch(start, Mismatch::Expected(WHAT)), Ok)
    }

    /// In a record, a timestamp before the year 2000 reads as absent.
    #[inline]
    fn decode_nullable(cursor: &mut Cursor<'a>) -> Read<Option<Self>> {
        if cursor.next_byte() == Some(b'n') {
            return cursor.literal("null").map(|()| None);
        }
        let start = cursor.at();
        let at = Self::decode(cursor)?;
        Ok(plausible(at, start, cursor))
    }

    fn fit_onto(list: &mut Vec<Self>, cursor: &mut Cursor<'a>) -> Read<()> {
        cursor.next_byte();
        let start = cursor.at();
        let at = Self::decode(cursor)?;
        list.extend(plausible(at, start, cursor));
        Ok(())
    }
}

/// The timestamp read from `start` on, unless it is the zero value of some program. The cursor keeps that fact.
#[inline]
fn plausible(at: Timestamp, start: usize, cursor: &mut Cursor<'_>) -> Option<Timestamp> {
    if at >= Timestamp::FIRST_PLAUSIBLE || cursor.is_in_head() {
        return Some(at);
    }
    cursor.notices.push((start, Notice::ImplausibleTimestamp(at)));
    None
}

/// A whole number within a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ranged<const LEAST: u64, const GREATEST: u64>(pub u64);

impl<'a, const LEAST: u64, const GREATEST: u64> Decode<'a> for Ranged<LEAST, GREATEST> {
    fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
        within(cursor, LEAST, GREATEST).map(Self)
    }
}

/// A whole number within a range. Whatever else is found, the fault says which numbers are allowed.
fn within(cursor: &mut Cursor<'_>, least: u64, greatest: u64) -> Read<u64> {
    cursor.next_byte();
    let start = cursor.at();
    match u64::decode(cursor) {
        Ok(number) if (least..=greatest).contains(&number) => Ok(number),
        Err(fault) if matches!(fault.problem, Problem::Syntax(_)) => Err(fault),
        Ok(_) | Err(_) => Cursor::mismatch(start, Mismatch::OutOfRange { least, greatest }),
    }
}

#[cfg(feature = "schema")]
impl<const LEAST: u64, const GREATEST: u64> schemars::JsonSchema for Ranged<LEAST, GREATEST> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("From{LEAST}To{GREATEST}").into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "integer", "minimum": LEAST, "maximum": GREATEST })
    }
}
