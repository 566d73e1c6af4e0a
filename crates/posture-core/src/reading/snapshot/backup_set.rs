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
        /// Positive integer, unique among the backup sets of the tenant.
        pub id: Id,
        /// The tenant that the set belongs to; a set that states another tenant is set aside.
        pub tenant_id: Option<Id>,
        /// Display name.
        pub name: PageDetail<Cow<'a, str>>,
        /// What it covers, in the exporter's words. Sets of one scope replace each other.
        pub scope: Option<Cow<'a, str>>,
        /// State of the capture. Only some states are usable.
        pub status: Word<'a, BackupSetStatus>,
        /// Number of items that the exporter counted, deleted ones included.
        pub item_count: Option<u64>,
        /// When it was created.
        pub created_at: Option<Timestamp>,
        /// When the capture completed.
        pub completed_at: Option<Timestamp>,
        /// When it was deleted.
        pub deleted_at: Option<Timestamp>,
        /// When later runs found exactly this content, so that nothing new was written.
        pub confirmations: Option<Vec<Timestamp>>,
        /// True if its source does not show its content.
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
        /// Positive integer, unique within the set.
        pub id: Id,
        /// The tenant it says it belongs to.
        pub tenant_id: Option<Id>,
        /// The set it says it belongs to.
        pub backup_set_id: Option<Id>,
        /// Id of the policy in its own system.
        pub policy_identifier: PageDetail<Cow<'a, str>>,
        /// Type of the policy, such as deviceConfiguration.
        pub policy_type: Option<Cow<'a, str>>,
        /// Platform of the policy, such as windows10.
        pub platform: PageDetail<Cow<'a, str>>,
        /// Display name of the policy.
        pub display_name: PageDetail<Cow<'a, str>>,
        /// When it was captured.
        pub captured_at: PageDetail<Timestamp>,
        /// When it was deleted.
        pub deleted_at: Option<Timestamp>,
        /// What the capture states about itself: source, warnings, integrity.
        pub metadata: Option<ObjectOrEmpty<ItemMetadata>>,
    }
}

record! {
    /// A set's quality as its exporter summed it up.
    pub struct QualitySummary<'a> {
        /// Number of items that are not deleted.
        pub total_items: u64,
        /// Number of those items with at least one family.
        pub degraded_items: u64,
        /// Number of items in each family.
        pub families: ObjectOrEmpty<StatedCounts<'a>>,
        /// Items by what is unknown about them.
        pub unknowns: Option<ObjectOrEmpty<StatedCounts<'a>>>,
        /// Items by policy type.
        pub policy_types: Option<ObjectOrEmpty<StatedCounts<'a>>>,
    }
}
