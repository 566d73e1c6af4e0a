//! Instants and spans in words.

use crate::policy::Frame;
use crate::timestamp::Timestamp;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Beyond this many days recovery evidence is called old.
pub const OLD_EVIDENCE_DAYS: u64 = 180;

/// A span of whole seconds, rounded down: `12 min`, `51 h`, `8 days`.
pub fn span(seconds: u64) -> String {
    match seconds {
        0..MINUTE => "less than a minute".to_owned(),
        MINUTE..7200 => (seconds / MINUTE).to_string() + " min",
        7200..259_200 => (seconds / HOUR).to_string() + " h",
        _ => (seconds / DAY).to_string() + " days",
    }
}

/// An instant to the minute: `2026-11-18 06:02 UTC`.
pub fn instant(at: Timestamp) -> String {
    at.written(|written| match (written.get(..10), written.get(11..16)) {
        (Some(date), Some(clock)) => [date, " ", clock, " UTC"].concat(),
        _ => written.to_owned(),
    })
}

/// How old a piece of recovery evidence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EvidenceAge {
    at: Option<(Timestamp, u64)>,
}

/// The age of evidence from an instant, or of evidence that states none.
pub fn evidence_age(at: Option<Timestamp>, frame: &Frame) -> EvidenceAge {
    EvidenceAge { at: at.map(|at| (at, frame.as_of.seconds_since(at))) }
}

impl EvidenceAge {
    /// How old the evidence is, and that it is old where it is.
    pub fn sentence(self) -> String {
        match self.at {
            None => "The run states no usable time, so the age of this evidence is unknown.".to_owned(),
            Some((at, age)) if age > OLD_EVIDENCE_DAYS * DAY => ["This evidence is old: ", &span(age), " (", &instant(at), ")."].concat(),
            Some((at, age)) => ["This evidence is ", &span(age), " old (", &instant(at), ")."].concat(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_rounded_down_to_the_unit_a_person_uses() {
        let spans = [0, 59, 60, 7199, 7200, 259_199, 259_200, 864_000].map(span);
        assert_eq!(spans, ["less than a minute", "less than a minute", "1 min", "119 min", "2 h", "71 h", "3 days", "10 days"]);
    }
}
