//! What a viewer gets who lacks capabilities: the same verdicts, and nothing of what is closed to them.
#![expect(clippy::unwrap_used, reason = "a test ends where a step of it fails")]

use std::collections::BTreeSet;

use bytes::Bytes;
use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::{Map, Value, json};

use crate::support::{marred_snapshot, try_derive};
use posture_core::export::redaction::{Capabilities, Redactor};
use posture_core::vocabulary::Capability;
use posture_core::{Form, export::slim};
use posture_testing::pinned::pinned;

const SECRET: &str = "classified";

/// What of a record decides: everything else may name something.
const DECIDING: [&str; 26] = [
    "id",
    "tenant_id",
    "backup_set_id",
    "status",
    "outcome",
    "decision",
    "frequency",
    "policy_type",
    "policy_types",
    "families",
    "item_count",
    "total_items",
    "degraded_items",
    "is_enabled",
    "is_dry_run",
    "last_run_status",
    "created_at",
    "completed_at",
    "deleted_at",
    "started_at",
    "last_run_at",
    "next_run_at",
    "captured_at",
    "assignments_fetch_failed",
    "has_orphaned_assignments",
    "non_applied",
];

/// Puts a secret into every value that decides nothing. Valid values stay valid, and invalid ones invalid.
fn classify(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (key, member) in members.iter_mut() {
                match (key.as_str(), &mut *member) {
                    ("name" | "platform" | "label" | "integrity_warning", Value::String(text))
                        if !text.trim().is_empty() =>
                    {
                        *text = format!("{text} {SECRET}");
                    }
                    ("name" | "platform" | "label", unfit @ Value::Number(_)) => {
                        *unfit = json!({ SECRET: [SECRET] })
                    }
                    ("warnings", Value::Array(warnings)) => warnings.iter_mut().for_each(|text| {
                        *text = json!(format!("{SECRET} {}", text.as_str().unwrap_or_default()));
                    }),
                    (key, member) if DECIDING.contains(&key) && !member.is_object() => {}
                    (_, member) => classify(member),
                }
            }
            let is_counts = members.values().all(Value::is_number) && !members.contains_key("id");
            if !is_counts {
                members.insert("note".to_owned(), json!(SECRET));
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(classify),
        _ => {}
    }
}

fn collection(capability: Capability) -> &'static str {
    match capability {
        Capability::BackupSetsView => "backup_sets",
        Capability::BackupSchedulesView => "backup_schedules",
        Capability::RestoreRunsView => "restore_runs",
    }
}

/// The snapshot with secrets in the collections that are closed to a viewer with these capabilities.
fn classified(snapshot: &Value, held: &Capabilities) -> Value {
    let mut snapshot = snapshot.clone();
    for tenant in snapshot["tenants"].as_array_mut().into_iter().flatten() {
        for capability in Capability::ALL.iter().filter(|capability| !held.contains(capability)) {
            if let Some(records) = tenant.get_mut(collection(*capability)) {
                classify(records);
            }
        }
        if let Some(tenant) = tenant.as_object_mut() {
            tenant.insert("note".to_owned(), json!(SECRET));
        }
    }
    snapshot
}

/// The document a viewer with these capabilities gets.
fn served(snapshot: &Value, mut send: impl FnMut(Bytes) -> Bytes) -> Vec<u8> {
    let (head, tenants) = parts(snapshot);
    let texts: Vec<_> = tenants.iter().map(|tenant| send(tenant.to_string().into())).collect();
    [slim::open_document(&head).into_bytes(), texts.join(&b','), b"]}".to_vec()].concat()
}

fn closed(snapshot: &Value, held: &Capabilities) -> Vec<u8> {
    let redactor = Redactor::new(&parts(snapshot).0).unwrap();
    served(snapshot, |tenant| redactor.redact(tenant, |_| held.clone()).unwrap())
}

fn parts(snapshot: &Value) -> (String, Vec<Value>) {
    let mut head = snapshot.clone();
    let tenants =
        head.as_object_mut().and_then(|head| head.remove("tenants")).expect("snapshots have tenants");
    (head.to_string(), tenants.as_array().expect("an array").clone())
}

/// The pinned fields of a document's report but for which actions are disabled.
fn verdicts(document: &[u8], from_export: i64) -> Value {
    let mut report = pinned(&try_derive(document, Form::Json, from_export).unwrap());
    without_actions(&mut report);
    // How far back evidence reaches is not a verdict.
    for key in ["since", "evidence_from"] {
        report[key] = Value::Null;
    }
    report
}

fn without_actions(value: &mut Value) {
    match value {
        Value::Object(members) => {
            let is_action = members.contains_key("disabled");
            let kept: Map<_, _> = std::mem::take(members)
                .into_iter()
                .filter(|(key, _)| !(is_action && ["disabled", "url", "helper_text"].contains(&key.as_str())))
                .collect();
            *members = kept;
            members.values_mut().for_each(without_actions);
        }
        Value::Array(elements) => elements.iter_mut().for_each(without_actions),
        _ => {}
    }
}

fn capabilities() -> impl Strategy<Value = Capabilities> {
    subsequence(Capability::ALL.to_vec(), 0..=3).prop_map(BTreeSet::from_iter)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// AC-9, AC-10: the verdicts are those of a viewer who has the capabilities, and no byte of what is closed is there.
    #[test]
    fn closed_records_are_left_out_and_change_no_verdict(
        snapshot in marred_snapshot(), held in capabilities(), is_slim in any::<bool>(), from_export in -90_000_i64..200_000,
    ) {
        let from_export = if is_slim { from_export.abs() } else { from_export };
        let snapshot = classified(&snapshot, &held);
        let whole = snapshot.to_string().into_bytes();
        let source = if is_slim { serde_json::from_slice(&slim::slim(&whole, Form::Json, None).unwrap()).unwrap() } else { snapshot.clone() };
        let document = closed(&source, &held);
        let text = String::from_utf8_lossy(&document).into_owned();
        prop_assert_eq!(verdicts(&whole, from_export), verdicts(&document, from_export), "{}", text);
        if held.len() < 3 {
            prop_assert!(!text.contains(SECRET), "{}", text);
        }
        let again: Value = serde_json::from_slice(&document).unwrap();
        let twice: Value = serde_json::from_slice(&closed(&again, &held)).unwrap();
        prop_assert_eq!(twice, again, "redacting again changes nothing");
    }

    /// AC-8: the capabilities that a viewer gets are those that both the viewer's role and the export allow.
    #[test]
    fn the_capabilities_are_reported(snapshot in marred_snapshot(), held in capabilities()) {
        prop_assume!(held.len() < 3);
        let report = try_derive(&closed(&snapshot, &held), Form::Json, 0).unwrap();
        for tenant in &report.tenants {
            let action = &tenant.recovery_evidence.action;
            prop_assert!(action.disabled || held.contains(&Capability::RestoreRunsView));
        }
    }
}

fn one_tenant(more: Value) -> Value {
    let mut tenant = json!({ "id": 1, "external_id": "t-1", "name": "Tenant 1", "status": "active" });
    tenant.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "format": "recovery-posture/snapshot", "version": 1, "exported_at": "2026-11-20T08:00:00Z", "workspace": { "id": 1, "name": "W" }, "tenants": [tenant] })
}

fn closed_tenant(more: Value) -> Value {
    let document = closed(&one_tenant(more), &Capabilities::new());
    serde_json::from_slice::<Value>(&document).unwrap()["tenants"][0].clone()
}

/// AC-10: of closed collections there remain ids, states, timestamps, the quality summary and bare outcome words.
#[test]
fn of_closed_collections_only_what_verdicts_need_remains() {
    let tenant = closed_tenant(json!({
        "backup_sets": [{ "id": 1, "name": "Nightly", "status": "completed", "completed_at": "2026-11-20T07:00:00Z", "item_count": 2,
            "items": [{ "id": 1, "display_name": "VPN", "policy_type": "deviceConfiguration", "metadata": { "warnings": ["metadata only: no token"] } }] }],
        "backup_schedules": [{ "id": 1, "name": "Daily", "is_enabled": true, "frequency": "daily", "timezone": "Europe/Vienna", "last_run_at": "2026-11-20T07:00:00Z" }],
        "restore_runs": [{ "id": 1, "status": "completed", "is_dry_run": false, "backup_set_id": 1, "metadata": { "non_applied": ["a", "b"] },
            "results": { "items": [{ "status": "failed", "policy_type": "mobileApp", "label": "App", "reason": "denied" }] },
            "operation_run": { "id": 9, "status": "completed", "outcome": "failed" } }],
    }));
    let expected = json!({
        "id": 1, "external_id": "t-1", "name": "Tenant 1", "status": "active", "capabilities": [],
        "backup_sets": [{ "id": 1, "status": "completed", "completed_at": "2026-11-20T07:00:00Z", "item_count": 2,
            "items": [{ "id": 1, "policy_type": "deviceConfiguration", "metadata": { "source": "metadata_only",
                "assignments_fetch_failed": false, "has_orphaned_assignments": false, "integrity_warning": false } }] }],
        "backup_schedules": [{ "id": 1, "is_enabled": true, "frequency": "daily", "last_run_at": "2026-11-20T07:00:00Z" }],
        "restore_runs": [{ "id": 1, "status": "completed", "is_dry_run": false, "metadata": { "non_applied": 2 },
            "results": { "items": [{ "outcome": "failed", "policy_type": "mobileApp" }] }, "operation_run": { "status": "completed", "outcome": "failed" } }],
    });
    assert_eq!(tenant, expected);
}

/// AC-10: what the rules of scopes and profiles decide by stays, without names and reasons.
#[test]
fn scopes_profiles_and_confirmations_stay_without_names() {
    let policy = json!({ "profiles": { "gold": { "scopes": { "entra": { "expected": true } } } } });
    let tenant = json!({
        "profile": "gold",
        "scopes": { "entra": { "freshness_hours": 48, "expected_policy_types": ["mobileApp"] } },
        "backup_sets": [
            { "id": 1, "name": "classified", "scope": "entra", "status": "completed", "completed_at": "2026-11-18T07:00:00Z",
              "confirmations": ["2026-11-20T07:00:00Z"],
              "items": [
                { "id": 1, "policy_type": "mobileApp", "metadata": { "assignment_capture": "not_captured", "assignment_capture_reason": "classified" } },
                { "id": 2, "policy_type": "mobileApp", "metadata": { "assignment_capture": "classified" } },
                { "id": 3, "policy_type": "mobileApp", "metadata": { "warnings": ["classified", { "text": "classified" }] } }] },
            { "id": 2, "status": "completed", "completed_at": "2026-11-20T07:00:00Z", "opaque": true, "name": "classified" }],
        "backup_schedules": [{ "id": 1, "name": "classified", "is_enabled": true, "frequency": "interval", "interval_minutes": 60,
            "time_of_day": "classified", "last_run_at": "2026-11-20T07:30:00Z" },
            { "id": 2, "is_enabled": true, "frequency": "weekly", "days_of_week": "classified", "last_run_at": "2026-11-20T07:30:00Z" }],
        "restore_runs": [
            { "id": 1, "status": "queued", "is_dry_run": false, "created_at": "2026-11-01T07:00:00Z" },
            { "id": 2, "status": "completed", "is_dry_run": false, "completed_at": "2026-11-19T07:00:00Z",
              "results": { "counts": { "applied": 3 }, "policy_types": { "mobileApp": { "failed": 1 } } } },
            { "id": 3, "status": "completed", "is_dry_run": false, "completed_at": "2026-11-18T07:00:00Z",
              "results": { "0": { "outcome": "applied", "label": "classified" } } },
            { "id": 4, "status": "completed", "is_dry_run": false, "completed_at": "2026-11-17T07:00:00Z", "results": { "rows": ["classified"] } }],
    });
    let mut snapshot = one_tenant(tenant);
    snapshot["policy"] = policy;
    let document = closed(&snapshot, &Capabilities::new());
    assert!(!String::from_utf8_lossy(&document).contains(SECRET), "{}", String::from_utf8_lossy(&document));
    let whole = snapshot.to_string().into_bytes();
    for from_export in [0, 86_400, 40 * 86_400] {
        assert_eq!(verdicts(&whole, from_export), verdicts(&document, from_export));
    }
    let tenant = &verdicts(&document, 0)["tenants"][0];
    assert_eq!(tenant["registry"]["profile"], "gold");
    assert_eq!(tenant["registry"]["unsettled"], json!(["restore_stuck", "restore_unresolved"]));
    assert_eq!(tenant["backup_health"]["scopes"][1]["confirmed_at"], "2026-11-20T07:00:00Z");
}

/// AC-10: an unreadable tenant stays one, and what made it so is not there.
#[test]
fn an_unreadable_tenant_stays_unreadable() {
    let document = closed(
        &one_tenant(
            json!({ "backup_sets": [{ "id": "classified" }], "restore_runs": [{ "label": "classified" }] }),
        ),
        &Capabilities::new(),
    );
    assert!(!String::from_utf8_lossy(&document).contains(SECRET));
    let report = try_derive(&document, Form::Json, 0).unwrap();
    assert_eq!((report.denominators.unreadable, report.findings.len()), (1, 1));
    assert_eq!(report.findings[0].path, "tenants[0].backup_sets");
}

/// AC-9: a summary without its keys, written as PHP writes an empty object, is in a closed collection.
#[test]
fn an_empty_array_in_place_of_an_object_keeps_a_tenant_unreadable() {
    for more in [
        json!({ "backup_sets": [{ "id": 1, "status": "failed", "quality": [] }] }),
        json!({ "restore_runs": [{ "id": 1, "status": "draft", "is_dry_run": true, "operation_run": [] }] }),
    ] {
        let document = closed(&one_tenant(more), &Capabilities::new());
        let report = try_derive(&document, Form::Json, 0).unwrap();
        assert_eq!(report.denominators.unreadable, 1, "{}", String::from_utf8_lossy(&document));
    }
}
