//! Which tenants and records are set aside, and why.

use rstest::rstest;
use serde_json::{Value, json};

use posture_core::Form;

use crate::evidence::{
    HOUR, ago, column, derived, findings, findings_in, report, report_of_text, run, schedule, set, snapshot,
    tenant, with,
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

/// The report of a document with this text for its one tenant.
#[track_caller]
fn report_of_tenant(text: &str) -> Value {
    let empty = snapshot(json!([])).to_string();
    report_of_text(&empty.replace("\"tenants\":[]", &format!("\"tenants\":[{text}]")), Form::Json, 0)
}

fn tenant_text(members: &str) -> String {
    format!(r#"{{"id":1,"external_id":"t","name":"T","status":"active",{members}"z":0}}"#)
}

/// Holds that this text makes its tenant unreadable, at this path.
#[track_caller]
fn unreadable_at(text: &str, path: &str, cause: &str) {
    let report = report_of_tenant(text);
    assert_eq!(report["denominators"]["unreadable"], 1, "{text}");
    let finding = &report["findings"][0];
    assert_eq!((&finding["code"], &finding["severity"]), (&json!("unreadable_tenant"), &json!("error")));
    assert_eq!(finding["path"], path, "{text}");
    assert!(finding["message"].as_str().is_some_and(|message| message.contains(cause)), "{finding}");
}

/// SN-26, SN-6, SN-7: each required key of each record, missing.
#[rstest]
#[case("tenants[0]", "id", "id", json!({ "external_id": "t", "name": "T", "status": "active" }))]
#[case("tenants[0]", "external_id", "external_id", json!({ "id": 1, "name": "T", "status": "active" }))]
#[case("tenants[0]", "name", "name", json!({ "id": 1, "external_id": "t", "status": "active" }))]
#[case("tenants[0]", "status", "status", json!({ "id": 1, "external_id": "t", "name": "T" }))]
#[case("tenants[0].backup_sets[0]", "status", "status", tenant(1, json!({ "backup_sets": [{ "id": 1 }] })))]
#[case("tenants[0].backup_sets[0]", "id", "id", tenant(1, json!({ "backup_sets": [{ "status": "failed" }] })))]
#[case("tenants[0].backup_sets[0].items[1]", "id", "id", tenant(1, json!({ "backup_sets": [set(1, json!({ "items": [{ "id": 1 }, {}] }))] })))]
#[case("tenants[0].backup_sets[0].quality", "total", "total_items", tenant(1, json!({ "backup_sets": [set(1, json!({ "quality": { "degraded_items": 0, "families": {} } }))] })))]
#[case("tenants[0].backup_sets[0].quality", "degraded", "degraded_items", tenant(1, json!({ "backup_sets": [set(1, json!({ "quality": { "total_items": 0, "families": {} } }))] })))]
#[case("tenants[0].backup_sets[0].quality", "families", "families", tenant(1, json!({ "backup_sets": [set(1, json!({ "quality": { "degraded_items": 0, "total_items": 0 } }))] })))]
#[case("tenants[0].backup_schedules[0]", "is_enabled", "is_enabled", tenant(1, json!({ "backup_schedules": [{ "id": 1, "frequency": "daily" }] })))]
#[case("tenants[0].backup_schedules[0]", "frequency", "frequency", tenant(1, json!({ "backup_schedules": [{ "id": 1, "is_enabled": true }] })))]
#[case("tenants[0].restore_runs[0]", "status", "status", tenant(1, json!({ "restore_runs": [{ "id": 1, "is_dry_run": true }] })))]
#[case("tenants[0].restore_runs[0]", "is_dry_run", "is_dry_run", tenant(1, json!({ "restore_runs": [{ "id": 1, "status": "draft" }] })))]
#[case("tenants[0].restore_runs[0].operation_run", "status", "status", tenant(1, json!({ "restore_runs": [run(1, json!({ "operation_run": {} }))] })))]
#[case("tenants[0].restore_runs[0].results[0]", "outcome", "outcome", tenant(1, json!({ "restore_runs": [run(1, json!({ "results": [{ "outcome": null, "status": null }] }))] })))]
#[case("tenants[0].signals[0]", "title", "title", tenant(1, json!({ "signals": [{ "domain": "alerts", "key": "k", "urgency": "low" }] })))]
#[case("tenants[0].signals[0]", "key", "key", tenant(1, json!({ "signals": [{ "domain": "alerts", "title": "A fact", "urgency": "low" }] })))]
fn a_missing_key_makes_a_tenant_unreadable(
    #[case] path: &str,
    #[case] cause: &str,
    #[case] key: &str,
    #[case] tenant: Value,
) {
    unreadable_at(&tenant.to_string(), path, cause);
    unreadable_at(&tenant.to_string(), path, &format!("the key {key} is missing"));
}

/// SN-26, SN-2, SN-3, SN-6, SN-11, SN-12, SN-13, SN-14, SN-15, SN-16: an invalid value, marked by the `¶` before it.
#[rstest]
#[case(r#""workspace_id":"7""#, "workspace_id")]
#[case(r#""capabilities":"backup_sets.view""#, "capabilities")]
#[case(r#""capabilities":[1]"#, "capabilities[0]")]
#[case(r#""backup_sets":{"a":{}}"#, "backup_sets")]
#[case(r#""backup_sets":[null]"#, "backup_sets[0]")]
#[case(r#""backup_sets":[{"id":1,"status":null}]"#, "backup_sets[0].status")]
#[case(
    r#""backup_sets":[{"id":1,"status":"failed","completed_at":"yesterday"}]"#,
    "backup_sets[0].completed_at"
)]
#[case(r#""backup_sets":[{"id":1,"status":"failed","deleted_at":1}]"#, "backup_sets[0].deleted_at")]
#[case(r#""backup_sets":[{"id":1,"status":"failed","item_count":"1"}]"#, "backup_sets[0].item_count")]
#[case(r#""backup_sets":[{"id":1,"status":"failed","items":{"x":1}}]"#, "backup_sets[0].items")]
#[case(
    r#""backup_sets":[{"id":1,"status":"failed","items":[{"id":1,"policy_type":1}]}]"#,
    "backup_sets[0].items[0].policy_type"
)]
#[case(
    r#""backup_sets":[{"id":1,"status":"failed","items":[{"id":1,"metadata":[1]}]}]"#,
    "backup_sets[0].items[0].metadata"
)]
#[case(
    r#""backup_sets":[{"id":1,"status":"failed","items":[{"id":1,"metadata":{"source":1}}]}]"#,
    "backup_sets[0].items[0].metadata.source"
)]
#[case(
    r#""backup_sets":[{"id":1,"status":"failed","items":[{"id":1,"metadata":{"assignments_fetch_failed":"true"}}]}]"#,
    "backup_sets[0].items[0].metadata.assignments_fetch_failed"
)]
#[case(
    r#""backup_sets":[{"id":1,"status":"failed","items":[{"id":1,"metadata":{"has_orphaned_assignments":1}}]}]"#,
    "backup_sets[0].items[0].metadata.has_orphaned_assignments"
)]
#[case(
    r#""backup_sets":[{"id":1,"status":"failed","items":[{"id":1,"metadata":{"integrity_warning":1}}]}]"#,
    "backup_sets[0].items[0].metadata.integrity_warning"
)]
#[case::quality_beside_items(
    r#""backup_sets":[{"id":1,"status":"failed","items":[],"quality":{"total_items":-1,"degraded_items":0,"families":{}}}]"#,
    "backup_sets[0].quality.total_items"
)]
#[case(
    r#""backup_sets":[{"id":1,"status":"failed","quality":{"total_items":1,"degraded_items":0,"families":[0]}}]"#,
    "backup_sets[0].quality.families"
)]
#[case(
    r#""backup_sets":[{"id":1,"status":"failed","quality":{"total_items":1,"degraded_items":0,"families":{"a":null}}}]"#,
    "backup_sets[0].quality.families.a"
)]
#[case(
    r#""backup_schedules":[{"id":1,"is_enabled":1,"frequency":"daily"}]"#,
    "backup_schedules[0].is_enabled"
)]
#[case(r#""backup_schedules":[{"id":1,"is_enabled":true,"frequency":7}]"#, "backup_schedules[0].frequency")]
#[case(
    r#""backup_schedules":[{"id":1,"is_enabled":true,"frequency":"daily","last_run_status":true}]"#,
    "backup_schedules[0].last_run_status"
)]
#[case(
    r#""backup_schedules":[{"id":1,"is_enabled":true,"frequency":"daily","next_run_at":"soon"}]"#,
    "backup_schedules[0].next_run_at"
)]
#[case(r#""restore_runs":[{"id":1,"is_dry_run":"no","status":"draft"}]"#, "restore_runs[0].is_dry_run")]
#[case(
    r#""restore_runs":[{"id":1,"is_dry_run":true,"status":"draft","results":"none"}]"#,
    "restore_runs[0].results"
)]
#[case(
    r#""restore_runs":[{"id":1,"is_dry_run":true,"status":"draft","results":{"items":{"x":1}}}]"#,
    "restore_runs[0].results.items"
)]
#[case::first_word_that_is_not_null(
    r#""restore_runs":[{"id":1,"is_dry_run":true,"status":"draft","results":[{"outcome":null,"status":1,"decision":"applied"}]}]"#,
    "restore_runs[0].results[0].status"
)]
#[case(
    r#""restore_runs":[{"id":1,"is_dry_run":true,"status":"draft","results":[{"outcome":"applied","policy_type":1}]}]"#,
    "restore_runs[0].results[0].policy_type"
)]
#[case(
    r#""restore_runs":[{"id":1,"is_dry_run":true,"status":"draft","metadata":[0]}]"#,
    "restore_runs[0].metadata"
)]
#[case(
    r#""restore_runs":[{"id":1,"is_dry_run":true,"status":"draft","metadata":{"non_applied":"1"}}]"#,
    "restore_runs[0].metadata.non_applied"
)]
#[case(
    r#""restore_runs":[{"id":1,"is_dry_run":true,"status":"draft","metadata":{"non_applied":true}}]"#,
    "restore_runs[0].metadata.non_applied"
)]
#[case(
    r#""restore_runs":[{"id":1,"is_dry_run":true,"status":"draft","metadata":{"non_applied":-1}}]"#,
    "restore_runs[0].metadata.non_applied"
)]
#[case(
    r#""restore_runs":[{"id":1,"is_dry_run":true,"status":"draft","operation_run":[1]}]"#,
    "restore_runs[0].operation_run"
)]
#[case(
    r#""restore_runs":[{"id":1,"is_dry_run":true,"status":"draft","operation_run":{"status":1}}]"#,
    "restore_runs[0].operation_run.status"
)]
#[case(
    r#""restore_runs":[{"id":1,"is_dry_run":true,"status":"draft","operation_run":{"status":"queued","outcome":1}}]"#,
    "restore_runs[0].operation_run.outcome"
)]
#[case(
    r#""signals":[{"domain":"backup_health","key":"k","urgency":"low","title":"A"}]"#,
    "signals[0].domain"
)]
#[case(r#""signals":[{"domain":"alerts","key":"k","urgency":"urgent","title":"A"}]"#, "signals[0].urgency")]
#[case(r#""signals":[{"domain":"alerts","key":7,"urgency":"low","title":"A"}]"#, "signals[0].key")]
#[case(r#""signals":[{"domain":"alerts","key":"k","urgency":"low","title":"A","url":[]}]"#, "signals[0].url")]
fn a_value_that_does_not_fit_makes_a_tenant_unreadable(#[case] member: &str, #[case] path: &str) {
    unreadable_at(&tenant_text(&format!("{member},")), &format!("tenants[0].{path}"), "is expected here");
}

/// SN-26: what is set aside must fit like any other, and so must what another tenant's record says.
#[test]
fn a_record_that_would_be_set_aside_must_fit() {
    let foreign = r#""backup_sets":[{"id":1,"tenant_id":2,"status":"failed","item_count":"many"}],"#;
    unreadable_at(&tenant_text(foreign), "tenants[0].backup_sets[0].item_count", "is expected here");
    let inactive = r#"{"id":1,"external_id":"t","name":"T","status":"draft","backup_sets":7}"#;
    unreadable_at(inactive, "tenants[0].backup_sets", "is expected here");
}

/// SN-6: route keys that name nothing.
#[rstest]
#[case("")]
#[case(".")]
#[case("..")]
fn a_route_key_must_name_something(#[case] key: &str) {
    unreadable_at(
        &tenant(1, json!({ "external_id": key })).to_string(),
        "tenants[0].external_id",
        "route key",
    );
}

/// SN-27, SN-12: a known key twice, spelt in any way; unknown keys may repeat.
#[rstest]
#[case(r#""id":1,"#, Some("id"))]
#[case(r#""\u0069d":1,"#, Some("id"))]
#[case(r#""environment":"a","environment":"b","#, Some("environment"))]
#[case(r#""environment":7,"environment":7,"#, Some("environment"))]
#[case(r#""backup_sets":null,"backup_s\u0065ts":[],"#, Some("backup_sets"))]
#[case(r#""backup_sets":[{"id":1,"status":"failed","name":"a","name":"a"}],"#, Some("name"))]
#[case(r#""backup_sets":[{"id":1,"status":"failed","items":[{"id":1,"metadata":{"warnings":[],"warnings":[]}}]}],"#, Some("warnings"))]
#[case(
    r#""backup_sets":[{"id":1,"status":"failed","quality":{"total_items":0,"degraded_items":0,"families":{"a":1,"\u0061":1}}}],"#,
    Some("a")
)]
#[case(r#""backup_sets":[{"id":1,"status":"failed","quality":{"total_items":0,"degraded_items":0,"families":{},"policy_types":{"é":1,"\u00e9":0}}}],"#, Some("é"))]
#[case(
    r#""restore_runs":[{"id":1,"is_dry_run":true,"status":"draft","results":[{"outcome":"applied","decision":"a","decision":"b"}]}],"#,
    Some("decision")
)]
#[case(
    r#""restore_runs":[{"id":1,"is_dry_run":true,"status":"draft","results":[{"outcome":"applied","label":"a","label":"b"}]}],"#,
    Some("label")
)]
#[case(
    r#""restore_runs":[{"id":1,"is_dry_run":true,"status":"draft","metadata":{"non_applied":1,"non_applied":1}}],"#,
    Some("non_applied")
)]
#[case(
    r#""restore_runs":[{"id":1,"is_dry_run":true,"status":"draft","operation_run":{"status":"queued","st\u0061tus":"queued"}}],"#,
    Some("status")
)]
#[case(
    r#""signals":[{"domain":"alerts","key":"k","urgency":"low","title":"A","body":"a","body":"b"}],"#,
    Some("body")
)]
#[case(r#""x":1,"x":1,"backup_sets":[{"id":1,"status":"failed","x":1,"x":2}],"#, None)]
#[case(r#""restore_runs":[{"id":1,"is_dry_run":true,"status":"draft","metadata":{"non_applied":{"a":1,"a":2}}}],"#, None)]
fn a_known_key_may_occur_only_once(#[case] members: &str, #[case] twice: Option<&str>) {
    let text = tenant_text(members);
    let report = report_of_tenant(&text);
    assert_eq!(report["denominators"]["unreadable"], u64::from(twice.is_some()), "{text}");
    if let Some(key) = twice {
        let message = report["findings"][0]["message"].as_str().unwrap_or_default().to_owned();
        assert!(message.contains(&format!("the key {key} occurs twice")), "{message}");
    }
}

/// SN-28: an escape that is not a Unicode scalar value, in strings that are read and in strings that are not.
#[rstest]
#[case::name_of_the_tenant(r#"{"id":1,"external_id":"t","name":"\ud800","status":"active"}"#.to_owned(), true)]
#[case::status(r#"{"id":1,"external_id":"t","name":"T","status":"\udc00"}"#.to_owned(), true)]
#[case::detail(tenant_text(r#""environment":"\ud800","#), false)]
#[case::capability(tenant_text(r#""capabilities":["\ud800"],"#), true)]
#[case::timestamp(tenant_text(r#""backup_sets":[{"id":1,"status":"failed","created_at":"\ud800"}],"#), true)]
#[case::warning(
    tenant_text(r#""backup_sets":[{"id":1,"status":"failed","items":[{"id":1,"metadata":{"warnings":["\ud800\ud800"]}}]}],"#),
    false
)]
#[case::integrity_warning(
    tenant_text(r#""backup_sets":[{"id":1,"status":"failed","items":[{"id":1,"metadata":{"integrity_warning":"\ud800x"}}]}],"#),
    true
)]
#[case::family(
    tenant_text(r#""backup_sets":[{"id":1,"status":"failed","quality":{"total_items":0,"degraded_items":0,"families":{"\ud800":1}}}],"#),
    true
)]
#[case::policy_type(tenant_text(r#""backup_sets":[{"id":1,"status":"failed","quality":{"total_items":0,"degraded_items":0,"families":{},"policy_types":{"\ud800":1}}}],"#), true)]
#[case::outcome(
    tenant_text(
        r#""restore_runs":[{"id":1,"is_dry_run":true,"status":"draft","results":[{"outcome":"\ud800"}]}],"#
    ),
    true
)]
#[case::signal(
    tenant_text(r#""signals":[{"domain":"alerts","key":"\ud800","urgency":"low","title":"A"}],"#),
    true
)]
#[case::a_pair_is_a_character(tenant_text(r#""environment":"\ud83d\ude00","#), false)]
#[case::unknown_value(tenant_text(r#""x":"\ud800","#), false)]
#[case::unknown_key(tenant_text(r#""\ud800":1,"\ud800":1,"#), false)]
#[case::unknown_key_of_a_record(
    tenant_text(r#""backup_sets":[{"id":1,"status":"failed","\udfff":{"\udfff":"\udfff"}}],"#),
    false
)]
#[case::outcome_not_looked_at(
    tenant_text(r#""restore_runs":[{"id":1,"is_dry_run":true,"status":"draft","results":[{"outcome":"applied","status":"\ud800"}]}],"#),
    false
)]
#[case::counted_but_not_read(
    tenant_text(r#""restore_runs":[{"id":1,"is_dry_run":true,"status":"draft","metadata":{"non_applied":["\ud800"]}}],"#),
    false
)]
#[case::a_detail_of_another_kind(
    tenant_text(
        r#""backup_schedules":[{"id":1,"is_enabled":false,"frequency":"daily","days_of_week":"\ud800"}],"#
    ),
    false
)]
fn a_lone_surrogate_matters_where_it_is_read(#[case] text: String, #[case] unreadable: bool) {
    assert_eq!(report_of_tenant(&text)["denominators"]["unreadable"], u64::from(unreadable), "{text}");
}

/// SN-29: the id of an unreadable tenant, where that much can be read.
#[rstest]
#[case(r#"{"id":5}"#, json!(5))]
#[case(r#"{"name":7,"id":5}"#, json!(5))]
#[case(r#"{"id":"5"}"#, Value::Null)]
#[case(r#"{"id":0}"#, Value::Null)]
#[case(r#"{"id":5,"id":6}"#, Value::Null)]
#[case(r#"{"id":5,"id":5}"#, Value::Null)]
#[case(r#"{}"#, Value::Null)]
#[case(r#"7"#, Value::Null)]
#[case(r#"[{"id":5}]"#, Value::Null)]
fn an_unreadable_tenant_is_named_where_it_can_be(#[case] text: &str, #[case] id: Value) {
    let report = report_of_tenant(text);
    assert_eq!((&report["not_evaluated"][0]["tenant_id"], &report["findings"][0]["tenant_id"]), (&id, &id));
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
