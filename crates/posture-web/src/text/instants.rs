//! Instants as the app speaks of them.

use posture_core::{Timestamp, truncation, words};

/// That the address asks for what is no instant.
pub fn no_instant(stated: &str) -> String {
    format!("It says “{}”. What is shown is judged as of the export.", truncation::line(stated))
}

/// How an instant lies to another: `3 h ago`, `in 3 h`.
pub fn relative(at: Timestamp, to: Timestamp) -> String {
    if at > to {
        return format!("in {}", words::span(at.seconds_since(to)));
    }
    format!("{} ago", words::span(to.seconds_since(at)))
}

/// How long ago the endpoint last said what is newest: `updated 20 s ago`.
pub fn updated(at: Timestamp, now: Timestamp) -> String {
    match now.seconds_since(at) {
        seconds @ 0..60 => format!("updated {seconds} s ago"),
        seconds => format!("updated {} ago", words::span(seconds)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// DB-12: to the second at first.
    #[test]
    fn an_update_is_seconds_ago_and_then_as_long_as_people_say() {
        let at = |seconds| Timestamp::from_unix_seconds(seconds).unwrap();
        assert_eq!(
            [20, 300].map(|seconds| updated(at(0), at(seconds))),
            ["updated 20 s ago", "updated 5 min ago"]
        );
    }

    #[test]
    fn an_instant_lies_before_or_after_another() {
        let at = |seconds| Timestamp::from_unix_seconds(seconds).unwrap();
        assert_eq!(relative(at(0), at(7200)), "2 h ago");
        assert_eq!(relative(at(7200), at(0)), "in 2 h");
    }
}
