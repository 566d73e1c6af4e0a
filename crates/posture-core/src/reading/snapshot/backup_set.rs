//! A backup set, its items and its quality.

use std::borrow::Cow;

use super::{ItemMetadata, Spanned};
use crate::id::Id;
use crate::reading::counts::StatedCounts;
use crate::reading::decode::{ObjectOrEmpty, record};
use crate::reading::page_details::PageDetail;
use crate::timestamp::Timestamp;
use crate::vocabulary::{BackupSetStatus, Word};

record! {
    many
    /// One capture of a tenant's configuration.
    pub struct BackupSet<'a> {
        /// Its identity within the tenant.
        pub id: Id,
        /// The tenant it says it belongs to.
        pub tenant_id: Option<Id>,
        /// Its name.
        pub name: PageDetail<Cow<'a, str>>,
        /// What it covers, in the exporter's words. Sets of one scope replace each other.
        pub scope: Option<Cow<'a, str>>,
        /// Its capture lifecycle.
        pub status: Word<'a, BackupSetStatus>,
        /// How many items it says it holds.
        pub item_count: Option<u64>,
        /// When it was created.
        pub created_at: Option<Timestamp>,
        /// When the capture completed.
        pub completed_at: Option<Timestamp>,
        /// When it was deleted.
        pub deleted_at: Option<Timestamp>,
        /// When later runs found exactly this content, so that nothing new was written.
        pub confirmations: Option<Vec<Timestamp>>,
        /// Whether its source does not let anyone look inside.
        pub opaque: Option<bool>,
        /// Its items; if present, quality is derived from them.
        pub items: Option<Vec<Spanned<BackupItem<'a>>>>,
        /// A summary in place of the items.
        pub quality: Option<Box<ObjectOrEmpty<QualitySummary<'a>>>>,
    }
}

impl<'a> BackupSet<'a> {
    /// Its scope; the unnamed scope is the empty text.
    pub fn scope(&self) -> &str {
        self.scope.as_deref().unwrap_or_default()
    }

    /// Its items as exported; none if the list is absent.
    pub fn items(&self) -> &[Spanned<BackupItem<'a>>] {
        self.items.as_deref().unwrap_or_default()
    }
}

record! {
    many
    /// One captured policy or foundation.
    pub struct BackupItem<'a> {
        /// Its identity within the set.
        pub id: Id,
        /// The tenant it says it belongs to.
        pub tenant_id: Option<Id>,
        /// The set it says it belongs to.
        pub backup_set_id: Option<Id>,
        /// The policy's identifier.
        pub policy_identifier: PageDetail<Cow<'a, str>>,
        /// The policy's type.
        pub policy_type: Option<Cow<'a, str>>,
        /// The policy's platform.
        pub platform: PageDetail<Cow<'a, str>>,
        /// The policy's name.
        pub display_name: PageDetail<Cow<'a, str>>,
        /// When it was captured.
        pub captured_at: PageDetail<Timestamp>,
        /// When it was deleted.
        pub deleted_at: Option<Timestamp>,
        /// What is known about the capture.
        pub metadata: Option<ObjectOrEmpty<ItemMetadata>>,
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
        /// Items by what is unknown about them.
        pub unknowns: Option<ObjectOrEmpty<StatedCounts<'a>>>,
        /// Items by policy type.
        pub policy_types: Option<ObjectOrEmpty<StatedCounts<'a>>>,
    }
}
