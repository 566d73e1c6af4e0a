//! Reading errors: the text is not JSON, or a value is invalid. Also notices, which do not stop reading.

use crate::bounds::Bound;
use crate::timestamp::Timestamp;

/// Why reading stopped, at a byte offset of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) at: usize,
    pub(crate) problem: Problem,
}

/// The reason why reading stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// The text is not JSON or nests too deep. The document is refused.
    Syntax(SyntaxProblem),
    /// The text is JSON, but a value is invalid.
    Mismatch(Mismatch),
}

/// Why a text is not JSON that the contract accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyntaxProblem {
    /// The text ends inside a value.
    EndsEarly,
    /// There is more text after the end of the value.
    GoesOn,
    /// A line of NDJSON ends inside a value.
    LineEndsEarly,
    /// A line of NDJSON has more text after the end of its value.
    LineGoesOn,
    /// The document does not start with an object.
    NoDocument,
    /// No value starts here.
    NoValue,
    /// A key in quotes is expected here.
    NoKey,
    /// A colon is expected here.
    NoColon,
    /// A comma or the end of the object or array is expected here.
    NoComma,
    /// A number is not in JSON syntax.
    BadNumber,
    /// A string has an escape that JSON does not define.
    BadEscape,
    /// A string has an unescaped control character.
    ControlCharacter,
    /// Objects and arrays nest deeper than the contract allows.
    TooDeep,
    /// Something is larger than its bound.
    Beyond(Bound),
}

impl SyntaxProblem {
    /// The same problem of a line of NDJSON, which has another remedy.
    pub(crate) fn of_line(self) -> Self {
        if self == Self::EndsEarly {
            Self::LineEndsEarly
        } else if self == Self::GoesOn {
            Self::LineGoesOn
        } else {
            self
        }
    }
}

/// Why a value is invalid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// A required key is missing.
    Missing(&'static str),
    /// A known key occurs twice.
    Twice(String),
    /// The value is not of the expected type or format.
    Expected(&'static str),
    /// The value is an integer outside the allowed range.
    OutOfRange {
        /// The least number allowed.
        least: u64,
        /// The greatest number allowed.
        greatest: u64,
    },
    /// A string has an escape that is not a Unicode scalar value.
    LoneSurrogate,
}

/// A problem that does not stop reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// A detail is invalid and reads as absent.
    UnfitDetail(Mismatch),
    /// A timestamp before the year 2000 reads as absent.
    ImplausibleTimestamp(Timestamp),
    /// A word is outside its vocabulary. The first field names the vocabulary.
    UnrecognisedWord(&'static str, String),
}

/// The fault is boxed so that small values are returned in registers.
pub(crate) type Read<T> = Result<T, Box<Fault>>;
