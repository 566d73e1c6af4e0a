//! A set's quality in sums of its items.

use std::collections::BTreeMap;

use posture_core::export::snapshot::{BackupItem, ItemMetadata, QualitySummary, Text};

/// The sums that the contract derives from items (section 4).
pub(crate) fn sums(items: &[BackupItem]) -> QualitySummary {
    let mut families: BTreeMap<Text, u64> = BTreeMap::new();
    let mut unknowns: BTreeMap<Text, u64> = BTreeMap::new();
    let mut policy_types: BTreeMap<Text, u64> = BTreeMap::new();
    let mut degraded_items = 0;
    let nothing = ItemMetadata::default();
    for item in items {
        let metadata = item.metadata.as_ref().unwrap_or(&nothing);
        let ItemMetadata {
            source,
            snapshot_source,
            warnings: _,
            assignments_fetch_failed,
            assignment_capture,
            assignment_capture_reason: _,
            has_orphaned_assignments,
            integrity_warning,
        } = metadata;
        let is = |text: &Option<Text>, word: &str| text.as_deref() == Some(word);
        let of_item = [
            ("metadata_only", is(source, "metadata_only") || is(snapshot_source, "metadata_only")),
            ("assignments_fetch_failed", *assignments_fetch_failed == Some(true)),
            ("orphaned_assignments", *has_orphaned_assignments == Some(true)),
            ("integrity_warning", integrity_warning.as_deref().is_some_and(|text| !text.trim().is_empty())),
            ("assignments_not_captured", is(assignment_capture, "not_captured")),
        ];
        degraded_items += u64::from(of_item.iter().any(|(_, applies)| *applies));
        for (family, _) in of_item.into_iter().filter(|(_, applies)| *applies) {
            *families.entry(family.into()).or_default() += 1;
        }
        if is(assignment_capture, "unknown") {
            *unknowns.entry("assignments_unknown".into()).or_default() += 1;
        }
        if let Some(policy_type) = &item.policy_type {
            *policy_types.entry(policy_type.clone()).or_default() += 1;
        }
    }
    QualitySummary {
        total_items: items.len() as u64,
        degraded_items,
        families,
        unknowns,
        policy_types: Some(policy_types),
    }
}
