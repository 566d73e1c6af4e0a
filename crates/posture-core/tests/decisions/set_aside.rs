//! Which tenants and records are set aside, and why.

use rstest::rstest;
use serde_json::{Value, json};

use crate::evidence::{
    HOUR, ago, column, derived, findings, findings_in, report, run, schedule, set, snapshot, tenant, with,
};

/// The reasons of all tenants that were not evaluated, with the id if it is known.
#[track_caller]
fn set_aside(tenants: Value) -> Vec<(String, Option<u64>)> {
    let report = report(&snapshot(tenants));
    let rows = report["not_evaluated"].as_array().into_iter().flatten();
    rows.map(|row| (row["reason"].as_str().unwrap_or_default().to_owned(), row["tenant_id"].as_u64()))
        .collect()
}

fn reason(name: &str, id: impl Into<Option<u64>>) -> (String, Option<u64>) {
    (name.to_owned(), id.into())
}

/// SN-30, SN-31, SN-32, SN-33: each reason, and the first that applies.
#[rstest]
#[case::not_active(json!([tenant(1, json!({ "status": "draft" })), tenant(2, json!({ "status": "Onboarding" })), tenant(3, json!({ "status": "archived" })), tenant(4, json!({ "status": "odd" }))]),
    vec![reason("not_active", 1), reason("not_active", 2), reason("not_active", 3), reason("not_active", 4)])]
#[case::active_in_any_case(json!([tenant(1, json!({ "status": "ACTIVE" }))]), vec![])]
#[case::same_id(json!([tenant(1, json!({})), tenant(1, json!({ "external_id": "other" }))]), vec![reason("duplicate_tenant", 1)])]
#[case::same_route_key(json!([tenant(1, json!({})), tenant(2, json!({ "external_id": "t-1" }))]), vec![reason("duplicate_tenant", 2)])]
#[case::route_keys_differ_by_case(json!([tenant(1, json!({ "external_id": "a" })), tenant(2, json!({ "external_id": "A" }))]), vec![])]
#[case::foreign(json!([tenant(1, json!({ "workspace_id": 8 })), tenant(2, json!({ "workspace_id": 7 }))]), vec![reason("foreign_workspace", 1)])]
#[case::unreadable_claims_nothing(json!([{ "id": 1, "external_id": "t-1" }, tenant(1, json!({}))]), vec![reason("unreadable", 1)])]
#[case::unreadable_before_duplicate(json!([tenant(1, json!({})), tenant(1, json!({ "name": 7 }))]), vec![reason("unreadable", 1)])]
#[case::duplicate_before_foreign(json!([tenant(1, json!({})), tenant(1, json!({ "workspace_id": 8, "status": "draft" }))]), vec![reason("duplicate_tenant", 1)])]
#[case::foreign_claims_its_identity(json!([tenant(1, json!({ "workspace_id": 8 })), tenant(1, json!({}))]), vec![reason("foreign_workspace", 1), reason("duplicate_tenant", 1)])]
#[case::not_active_claims_its_identity(json!([tenant(1, json!({ "status": "draft" })), tenant(2, json!({ "external_id": "t-1" }))]), vec![reason("not_active", 1), reason("duplicate_tenant", 2)])]
#[case::a_duplicate_claims_its_other_key(json!([tenant(1, json!({})), tenant(1, json!({ "external_id": "x" })), tenant(3, json!({ "external_id": "x" }))]),
    vec![reason("duplicate_tenant", 1), reason("duplicate_tenant", 3)])]
#[case::foreign_before_not_active(json!([tenant(1, json!({ "workspace_id": 8, "status": "odd" }))]), vec![reason("foreign_workspace", 1)])]
fn a_tenant_is_set_aside_for_the_first_reason(
    #[case] tenants: Value,
    #[case] expected: Vec<(String, Option<u64>)>,
) {
    assert_eq!(set_aside(tenants), expected);
}

/// RP-3: a tenant that repeats an earlier one is named too.
#[test]
fn a_tenant_set_aside_as_a_duplicate_is_named() {
    let name = |name: &str, status: &str| tenant(1, json!({ "name": name, "status": status }));
    let report =
        report(&snapshot(json!([name("One", "active"), name("Two", "active"), name("Three", "draft")])));
    assert_eq!(column(&report["not_evaluated"], "tenant_label"), ["Two", "Three"]);
}

/// SN-34, SN-35: the finding says which record was set aside, and what it states.
#[rstest]
#[case(json!({ "backup_sets": [set(5, json!({ "tenant_id": 2 }))] }), "Record 5 was set aside: it belongs to tenant 2, not to 1.")]
#[case(json!({ "backup_sets": [set(1, json!({ "items": [{ "id": 6, "backup_set_id": 3 }] }))] }), "Item 6 was set aside: it belongs to backup set 3.")]
#[case(json!({ "restore_runs": [run(4, json!({})), run(4, json!({}))] }), "Record 4 was set aside: an earlier record here has the same id.")]
fn a_record_set_aside_is_named_with_what_it_states(#[case] more: Value, #[case] message: &str) {
    let report = report(&snapshot(json!([tenant(1, more)])));
    assert_eq!(column(&report["findings"], "message"), [message]);
}

/// RP-3: in document order, with the name if it can be read.
#[test]
fn tenants_not_evaluated_keep_the_document_order() {
    let tenants = json!([tenant(9, json!({ "status": "draft" })), { "name": "Half" }, tenant(3, json!({ "workspace_id": 8 })), 7]);
    let expected = json!([{ "tenant_id": 9, "tenant_label": "Tenant 9", "reason": "not_active" }, { "tenant_id": null, "tenant_label": "Half", "reason": "unreadable" },
        { "tenant_id": 3, "tenant_label": "Tenant 3", "reason": "foreign_workspace" }, { "tenant_id": null, "tenant_label": null, "reason": "unreadable" }]);
    assert_eq!(report(&snapshot(tenants))["not_evaluated"], expected);
}

/// SN-34, SN-35: every collection, and the order of the tests.
#[rstest]
#[case::set(json!({ "backup_sets": [set(1, json!({})), set(2, json!({ "tenant_id": 2 }))] }), &[("cross_tenant_record", "backup_sets[1]")])]
#[case::set_of_this_tenant(json!({ "backup_sets": [set(1, json!({ "tenant_id": 1 }))] }), &[])]
#[case::set_twice(json!({ "backup_sets": [set(1, json!({})), set(1, json!({}))] }), &[("duplicate_record", "backup_sets[1]")])]
#[case::schedule(json!({ "backup_schedules": [schedule(1, json!({ "tenant_id": 9 })), schedule(1, json!({}))] }), &[("cross_tenant_record", "backup_schedules[0]")])]
#[case::schedule_twice(json!({ "backup_schedules": [schedule(1, json!({})), schedule(1, json!({ "tenant_id": 1 }))] }), &[("duplicate_record", "backup_schedules[1]")])]
#[case::run(json!({ "restore_runs": [run(1, json!({ "tenant_id": 9 }))] }), &[("cross_tenant_record", "restore_runs[0]")])]
#[case::run_of_another_set(json!({ "restore_runs": [run(1, json!({ "backup_set_id": 99 }))] }), &[])]
#[case::run_twice(json!({ "restore_runs": [run(1, json!({})), run(1, json!({}))] }), &[("duplicate_record", "restore_runs[1]")])]
#[case::item_of_another_tenant(items(json!([{ "id": 1, "tenant_id": 9 }])), &[("cross_tenant_record", "backup_sets[0].items[0]")])]
#[case::item_of_another_set(items(json!([{ "id": 1, "backup_set_id": 9 }])), &[("cross_tenant_record", "backup_sets[0].items[0]")])]
#[case::item_of_this_set(items(json!([{ "id": 1, "backup_set_id": 1, "tenant_id": 1 }])), &[])]
#[case::item_twice(items(json!([{ "id": 1 }, { "id": 1 }, { "id": 1 }])), &[("duplicate_record", "backup_sets[0].items[1]"), ("duplicate_record", "backup_sets[0].items[2]")])]
#[case::a_foreign_record_that_repeats(json!({ "backup_sets": [set(1, json!({})), set(1, json!({ "tenant_id": 2 }))] }), &[("cross_tenant_record", "backup_sets[1]")])]
#[case::items_of_a_set_aside_set(json!({ "backup_sets": [set(1, json!({ "tenant_id": 2, "items": [{ "id": 1 }, { "id": 1 }] }))] }), &[("cross_tenant_record", "backup_sets[0]")])]
#[case::an_unrecognised_word_in_it(json!({ "restore_runs": [run(1, json!({ "tenant_id": 9, "status": "odd", "backup_set_id": "x" }))] }), &[("cross_tenant_record", "restore_runs[0]")])]
fn a_record_that_does_not_belong_is_set_aside(#[case] more: Value, #[case] expected: &[(&str, &str)]) {
    let expected: Vec<_> =
        expected.iter().map(|(code, path)| ((*code).to_owned(), format!("tenants[0].{path}"))).collect();
    assert_eq!(findings_in(more), expected);
}

fn items(items: Value) -> Value {
    json!({ "backup_sets": [set(1, json!({ "items": items }))] })
}

/// SN-35: the same item id may occur in two sets; only a kept record claims its id; deleted records are kept.
#[test]
fn only_a_kept_record_claims_its_id() {
    let two_sets = json!({ "backup_sets": [set(1, json!({})), set(2, json!({}))] });
    assert_eq!(findings_in(two_sets), []);
    let foreign_first = derived(
        json!({ "backup_sets": [set(1, json!({ "tenant_id": 2 })), set(1, json!({ "completed_at": ago(2 * HOUR) }))] }),
    );
    assert_eq!(foreign_first["backup_health"]["latest_relevant_completed_at"], ago(2 * HOUR));
    let deleted_first =
        derived(json!({ "backup_sets": [set(1, json!({ "deleted_at": ago(1) })), set(1, json!({}))] }));
    assert_eq!(deleted_first["backup_health"]["posture"], "absent");
}

/// SN-35: nothing is derived from a set-aside record.
#[test]
fn nothing_is_derived_from_a_set_aside_record() {
    let more = json!({
        "backup_sets": [set(1, json!({})), set(2, json!({ "tenant_id": 2, "status": "failed", "completed_at": ago(1) }))],
        "backup_schedules": [schedule(1, json!({ "tenant_id": 2, "last_run_status": "failed" }))],
        "restore_runs": [run(1, json!({})), run(2, json!({ "tenant_id": 2, "status": "failed", "completed_at": ago(1) }))],
    });
    let tenant = derived(more);
    assert_eq!(
        (&tenant["backup_health"]["skipped_sets"], &tenant["backup_health"]["schedule_follow_ups"]),
        (&json!([]), &json!([]))
    );
    assert_eq!(column(&tenant["restore_attention"], "restore_run_id"), [1]);
    assert_eq!(tenant["recovery_evidence"]["overview_state"], "no_recent_issues_visible");
    assert_eq!(tenant["needs_attention"]["healthy_checks"], json!([]));
}

/// SN-38: nothing is reported of tenants that are not evaluated but what set them aside.
#[test]
fn a_tenant_that_is_set_aside_gives_no_other_findings() {
    let marred = || json!({ "environment": 7, "backup_sets": [set(1, json!({ "status": "odd" })), set(1, json!({ "tenant_id": 9 }))] });
    let told = |more: Value| findings(&report(&snapshot(json!([tenant(1, with(marred(), more))]))));
    let error = |code: &str| vec![(code.to_owned(), "error".to_owned(), Some(1))];
    assert_eq!(told(json!({ "status": "draft" })), []);
    assert_eq!(told(json!({ "status": "odd" })), error("unrecognised_tenant_status"));
    assert_eq!(told(json!({ "workspace_id": 8 })), error("foreign_workspace"));
    assert_eq!(told(json!({ "name": 1 })), error("unreadable_tenant"));
}
