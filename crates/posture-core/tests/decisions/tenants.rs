//! What makes a tenant unreadable, and which place is named.

use rstest::rstest;
use serde_json::{Value, json};

use posture_core::Form;

use crate::evidence::{report_of_text, run, set, snapshot, tenant};

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
#[case("tenants[0].backup_sets[0].quality", "total", "total_items", tenant(1, json!({ "backup_sets": [set(1, json!({ "quality": [] }))] })))]
#[case("tenants[0].restore_runs[0].operation_run", "status", "status", tenant(1, json!({ "restore_runs": [run(1, json!({ "operation_run": [] }))] })))]
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
fn an_invalid_value_makes_a_tenant_unreadable(#[case] member: &str, #[case] path: &str) {
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
#[case(
    r#""restore_runs":[{"id":1,"is_dry_run":true,"status":"draft","results":{"items":[],"counts":{},"counts":{}}}],"#,
    Some("counts")
)]
#[case(
    r#""restore_runs":[{"id":1,"is_dry_run":true,"status":"draft","results":{"counts":{"applied":1,"failed":1,"failed":1}}}],"#,
    Some("failed")
)]
#[case(
    r#""restore_runs":[{"id":1,"is_dry_run":true,"status":"draft","results":{"policy_types":{"a":{"partial":1,"partial":1}}}}],"#,
    Some("partial")
)]
#[case::below_a_detail(r#""labels":{"0":"a","1":7,"1":"b"},"#, Some("1"))]
#[case::among_warnings(
    r#""backup_sets":[{"id":1,"status":"failed","items":[{"id":1,"metadata":{"warnings":{"a":"x","a":"y"}}}]}],"#,
    Some("a")
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
fn a_lone_surrogate_matters_only_if_it_is_read(#[case] text: String, #[case] unreadable: bool) {
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
fn an_unreadable_tenant_is_named_if_its_id_can_be_read(#[case] text: &str, #[case] id: Value) {
    let report = report_of_tenant(text);
    assert_eq!((&report["not_evaluated"][0]["tenant_id"], &report["findings"][0]["tenant_id"]), (&id, &id));
}
