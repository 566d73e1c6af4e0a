//! Backup sets that are inventories of items.

use posture_core::export::snapshot::{BackupItem, BackupSet, ItemMetadata, Text};
use serde_json::Value;

use super::values::{count, get};
use crate::sums::sums;

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
            set.quality = Some(sums(&items));
        }
    }
}
