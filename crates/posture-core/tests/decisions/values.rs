//! Numbers, details and timestamps.

use rstest::rstest;
use serde_json::{Value, json};

use posture_core::Form;

use crate::evidence::{derived, findings_in, health_of, report_of_text, run, schedule, set, snapshot};

/// Whether a tenant in which `@` is replaced by this text is evaluated or unreadable.
#[track_caller]
fn is_read(members: &str, value: &str) -> bool {
    let tenant =
        format!(r#"{{"external_id":"t","name":"T","status":"active",{}}}"#, members.replace('@', value));
    let text = snapshot(json!([])).to_string().replace("\"tenants\":[]", &format!("\"tenants\":[{tenant}]"));
    let report = report_of_text(&text, Form::Json, 0);
    match (report["denominators"]["evaluated"].as_u64(), report["denominators"]["unreadable"].as_u64()) {
        (Some(1), Some(0)) => report["findings"] == json!([]),
        (Some(0), Some(1)) => false,
        other => panic!("{other:?}"),
    }
}

const COUNTS: [&str; 4] = [
    r#""id":1,"backup_sets":[{"id":1,"status":"failed","item_count":@}]"#,
    r#""id":1,"backup_sets":[{"id":1,"status":"failed","quality":{"total_items":@,"degraded_items":0,"families":{}}}]"#,
    r#""id":1,"backup_sets":[{"id":1,"status":"failed","quality":{"total_items":0,"degraded_items":0,"families":{"a":@}}}]"#,
    r#""id":1,"restore_runs":[{"id":1,"status":"draft","is_dry_run":true,"metadata":{"non_applied":@}}]"#,
];
const IDS: [&str; 5] = [
    r#""id":@"#,
    r#""id":1,"backup_sets":[{"id":@,"status":"failed"}]"#,
    r#""id":1,"backup_sets":[{"id":1,"status":"failed","items":[{"id":@}]}]"#,
    r#""id":1,"backup_schedules":[{"id":@,"is_enabled":false,"frequency":"daily"}]"#,
    r#""id":1,"restore_runs":[{"id":@,"status":"draft","is_dry_run":true}]"#,
];

/// SN-16: counts and ids, written every way.
#[rstest]
#[case("1", true, true)]
#[case("0", true, false)]
#[case("9007199254740991", true, true)]
#[case("9007199254740992", false, false)]
#[case("10000000000000000", false, false)]
#[case("18446744073709551615", false, false)]
#[case("18446744073709551616", false, false)]
#[case("100000000000000000000000000000000", false, false)]
#[case("7.0", false, false)]
#[case("1e2", false, false)]
#[case("1E0", false, false)]
#[case("-0", false, false)]
#[case("-1", false, false)]
#[case(r#""7""#, false, false)]
#[case("true", false, false)]
fn numbers_are_only_digits(#[case] written: &str, #[case] is_count: bool, #[case] is_id: bool) {
    for members in COUNTS {
        assert_eq!(is_read(members, written), is_count, "{members} with {written}");
    }
    for members in IDS {
        assert_eq!(is_read(members, written), is_id, "{members} with {written}");
    }
}

/// SN-2: what may be absent may be null; what may not, may not.
#[rstest]
#[case(r#""id":1,"workspace_id":@,"environment":@,"domain":@,"capabilities":@,"backup_sets":@,"backup_schedules":@,"restore_runs":@,"signals":@"#)]
#[case(r#""id":1,"backup_sets":[{"id":1,"status":"failed","tenant_id":@,"name":@,"item_count":@,"created_at":@,"completed_at":@,"deleted_at":@,"items":@,"quality":@}]"#)]
#[case(r#""id":1,"backup_sets":[{"id":1,"status":"failed","items":[{"id":1,"tenant_id":@,"backup_set_id":@,"policy_identifier":@,"policy_type":@,"platform":@,"display_name":@,"captured_at":@,"deleted_at":@,"metadata":@}]}]"#)]
#[case(r#""id":1,"backup_sets":[{"id":1,"status":"failed","items":[{"id":1,"metadata":{"source":@,"snapshot_source":@,"warnings":@,"assignments_fetch_failed":@,"assignment_capture_reason":@,"has_orphaned_assignments":@,"integrity_warning":@}}]}]"#)]
#[case(
    r#""id":1,"backup_sets":[{"id":1,"status":"failed","quality":{"total_items":1,"degraded_items":0,"families":{},"policy_types":@}}]"#
)]
#[case(r#""id":1,"backup_schedules":[{"id":1,"is_enabled":false,"frequency":"daily","tenant_id":@,"name":@,"time_of_day":@,"timezone":@,"days_of_week":@,"last_run_at":@,"last_run_status":@,"next_run_at":@,"created_at":@,"deleted_at":@}]"#)]
#[case(r#""id":1,"restore_runs":[{"id":1,"status":"draft","is_dry_run":true,"tenant_id":@,"backup_set_id":@,"results":@,"metadata":@,"created_at":@,"started_at":@,"completed_at":@,"deleted_at":@,"operation_run":@}]"#)]
#[case(r#""id":1,"restore_runs":[{"id":1,"status":"draft","is_dry_run":true,"results":{"items":@,"foundations":@,"assignments":@},"metadata":{"non_applied":@},"operation_run":{"id":@,"status":"queued","outcome":@}}]"#)]
#[case(r#""id":1,"restore_runs":[{"id":1,"status":"draft","is_dry_run":true,"results":[{"outcome":@,"status":"applied","policy_type":@,"label":@,"reason":@}]}]"#)]
#[case(r#""id":1,"signals":[{"domain":"alerts","key":"k","urgency":"low","title":"A","body":@,"url":@}]"#)]
fn a_key_that_may_be_absent_may_be_null(#[case] members: &str) {
    assert!(is_read(members, "null"));
}

/// SN-17, SN-10: every detail, with an invalid value.
#[rstest]
#[case(json!({ "environment": 7 }), "environment")]
#[case(json!({ "domain": [] }), "domain")]
#[case(json!({ "backup_sets": [set(1, json!({ "name": {} }))] }), "backup_sets[0].name")]
#[case(item(json!({ "policy_identifier": 7 })), "backup_sets[0].items[0].policy_identifier")]
#[case(item(json!({ "platform": true })), "backup_sets[0].items[0].platform")]
#[case(item(json!({ "display_name": 7 })), "backup_sets[0].items[0].display_name")]
#[case(item(json!({ "captured_at": "yesterday" })), "backup_sets[0].items[0].captured_at")]
#[case(item(json!({ "captured_at": 7 })), "backup_sets[0].items[0].captured_at")]
#[case(item(json!({ "metadata": { "assignment_capture_reason": 7 } })), "backup_sets[0].items[0].metadata.assignment_capture_reason")]
#[case(item(json!({ "metadata": { "warnings": 7 } })), "backup_sets[0].items[0].metadata.warnings")]
#[case(item(json!({ "metadata": { "warnings": ["a", 7] } })), "backup_sets[0].items[0].metadata.warnings[1]")]
#[case(item(json!({ "metadata": { "warnings": { "a b": null } } })), "backup_sets[0].items[0].metadata.warnings[\"a b\"]")]
#[case(json!({ "backup_schedules": [schedule(1, json!({ "name": 7 }))] }), "backup_schedules[0].name")]
#[case(json!({ "backup_schedules": [schedule(1, json!({ "time_of_day": 7 }))] }), "backup_schedules[0].time_of_day")]
#[case(json!({ "backup_schedules": [schedule(1, json!({ "timezone": 7 }))] }), "backup_schedules[0].timezone")]
#[case(json!({ "backup_schedules": [schedule(1, json!({ "days_of_week": "monday" }))] }), "backup_schedules[0].days_of_week")]
#[case(json!({ "backup_schedules": [schedule(1, json!({ "days_of_week": [1, 8] }))] }), "backup_schedules[0].days_of_week")]
#[case(json!({ "backup_schedules": [schedule(1, json!({ "days_of_week": [1, "2"] }))] }), "backup_schedules[0].days_of_week")]
#[case(json!({ "restore_runs": [run(1, json!({ "backup_set_id": "7" }))] }), "restore_runs[0].backup_set_id")]
#[case(json!({ "restore_runs": [run(1, json!({ "operation_run": { "id": 0, "status": "completed" } }))] }), "restore_runs[0].operation_run.id")]
#[case(json!({ "restore_runs": [run(1, json!({ "results": [{ "outcome": "applied", "label": 7 }] }))] }), "restore_runs[0].results[0].label")]
#[case(json!({ "restore_runs": [run(1, json!({ "results": [{ "outcome": "applied", "reason": [] }] }))] }), "restore_runs[0].results[0].reason")]
#[case(json!({ "signals": [{ "domain": "alerts", "key": "k", "urgency": "low", "title": "A", "body": 7 }] }), "signals[0].body")]
fn an_invalid_detail_is_reported_and_rejects_nothing(#[case] more: Value, #[case] path: &str) {
    assert_eq!(findings_in(more), [("unfit_detail".to_owned(), format!("tenants[0].{path}"))]);
}

fn item(more: Value) -> Value {
    let mut item = json!({ "id": 1 });
    item.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
    json!({ "backup_sets": [set(1, json!({ "items": [item] }))] })
}

/// SN-17: each element of warnings is a detail of its own; the others are still read.
#[test]
fn the_warnings_that_fit_are_still_read() {
    let tenant = derived(item(json!({ "metadata": { "warnings": [7, "metadata only", null] } })));
    assert_eq!(tenant["backup_health"]["quality"]["families"], json!({ "metadata_only": 1 }));
}

/// SN-3, SN-7: an empty array reads as an empty object in these places only.
#[rstest]
#[case(r#""id":1,"backup_sets":[{"id":1,"status":"failed","items":[{"id":1,"metadata":[ ]}]}]"#, true)]
#[case(r#""id":1,"restore_runs":[{"id":1,"status":"draft","is_dry_run":true,"metadata":[]}]"#, true)]
#[case(
    r#""id":1,"backup_sets":[{"id":1,"status":"failed","quality":{"total_items":1,"degraded_items":0,"families":[],"policy_types":[]}}]"#,
    true
)]
#[case(r#""id":1,"backup_sets":[{"id":1,"status":"failed","quality":[]}]"#, false)]
#[case(r#""id":1,"restore_runs":[{"id":1,"status":"draft","is_dry_run":true,"operation_run":[]}]"#, false)]
#[case(r#""id":1,"backup_sets":[[]]"#, false)]
fn an_empty_array_reads_as_an_empty_object(#[case] members: &str, #[case] read: bool) {
    assert_eq!(is_read(members, ""), read);
}

/// SN-19, RP-4: timestamps in every form, written in UTC with the fraction cut.
#[rstest]
#[case("2026-11-20T07:00:00Z", Some("2026-11-20T07:00:00Z"))]
#[case("2026-11-20t07:00:00z", Some("2026-11-20T07:00:00Z"))]
#[case("2026-11-20 07:00:00", Some("2026-11-20T07:00:00Z"))]
#[case("2026-11-20T07:00:00", Some("2026-11-20T07:00:00Z"))]
#[case("2026-11-20 07:00:00.999999999999Z", Some("2026-11-20T07:00:00Z"))]
#[case("2026-11-20T08:00:00+01:00", Some("2026-11-20T07:00:00Z"))]
#[case("2026-11-19T07:01:00-23:59", Some("2026-11-20T07:00:00Z"))]
#[case("2000-01-01T00:00:00Z", Some("2000-01-01T00:00:00Z"))]
#[case("2000-01-01T23:59:00+23:59", Some("2000-01-01T00:00:00Z"))]
#[case("2026-11-20T07:00:60Z", None)]
#[case("2026-11-19T24:00:00Z", None)]
#[case("2026-11-20T07:00:00+24:00", None)]
#[case("2026-11-20T07:00:00+0100", None)]
#[case("2026-11-20T07:00Z", None)]
#[case("2026-02-29T07:00:00Z", None)]
#[case("2026-11-20T07:00:00Zx", None)]
#[case("2026-11-20T07:00:00Z ", None)]
#[case("2026-11-0:T07:00:00Z", None)]
#[case("2026-11-00T07:00:00Z", None)]
#[case("2026-00-20T07:00:00Z", None)]
#[case("2026-13-20T07:00:00Z", None)]
#[case("0000-01-01T00:00:00Z", None)]
#[case("0000-06-01T00:00:00Z", None)]
#[case("2026-11-2xT07:00:00Z", None)]
#[case("2026-11-x0T07:00:00Z", None)]
#[case("2026-11-20T07:0/:00Z", None)]
#[case("2026-11-20T07:00:00+0x:00", None)]
#[case("2026-11-20T07:00:00+0::00", None)]
#[case("2026-11-20T07:00:00-00:0:", None)]
#[case("0000-12-31T23:59:59Z", None)]
#[case("0001-01-01T00:00:00+00:01", None)]
#[case("9999-12-31T23:59:59-00:01", None)]
#[case("10000-01-01T00:00:00Z", None)]
#[case(" 2026-11-20T07:00:00Z", None)]
#[case("", None)]
fn timestamps_are_read_in_every_form(#[case] text: &str, #[case] written: Option<&str>) {
    let members = r#""id":1,"backup_sets":[{"id":1,"status":"completed","completed_at":@}]"#;
    assert_eq!(is_read(members, &json!(text).to_string()), written.is_some());
    if let Some(written) = written {
        assert_eq!(
            health_of(json!([set(1, json!({ "completed_at": text }))]))["latest_relevant_completed_at"],
            written
        );
    }
}
