//! Instants in words.

use posture_core::views::truncation;
use posture_core::{Timestamp, words};

/// The address asks for something that is not an instant.
pub fn no_instant(stated: &str) -> String {
    format!("“{}” is not a date. The status shown is as of the export.", truncation::line(stated))
}

/// What is being loaded. Evidence of the past takes longer, so the text names the instant that it reaches back to.
pub fn loading_evidence(reaching_back: Option<Timestamp>) -> String {
    match reaching_back {
        Some(at) => format!("Loading evidence back to {}", words::instant(at)),
        None => "Loading evidence".to_owned(),
    }
}

/// An instant relative to another: `3 h ago`, `in 3 h`.
pub fn relative(at: Timestamp, to: Timestamp) -> String {
    if at > to {
        return format!("in {}", words::span(at.seconds_since(to)));
    }
    format!("{} ago", words::span(to.seconds_since(at)))
}

/// An instant to the minute, without the time zone: `2026-04-08 23:21`.
pub fn minute(at: Timestamp) -> String {
    at.to_string().chars().take(16).collect::<String>().replace('T', " ")
}

/// Reads an instant as [`minute`] writes it, or as RFC 3339.
pub fn read_minute(written: &str) -> Option<Timestamp> {
    let written = written.trim().trim_end_matches("UTC").trim_end();
    Timestamp::parse(written).or_else(|| Timestamp::parse(&format!("{}:00Z", written.replace(' ', "T"))))
}

/// How long ago the server last confirmed what is newest: `checked 5 min ago`.
pub fn updated(at: Timestamp, now: Timestamp) -> String {
    match now.seconds_since(at) {
        0..60 => "checked just now".to_owned(),
        seconds => format!("checked {} ago", words::span(seconds)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// DB-12
    #[test]
    fn a_check_is_just_now_within_the_first_minute() {
        let at = |seconds| Timestamp::from_unix_seconds(seconds).unwrap();
        assert_eq!(
            [20, 300].map(|seconds| updated(at(0), at(seconds))),
            ["checked just now", "checked 5 min ago"]
        );
    }

    /// DB-19
    #[test]
    fn an_instant_is_read_as_it_is_written() {
        let at = Timestamp::parse("2026-04-08T23:21:00Z").unwrap();
        assert_eq!(minute(at), "2026-04-08 23:21");
        for written in [" 2026-04-08 23:21 ", "2026-04-08 23:21 UTC", "2026-04-08T23:21:00Z"] {
            assert_eq!(read_minute(written), Some(at), "{written}");
        }
        assert_eq!(["yesterday", "", "04/08/2026, 11:21 PM"].map(read_minute), [None; 3]);
    }

    #[test]
    fn an_instant_is_before_or_after_another() {
        let at = |seconds| Timestamp::from_unix_seconds(seconds).unwrap();
        assert_eq!(relative(at(0), at(7200)), "2 h ago");
        assert_eq!(relative(at(7200), at(0)), "in 2 h");
    }
}
