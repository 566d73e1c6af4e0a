//! How good a backup set's content is; whether its capture completed is a separate fact (contract, section 4).

use std::collections::BTreeSet;

use serde::Serialize;

use crate::key::Key;
use crate::policy::Frame;
use crate::reading::counts::Counts;
use crate::reading::snapshot::{BackupItem, BackupSet, QualitySummary, Spanned};
use crate::sorting::{map_of, set_of};
use crate::verdicts::run_outcomes::ByType;
use crate::vocabulary::{AssignmentCapture, BackupSetStatus, vocabulary};

vocabulary! {
    /// Issues that an item can have.
    pub enum ItemFamily {
        MetadataOnly = "metadata_only",
        AssignmentsFetchFailed = "assignments_fetch_failed",
        OrphanedAssignments = "orphaned_assignments",
        IntegrityWarning = "integrity_warning",
        AssignmentsNotCaptured = "assignments_not_captured",
    }
}

vocabulary! {
    /// What is unknown about an item. It degrades nothing.
    pub enum ItemUnknown {
        AssignmentsUnknown = "assignments_unknown",
        WarningsUnread = "warnings_unread",
    }
}

vocabulary! {
    /// Issues that a whole set can have.
    pub enum SetFamily {
        PartialCapture = "partial_capture",
        ItemsUnaccounted = "items_unaccounted",
        QualityUnknown = "quality_unknown",
        TypesMissing = "types_missing",
    }
}

vocabulary! {
    /// What is unknown about a whole set. It degrades nothing.
    pub enum SetUnknown {
        ContentOpaque = "content_opaque",
        TypesUnknown = "types_unknown",
    }
}

/// The quality of one backup set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BackupQuality {
    /// Live items with one or more families; null if unknown.
    pub degraded_items: Option<u64>,
    /// Every family with a count above 0, item and set level alike.
    pub families: Counts,
    /// Live items; null if unknown.
    pub total_items: Option<u64>,
    /// Everything unknown with a count above 0, item and set level alike.
    pub unknowns: Counts,
}

impl BackupQuality {
    /// Whether there is any issue.
    pub fn is_degraded(&self) -> bool {
        !self.families.is_empty() || self.degraded_items.is_some_and(|degraded| degraded > 0)
    }

    /// Whether the set is degraded only because its content is unknown.
    pub(crate) fn is_only_unknown(&self) -> bool {
        self.families.len() == 1
            && self.families.keys().all(|family| family.0 == SetFamily::QualityUnknown.as_str())
    }

    /// Whether the policy types that the set must hold are unknown.
    pub fn has_unknown_types(&self) -> bool {
        self.unknowns.keys().any(|unknown| unknown.0 == SetUnknown::TypesUnknown.as_str())
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
            ItemFamily::AssignmentsNotCaptured => metadata
                .assignment_capture
                .is_some_and(|capture| capture.0 == Some(AssignmentCapture::NotCaptured)),
        })
    };
    ItemFamily::ALL.iter().copied().filter(move |family| holds(*family))
}

/// What is unknown about an item.
pub fn item_unknowns(item: &BackupItem<'_>) -> impl Iterator<Item = ItemUnknown> {
    let metadata = item.metadata.as_ref().map(|metadata| &metadata.0);
    let holds = move |unknown| {
        metadata.is_some_and(|metadata| match unknown {
            ItemUnknown::AssignmentsUnknown => {
                metadata.assignment_capture.is_some_and(|capture| match capture.0 {
                    Some(AssignmentCapture::Captured | AssignmentCapture::NotCaptured) => false,
                    Some(AssignmentCapture::Unknown) | None => true,
                })
            }
            ItemUnknown::WarningsUnread => {
                metadata.warnings.is_unfit()
                    || metadata.warnings.get().is_some_and(|warnings| warnings.has_unread)
            }
        })
    };
    ItemUnknown::ALL.iter().copied().filter(move |unknown| holds(*unknown))
}

/// What is exported of a set's content.
enum Content<'s, 'a> {
    Items(&'s [Spanned<BackupItem<'a>>]),
    Summary(&'s QualitySummary<'a>),
    Nothing,
}

fn content<'s, 'a>(set: &'s BackupSet<'a>) -> Content<'s, 'a> {
    match (&set.items, &set.quality) {
        (Some(items), _) => Content::Items(items),
        (None, Some(summary)) => Content::Summary(&summary.0),
        (None, None) => Content::Nothing,
    }
}

/// The items of a set that count: exported, and not deleted.
pub fn live_items<'s, 'a>(
    set: &'s BackupSet<'a>,
    frame: &'s Frame,
) -> Option<impl Iterator<Item = &'s Spanned<BackupItem<'a>>>> {
    set.items.as_ref().map(|items| live(items, frame))
}

fn live<'s, 'a>(
    items: &'s [Spanned<BackupItem<'a>>],
    frame: &Frame,
) -> impl Iterator<Item = &'s Spanned<BackupItem<'a>>> {
    items.iter().filter(|item| !frame.is_deleted(item.deleted_at))
}

/// A set's item_count less the deleted ones among its exported items.
pub fn stated_count(set: &BackupSet<'_>, frame: &Frame) -> Option<u64> {
    let deleted = set.items().iter().filter(|item| frame.is_deleted(item.deleted_at)).count();
    set.item_count.map(|count| count.saturating_sub(deleted as u64))
}

/// The live items of a set, or its summary's total; `None` if neither is exported.
fn counted(set: &BackupSet<'_>, frame: &Frame) -> Option<u64> {
    match content(set) {
        Content::Items(items) => Some(live(items, frame).count() as u64),
        Content::Summary(summary) => Some(summary.total_items),
        Content::Nothing => None,
    }
}

/// How many items a set holds by the larger of what it states and what it shows; `None` if it gives neither.
pub fn size(set: &BackupSet<'_>, frame: &Frame) -> Option<u64> {
    stated_count(set, frame).max(counted(set, frame))
}

/// Derives a set's quality. `expected` are the policy types that its scope must hold, each once.
pub fn quality(set: &BackupSet<'_>, expected: &[&str], frame: &Frame) -> BackupQuality {
    let (degraded_items, mut families, mut unknowns) = match content(set) {
        Content::Items(items) => {
            let (degraded, families, unknowns) = count_items(live(items, frame));
            (Some(degraded), families, unknowns)
        }
        Content::Summary(summary) => {
            let unknowns = summary.unknowns.as_ref().map(|unknowns| above_zero(unknowns.0.iter()));
            let families = above_zero(summary.families.0.iter());
            (Some(summary.degraded_items), families, unknowns.unwrap_or_default())
        }
        Content::Nothing => (None, Counts::new(), Counts::new()),
    };
    let total_items = counted(set, frame);
    let is_opaque = set.opaque == Some(true);
    let types = if expected.is_empty() { None } else { policy_types(set, frame) };
    let count_of = |family| match family {
        SetFamily::PartialCapture => u64::from(set.status.is(BackupSetStatus::Partial)),
        SetFamily::ItemsUnaccounted => {
            let stated = stated_count(set, frame);
            u64::from(total_items.is_some_and(|total| stated.is_some_and(|stated| stated > total)))
        }
        SetFamily::QualityUnknown => u64::from(total_items.is_none() && !is_opaque),
        SetFamily::TypesMissing => types.as_ref().map_or(0, |types| missing(expected, types).count() as u64),
    };
    let unknown_count = |unknown| match unknown {
        SetUnknown::ContentOpaque => u64::from(total_items.is_none() && is_opaque),
        SetUnknown::TypesUnknown => u64::from(!expected.is_empty() && types.is_none()),
    };
    families.extend(above_zero(SetFamily::ALL.iter().map(|family| (family.as_str(), count_of(*family)))));
    unknowns.extend(above_zero(SetUnknown::ALL.iter().map(|one| (one.as_str(), unknown_count(*one)))));
    BackupQuality { degraded_items, families, total_items, unknowns }
}

fn above_zero<'n>(counts: impl Iterator<Item = (&'n str, impl std::borrow::Borrow<u64>)>) -> Counts {
    let counts = counts.map(|(name, count)| (name, *count.borrow())).filter(|(_, count)| *count > 0);
    map_of(counts.map(|(name, count)| (Key(name.to_owned()), count)))
}

/// The live items of a set, summed up; item level only.
pub(crate) struct ItemSummary {
    pub(crate) total_items: u64,
    pub(crate) degraded_items: u64,
    pub(crate) families: Counts,
    pub(crate) unknowns: Counts,
    pub(crate) policy_types: Counts,
}

/// Sums up the live items of a set; `None` if they are not exported.
pub(crate) fn item_summary(set: &BackupSet<'_>, frame: &Frame) -> Option<ItemSummary> {
    let (degraded_items, families, unknowns) = count_items(live_items(set, frame)?);
    let mut policy_types = Counts::new();
    let mut total_items = 0;
    for item in live_items(set, frame)? {
        total_items += 1;
        if let Some(policy_type) = &item.policy_type {
            *policy_types.entry(Key(policy_type.clone().into_owned())).or_default() += 1;
        }
    }
    Some(ItemSummary { total_items, degraded_items, families, unknowns, policy_types })
}

fn count_items<'s, 'a: 's>(
    items: impl Iterator<Item = &'s Spanned<BackupItem<'a>>>,
) -> (u64, Counts, Counts) {
    let mut degraded = 0;
    let mut by_family = [0_u64; ItemFamily::ALL.len()];
    let mut by_unknown = [0_u64; ItemUnknown::ALL.len()];
    for item in items.filter(|item| item.metadata.is_some()) {
        let mut families = item_families(item).peekable();
        degraded += u64::from(families.peek().is_some());
        families.for_each(|family| by_family[family as usize] += 1);
        item_unknowns(item).for_each(|unknown| by_unknown[unknown as usize] += 1);
    }
    let families = ItemFamily::ALL.iter().map(|family| family.as_str()).zip(by_family);
    let unknowns = ItemUnknown::ALL.iter().map(|unknown| unknown.as_str()).zip(by_unknown);
    (degraded, above_zero(families), above_zero(unknowns))
}

/// The distinct policy types a set holds; `None` if neither items nor a summary by type are exported.
pub fn policy_types<'s>(set: &'s BackupSet<'_>, frame: &Frame) -> Option<BTreeSet<&'s str>> {
    match content(set) {
        Content::Items(items) => {
            Some(set_of(live(items, frame).filter_map(|item| item.policy_type.as_deref())))
        }
        Content::Summary(summary) => {
            let by_type = summary.policy_types.as_ref()?;
            Some(set_of(by_type.0.iter().filter(|(_, count)| **count > 0).map(|(name, _)| name)))
        }
        Content::Nothing => None,
    }
}

/// How many items of each policy type a set holds; `None` if neither items nor a summary by type are exported.
pub(crate) fn type_counts<'s>(set: &'s BackupSet<'_>, frame: &Frame) -> Option<ByType<'s, u64>> {
    let mut counts = ByType::default();
    match content(set) {
        Content::Items(items) => {
            let types = live(items, frame).filter_map(|item| item.policy_type.as_deref());
            types.for_each(|name| *counts.of(name) += 1);
        }
        Content::Summary(summary) => {
            let by_type = summary.policy_types.as_ref()?;
            let held = by_type.0.iter().filter(|(_, count)| **count > 0);
            held.for_each(|(name, count)| *counts.of(name) = *count);
        }
        Content::Nothing => return None,
    }
    Some(counts)
}

/// The expected policy types that are not among a set's own, in the order expected.
pub(crate) fn missing<'e>(expected: &[&'e str], types: &BTreeSet<&str>) -> impl Iterator<Item = &'e str> {
    expected.iter().copied().filter(|expected| !types.contains(expected))
}
