//! Velero, as kubectl returns its resources.

use serde_json::{Value, json};

use crate::support::{Config, Outcome, tree};

fn backup(name: &str, phase: &str, status: Value) -> Value {
    let mut backup = json!({
        "apiVersion": "velero.io/v1", "kind": "Backup",
        "metadata": { "name": name, "namespace": "velero", "creationTimestamp": "2026-04-08T01:00:00Z", "labels": { "velero.io/schedule-name": "daily" } },
        "status": { "phase": phase, "startTimestamp": "2026-04-08T01:00:00Z", "completionTimestamp": "2026-04-08T01:05:00Z", "progress": { "totalItems": 900, "itemsBackedUp": 900 } },
    });
    for (key, value) in status.as_object().unwrap() {
        backup["status"][key] = value.clone();
    }
    backup
}

fn schedule(cron: &str) -> Value {
    json!({
        "apiVersion": "velero.io/v1", "kind": "Schedule", "metadata": { "name": "daily", "namespace": "velero" },
        "spec": { "schedule": cron }, "status": { "phase": "Enabled", "lastBackup": "2026-04-08T01:00:00Z" },
    })
}

fn restore(phase: &str, status: Value) -> Value {
    let mut restore = json!({
        "apiVersion": "velero.io/v1", "kind": "Restore", "metadata": { "name": "test", "namespace": "velero" },
        "spec": { "backupName": "daily-1" },
        "status": { "phase": phase, "startTimestamp": "2026-04-07T01:00:00Z", "completionTimestamp": "2026-04-07T01:05:00Z" },
    });
    for (key, value) in status.as_object().unwrap() {
        restore["status"][key] = value.clone();
    }
    restore
}

fn gathered(items: &[Value]) -> Outcome {
    let list = json!({ "apiVersion": "v1", "kind": "List", "items": items });
    Config::new("velero").gathered(&tree([("velero.json", list.to_string())]))
}

#[test]
fn a_cluster_with_a_daily_backup_is_healthy() {
    let outcome = gathered(&[backup("daily-1", "Completed", json!({})), schedule("0 1 * * *")]);
    assert_eq!(outcome.posture(), "healthy");
    assert!(outcome.is_claimed_healthy());
    assert_eq!(outcome.gathered.records.sets[0].scope.as_deref(), Some("velero/daily"));
}

#[test]
fn phases_have_their_words() {
    for (phase, posture) in [
        ("Completed", "healthy"),
        ("PartiallyFailed", "degraded"),
        ("Failed", "absent"),
        ("FailedValidation", "absent"),
        ("InProgress", "absent"),
        ("Deleting", "absent"),
        ("Something", "absent"),
    ] {
        assert_eq!(gathered(&[backup("daily-1", phase, json!({}))]).posture(), posture, "{phase}");
    }
}

#[test]
fn items_and_volume_snapshots_that_are_missing_degrade_a_backup() {
    let missing = json!({ "progress": { "totalItems": 900, "itemsBackedUp": 899 } });
    let outcome = gathered(&[backup("daily-1", "Completed", missing)]);
    assert_eq!(outcome.quality("items_unaccounted"), 1);
    let lost = json!({ "csiVolumeSnapshotsAttempted": 3, "csiVolumeSnapshotsCompleted": 1 });
    let outcome = gathered(&[backup("daily-1", "Completed", lost)]);
    assert_eq!(outcome.quality("integrity_warning"), 2);
    assert_eq!(outcome.posture(), "degraded");
}

#[test]
fn schedules_are_read_in_every_form() {
    for (cron, frequency, minutes) in [
        ("0 1 * * *", "daily", None),
        ("@daily", "daily", None),
        ("0 2 * * 0", "weekly", None),
        ("@every 6h", "interval", Some(360)),
        ("@every 1h30m", "interval", Some(90)),
        ("CRON_TZ=Europe/Berlin 0 1 * * *", "daily", None),
        ("@monthly", "monthly", None),
    ] {
        let outcome = gathered(&[backup("daily-1", "Completed", json!({})), schedule(cron)]);
        let schedule = &outcome.gathered.records.schedules[0];
        assert_eq!((&*schedule.frequency, schedule.interval_minutes), (frequency, minutes), "{cron}");
        assert_eq!(schedule.last_run_status.as_deref(), Some("success"));
    }
}

#[test]
fn a_restore_with_errors_weakens_recovery() {
    let counts = json!({ "progress": { "totalItems": 10, "itemsRestored": 9 }, "errors": 1 });
    let outcome = gathered(&[backup("daily-1", "Completed", json!({})), restore("PartiallyFailed", counts)]);
    assert_eq!(outcome.recovery(), "weakened");
    assert!(outcome.gathered.records.runs[0].backup_set_id.is_some());
    let whole = json!({ "progress": { "totalItems": 10, "itemsRestored": 10 } });
    let outcome = gathered(&[backup("daily-1", "Completed", json!({})), restore("Completed", whole.clone())]);
    assert_eq!(outcome.recovery(), "no_recent_issues_visible");
}

#[test]
fn backups_by_hand_next_to_schedules_are_a_note() {
    let mut by_hand = backup("before-upgrade", "Completed", json!({}));
    by_hand["metadata"]["labels"] = json!({});
    let outcome = gathered(&[backup("daily-1", "Completed", json!({})), by_hand.clone()]);
    assert_eq!(outcome.gathered.records.sets.len(), 1);
    outcome.has_note("unscheduled", None);
    assert_eq!(gathered(&[by_hand]).posture(), "healthy");
}
