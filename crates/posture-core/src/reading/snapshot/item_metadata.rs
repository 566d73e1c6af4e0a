//! What is known about an item's capture. Of its texts is kept what they say, not how: a full snapshot has very many.

use crate::json::cursor::{Cursor, Kind};
use crate::json::fault::{Mismatch, Read};
use crate::reading::decode::{Decode, Detail, record};

record! {
    many
    /// What is known about an item's capture.
    pub struct ItemMetadata {
        /// Where the capture came from.
        #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
        pub source: Option<CaptureSource>,
        /// Where the snapshot came from.
        #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
        pub snapshot_source: Option<CaptureSource>,
        /// Warnings of the capture.
        pub warnings: Detail<Warnings>,
        /// Whether assignments could not be fetched.
        pub assignments_fetch_failed: Option<bool>,
        /// Why assignments were or were not captured.
        #[cfg_attr(feature = "schema", schemars(with = "Detail<String>"))]
        pub assignment_capture_reason: Detail<Untold>,
        /// Whether assignments point to what no longer exists.
        pub has_orphaned_assignments: Option<bool>,
        /// A doubt about the item's integrity.
        pub integrity_warning: Option<IntegrityWarning>,
    }
}

impl ItemMetadata {
    /// Whether a source or a warning says that only metadata were captured.
    pub fn is_metadata_only(&self) -> bool {
        let says_so = |source: Option<CaptureSource>| source.is_some_and(|source| source.is_metadata_only);
        says_so(self.source)
            || says_so(self.snapshot_source)
            || self.warnings.get().is_some_and(|warnings| warnings.say_metadata_only)
    }
}

/// Where a capture or a snapshot came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaptureSource {
    /// Whether it says that only metadata were captured.
    pub is_metadata_only: bool,
}

impl<'a> Decode<'a> for CaptureSource {
    fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
        // No letter outside ASCII has one of these as its lower case.
        cursor.string().map(|source| Self { is_metadata_only: source.eq_ignore_ascii_case("metadata_only") })
    }
}

/// The warnings of a capture: an array of texts, or an object whose values are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Warnings {
    /// Whether one says that only metadata were captured.
    pub say_metadata_only: bool,
}

impl<'a> Decode<'a> for Warnings {
    fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
        let mut warnings = Self { say_metadata_only: false };
        let mut element = |cursor: &mut Cursor<'a>| {
            if cursor.peek()? == Kind::String {
                warnings.say_metadata_only |= says_metadata_only(&cursor.string()?);
                return Ok(());
            }
            cursor.unfit_details.push((cursor.at(), Mismatch::Expected("a string")));
            cursor.skip()
        };
        match cursor.peek()? {
            Kind::Array => cursor.array(|cursor, _| element(cursor))?,
            Kind::Object => cursor.object(|cursor, _| element(cursor))?,
            Kind::String | Kind::Number | Kind::Bool | Kind::Null => {
                return cursor.expected("an array of strings");
            }
        }
        Ok(warnings)
    }
}

fn says_metadata_only(warning: &str) -> bool {
    let warning = warning.to_lowercase();
    warning.contains("metadata only") || warning.contains("metadata-only")
}

/// A text that decides nothing and is shown nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Untold;

impl<'a> Decode<'a> for Untold {
    fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
        cursor.string().map(|_| Self)
    }
}

/// A doubt about an item's integrity, as a flag or in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IntegrityWarning {
    /// Whether there is a doubt: the flag is set, or the text is not blank.
    pub is_raised: bool,
}

impl<'a> Decode<'a> for IntegrityWarning {
    fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
        let is_raised = match cursor.peek()? {
            Kind::Bool => cursor.bool()?,
            Kind::String => !cursor.string()?.trim().is_empty(),
            Kind::Object | Kind::Array | Kind::Number | Kind::Null => {
                return cursor.expected("a string, true or false");
            }
        };
        Ok(Self { is_raised })
    }
}
