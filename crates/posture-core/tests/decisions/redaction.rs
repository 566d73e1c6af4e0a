//! What a viewer gets of records that they may not open.

use bytes::Bytes;
use posture_core::export::redaction::{Capabilities, Redactor};
use posture_core::vocabulary::Capability;
use serde_json::{Value, json};

use crate::evidence::{HOUR, ago, snapshot, tenant, with};

const TEXT: &str = "a text that is not for everyone";

/// A tenant with text in every place of its records that may have some.
fn full_tenant() -> Value {
    let metadata = json!({ "source": TEXT, "warnings": [TEXT, "Metadata only", 7], "assignments_fetch_failed": true,
        "assignment_capture": "odd", "assignment_capture_reason": 7, "integrity_warning": TEXT, "other": TEXT });
    let item = json!({ "id": 1, "tenant_id": 1, "backup_set_id": 1, "policy_type": "a", "policy_identifier": TEXT,
        "platform": 7, "display_name": TEXT, "captured_at": "1999-01-01T00:00:00Z", "deleted_at": null, "metadata": metadata, "other": TEXT });
    let foreign = json!({ "id": 2, "tenant_id": 9, "display_name": TEXT, "policy_type": TEXT });
    let unknown = json!({ "id": 4, "metadata": { "assignment_capture": "unknown" } });
    let plain = json!({ "id": 3, "metadata": { "assignment_capture": "captured" } });
    let first = json!({ "id": 1, "tenant_id": 1, "name": TEXT, "scope": "intune", "status": "Completed", "item_count": 3,
        "created_at": ago(2 * HOUR), "completed_at": ago(HOUR), "deleted_at": null, "confirmations": [ago(60)], "opaque": false,
        "items": { "4": item, "7": foreign, "8": plain, "9": unknown }, "quality": { "total_items": 7, "degraded_items": 0, "families": {} }, "other": TEXT });
    let summed = json!({ "id": 2, "name": 7, "status": "partial", "completed_at": ago(HOUR),
        "quality": { "total_items": 3, "degraded_items": 1, "families": { "metadata_only": 1, "x": 0 }, "unknowns": { "warnings_unread": 1 }, "policy_types": { "a": 2 }, "other": TEXT } });
    let again = json!({ "id": 2, "name": 7, "status": "failed", "item_count": 9, "created_at": "1999-01-01T00:00:00Z" });
    let schedule = json!({ "id": 1, "tenant_id": 1, "name": TEXT, "is_enabled": true, "frequency": "weekly", "interval_minutes": 0,
        "days_of_week": [1, 3], "time_of_day": TEXT, "timezone": 7, "last_run_at": ago(HOUR), "last_run_status": "success",
        "next_run_at": null, "created_at": ago(9 * HOUR), "deleted_at": null, "other": TEXT });
    let outcome =
        json!({ "status": "Failed", "policy_type": "a", "label": TEXT, "reason": 7, "other": TEXT });
    let run = json!({ "id": 1, "tenant_id": 1, "status": "completed", "is_dry_run": false, "backup_set_id": "x",
        "created_at": ago(3 * HOUR), "started_at": ago(2 * HOUR), "completed_at": ago(HOUR), "deleted_at": null,
        "results": { "items": [outcome], "assignments": null, "counts": { "failed": 2 }, "policy_types": { "a": { "failed": 1 } }, "other": TEXT },
        "metadata": { "non_applied": [TEXT], "other": TEXT }, "operation_run": { "id": TEXT, "status": "completed", "outcome": "succeeded", "other": TEXT } });
    let unread = json!({ "id": 2, "status": "failed", "is_dry_run": true, "results": { "other": [TEXT] }, "metadata": {}, "operation_run": null });
    let records = json!({ "backup_sets": { "4": first, "6": summed, "9": again }, "backup_schedules": [schedule], "restore_runs": [run, unread],
        "labels": ["open"], "signals": [], "environment": "open", "other": TEXT });
    with(tenant(1, json!({})), records)
}

fn redacted(tenant: &Value, held: &[Capability]) -> Value {
    let head = snapshot(json!([]));
    let redactor = Redactor::new(&head.to_string()).expect("it is a document");
    let held: Capabilities = held.iter().copied().collect();
    let text = redactor.redact(Bytes::from(tenant.to_string()), |id| {
        assert_eq!(id.map(|id| id.get()), tenant["id"].as_u64());
        held
    });
    serde_json::from_slice(&text.expect("it is JSON")).expect("it is JSON")
}

/// What is kept of the sets of [`full_tenant`].
fn closed_sets() -> Value {
    let metadata = json!({ "source": "metadata_only", "assignments_fetch_failed": true, "has_orphaned_assignments": false,
        "integrity_warning": true, "assignment_capture": "unrecognised", "assignment_capture_reason": false, "warnings": false });
    let good = json!({ "assignments_fetch_failed": false, "has_orphaned_assignments": false, "integrity_warning": false, "assignment_capture": "captured" });
    let items = json!([
        { "id": 1, "tenant_id": 1, "backup_set_id": 1, "policy_type": "a", "platform": false,
            "captured_at": "1999-01-01T00:00:00Z", "deleted_at": null, "metadata": metadata },
        { "id": 2, "tenant_id": 9 },
        { "id": 3, "metadata": good },
        { "id": 4, "metadata": with(good.clone(), json!({ "assignment_capture": "unknown" })) },
    ]);
    json!([
        { "id": 1, "tenant_id": 1, "scope": "intune", "status": "Completed", "item_count": 3, "created_at": ago(2 * HOUR),
            "completed_at": ago(HOUR), "deleted_at": null, "confirmations": [ago(60)], "opaque": false, "items": items },
        { "id": 2, "name": false, "status": "partial", "completed_at": ago(HOUR),
            "quality": { "total_items": 3, "degraded_items": 1, "families": { "metadata_only": 1, "x": 0 }, "unknowns": { "warnings_unread": 1 }, "policy_types": { "a": 2 } } },
        { "id": 2, "status": "failed" },
    ])
}

fn closed_schedules() -> Value {
    json!([{ "id": 1, "tenant_id": 1, "is_enabled": true, "frequency": "weekly", "interval_minutes": false, "days_of_week": [1, 3],
        "timezone": false, "last_run_at": ago(HOUR), "last_run_status": "success", "next_run_at": null,
        "created_at": ago(9 * HOUR), "deleted_at": null }])
}

fn closed_runs() -> Value {
    json!([
        { "id": 1, "tenant_id": 1, "status": "completed", "is_dry_run": false, "backup_set_id": false, "created_at": ago(3 * HOUR),
            "started_at": ago(2 * HOUR), "completed_at": ago(HOUR), "deleted_at": null, "metadata": { "non_applied": 1 },
            "results": { "items": [{ "outcome": "Failed", "policy_type": "a", "reason": false }], "counts": { "failed": 2 }, "policy_types": { "a": { "failed": 1 } } },
            "operation_run": { "id": false, "status": "completed", "outcome": "succeeded" } },
        { "id": 2, "status": "failed", "is_dry_run": true, "results": { "unread": [0] } },
    ])
}

/// AC-10: of a closed collection only what the verdicts need is left, and no text.
#[test]
fn of_a_closed_collection_only_what_the_verdicts_need_is_left() {
    use Capability::{BackupSchedulesView, BackupSetsView, RestoreRunsView};
    let full = full_tenant();
    let open = |key: &str| full[key].clone();
    let expected = |sets: Value, schedules: Value, runs: Value, capabilities: Value| {
        with(
            tenant(1, json!({})),
            json!({ "backup_sets": sets, "backup_schedules": schedules, "restore_runs": runs,
            "labels": ["open"], "signals": [], "environment": "open", "capabilities": capabilities }),
        )
    };
    let nothing = redacted(&full, &[]);
    assert_eq!(nothing, expected(closed_sets(), closed_schedules(), closed_runs(), json!([])));
    assert!(!nothing.to_string().contains(TEXT));
    let sets = json!(["backup_sets.view"]);
    assert_eq!(
        redacted(&full, &[BackupSetsView]),
        expected(open("backup_sets"), closed_schedules(), closed_runs(), sets)
    );
    let others = [BackupSchedulesView, RestoreRunsView];
    let words = json!(["backup_schedules.view", "restore_runs.view"]);
    assert_eq!(
        redacted(&full, &others),
        expected(closed_sets(), open("backup_schedules"), open("restore_runs"), words)
    );
    assert_eq!(redacted(&full, Capability::ALL), full, "nothing is closed");
    let limited = with(full, json!({ "capabilities": ["restore_runs.view"] }));
    assert_eq!(
        redacted(&limited, &others)["capabilities"],
        json!(["restore_runs.view"]),
        "as far as the export allows"
    );
}

/// AC-10: what is absent stays absent.
#[test]
fn a_closed_collection_that_is_null_stays_null() {
    let none = json!({ "backup_sets": null, "backup_schedules": [], "restore_runs": null });
    let closed = redacted(&with(tenant(1, json!({})), none.clone()), &[]);
    for key in ["backup_sets", "backup_schedules", "restore_runs"] {
        assert_eq!(closed[key], none[key], "{key}");
    }
}

/// AC-10: an unreadable tenant stays unreadable, without what is closed.
#[test]
fn an_unreadable_tenant_keeps_only_what_is_open() {
    let fault = json!({ "backup_sets": [{ "id": TEXT }], "restore_runs": [{ "id": 1, "label": TEXT }], "other": TEXT });
    let full = with(tenant(1, json!({ "labels": ["open"], "capabilities": ["backup_sets.view"] })), fault);
    let expected = |sets: Value, runs: Value| {
        with(
            tenant(1, json!({ "labels": ["open"], "capabilities": ["backup_sets.view"] })),
            json!({ "backup_sets": sets, "restore_runs": runs }),
        )
    };
    assert_eq!(redacted(&full, &[]), expected(json!("closed to this viewer"), json!([])));
    let open = redacted(&full, &[Capability::BackupSetsView]);
    assert_eq!(open, expected(full["backup_sets"].clone(), json!([])), "the fault is in what is open");
    let elsewhere = json!({ "name": 7, "backup_sets": [{ "id": 1, "status": "failed", "name": TEXT }] });
    let closed = redacted(&with(full.clone(), elsewhere), &[]);
    assert_eq!((&closed["backup_sets"], &closed["name"]), (&json!([]), &json!(7)));
    assert_eq!(redacted(&full, Capability::ALL), full);
}
