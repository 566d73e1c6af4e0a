//! Why a text could not be read: it is not JSON, or a value in it is invalid. And what is noticed in a text that can be read.

use crate::timestamp::Timestamp;

/// Why reading stopped, at a byte offset of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) at: usize,
    pub(crate) problem: Problem,
}

/// What stopped the reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// The text is not JSON, or nests too deep: the document is refused.
    Syntax(SyntaxProblem),
    /// The text is JSON, and a value does not fit its place.
    Mismatch(Mismatch),
}

/// Why a text is not JSON as the contract reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyntaxProblem {
    /// The text ends inside a value.
    EndsEarly,
    /// Something stands after the end of the value.
    GoesOn,
    /// The document does not start with an object.
    NoDocument,
    /// No value starts here.
    NoValue,
    /// An object's key, in quotes, belongs here.
    NoKey,
    /// A colon belongs here.
    NoColon,
    /// A comma or the end of the object or array belongs here.
    NoComma,
    /// A number is not written as JSON writes numbers.
    BadNumber,
    /// A string holds an escape that JSON does not know.
    BadEscape,
    /// A string holds an unescaped control character.
    ControlCharacter,
    /// Objects and arrays nest deeper than the contract allows.
    TooDeep,
}

/// Why a value does not fit its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// A required key is missing.
    Missing(&'static str),
    /// A known key stands twice.
    Twice(String),
    /// The value is not what belongs here.
    Expected(&'static str),
    /// The value is a whole number outside the range allowed here.
    OutOfRange {
        /// The least number allowed.
        least: u64,
        /// The greatest number allowed.
        greatest: u64,
    },
    /// A string holds an escape that is no Unicode scalar value.
    LoneSurrogate,
}

/// Something noticed in a text that reads all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// A detail is invalid and reads as absent.
    UnfitDetail(Mismatch),
    /// A timestamp before the year 2000 reads as absent.
    ImplausibleTimestamp(Timestamp),
    /// A word is outside the vocabulary of what is named first.
    UnrecognisedWord(&'static str, String),
}

/// A fault is boxed, so that what is read comes back in registers.
pub(crate) type Read<T> = Result<T, Box<Fault>>;
