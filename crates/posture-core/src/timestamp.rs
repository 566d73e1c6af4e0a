//! Instants as the contract reads and writes them (sections 1 and 3).

use std::fmt;
use std::num::NonZeroU32;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use wide::u8x16;

/// An instant in UTC with nanosecond precision. Written as `YYYY-MM-DDTHH:MM:SSZ`, the fraction cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    seconds: i64,
    fraction: Fraction,
}

/// Nanoseconds into a second. Kept as one more, so that an instant that may be absent takes no more room than one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Fraction(NonZeroU32);

impl Fraction {
    const ZERO: Self = Self(NonZeroU32::MIN);

    fn of(nanos: u32) -> Self {
        Self(NonZeroU32::MIN.saturating_add(nanos))
    }
}

/// 0001-01-01T00:00:00Z.
const FIRST_SECOND: i64 = -62_135_596_800;
/// 9999-12-31T23:59:59Z.
const LAST_SECOND: i64 = 253_402_300_799;

impl Timestamp {
    /// 2000-01-01T00:00:00Z. Before it no record was made: such a timestamp is the zero value of some program.
    pub(crate) const FIRST_PLAUSIBLE: Self = Self { seconds: 946_684_800, fraction: Fraction::ZERO };

    /// How many bytes an instant has as it is written here.
    pub(crate) const WRITTEN_BYTES: usize = 20;

    /// Reads an instant as it is written here; `None` of any other writing.
    pub(crate) fn parse_written(text: &[u8]) -> Option<Self> {
        let (date_time, b"Z") = text.split_first_chunk::<19>()? else { return None };
        Self { seconds: utc_seconds(date_time)?, fraction: Fraction::ZERO }.expressible()
    }

    /// Reads RFC 3339, or the same without an offset, which is UTC. `None` if the text is not a timestamp of the contract.
    pub fn parse(text: &str) -> Option<Self> {
        let (date_time, mut rest) = text.as_bytes().split_first_chunk::<19>()?;
        let seconds = utc_seconds(date_time)?;
        let mut nanos = 0;
        if let Some(fraction) = rest.strip_prefix(b".") {
            let length = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if length == 0 {
                return None;
            }
            let kept = length.min(9);
            nanos = digits(&fraction[..kept])? * 10_u32.pow(9 - u32::try_from(kept).ok()?);
            rest = &fraction[length..];
        }
        Self { seconds: seconds - offset_seconds(rest)?, fraction: Fraction::of(nanos) }.expressible()
    }

    /// The instant this many seconds after 1970-01-01T00:00:00Z, or `None` outside the years 0001 to 9999.
    pub fn from_unix_seconds(seconds: i64) -> Option<Self> {
        Self { seconds, fraction: Fraction::ZERO }.expressible()
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    pub fn unix_seconds(self) -> i64 {
        self.seconds
    }

    /// This instant moved by whole seconds. It may be past the year 9999: compare with it, but see [`Timestamp::expressible`] before writing it.
    pub(crate) fn plus(self, seconds: i64) -> Self {
        Self { seconds: self.seconds.saturating_add(seconds), ..self }
    }

    /// This instant, or `None` if it is outside the years 0001 to 9999.
    pub(crate) fn expressible(self) -> Option<Self> {
        (FIRST_SECOND..=LAST_SECOND).contains(&self.seconds).then_some(self)
    }

    /// `max(0, self − earlier)` in whole seconds, rounded down.
    pub fn seconds_since(self, earlier: Self) -> u64 {
        let borrowed = i64::from(self.fraction < earlier.fraction);
        u64::try_from(self.seconds.saturating_sub(earlier.seconds).saturating_sub(borrowed)).unwrap_or(0)
    }
}

/// The seconds from 1970 to `YYYY-MM-DDTHH:MM:SS` in UTC.
fn utc_seconds(text: &[u8; 19]) -> Option<i64> {
    // XOR with a template leaves each digit's value, or 0 for punctuation; the second lane holds the last three places too.
    let values = |lane: &[u8], written: &[u8; 19], limits: &[u8; 19], from: usize| {
        let of = |bytes: &[u8]| bytes.get(from..)?.first_chunk().map(|bytes| u8x16::new(*bytes));
        let values = u8x16::new(*lane.get(from..)?.first_chunk()?) ^ of(written)?;
        values.max(of(limits)?).simd_eq(of(limits)?).all().then(|| values.to_array())
    };
    const WRITTEN: &[u8; 19] = b"0000-00-00\x0000:00:00";
    const LIMITS: &[u8; 19] = b"\x09\x09\x09\x09\0\x09\x09\0\x09\x09\xff\x09\x09\0\x09\x09\0\x09\x09";
    let (first, last) = (values(text, WRITTEN, LIMITS, 0)?, values(text, WRITTEN, LIMITS, 3)?);
    if !matches!(text[10], b'T' | b't' | b' ') {
        return None;
    }
    let two = |values: &[u8; 16], at: usize| u32::from(values[at]) * 10 + u32::from(values[at + 1]);
    let days = epoch_days(two(&first, 0) * 100 + two(&first, 2), two(&first, 5), two(&first, 8))?;
    let (hour, minute, second) = (two(&first, 11), two(&first, 14), two(&last, 14));
    let of_day = (hour < 24 && minute < 60 && second < 60).then_some(hour * 3600 + minute * 60 + second)?;
    Some(days * 86_400 + i64::from(of_day))
}

/// The days from 1970-01-01 to a date of the Gregorian calendar. A snapshot is full of instants, and `chrono` takes longer for each; a test
/// holds every date against it.
fn epoch_days(year: u32, month: u32, day: u32) -> Option<i64> {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days_in_month = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(is_leap),
        _ => return None,
    };
    if year == 0 || day == 0 || day > days_in_month {
        return None;
    }
    // Years begin in March, so that a leap day is the last of its year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day;
    Some(i64::from(days) - DAYS_BEFORE_1970)
}

/// From 0000-02-29 to 1970-01-01.
const DAYS_BEFORE_1970: i64 = 719_469;

/// The number that two digits write.
fn pair(tens: u8, ones: u8) -> Option<u32> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens <= 9 && ones <= 9).then(|| u32::from(tens) * 10 + u32::from(ones))
}

fn digits(bytes: &[u8]) -> Option<u32> {
    bytes
        .iter()
        .try_fold(0_u32, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u32::from(byte - b'0')))
}

/// Seconds east of UTC; nothing written is UTC.
fn offset_seconds(offset: &[u8]) -> Option<i64> {
    let (sign, hours, minutes) = match offset {
        [] | [b'Z' | b'z'] => return Some(0),
        [b'+', h1, h2, b':', m1, m2] => (1, pair(*h1, *h2)?, pair(*m1, *m2)?),
        [b'-', h1, h2, b':', m1, m2] => (-1, pair(*h1, *h2)?, pair(*m1, *m2)?),
        _ => return None,
    };
    (hours <= 23 && minutes <= 59).then(|| sign * i64::from(hours * 3600 + minutes * 60))
}

impl Timestamp {
    /// Hands over the instant as it is written.
    pub(crate) fn written<R>(self, take: impl FnOnce(&str) -> R) -> R {
        let day = i32::try_from(self.seconds.div_euclid(86_400)).ok();
        let Some(date) = day.and_then(NaiveDate::from_epoch_days) else {
            return take("outside the calendar");
        };
        let mut bytes = *b"0000-00-00T00:00:00Z";
        let year = u32::try_from(date.year()).unwrap_or(0);
        let second = self.seconds.rem_euclid(86_400) as u32;
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        let pairs = [
            (0, year / 100),
            (2, year % 100),
            (5, date.month()),
            (8, date.day()),
            (11, hour),
            (14, minute),
            (17, second),
        ];
        for (place, number) in pairs {
            bytes[place] += (number / 10 % 10) as u8;
            bytes[place + 1] += (number % 10) as u8;
        }
        take(str::from_utf8(&bytes).unwrap_or_default())
    }
}

impl Timestamp {
    /// The instant with its fraction, so that it reads as the same instant again.
    pub fn exact(self) -> String {
        let nanos = self.fraction.0.get() - 1;
        if nanos == 0 {
            return self.to_string();
        }
        self.written(|text| {
            let (date_time, zone) = text.split_at(text.len() - 1);
            let fraction = format!("{nanos:09}");
            format!("{date_time}.{}{zone}", fraction.trim_end_matches('0'))
        })
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.written(|text| f.write_str(text))
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a timestamp"))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.written(|text| serializer.serialize_str(text))
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        if generator.contract().is_serialize() {
            return schemars::json_schema!({
                "type": "string",
                "description": "An instant in UTC, the fraction of its second cut.",
                "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
            });
        }
        schemars::json_schema!({
            "type": "string",
            "description": "RFC 3339; without an offset it is UTC. Second 60 and 24:00 are not read, nor years outside 0001 to 9999.",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})?$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(text: &str, written: &str) {
        assert_eq!(Timestamp::parse(text).map(|at| at.to_string()).as_deref(), Some(written), "{text}");
    }

    #[track_caller]
    fn does_not_read(text: &str) {
        assert_eq!(Timestamp::parse(text), None, "{text}");
    }

    #[test]
    fn every_form_of_the_contract_is_read() {
        reads("2026-04-08T23:21:36Z", "2026-04-08T23:21:36Z");
        reads("2026-04-08t23:21:36z", "2026-04-08T23:21:36Z");
        reads("2026-04-08 23:21:36", "2026-04-08T23:21:36Z");
        reads("2026-04-08 23:21:36+23:59", "2026-04-07T23:22:36Z");
        reads("2026-04-08T23:21:36.999999999999-00:00", "2026-04-08T23:21:36Z");
        reads("2024-02-29T00:00:00-00:30", "2024-02-29T00:30:00Z");
        reads("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z");
        reads("9999-12-31T23:59:59.9Z", "9999-12-31T23:59:59Z");
    }

    #[test]
    fn text_that_is_not_a_timestamp_is_not_read() {
        for text in [
            "",
            "today",
            "2026-04-08",
            "2026-04-08T23:21Z",
            "2026-04-08T23:21:36.Z",
            "2026-04-08T23:21:36,5Z",
            "2026-04-08T23:21:60Z",
            "2026-04-08T24:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-04-08T23:21:36+24:00",
            "2026-04-08T23:21:36+01:60",
            "2026-04-08T23:21:36+0100",
            "2026-04-08T23:21:36 Z",
            " 2026-04-08T23:21:36Z",
            "0000-06-01T00:00:00Z",
            "0001-01-01T00:00:00+00:01",
            "9999-12-31T23:59:59-00:01",
            "+026-04-08T23:21:36Z",
            "2026-04-08T23:21:36ZZ",
            "２026-04-08T23:21:36Z",
            "2026_04-08T23:21:36Z",
        ] {
            does_not_read(text);
        }
    }

    proptest::proptest! {
        #[test]
        fn each_byte_must_be_what_its_place_asks_for(place in 0_usize..19, byte in 0_u8..128) {
            let mut text = *b"2026-04-08T23:21:36Z";
            text[place] = byte;
            let written = str::from_utf8(&text).unwrap();
            let expected = match text[place] {
                _ if place == 10 => matches!(byte, b'T' | b't' | b' '),
                _ if matches!(place, 4 | 7 | 13 | 16) => byte == b"2026-04-08T23:21:36Z"[place],
                _ => byte.is_ascii_digit() && chrono::NaiveDateTime::parse_from_str(written, "%Y-%m-%dT%H:%M:%SZ").is_ok_and(|_| !written.contains(":60Z")),
            };
            proptest::prop_assert_eq!(Timestamp::parse(written).is_some(), expected, "{}", written);
        }
    }

    #[test]
    fn every_date_counts_its_days_as_the_calendar_does() {
        let mut counted = 0;
        for (year, month, day) in (0..=9999)
            .flat_map(|year| (0..=13).flat_map(move |month| (0..=32).map(move |day| (year, month, day))))
        {
            let date = NaiveDate::from_ymd_opt(year, month, day).filter(|_| year > 0);
            let days = epoch_days(u32::try_from(year).unwrap(), month, day);
            assert_eq!(days, date.map(|date| i64::from(date.to_epoch_days())), "{year}-{month}-{day}");
            counted += u64::from(days.is_some());
        }
        assert_eq!(counted, 3_652_059);
    }

    #[test]
    fn nanoseconds_order_and_longer_fractions_are_cut() {
        let at = |text| Timestamp::parse(text).unwrap();
        assert!(at("2026-01-01T00:00:00.000000001Z") > at("2026-01-01T00:00:00Z"));
        assert_eq!(at("2026-01-01T00:00:00.0000000019Z"), at("2026-01-01T00:00:00.000000001Z"));
        assert_eq!(at("2026-01-01T00:00:10Z").seconds_since(at("2026-01-01T00:00:00.1Z")), 9);
        assert_eq!(at("2026-01-01T00:00:00Z").seconds_since(at("2026-01-01T00:00:01Z")), 0);
    }
}
