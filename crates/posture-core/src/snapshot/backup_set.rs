//! A backup set, its items and its quality.

use std::borrow::Cow;

use super::Spanned;
use crate::counts::StatedCounts;
use crate::fault::{Misfit, Read};
use crate::fit::{Detail, Fit, Id, ObjectOrEmpty, record};
use crate::json::{Cursor, Kind};
use crate::timestamp::Timestamp;
use crate::vocabulary::{BackupSetStatus, Word};

record! {
    /// One capture of a tenant's configuration.
    pub struct BackupSet<'a> {
        /// Its identity within the tenant.
        pub id: Id,
        /// The tenant it says it belongs to.
        pub tenant_id: Option<Id>,
        /// Its name.
        pub name: Detail<Cow<'a, str>>,
        /// Its capture lifecycle.
        pub status: Word<'a, BackupSetStatus>,
        /// How many items it says it holds.
        pub item_count: Option<u64>,
        /// When it was begun.
        pub created_at: Option<Timestamp>,
        /// When the capture completed.
        pub completed_at: Option<Timestamp>,
        /// When it was deleted.
        pub deleted_at: Option<Timestamp>,
        /// Its items; where they are there, quality is derived from them.
        pub items: Option<Vec<Spanned<BackupItem<'a>>>>,
        /// A summary in place of the items.
        pub quality: Option<Box<QualitySummary<'a>>>,
    }
}

impl<'a> BackupSet<'a> {
    /// Its items as exported; none where the list is absent.
    pub fn items(&self) -> &[Spanned<BackupItem<'a>>] {
        self.items.as_deref().unwrap_or_default()
    }
}

record! {
    /// One captured policy or foundation.
    pub struct BackupItem<'a> {
        /// Its identity within the set.
        pub id: Id,
        /// The tenant it says it belongs to.
        pub tenant_id: Option<Id>,
        /// The set it says it belongs to.
        pub backup_set_id: Option<Id>,
        /// The policy's identifier.
        pub policy_identifier: Detail<Cow<'a, str>>,
        /// The policy's type.
        pub policy_type: Option<Cow<'a, str>>,
        /// The policy's platform.
        pub platform: Detail<Cow<'a, str>>,
        /// The policy's name.
        pub display_name: Detail<Cow<'a, str>>,
        /// When it was captured.
        pub captured_at: Detail<Timestamp>,
        /// When it was deleted.
        pub deleted_at: Option<Timestamp>,
        /// What is known about the capture.
        #[cfg_attr(feature = "schema", schemars(with = "Option<ObjectOrEmpty<ItemMetadata<'a>>>"))]
        pub metadata: Option<Capture>,
    }
}

/// What an item's metadata say of its capture. Only that is kept of them: a full snapshot has very many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capture {
    /// A source or a warning says that only metadata were captured.
    pub is_metadata_only: bool,
    /// Assignments could not be fetched.
    pub assignments_fetch_failed: bool,
    /// Assignments point to what no longer exists.
    pub has_orphaned_assignments: bool,
    /// There is a doubt about the item's integrity.
    pub integrity_warning: bool,
}

impl<'a> Fit<'a> for Capture {
    fn fit(cursor: &mut Cursor<'a>) -> Read<Self> {
        let ObjectOrEmpty(metadata) = ObjectOrEmpty::<ItemMetadata<'a>>::fit(cursor)?;
        Ok(Self {
            is_metadata_only: metadata.is_metadata_only(),
            assignments_fetch_failed: metadata.assignments_fetch_failed == Some(true),
            has_orphaned_assignments: metadata.has_orphaned_assignments == Some(true),
            integrity_warning: metadata.integrity_warning.is_some_and(|warning| warning.is_raised()),
        })
    }
}

record! {
    /// What is known about an item's capture.
    pub struct ItemMetadata<'a> {
        /// Where the capture came from.
        pub source: Option<Cow<'a, str>>,
        /// Where the snapshot came from.
        pub snapshot_source: Option<Cow<'a, str>>,
        /// Warnings of the capture.
        pub warnings: Detail<Warnings<'a>>,
        /// Whether assignments could not be fetched.
        pub assignments_fetch_failed: Option<bool>,
        /// Why assignments were or were not captured.
        pub assignment_capture_reason: Detail<Cow<'a, str>>,
        /// Whether assignments point to what no longer exists.
        pub has_orphaned_assignments: Option<bool>,
        /// A doubt about the item's integrity.
        pub integrity_warning: Option<IntegrityWarning<'a>>,
    }
}

impl ItemMetadata<'_> {
    fn is_metadata_only(&self) -> bool {
        // No letter outside ASCII has one of these as its lower case.
        let says_so = |source: &Cow<'_, str>| source.eq_ignore_ascii_case("metadata_only");
        let warnings = self.warnings.get().map(|warnings| &*warnings.0).unwrap_or_default();
        [&self.source, &self.snapshot_source].into_iter().flatten().any(says_so)
            || warnings.iter().any(|warning| says_metadata_only(warning))
    }
}

fn says_metadata_only(warning: &str) -> bool {
    let warning = warning.to_lowercase();
    warning.contains("metadata only") || warning.contains("metadata-only")
}

/// The warnings of a capture: an array of texts, or an object whose values are read.
#[derive(Clone, Debug)]
pub struct Warnings<'a>(pub Vec<Cow<'a, str>>);

impl<'a> Fit<'a> for Warnings<'a> {
    fn fit(cursor: &mut Cursor<'a>) -> Read<Self> {
        let mut warnings = Vec::new();
        let mut element = |cursor: &mut Cursor<'a>| {
            if cursor.peek()? == Kind::String {
                warnings.push(cursor.string()?);
                return Ok(());
            }
            cursor.unfit_details.push((cursor.at(), Misfit::Expected("a string")));
            cursor.skip()
        };
        match cursor.peek()? {
            Kind::Array => cursor.array(|cursor, _| element(cursor))?,
            Kind::Object => cursor.object(|cursor, _| element(cursor))?,
            Kind::String | Kind::Number | Kind::Bool | Kind::Null => return cursor.expected("an array of strings"),
        }
        Ok(Self(warnings))
    }
}

/// A doubt about an item's integrity, as a flag or in words.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(untagged))]
pub enum IntegrityWarning<'a> {
    /// Raised or not.
    Flag(bool),
    /// Raised where the text is not blank.
    Text(Cow<'a, str>),
}

impl IntegrityWarning<'_> {
    /// Whether there is a doubt.
    pub fn is_raised(&self) -> bool {
        match self {
            Self::Flag(raised) => *raised,
            Self::Text(text) => !text.trim().is_empty(),
        }
    }
}

impl<'a> Fit<'a> for IntegrityWarning<'a> {
    fn fit(cursor: &mut Cursor<'a>) -> Read<Self> {
        match cursor.peek()? {
            Kind::Bool => cursor.bool().map(Self::Flag),
            Kind::String => cursor.string().map(Self::Text),
            Kind::Object | Kind::Array | Kind::Number | Kind::Null => cursor.expected("a string, true or false"),
        }
    }
}

record! {
    /// A set's quality as its exporter summed it up.
    pub struct QualitySummary<'a> {
        /// Live items.
        pub total_items: u64,
        /// Live items with one or more families.
        pub degraded_items: u64,
        /// Items by family.
        pub families: ObjectOrEmpty<StatedCounts<'a>>,
        /// Items by policy type.
        pub policy_types: Option<ObjectOrEmpty<StatedCounts<'a>>>,
    }
}
