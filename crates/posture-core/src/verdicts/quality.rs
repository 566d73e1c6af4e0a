//! How good a backup set's content is, apart from whether its capture completed (contract, section 4).

use std::collections::BTreeSet;

use serde::Serialize;

use crate::policy::Frame;
use crate::reading::counts::{Counts, Key};
use crate::reading::snapshot::{BackupItem, BackupSet, Spanned};
use crate::vocabulary::{BackupSetStatus, vocabulary};

vocabulary! {
    /// Ways in which an item falls short.
    pub enum ItemFamily {
        MetadataOnly = "metadata_only",
        AssignmentsFetchFailed = "assignments_fetch_failed",
        OrphanedAssignments = "orphaned_assignments",
        IntegrityWarning = "integrity_warning",
    }
}

vocabulary! {
    /// Ways in which a whole set falls short; each counts 1.
    pub enum SetFamily {
        PartialCapture = "partial_capture",
        ItemsUnaccounted = "items_unaccounted",
        QualityUnknown = "quality_unknown",
    }
}

/// The quality of one backup set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BackupQuality {
    /// Live items with one or more families; null where unknown.
    pub degraded_items: Option<u64>,
    /// Every family with a count above 0, item and set-level alike.
    pub families: Counts,
    /// Live items; null where unknown.
    pub total_items: Option<u64>,
}

impl BackupQuality {
    /// Whether anything falls short.
    pub fn is_degraded(&self) -> bool {
        !self.families.is_empty() || self.degraded_items.is_some_and(|degraded| degraded > 0)
    }
}

/// The families of an item.
pub fn item_families(item: &BackupItem<'_>) -> impl Iterator<Item = ItemFamily> {
    let metadata = item.metadata.as_ref().map(|metadata| &metadata.0);
    let holds = move |family| {
        metadata.is_some_and(|metadata| match family {
            ItemFamily::MetadataOnly => metadata.is_metadata_only(),
            ItemFamily::AssignmentsFetchFailed => metadata.assignments_fetch_failed == Some(true),
            ItemFamily::OrphanedAssignments => metadata.has_orphaned_assignments == Some(true),
            ItemFamily::IntegrityWarning => {
                metadata.integrity_warning.is_some_and(|warning| warning.is_raised)
            }
        })
    };
    ItemFamily::ALL.iter().copied().filter(move |family| holds(*family))
}

/// The items of a set that count: exported, and not deleted.
pub fn live_items<'s, 'a>(
    set: &'s BackupSet<'a>,
    frame: &'s Frame,
) -> Option<impl Iterator<Item = &'s Spanned<BackupItem<'a>>>> {
    let items = set.items.as_ref()?;
    Some(items.iter().filter(|item| !frame.is_deleted(item.deleted_at)))
}

/// A set's item_count less the deleted ones among its exported items.
pub fn stated_count(set: &BackupSet<'_>, frame: &Frame) -> Option<u64> {
    let deleted = set.items().iter().filter(|item| frame.is_deleted(item.deleted_at)).count();
    set.item_count.map(|count| count.saturating_sub(deleted as u64))
}

/// The live items of a set, or its summary's total; `None` where neither is exported.
fn counted(set: &BackupSet<'_>, frame: &Frame) -> Option<u64> {
    match (live_items(set, frame), &set.quality) {
        (Some(items), _) => Some(items.count() as u64),
        (None, Some(summary)) => Some(summary.total_items),
        (None, None) => None,
    }
}

/// How many items a set holds by the larger of what it states and what it shows; `None` where it gives neither.
pub fn size(set: &BackupSet<'_>, frame: &Frame) -> Option<u64> {
    stated_count(set, frame).max(counted(set, frame))
}

/// Derives a set's quality.
pub fn quality(set: &BackupSet<'_>, frame: &Frame) -> BackupQuality {
    let (degraded_items, mut families) = match (live_items(set, frame), &set.quality) {
        (Some(items), _) => {
            let (degraded, families) = count_families(items);
            (Some(degraded), families)
        }
        (None, Some(summary)) => {
            let named = summary.families.0.iter().filter(|(_, count)| *count > 0);
            (
                Some(summary.degraded_items),
                named.map(|(family, count)| (Key(family.to_owned()), count)).collect(),
            )
        }
        (None, None) => (None, Counts::new()),
    };
    let total_items = counted(set, frame);
    let holds = |family| match family {
        SetFamily::PartialCapture => set.status.is(BackupSetStatus::Partial),
        SetFamily::ItemsUnaccounted => {
            total_items.is_some_and(|total| stated_count(set, frame).is_some_and(|stated| stated > total))
        }
        SetFamily::QualityUnknown => total_items.is_none(),
    };
    for family in SetFamily::ALL.iter().filter(|family| holds(**family)) {
        families.insert(Key(family.as_str().to_owned()), 1);
    }
    BackupQuality { degraded_items, families, total_items }
}

fn count_families<'s, 'a: 's>(items: impl Iterator<Item = &'s Spanned<BackupItem<'a>>>) -> (u64, Counts) {
    let mut degraded = 0;
    let mut by_family = [0_u64; ItemFamily::ALL.len()];
    for item in items.filter(|item| item.metadata.is_some()) {
        let mut families = item_families(item).peekable();
        degraded += u64::from(families.peek().is_some());
        families.for_each(|family| by_family[family as usize] += 1);
    }
    let named = ItemFamily::ALL.iter().zip(by_family).filter(|(_, count)| *count > 0);
    (degraded, named.map(|(family, count)| (Key(family.as_str().to_owned()), count)).collect())
}

/// The distinct policy types a set holds, in no order; `None` where neither items nor a summary by type are exported.
pub fn policy_types<'s>(set: &'s BackupSet<'_>, frame: &'s Frame) -> Option<Vec<&'s str>> {
    if let Some(items) = live_items(set, frame) {
        let distinct: BTreeSet<_> = items.filter_map(|item| item.policy_type.as_deref()).collect();
        return Some(distinct.into_iter().collect());
    }
    let by_type = set.quality.as_ref()?.policy_types.as_ref()?;
    Some(by_type.0.iter().filter(|(_, count)| *count > 0).map(|(name, _)| name).collect())
}
