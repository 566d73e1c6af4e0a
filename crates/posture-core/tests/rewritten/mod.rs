//! The same document, written in another way.

use serde_json::{Value, json};

/// Reverses and rotates every array of records, tenants included.
pub(crate) fn reorder(value: &mut Value, turn: usize) {
    match value {
        Value::Object(members) => members.iter_mut().for_each(|(key, member)| {
            reorder(member, turn);
            let Value::Array(elements) = member else { return };
            let is_records = matches!(
                key.as_str(),
                "tenants"
                    | "backup_sets"
                    | "items"
                    | "backup_schedules"
                    | "restore_runs"
                    | "results"
                    | "foundations"
                    | "assignments"
            );
            if is_records && !elements.is_empty() {
                elements.reverse();
                let places = elements.len();
                elements.rotate_left(turn % places);
            }
        }),
        Value::Array(elements) => elements.iter_mut().for_each(|element| reorder(element, turn)),
        _ => {}
    }
}

/// Adds a key that no record has to every object whose keys are fixed, with what would not fit anywhere.
pub(crate) fn add_unknown_keys(value: &mut Value) {
    match value {
        Value::Object(members) => {
            let counts_by_key = |key: &String| {
                matches!(
                    key.as_str(),
                    "families"
                        | "unknowns"
                        | "policy_types"
                        | "non_applied"
                        | "warnings"
                        | "results"
                        | "scopes"
                        | "profiles"
                )
            };
            members
                .iter_mut()
                .filter(|(key, _)| !counts_by_key(key))
                .for_each(|(_, member)| add_unknown_keys(member));
            // An object that reads as an array has no keys of its own.
            let stands_for_array =
                members.keys().next().is_some_and(|key| key.bytes().all(|byte| byte.is_ascii_digit()));
            if stands_for_array && !members.contains_key("") {
                return;
            }
            members.insert(
                "unheard_of".to_owned(),
                json!({ "id": -1, "status": [null, "failed"], "tenants": 7 }),
            );
        }
        Value::Array(elements) => elements.iter_mut().for_each(add_unknown_keys),
        _ => {}
    }
}
