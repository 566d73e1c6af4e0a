//! Backup sets that are inventories of items.

use std::collections::BTreeMap;

use posture_core::export::snapshot::{BackupItem, BackupSet, ItemMetadata, QualitySummary, Text};
use serde_json::Value;

use super::values::{count, get};

/// An item that was captured, before it has an id.
pub(in crate::adapters) fn item(
    policy_type: &str,
    name: Option<&str>,
    identifier: Option<&str>,
) -> BackupItem {
    let owned = |text: &str| Text::from(text.to_owned());
    BackupItem {
        policy_type: Some(owned(policy_type)),
        display_name: name.map(owned),
        policy_identifier: identifier.map(owned),
        ..BackupItem::default()
    }
}

/// An item of which the source says only that it was not captured.
pub(in crate::adapters) fn failed_item(policy_type: &str, name: Option<&str>, why: &str) -> BackupItem {
    let metadata = ItemMetadata {
        source: Some("metadata_only".into()),
        warnings: vec![why.to_owned().into()],
        ..ItemMetadata::default()
    };
    BackupItem { metadata: Some(metadata), ..item(policy_type, name, None) }
}

/// An item whose file cannot be read.
pub(in crate::adapters) fn broken_item(policy_type: &str, name: &str, why: &str) -> BackupItem {
    let metadata = ItemMetadata { integrity_warning: Some(why.to_owned().into()), ..ItemMetadata::default() };
    BackupItem { metadata: Some(metadata), ..item(policy_type, Some(name), None) }
}

/// What the capture of an item's assignments is known to be: a word of the contract and a reason.
pub(in crate::adapters) fn with_assignments(
    mut item: BackupItem,
    capture: &'static str,
    reason: Option<&'static str>,
) -> BackupItem {
    let metadata = item.metadata.get_or_insert_default();
    metadata.assignment_capture = Some(capture.into());
    metadata.assignment_capture_reason = reason.map(Text::from);
    item
}

/// What is wrong with a policy of the settings catalogue, which states how many settings it has: a tool that does not follow the pages
/// of Graph writes only the first of them. The settings are in the policy, or next to it.
pub(in crate::adapters) fn wrong_setting_count(policy: &Value, holder: &Value) -> Option<String> {
    let stated = count(policy, "settingCount")?;
    let settings = get(policy, "settings").or_else(|| get(holder, "settings"));
    let held = match settings {
        Some(Value::Array(settings)) => settings.len() as u64,
        // Windows PowerShell may write a list of one entry as that entry.
        Some(Value::Object(_)) => 1,
        _ => 0,
    };
    (stated != held).then(|| format!("settingCount is {stated}, but the file has {held} settings."))
}

/// The item with what is wrong with its content, if anything is.
pub(in crate::adapters) fn with_problem(mut item: BackupItem, problem: Option<String>) -> BackupItem {
    if let Some(problem) = problem {
        item.metadata.get_or_insert_default().integrity_warning = Some(problem.into());
    }
    item
}

/// Keeps the items of the newest set and leaves sums of the others, as no verdict needs more.
pub(in crate::adapters) fn keep_newest_items(sets: &mut [BackupSet]) {
    let at = |set: &BackupSet| {
        let at = set.completed_at.as_ref().and_then(posture_core::export::snapshot::Instant::timestamp);
        (at, set.id)
    };
    let newest = sets.iter().filter(|set| set.items.is_some()).map(at).max();
    for set in sets.iter_mut().filter(|set| Some(at(set)) != newest) {
        if let Some(items) = set.items.take() {
            set.quality = Some(summary(&items));
        }
    }
}

/// The sums that the contract derives from items (section 4).
pub(crate) fn summary(items: &[BackupItem]) -> QualitySummary {
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
