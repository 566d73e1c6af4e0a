//! The slim export.

use rstest::rstest;
use serde_json::{Value, json};

use posture_core::Form;
use posture_core::export::slim::slim;

use crate::evidence::{DAY, HOUR, ago, report_as_of, run, set, snapshot, tenant, with};

#[track_caller]
fn slimmed(tenants: Value) -> Value {
    let document = snapshot(tenants).to_string();
    let bytes = slim(document.as_bytes(), Form::Json).expect("it is read");
    serde_json::from_slice(&bytes).expect("it is JSON")
}

#[track_caller]
fn slim_tenant(more: Value) -> Value {
    slimmed(json!([tenant(1, more)]))["tenants"][0].clone()
}

/// SL-3: the governing set keeps a summary of its items.
#[test]
fn the_governing_set_keeps_a_summary() {
    let items = json!([{ "id": 1, "policy_type": "a", "metadata": { "integrity_warning": true } }, { "id": 2, "policy_type": "a" }, { "id": 3 }, { "id": 4, "deleted_at": ago(1) }]);
    let slimmed = slim_tenant(
        json!({ "backup_sets": [set(1, json!({ "items": items, "item_count": 6, "name": "kept", "quality": null }))] }),
    );
    let mut expected = set(
        1,
        json!({ "item_count": 5, "name": "kept", "quality": { "total_items": 3, "degraded_items": 1, "families": { "integrity_warning": 1 }, "policy_types": { "a": 2 } } }),
    );
    expected.as_object_mut().expect("an object").remove("items");
    assert_eq!(slimmed["backup_sets"][0], expected);
}

/// SL-4: every other set states the greater of what it stated and what it showed.
#[rstest]
#[case::stated(json!({ "item_count": 5 }), 5)]
#[case::shown(json!({ "item_count": 0 }), 2)]
#[case::nothing_stated(json!({}), 2)]
#[case::failed(json!({ "status": "failed", "completed_at": ago(0) }), 2)]
fn another_set_states_how_much_it_holds(#[case] more: Value, #[case] count: u64) {
    let items = json!([{ "id": 1 }, { "id": 2 }, { "id": 3, "deleted_at": ago(1) }]);
    let stated = if more["item_count"] == 5 { 6 } else { more["item_count"].as_u64().unwrap_or_default() };
    let more = if more["item_count"].is_null() { more } else { with(more, json!({ "item_count": stated })) };
    let other = with(set(1, json!({ "completed_at": ago(2 * HOUR), "items": items })), more);
    let slimmed = slim_tenant(json!({ "backup_sets": [other, set(2, json!({}))] }));
    let set = &slimmed["backup_sets"][0];
    assert_eq!((&set["item_count"], set.get("items"), set.get("quality")), (&json!(count), None, None));
}

/// SL-5: outcome rows keep what verdicts need.
#[test]
fn outcome_rows_are_cut() {
    let results = json!({ "items": [{ "status": "Applied", "policy_type": "a", "label": "x", "more": [1] }, { "outcome": null, "decision": "odd" }], "assignments": [] });
    let slimmed = slim_tenant(json!({ "restore_runs": [run(1, json!({ "results": results }))] }));
    assert_eq!(
        slimmed["restore_runs"][0]["results"],
        json!({ "items": [{ "outcome": "Applied", "policy_type": "a" }, { "outcome": "odd" }], "assignments": [] })
    );
}

/// SL-2: what was set aside, and records with something set aside or unfit in them, stay as they are.
#[rstest]
#[case::unfit_detail(json!({ "backup_sets": [set(1, json!({ "items": [{ "id": 1, "platform": 7 }] }))] }), "backup_sets")]
#[case::item_set_aside(json!({ "backup_sets": [set(1, json!({ "items": [{ "id": 1 }, { "id": 1 }] }))] }), "backup_sets")]
#[case::set_set_aside(json!({ "backup_sets": [set(1, json!({ "tenant_id": 9 }))] }), "backup_sets")]
#[case::run_set_aside(json!({ "restore_runs": [run(1, json!({ "tenant_id": 9, "results": [{ "outcome": "applied", "label": "x" }] }))] }), "restore_runs")]
#[case::unfit_label(json!({ "restore_runs": [run(1, json!({ "results": [{ "outcome": "applied", "label": 7 }] }))] }), "restore_runs")]
fn what_is_marred_stays_as_it_is(#[case] more: Value, #[case] collection: &str) {
    assert_eq!(slim_tenant(more.clone())[collection], more[collection]);
}

/// SL-2: tenants that are not evaluated stay as they are.
#[test]
fn a_tenant_that_is_set_aside_stays_as_it_is() {
    let tenants = json!([tenant(1, json!({})), tenant(1, json!({ "name": "again" })), tenant(2, json!({ "status": "draft" })), tenant(3, json!({ "workspace_id": 8 })), { "id": 4, "name": [] }]);
    let slimmed = slimmed(tenants.clone());
    for index in 1..5 {
        assert_eq!(slimmed["tenants"][index], tenants[index]);
    }
}

/// SL-1: from the export on, the verdicts are the same.
#[rstest]
#[case(0)]
#[case(23 * HOUR)]
#[case(23 * HOUR + 1)]
#[case(400 * DAY)]
fn the_slim_export_gives_the_same_verdicts(#[case] as_of: i64) {
    let items = json!([{ "id": 1, "policy_type": "a", "metadata": { "warnings": ["metadata only"] } }, { "id": 2, "deleted_at": ago(1) }]);
    let sets = json!([
        set(1, json!({ "completed_at": ago(2 * HOUR) })),
        set(2, json!({ "items": items, "item_count": 9 })),
        set(3, json!({ "items": [], "completed_at": ago(0) }))
    ]);
    let runs =
        json!([run(1, json!({ "results": [{ "outcome": "applied", "policy_type": "a", "label": "x" }] }))]);
    let whole = snapshot(json!([tenant(1, json!({ "backup_sets": sets, "restore_runs": runs }))]));
    let slim: Value = slimmed(whole["tenants"].clone());
    assert_eq!(report_as_of(&whole, as_of), report_as_of(&slim, as_of));
}

/// SL-1, SL-3: what follows something that was set aside is slimmed all the same, and so is what stands before it.
#[test]
fn what_is_marred_keeps_nothing_else_as_it_is() {
    let whole =
        |id: u64, age: i64| set(id, json!({ "completed_at": ago(age), "items": [{ "id": 1 }, { "id": 2 }] }));
    let marred = set(2, json!({ "completed_at": ago(3 * HOUR), "items": [{ "id": 1 }, { "id": 1 }] }));
    let unfit = set(4, json!({ "completed_at": ago(3 * HOUR), "name": 7, "items": [{ "id": 1 }] }));
    let sets =
        json!([whole(1, 2 * HOUR), marred, whole(3, 4 * HOUR), unfit, whole(5, 5 * HOUR), whole(6, HOUR)]);
    let slimmed = slim_tenant(json!({ "backup_sets": sets }));
    let keeps_items: Vec<_> =
        slimmed["backup_sets"].as_array().into_iter().flatten().map(|set| set["items"].is_array()).collect();
    assert_eq!(keeps_items, [false, true, false, true, false, false]);
}
