//! Why a document gives no report (contract, section 2).

use crate::bounds::Bound;
use crate::json::fault::{Fault, Mismatch, Problem, SyntaxProblem};
use crate::json::locate::quoted;
use crate::policy::OutOfRange;
use crate::timestamp::Timestamp;

/// A place in the document, counted from 1; columns count bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: u64,
    /// The column.
    pub column: u64,
}

impl Position {
    /// The document's first byte.
    pub const START: Self = Self { line: 1, column: 1 };

    /// The place after `bytes`, which start here.
    pub(crate) fn after(self, bytes: &[u8]) -> Self {
        match memchr::memrchr(b'\n', bytes) {
            None => Self { column: self.column + bytes.len() as u64, ..self },
            Some(last) => Self {
                line: self.line + memchr::memchr_iter(b'\n', bytes).count() as u64,
                column: (bytes.len() - last) as u64,
            },
        }
    }
}

/// A refused document: what is wrong, where, and (displayed) what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong.
    pub kind: RefusalKind,
    /// Where, as a path, if that is known.
    pub path: Option<String>,
    /// Where, as a line and column, if that is known.
    pub position: Option<Position>,
    /// The invalid value as it was written, shortened, if it helps to quote it.
    pub found: Option<String>,
}

/// What is wrong with a refused document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// There is nothing in it.
    Empty,
    /// Its bytes are not UTF-8.
    NotUtf8,
    /// It starts with a byte-order mark.
    ByteOrderMark,
    /// It is a file of another kind, recognised by its first bytes.
    OtherContent(Content),
    /// It is not JSON, or nests too deep.
    Syntax(SyntaxProblem),
    /// A part of it is larger than its bound.
    Beyond(Bound),
    /// A value of its head is invalid.
    Mismatch(Mismatch),
    /// It is another kind of document; the format it states.
    WrongFormat(Option<String>),
    /// Its version is not read here.
    UnsupportedVersion(u64),
    /// A policy value is out of range.
    PolicyOutOfRange(OutOfRange),
    /// The first NDJSON line holds tenants.
    TenantsInFirstLine,
    /// The instant to judge at is not a timestamp.
    AsOf(String),
    /// The instant to judge at is before the time that the document covers.
    AsOfBeforeSince {
        /// The instant to judge at.
        as_of: Timestamp,
        /// The instant from which on the evidence serves.
        since: Timestamp,
    },
    /// The evidence was reduced to what is needed after its own export.
    SinceAfterExport {
        /// The instant from which on the evidence serves.
        since: Timestamp,
        /// The instant of the export.
        exported_at: Timestamp,
    },
    /// The document's own instant is before the year 2000.
    ImplausibleTimestamp(Timestamp),
}

/// Kinds of files that people take for a snapshot, recognised by their first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// A ZIP archive, as spreadsheets and documents of an office suite are.
    Zip,
    /// Compressed with gzip, once more than was undone.
    Gzip,
    /// Compressed in another way.
    Compressed,
    /// A web page, or XML.
    Markup,
    /// A PDF document.
    Pdf,
    /// A database of SQLite, which a store of snapshots is.
    Sqlite,
    /// Text in UTF-16 or UTF-32.
    WideText,
}

/// How many bytes it takes to recognise a document's content.
pub(crate) const CONTENT_BYTES: usize = 4;

impl Content {
    /// What begins like this; `None` for what may be a snapshot.
    pub(crate) fn beginning(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [b'P', b'K', 3 | 5, ..] => Some(Self::Zip),
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd]
            | [b'B', b'Z', b'h', ..]
            | [0xfd, b'7', b'z', b'X']
            | [b'7', b'z', 0xbc, 0xaf] => Some(Self::Compressed),
            [b'<', ..] => Some(Self::Markup),
            [b'%', b'P', b'D', b'F'] => Some(Self::Pdf),
            [b'S', b'Q', b'L', b'i'] => Some(Self::Sqlite),
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, ..] | [_, 0, ..] => Some(Self::WideText),
            _ => None,
        }
    }
}

impl RefusalKind {
    #[cold]
    pub(crate) fn at(self, path: &str, position: Option<Position>) -> Refusal {
        Refusal { kind: self, path: (!path.is_empty()).then(|| path.to_owned()), position, found: None }
    }

    /// The same refusal of a line of NDJSON.
    pub(crate) fn of_line(self) -> Self {
        if let Self::Syntax(problem) = self { Self::Syntax(problem.of_line()) } else { self }
    }

    /// As [`at`](Self::at), with the beginning of the value that was found.
    pub(crate) fn quoting(self, found: Option<&str>, path: &str, position: Position) -> Refusal {
        let found = found.map(|found| found.chars().take(FOUND_CHARACTERS).collect());
        Refusal { found, ..self.at(path, Some(position)) }
    }
}

/// How much of an invalid value a refusal keeps; its sentence quotes less.
const FOUND_CHARACTERS: usize = 400;

/// The text of the invalid value that a fault is about.
pub(crate) fn found<'t>(text: &'t str, fault: &Fault) -> Option<&'t str> {
    match &fault.problem {
        Problem::Mismatch(mismatch) => quoted(text, fault.at, mismatch),
        Problem::Syntax(_) => None,
    }
}

impl From<Fault> for RefusalKind {
    fn from(fault: Fault) -> Self {
        match fault.problem {
            Problem::Syntax(SyntaxProblem::Beyond(bound)) => Self::Beyond(bound),
            Problem::Syntax(problem) => Self::Syntax(problem),
            Problem::Mismatch(mismatch) => Self::Mismatch(mismatch),
        }
    }
}

/// The refusal of text that is not JSON at an offset after `position`.
pub(crate) fn syntax_refusal(problem: SyntaxProblem, path: &str, position: Position) -> Refusal {
    RefusalKind::Syntax(problem).at(path, Some(position))
}
