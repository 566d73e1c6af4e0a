//! Small snapshots, and what is derived from them.

use serde_json::{Value, json};

use posture_core::{Form, Options, Refusal, Timestamp, derive};

pub(crate) const HOUR: i64 = 3600;
pub(crate) const DAY: i64 = 24 * HOUR;
/// The default allowance of a clock that runs ahead.
pub(crate) const SKEW: i64 = 300;
/// The default freshness window.
pub(crate) const FRESHNESS: i64 = 24 * HOUR;
/// The default grace of a schedule.
pub(crate) const GRACE: i64 = 30 * 60;

/// 2026-11-20T08:00:00Z, the instant every snapshot here is exported at.
pub(crate) const EXPORTED_AT: i64 = 1_795_161_600;

/// The instant so many seconds after the export.
pub(crate) fn at(seconds: i64) -> Value {
    json!(written(seconds))
}

fn written(seconds: i64) -> String {
    Timestamp::from_unix_seconds(EXPORTED_AT + seconds).expect("within the calendar").to_string()
}

/// The instant so many seconds before the export.
pub(crate) fn ago(seconds: i64) -> Value {
    at(-seconds)
}

/// An object with the members of another put in.
pub(crate) fn with(mut base: Value, more: Value) -> Value {
    if let (Some(base), Value::Object(more)) = (base.as_object_mut(), more) {
        base.extend(more);
    }
    base
}

/// A clean set with one item, completed an hour ago.
pub(crate) fn set(id: u64, more: Value) -> Value {
    with(json!({ "id": id, "status": "completed", "completed_at": ago(HOUR), "items": [{ "id": 1 }] }), more)
}

/// An enabled daily schedule whose last run succeeded an hour ago.
pub(crate) fn schedule(id: u64, more: Value) -> Value {
    let base = json!({ "id": id, "is_enabled": true, "frequency": "daily", "last_run_at": ago(HOUR), "last_run_status": "success" });
    with(base, more)
}

/// A restore run that completed an hour ago and applied one item.
pub(crate) fn run(id: u64, more: Value) -> Value {
    let base = json!({ "id": id, "status": "completed", "is_dry_run": false, "completed_at": ago(HOUR), "results": [{ "outcome": "applied" }] });
    with(base, more)
}

/// An active tenant with a clean set and a clean restore: nothing about it needs attention.
pub(crate) fn tenant(id: u64, more: Value) -> Value {
    let base = json!({ "id": id, "external_id": format!("t-{id}"), "name": format!("Tenant {id}"), "status": "active",
        "backup_sets": [set(1, json!({}))], "restore_runs": [run(1, json!({}))] });
    with(base, more)
}

pub(crate) fn snapshot(tenants: Value) -> Value {
    json!({ "format": "recovery-posture/snapshot", "version": 1, "exported_at": at(0),
        "workspace": { "id": 7, "name": "A workspace" }, "tenants": tenants })
}

/// The report of a snapshot as of its export.
#[track_caller]
pub(crate) fn report(snapshot: &Value) -> Value {
    report_as_of(snapshot, 0)
}

/// The report of a snapshot as of so many seconds after its export.
#[track_caller]
pub(crate) fn report_as_of(snapshot: &Value, seconds: i64) -> Value {
    report_of_text(&snapshot.to_string(), Form::Json, seconds)
}

#[track_caller]
pub(crate) fn report_of_text(text: &str, form: Form, seconds: i64) -> Value {
    let options = Options { as_of: Some(written(seconds)), ..Options::default() };
    let report =
        derive(text.as_bytes(), form, &options).unwrap_or_else(|refusal| panic!("refused: {refusal}"));
    serde_json::from_str(&report.to_json().expect("a report is always written")).expect("a report is JSON")
}

#[track_caller]
pub(crate) fn refused(document: impl AsRef<[u8]>, form: Form) -> Refusal {
    derive(document.as_ref(), form, &Options::default()).expect_err("it is to be refused")
}

/// What is derived of one tenant with this in it, as of so many seconds after the export.
#[track_caller]
pub(crate) fn tenant_as_of(more: Value, seconds: i64) -> Value {
    let report = report_as_of(&snapshot(json!([tenant(1, more)])), seconds);
    assert_eq!(report["denominators"]["evaluated"], 1, "{}", report["findings"]);
    report["tenants"][0].clone()
}

/// What is derived of one tenant with this in it.
#[track_caller]
pub(crate) fn derived(more: Value) -> Value {
    tenant_as_of(more, 0)
}

/// The backup health of a tenant with these sets.
#[track_caller]
pub(crate) fn health_of(sets: Value) -> Value {
    derived(json!({ "backup_sets": sets }))["backup_health"].clone()
}

/// The set's skip reason, or null if it is relevant.
#[track_caller]
pub(crate) fn skip_reason(set: Value) -> Value {
    let health = health_of(json!([set]));
    let skipped = health["skipped_sets"][0]["reason"].clone();
    assert_eq!(skipped.is_null(), health["latest_relevant_backup_set_id"] == set["id"]);
    skipped
}

/// Every code reported, with its severity and tenant, in order.
pub(crate) fn findings(report: &Value) -> Vec<(String, String, Option<u64>)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let findings = report["findings"].as_array().into_iter().flatten();
    findings
        .map(|finding| (text(&finding["code"]), text(&finding["severity"]), finding["tenant_id"].as_u64()))
        .collect()
}

/// The code and path of every finding about one tenant with this in it.
#[track_caller]
pub(crate) fn findings_in(more: Value) -> Vec<(String, String)> {
    let report = report(&snapshot(json!([tenant(1, more)])));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let findings = report["findings"].as_array().into_iter().flatten();
    findings.map(|finding| (text(&finding["code"]), text(&finding["path"]))).collect()
}

/// The values of one key in an array of objects.
pub(crate) fn column(rows: &Value, key: &str) -> Vec<Value> {
    rows.as_array().into_iter().flatten().map(|row| row[key].clone()).collect()
}
