//! What a store keeps when a source forgets: the records of the last gathering that the new one lacks.

use std::collections::{BTreeSet, HashMap, HashSet};

use posture_core::Timestamp;
use serde_json::{Map, Value};

use crate::replaced::{expect_seen, replaced};
use crate::times::{moved, plausible};

/// What the name of a record says that only the store still knows.
pub const MARK: &str = "only in the store";
/// What the name of a set says whose file is there but cannot be read.
pub const UNREADABLE: &str = "file not readable";
/// What the metadata of a restore run says then; a run has no name.
const RUN_MARK: &str = "only_in_store";

/// How a record is marked that only the store still knows.
type Mark = fn(&mut Map<String, Value>);

/// Adds to a tenant the records that only its last gathering has. Both are tenants as a snapshot writes them.
///
/// - A record that both have is the new one; a set keeps the confirmations of both.
/// - If the new set under an id completed later, it is another backup in the same place. The old one stays under an id of its own, and
///   is marked.
/// - A set whose file can no longer be read is the old one, and is marked.
/// - A record that only the old one has is kept while it is younger than `keep_days`, and is marked: a set and a schedule by their
///   name, a restore run in its metadata.
/// - A schedule is state, not history: it is kept only while a source of the tenant cannot be read.
/// - `by_sight` are the scopes whose expected policy types are those that were seen: they become all that the sets of both held.
pub fn merge(
    old: &Value,
    new: &mut Value,
    by_sight: &BTreeSet<String>,
    exported_at: Timestamp,
    keep_days: u64,
) {
    let days = i64::try_from(keep_days).unwrap_or(i64::MAX / 86_400).min(i64::MAX / 86_400);
    let oldest = moved(exported_at, -86_400 * days);
    let is_unreadable = has_signal(new, "source_unreadable");
    let Value::Object(tenant) = new else { return };
    let records = |key: &str| old.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    restore_unreadable(records("backup_sets"), tenant);
    merge_confirmations(records("backup_sets"), tenant);
    let new_sets = tenant.get("backup_sets").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let replaced = replaced(records("backup_sets"), new_sets);
    for old in [records("backup_sets"), &replaced] {
        keep(old, tenant, "backup_sets", &["completed_at", "created_at"], oldest, mark_name);
    }
    expect_seen(tenant, by_sight, exported_at);
    keep(
        records("restore_runs"),
        tenant,
        "restore_runs",
        &["completed_at", "started_at", "created_at"],
        oldest,
        mark_run,
    );
    if is_unreadable {
        keep(records("backup_schedules"), tenant, "backup_schedules", &[], oldest, mark_name);
    }
}

fn has_signal(tenant: &Value, key: &str) -> bool {
    let signals = tenant.get("signals").and_then(Value::as_array);
    signals.into_iter().flatten().any(|signal| signal.get("key").and_then(Value::as_str) == Some(key))
}

fn keep(
    old: &[Value],
    tenant: &mut Map<String, Value>,
    key: &str,
    times: &[&str],
    oldest: Timestamp,
    mark: Mark,
) {
    let new = tenant.entry(key.to_owned()).or_insert_with(|| Value::Array(Vec::new()));
    let Value::Array(new) = new else { return };
    let ids: HashSet<u64> = new.iter().filter_map(id).collect();
    let is_forgotten = |record: &&Value| {
        let at = times.iter().find_map(|key| plausible(record.get(*key)?.as_str()?));
        id(record).is_some_and(|id| !ids.contains(&id)) && at.is_none_or(|at| at >= oldest)
    };
    let mut kept: Vec<Value> = old.iter().filter(is_forgotten).cloned().collect();
    kept.iter_mut().filter_map(Value::as_object_mut).for_each(mark);
    kept.append(new);
    *new = kept;
}

/// Records by their ids, which are unique unless somebody wrote to the store.
fn by_id<'v>(records: impl Iterator<Item = &'v Value>) -> HashMap<Option<u64>, Vec<&'v Value>> {
    let mut by_id: HashMap<_, Vec<_>> = HashMap::new();
    records.for_each(|record| by_id.entry(id(record)).or_default().push(record));
    by_id
}

fn id(record: &Value) -> Option<u64> {
    record.get("id")?.as_u64()
}

fn mark_name(record: &mut Map<String, Value>) {
    let name = record.get("name").and_then(Value::as_str).unwrap_or_default();
    if !name.ends_with(MARK) {
        let name = if name.is_empty() { MARK.to_owned() } else { format!("{name} · {MARK}") };
        record.insert("name".to_owned(), name.into());
    }
}

fn mark_run(record: &mut Map<String, Value>) {
    let metadata = record.entry("metadata").or_insert(Value::Null);
    if metadata.is_null() || metadata.as_array().is_some_and(Vec::is_empty) {
        *metadata = Value::Object(Map::new());
    }
    // Metadata of another type is invalid, and stays so.
    if let Value::Object(metadata) = metadata {
        metadata.insert(RUN_MARK.to_owned(), true.into());
    }
}

/// A file that became unreadable takes nothing from what was read of it before.
fn restore_unreadable(old: &[Value], tenant: &mut Map<String, Value>) {
    let Some(Value::Array(new)) = tenant.get_mut("backup_sets") else { return };
    let is_unreadable =
        |set: &Value| set.get("name").and_then(Value::as_str).is_some_and(|name| name.contains(UNREADABLE));
    let before = by_id(old.iter().filter(|before| !is_unreadable(before)));
    for set in new.iter_mut().filter(|set| is_unreadable(set)) {
        if let Some(before) = before.get(&id(set)).and_then(|before| before.first()) {
            set.clone_from(before);
            set.as_object_mut().into_iter().for_each(mark_name);
        }
    }
}

/// A list of runs is short, so that old confirmations leave it; they stay true.
fn merge_confirmations(old: &[Value], tenant: &mut Map<String, Value>) {
    let Some(Value::Array(new)) = tenant.get_mut("backup_sets") else { return };
    let old = by_id(old.iter());
    for set in new {
        let same = |other: &&&Value| other.get("completed_at") == set.get("completed_at");
        let Some(before) = old.get(&id(set)).and_then(|old| old.iter().find(same)) else { continue };
        let of =
            |set: &Value| set.get("confirmations").and_then(Value::as_array).cloned().unwrap_or_default();
        let mut confirmations = of(before);
        confirmations.extend(of(set));
        confirmations.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
        confirmations.dedup();
        if let (false, Value::Object(set)) = (confirmations.is_empty(), set) {
            set.insert("confirmations".to_owned(), confirmations.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn merged(old: &Value, mut new: Value) -> Value {
        merge(old, &mut new, &BTreeSet::new(), Timestamp::parse("2026-04-08T06:00:00Z").unwrap(), 400);
        new
    }

    #[test]
    fn records_a_source_forgets_stay_for_400_days_and_say_so() {
        let old = json!({
            "backup_sets": [
                { "id": 1, "name": "Monday", "completed_at": "2026-04-06T01:00:00Z" },
                { "id": 2, "completed_at": "2025-01-01T01:00:00Z" },
                { "id": 3, "name": "Wednesday", "completed_at": "2026-04-08T01:00:00Z", "status": "running" },
            ],
            "restore_runs": [{ "id": 9, "completed_at": "2026-01-01T00:00:00Z" }],
        });
        let new = json!({ "backup_sets": [{ "id": 3, "name": "Wednesday", "completed_at": "2026-04-08T01:00:00Z", "status": "completed" }] });
        let first = merged(&old, new.clone());
        assert_eq!(
            first["backup_sets"],
            json!([
                { "id": 1, "name": "Monday · only in the store", "completed_at": "2026-04-06T01:00:00Z" },
                { "id": 3, "name": "Wednesday", "completed_at": "2026-04-08T01:00:00Z", "status": "completed" },
            ])
        );
        assert_eq!(
            first["restore_runs"],
            json!([{ "id": 9, "completed_at": "2026-01-01T00:00:00Z", "metadata": { "only_in_store": true } }])
        );
        assert_eq!(merged(&first, new), first, "gathering again changes nothing");
    }

    #[test]
    fn a_file_that_can_no_longer_be_read_keeps_what_was_read_before() {
        let good = json!({ "id": 1, "name": "Monday", "status": "completed", "items": [] });
        let unreadable = json!({ "id": 1, "name": format!("Monday · {UNREADABLE}"), "status": "failed" });
        let of = |set: &Value| json!({ "backup_sets": [set] });
        let kept = merged(&of(&good), of(&unreadable));
        let expected =
            json!({ "id": 1, "name": "Monday · only in the store", "status": "completed", "items": [] });
        assert_eq!(kept["backup_sets"], json!([expected]));
        assert_eq!(merged(&kept, of(&unreadable))["backup_sets"], json!([expected]));
        assert_eq!(merged(&kept, of(&good))["backup_sets"], json!([good]), "the file can be read again");
        assert_eq!(merged(&of(&unreadable), of(&unreadable))["backup_sets"], json!([unreadable]));
    }

    #[test]
    fn confirmations_add_up() {
        let set = |confirmations: Value| json!({ "backup_sets": [{ "id": 1, "completed_at": "2026-04-01T00:00:00Z", "confirmations": confirmations }] });
        let both = merged(&set(json!(["2026-04-02T00:00:00Z"])), set(json!(["2026-04-03T00:00:00Z"])));
        assert_eq!(
            both["backup_sets"][0]["confirmations"],
            json!(["2026-04-02T00:00:00Z", "2026-04-03T00:00:00Z"])
        );
    }

    /// An overwritten folder has one id. What it held before is history, and its policy types are expected for thirty days.
    #[test]
    fn a_backup_in_the_place_of_another_leaves_that_one_in_the_store() {
        let set = |day: u8, types: &[&str]| {
            let items: Vec<_> = types.iter().zip(1..).map(|(name, id)| json!({ "id": id, "policy_type": name, "metadata": { "source": "metadata_only" } })).collect();
            json!({
                "scopes": { "exports": { "expected_policy_types": types } },
                "backup_sets": [{ "id": 1, "name": "Export", "scope": "exports", "completed_at": format!("2026-04-{day:02}T01:00:00Z"), "items": items }],
            })
        };
        let by_sight = BTreeSet::from(["exports".to_owned()]);
        let gathered = |old: &Value, mut new: Value, at: &str| {
            merge(old, &mut new, &by_sight, Timestamp::parse(at).unwrap(), 400);
            new
        };
        let first = set(6, &["apps", "scripts"]);
        let second = gathered(&first, set(7, &["apps"]), "2026-04-07T06:00:00Z");
        let third = gathered(&second, set(8, &["apps"]), "2026-04-08T06:00:00Z");
        let sets = third["backup_sets"].as_array().unwrap();
        let told: Vec<_> = sets
            .iter()
            .map(|set| json!([set["name"], set["completed_at"], set["quality"]["policy_types"]]))
            .collect();
        assert_eq!(
            json!(told),
            json!([
                ["Export · only in the store", "2026-04-07T01:00:00Z", { "apps": 1 }],
                ["Export · only in the store", "2026-04-06T01:00:00Z", { "apps": 1, "scripts": 1 }],
                ["Export", "2026-04-08T01:00:00Z", null],
            ])
        );
        assert_eq!(sets[1]["quality"]["degraded_items"], 2);
        let ids: BTreeSet<_> = sets.iter().map(|set| set["id"].as_u64()).collect();
        assert_eq!(ids.len(), 3);
        let expected = |tenant: &Value| tenant["scopes"]["exports"]["expected_policy_types"].clone();
        assert_eq!(expected(&third), json!(["apps", "scripts"]));
        assert_eq!(
            gathered(&third, set(8, &["apps"]), "2026-04-08T07:00:00Z"),
            third,
            "gathering again changes nothing"
        );
        let later = gathered(&third, set(8, &["apps"]), "2026-05-07T06:00:00Z");
        assert_eq!(expected(&later), json!(["apps"]), "after thirty days it is not expected");
        let stated = {
            let mut new = set(8, &["apps"]);
            merge(
                &second,
                &mut new,
                &BTreeSet::new(),
                Timestamp::parse("2026-04-08T06:00:00Z").unwrap(),
                400,
            );
            expected(&new)
        };
        assert_eq!(stated, json!(["apps"]), "a list that is stated stays as it is");
        let set_back = gathered(&second, set(5, &["apps"]), "2026-04-08T06:00:00Z");
        let times: Vec<_> =
            set_back["backup_sets"].as_array().unwrap().iter().map(|set| &set["completed_at"]).collect();
        assert_eq!(
            times,
            ["2026-04-06T01:00:00Z", "2026-04-05T01:00:00Z"],
            "a corrected time is not another backup"
        );
    }

    /// What sums cannot say stays as it is.
    #[test]
    fn a_replaced_backup_with_items_that_no_adapter_writes_keeps_them() {
        let set = |day: u8| {
            json!({ "backup_sets": [{ "id": 1, "completed_at": format!("2026-04-{day:02}T01:00:00Z"),
            "items": [{ "id": 1, "metadata": { "integrity_warning": true } }] }] })
        };
        let kept = merged(&set(6), set(7));
        assert_eq!(kept["backup_sets"][0]["items"], set(6)["backup_sets"][0]["items"]);
    }

    #[test]
    fn confirmations_of_another_backup_are_not_taken_over() {
        let set = |id: u64, at: &str, confirmations: Value| json!({ "backup_sets": [{ "id": id, "completed_at": at, "confirmations": confirmations }] });
        let new = || set(1, "2026-04-05T00:00:00Z", json!(["2026-04-06T00:00:00Z"]));
        let earlier = || json!(["2026-04-04T00:00:00Z"]);
        for old in [set(1, "2026-04-01T00:00:00Z", earlier()), set(2, "2026-04-05T00:00:00Z", earlier())] {
            let merged = merged(&old, new());
            let sets = merged["backup_sets"].as_array().unwrap();
            let set = sets.iter().find(|set| set["id"] == 1).unwrap();
            assert_eq!(set["confirmations"], json!(["2026-04-06T00:00:00Z"]), "{old}");
        }
    }

    #[test]
    fn a_schedule_outlives_only_an_unreadable_source() {
        let old = json!({ "backup_schedules": [{ "id": 1, "name": "Nightly" }] });
        assert_eq!(merged(&old, json!({ "backup_schedules": [] }))["backup_schedules"], json!([]));
        let unreadable = json!({ "backup_schedules": [], "signals": [{ "key": "source_unreadable" }] });
        assert_eq!(merged(&old, unreadable)["backup_schedules"][0]["id"], json!(1));
    }
}
