//! Instants and spans in words.

use crate::policy::Frame;
use crate::timestamp::Timestamp;
use crate::words::Text;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Beyond this many days recovery evidence is called old.
pub const OLD_EVIDENCE_DAYS: i64 = 180;

/// A span of whole seconds, rounded down: `12 min`, `51 h`, `8 days`.
pub fn span(seconds: u64) -> String {
    Text::new(0).span(seconds).take()
}

/// All of a time without a usable backup.
pub const NO_USABLE_BACKUP: &str = "no usable backup";

/// A time without a backup: `no backup for 6 days`.
pub fn no_backup_for(seconds: u64) -> String {
    format!("no backup for {}", span(seconds))
}

/// A span next to a limit, in hours and minutes if the two are close.
pub fn span_near(seconds: u64, limit: u64) -> String {
    Text::new(0).span_near(seconds, limit).take()
}

/// An instant to the minute: `2026-11-18 06:02 UTC`.
pub fn instant(at: Timestamp) -> String {
    Text::new(0).instant(at).take()
}

/// Two instants of one sentence: to the minute, or with every digit if that would make them equal.
pub(super) fn told_apart(instants: [Timestamp; 2]) -> [String; 2] {
    let [one, other] = instants.map(instant);
    if one == other { instants.map(Timestamp::exact) } else { [one, other] }
}

/// The age of recovery evidence that is old, as a phrase. `None` for evidence that is not.
pub fn old_evidence(at: Timestamp, as_of: Timestamp) -> Option<String> {
    is_old_evidence(at, as_of).then(|| format!("recovery evidence is {} old", span(as_of.seconds_since(at))))
}

/// Whether recovery evidence of this instant is called old.
pub(crate) fn is_old_evidence(at: Timestamp, as_of: Timestamp) -> bool {
    as_of > at.plus(OLD_EVIDENCE_DAYS * DAY.cast_signed())
}

impl Text {
    pub(super) fn span(&mut self, seconds: u64) -> &mut Self {
        let (number, unit) = match seconds {
            0..MINUTE => return self.put("less than a minute"),
            MINUTE..7200 => (seconds / MINUTE, " min"),
            7200..259_200 => (seconds / HOUR, " h"),
            _ => (seconds / DAY, " days"),
        };
        self.number(number).put(unit)
    }

    /// A span next to a limit: hours and minutes if the two are within two hours of each other, so that they can be distinguished.
    pub(super) fn span_near(&mut self, seconds: u64, limit: u64) -> &mut Self {
        if seconds < 2 * HOUR || seconds.abs_diff(limit) >= 2 * HOUR {
            return self.span(seconds);
        }
        self.number(seconds / HOUR).put(" h ").number(seconds % HOUR / MINUTE).put(" min")
    }

    pub(super) fn instant(&mut self, at: Timestamp) -> &mut Self {
        at.written(|written| match (written.get(..10), written.get(11..16)) {
            (Some(date), Some(clock)) => self.put(date).put(" ").put(clock).put(" UTC"),
            _ => self.put(written),
        })
    }

    /// How old evidence is, and that it is old if it is.
    pub(super) fn age(&mut self, age: EvidenceAge) -> &mut Self {
        let EvidenceAge { at, seconds, is_old, is_ahead } = age;
        match at {
            None => self.put("The run has no usable time, so the age of this evidence is unknown."),
            Some(at) if is_ahead => self
                .put("Its stated time, ")
                .instant(at)
                .put(", is in the future, so the age of this evidence is unknown."),
            Some(at) if is_old => {
                self.put("This evidence is old: ").span(seconds).put(" (").instant(at).put(").")
            }
            Some(at) => self.put("This evidence is ").span(seconds).put(" old (").instant(at).put(")."),
        }
    }
}

/// How old a piece of recovery evidence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EvidenceAge {
    at: Option<Timestamp>,
    seconds: u64,
    is_old: bool,
    is_ahead: bool,
}

/// The age of evidence from an instant, or of evidence that states none.
pub fn evidence_age(at: Option<Timestamp>, frame: &Frame) -> EvidenceAge {
    EvidenceAge {
        at,
        seconds: at.map_or(0, |at| frame.as_of.seconds_since(at)),
        is_ahead: at.is_some_and(|at| !frame.has_happened(at)),
        is_old: at.is_some_and(|at| is_old_evidence(at, frame.as_of)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_near_a_limit_are_given_in_hours_and_minutes() {
        let day = 24 * HOUR;
        assert_eq!(span_near(day + 41 * MINUTE, day), "24 h 41 min");
        assert_eq!(span_near(day, day), "24 h 0 min");
        assert_eq!(span_near(day + 2 * HOUR, day), "26 h");
        assert_eq!(span_near(day - 2 * HOUR + 1, day), "22 h 0 min");
        assert_eq!(span_near(59 * MINUTE, HOUR), "59 min");
    }

    #[test]
    fn spans_are_rounded_down_to_the_unit_a_person_uses() {
        let spans = [0, 59, 60, 7199, 7200, 259_199, 259_200, 864_000].map(span);
        assert_eq!(
            spans,
            [
                "less than a minute",
                "less than a minute",
                "1 min",
                "119 min",
                "2 h",
                "71 h",
                "3 days",
                "10 days"
            ]
        );
    }
}
