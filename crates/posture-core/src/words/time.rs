//! Instants and spans in words.

use crate::policy::Frame;
use crate::timestamp::Timestamp;
use crate::words::push_number;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Beyond this many days recovery evidence is called old.
pub const OLD_EVIDENCE_DAYS: u64 = 180;

/// A span of whole seconds, rounded down: `12 min`, `51 h`, `8 days`.
pub fn span(seconds: u64) -> String {
    let mut text = String::new();
    push_span(&mut text, seconds);
    text
}

pub(super) fn push_span(text: &mut String, seconds: u64) {
    let (number, unit) = match seconds {
        0..MINUTE => return text.push_str("less than a minute"),
        MINUTE..7200 => (seconds / MINUTE, " min"),
        7200..259_200 => (seconds / HOUR, " h"),
        _ => (seconds / DAY, " days"),
    };
    push_number(text, number);
    text.push_str(unit);
}

/// An instant to the minute: `2026-11-18 06:02 UTC`.
pub fn instant(at: Timestamp) -> String {
    let mut text = String::new();
    push_instant(&mut text, at);
    text
}

pub(super) fn push_instant(text: &mut String, at: Timestamp) {
    at.written(|written| match (written.get(..10), written.get(11..16)) {
        (Some(date), Some(clock)) => [date, " ", clock, " UTC"].into_iter().for_each(|piece| text.push_str(piece)),
        _ => text.push_str(written),
    });
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
    pub(super) fn push_sentence(self, text: &mut String) {
        let Some((at, age)) = self.at else {
            return text.push_str("The run states no usable time, so the age of this evidence is unknown.");
        };
        let (before, behind) = if age > OLD_EVIDENCE_DAYS * DAY { ("This evidence is old: ", "") } else { ("This evidence is ", " old") };
        text.push_str(before);
        push_span(text, age);
        text.push_str(behind);
        text.push_str(" (");
        push_instant(text, at);
        text.push_str(").");
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
