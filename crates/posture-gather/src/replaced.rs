//! Backups that another one replaced in the same place, as in a folder that is overwritten. A store keeps them, and what they held.

use std::collections::{BTreeSet, HashMap, HashSet};

use posture_core::Timestamp;
use posture_core::export::snapshot::{BackupItem, ItemMetadata, Text};
use serde_json::{Map, Value};

use crate::ids;
use crate::sums::sums;
use crate::times::{SIGHT_SECONDS, moved, plausible};

/// The sets that were replaced by a later one under the same id, each under an id of its own and with its items summed up.
pub(crate) fn replaced(old: &[Value], new: &[Value]) -> Vec<Value> {
    let completed = |set: &Value| plausible(set.get("completed_at")?.as_str()?);
    let now: HashMap<u64, Timestamp> =
        new.iter().filter_map(|set| Some((id(set)?, completed(set)?))).collect();
    let taken: HashSet<u64> = old.iter().chain(new).filter_map(id).collect();
    let history = |set: &Value| {
        let (former, at) = (id(set)?, completed(set)?);
        let is_replaced = now.get(&former).is_some_and(|now| at < *now);
        let own = ids::id("replaced set", &format!("{former} {}", at.exact()));
        if !is_replaced || taken.contains(&own) {
            return None;
        }
        let mut set = set.as_object()?.clone();
        set.insert("id".to_owned(), own.into());
        sum_up(&mut set);
        Some(Value::Object(set))
    };
    old.iter().filter_map(history).collect()
}

/// Adds to the expected types of scopes every type that one of their sets of the last 30 days held.
pub(crate) fn expect_seen(tenant: &mut Map<String, Value>, scopes: &BTreeSet<String>, now: Timestamp) {
    let since = moved(now, -SIGHT_SECONDS);
    let mut seen: HashMap<&str, BTreeSet<String>> = HashMap::new();
    let sets = tenant.get("backup_sets").and_then(Value::as_array);
    for set in sets.into_iter().flatten() {
        let scope = set.get("scope").and_then(Value::as_str).unwrap_or_default();
        let at = set.get("completed_at").and_then(Value::as_str).and_then(plausible);
        if let Some(scope) = scopes.get(scope)
            && at.is_some_and(|at| at >= since)
        {
            seen.entry(scope).or_default().extend(types(set));
        }
    }
    for (scope, mut types) in seen {
        let rules = tenant.get_mut("scopes").and_then(|rules| rules.get_mut(scope));
        if let Some(Value::Array(expected)) = rules.and_then(|rules| rules.get_mut("expected_policy_types")) {
            types.extend(expected.iter().filter_map(Value::as_str).map(ToOwned::to_owned));
            *expected = types.into_iter().map(Value::from).collect();
        }
    }
}

/// The policy types of a set's items, or of their sums.
fn types(set: &Value) -> impl Iterator<Item = String> {
    let items = set.get("items").and_then(Value::as_array).into_iter().flatten();
    let of_items = items.filter_map(|item| item.get("policy_type")?.as_str());
    let sums = set.get("quality").and_then(|quality| quality.get("policy_types")).and_then(Value::as_object);
    let of_sums = sums.into_iter().flatten().filter(|(_, count)| count.as_u64() > Some(0));
    of_items.chain(of_sums.map(|(name, _)| name.as_str())).map(ToOwned::to_owned)
}

/// Puts sums in the place of a set's items, unless one of them says something that sums cannot.
fn sum_up(set: &mut Map<String, Value>) {
    let items = set.get("items").and_then(Value::as_array);
    let items: Option<Vec<_>> = items.and_then(|items| items.iter().map(item).collect());
    if let Some(quality) = items.and_then(|items| serde_json::to_value(sums(&items)).ok()) {
        set.remove("items");
        set.insert("quality".to_owned(), quality);
    }
}

/// What an item's sums need; `None` if it has more than adapters write.
fn item(item: &Value) -> Option<BackupItem> {
    if item.get("deleted_at").is_some_and(|at| !at.is_null()) {
        return None;
    }
    let text = |value: Option<&Value>| match value {
        None | Some(Value::Null) => Some(None),
        Some(Value::String(text)) => Some(Some(Text::from(text.clone()))),
        Some(_) => None,
    };
    let flag = |value: Option<&Value>| match value {
        None | Some(Value::Null) => Some(None),
        Some(Value::Bool(flag)) => Some(Some(*flag)),
        Some(_) => None,
    };
    let metadata = match item.get("metadata") {
        None | Some(Value::Null) => None,
        Some(Value::Object(stated)) => Some(ItemMetadata {
            source: text(stated.get("source"))?,
            snapshot_source: text(stated.get("snapshot_source"))?,
            assignments_fetch_failed: flag(stated.get("assignments_fetch_failed"))?,
            assignment_capture: text(stated.get("assignment_capture"))?,
            has_orphaned_assignments: flag(stated.get("has_orphaned_assignments"))?,
            integrity_warning: text(stated.get("integrity_warning"))?,
            ..ItemMetadata::default()
        }),
        Some(_) => return None,
    };
    Some(BackupItem { policy_type: text(item.get("policy_type"))?, metadata, ..BackupItem::default() })
}

fn id(record: &Value) -> Option<u64> {
    record.get("id")?.as_u64()
}
