//! How an item was captured, as far as that is known. Texts are reduced to what they mean, because a full snapshot has very many items.

use crate::json::cursor::{Cursor, Kind};
use crate::json::fault::{Notice, Read};
use crate::reading::decode::{Decode, Detail, decode_or_pass, record};
use crate::vocabulary::AssignmentCapture;

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
        /// Whether assignments were captured.
        #[cfg_attr(feature = "schema", schemars(with = "Option<crate::vocabulary::Word<'static, AssignmentCapture>>"))]
        pub assignment_capture: Option<StatedCapture>,
        /// Why assignments were or were not captured.
        #[cfg_attr(feature = "schema", schemars(with = "Detail<String>"))]
        pub assignment_capture_reason: Detail<UnusedText>,
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

/// Whether assignments were captured, as far as the item says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatedCapture(pub Option<AssignmentCapture>);

impl<'a> Decode<'a> for StatedCapture {
    fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
        cursor.next_byte();
        let start = cursor.at();
        let word = cursor.string()?;
        let known = AssignmentCapture::from_word(&word);
        if known.is_none() {
            let notice = Notice::UnrecognisedWord("assignment capture", word.into_owned());
            cursor.notices.push((start, notice));
        }
        Ok(Self(known))
    }
}

/// The warnings of a capture: an array of texts, an object whose values are read, or one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Warnings {
    /// Whether one says that only metadata were captured.
    pub say_metadata_only: bool,
    /// Whether one is invalid, so that what it says is unknown.
    pub has_unread: bool,
}

impl<'a> Decode<'a> for Warnings {
    fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
        let mut warnings = Self { say_metadata_only: false, has_unread: false };
        let element = &mut |cursor: &mut Cursor<'a>, _: usize| {
            match decode_or_pass::<std::borrow::Cow<'a, str>>(cursor)? {
                Ok(warning) => warnings.say_metadata_only |= says_metadata_only(&warning),
                Err((at, mismatch)) => {
                    warnings.has_unread = true;
                    cursor.notices.push((at, Notice::UnfitDetail(mismatch)));
                }
            }
            Ok(())
        };
        match cursor.peek()? {
            Kind::Array => cursor.values(element)?,
            Kind::Object => cursor.values_of_object(element)?,
            Kind::String => element(cursor, 0)?,
            Kind::Number | Kind::Bool | Kind::Null => return cursor.expected("an array of strings"),
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
pub struct UnusedText;

impl<'a> Decode<'a> for UnusedText {
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
