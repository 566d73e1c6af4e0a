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

#[test]
fn a_schedule_whose_newest_backup_failed_its_validation_needs_follow_up() {
    let mut refused = backup("daily-2", "FailedValidation", json!({}));
    refused["metadata"]["creationTimestamp"] = json!("2026-04-08T05:00:00Z");
    refused["status"] = json!({ "phase": "FailedValidation", "validationErrors": ["backup storage location is unavailable"] });
    let outcome = gathered(&[backup("daily-1", "Completed", json!({})), refused, schedule("0 1 * * *")]);
    assert_eq!(
        outcome.tenant("/backup_health/schedule_follow_ups/0/causes"),
        &json!(["last_run_not_successful"])
    );
    assert_eq!(outcome.tenant("/backup_health/skipped_sets/0/reason"), &json!("failed"));
    assert!(!outcome.is_claimed_healthy());
}

#[test]
fn failed_operations_and_hooks_degrade_a_backup_and_weaken_a_restore() {
    for failed in [
        json!({ "backupItemOperationsFailed": 1 }),
        json!({ "hookStatus": { "hooksAttempted": 2, "hooksFailed": 1 } }),
    ] {
        let outcome = gathered(&[backup("daily-1", "Completed", failed.clone())]);
        assert_eq!(outcome.posture(), "degraded", "{failed}");
    }
    let whole = json!({ "hookStatus": { "hooksAttempted": 2 }, "backupItemOperationsAttempted": 3, "backupItemOperationsCompleted": 3 });
    assert_eq!(gathered(&[backup("daily-1", "Completed", whole)]).posture(), "healthy");
    for failed in [
        json!({ "restoreItemOperationsFailed": 1 }),
        json!({ "hookStatus": { "hooksAttempted": 2, "hooksFailed": 1 } }),
    ] {
        let mut status = json!({ "progress": { "totalItems": 10, "itemsRestored": 10 } });
        status.as_object_mut().unwrap().extend(failed.as_object().unwrap().clone());
        let outcome = gathered(&[backup("daily-1", "Completed", json!({})), restore("Completed", status)]);
        assert_eq!(outcome.recovery(), "weakened", "{failed}");
    }
}

/// Kubernetes leaves out a number that is 0.
#[test]
fn snapshots_that_were_only_attempted_are_lost() {
    let status = json!({ "errors": 5, "warnings": 1, "volumeSnapshotsAttempted": 5, "progress": { "itemsBackedUp": 1030, "totalItems": 1030 } });
    let outcome = gathered(&[backup("daily-1", "PartiallyFailed", status)]);
    assert_eq!(outcome.posture(), "degraded");
    assert_eq!(outcome.quality("integrity_warning"), 5);
    assert_eq!(outcome.quality("partial_capture"), 1);
}

#[test]
fn a_backup_by_hand_of_one_namespace_does_not_replace_one_of_another() {
    let by_hand = |name: &str, spec: Value, at: &str| {
        let mut backup =
            backup(name, "Completed", json!({ "startTimestamp": at, "completionTimestamp": at }));
        backup["metadata"]["labels"] = json!({});
        backup["spec"] = spec;
        backup
    };
    let old = by_hand("shop", json!({ "includedNamespaces": ["shop"] }), "2026-04-01T01:00:00Z");
    let new = by_hand("blog", json!({ "includedNamespaces": ["blog"] }), "2026-04-08T01:00:00Z");
    let outcome = gathered(&[old, new]);
    assert_eq!(outcome.posture(), "stale");
    assert_eq!(outcome.tenant("/backup_health/scope"), "velero/shop");
    let labelled =
        json!({ "includedNamespaces": ["*"], "labelSelector": { "matchLabels": { "app": "web" } } });
    let scopes = |spec: Value| {
        gathered(&[by_hand("a", spec, "2026-04-08T01:00:00Z")]).gathered.records.sets[0]
            .scope
            .clone()
            .unwrap()
    };
    assert_eq!(scopes(labelled), "velero/app=web");
    assert_eq!(scopes(json!({ "includedNamespaces": ["*"] })), "velero");
}

#[test]
fn a_storage_location_that_is_not_available_is_bad_news() {
    let storage = |phase: &str| {
        json!({
            "apiVersion": "velero.io/v1", "kind": "BackupStorageLocation", "metadata": { "name": "default", "namespace": "velero" },
            "spec": { "default": true }, "status": { "phase": phase, "message": "no route to host" },
        })
    };
    let available = gathered(&[backup("daily-1", "Completed", json!({})), storage("Available")]);
    assert!(available.is_claimed_healthy() && available.gathered.records.signals.is_empty());
    let lost = gathered(&[backup("daily-1", "Completed", json!({})), storage("Unavailable")]);
    assert!(lost.has_signal("storage_unavailable") && !lost.is_calm());
    lost.has_note("storage_unavailable", Some("velero.json"));
}

#[test]
fn the_lists_of_two_clusters_are_not_one_and_an_earlier_answer_does_not_win() {
    let with_uid = |uid: &str, phase: &str, status: Value| {
        let mut backup = backup("daily-1", phase, status);
        backup["metadata"]["uid"] = json!(uid);
        backup
    };
    let files = |one: Value, other: Value| {
        let files = [("a.json", one.to_string()), ("b.json", other.to_string())];
        Config::new("velero").gathered(&tree(files))
    };
    let two = files(with_uid("1", "Completed", json!({})), with_uid("2", "Completed", json!({})));
    assert!(two.has_signal("evidence_ambiguous") && !two.is_calm());
    let running = json!({ "completionTimestamp": null, "progress": null });
    let one = files(with_uid("1", "Completed", json!({})), with_uid("1", "InProgress", running));
    assert!(one.gathered.records.signals.is_empty());
    assert_eq!(one.posture(), "healthy");
}

/// The API's own answer, as `kubectl get --raw` shows it, names the kind once.
#[test]
fn a_list_of_the_api_is_read_and_a_backup_without_a_time_does_not_count() {
    let mut item = backup("daily-1", "Completed", json!({}));
    for key in ["kind", "apiVersion"] {
        item.as_object_mut().unwrap().remove(key);
    }
    let list = |item: &Value| {
        let list =
            json!({ "apiVersion": "velero.io/v1", "kind": "BackupList", "metadata": {}, "items": [item] });
        Config::new("velero").gathered(&tree([("backups.json", list.to_string())]))
    };
    assert_eq!(list(&item).posture(), "healthy");
    item["status"] = json!({ "phase": "Completed" });
    let timeless = list(&item);
    assert_eq!(timeless.posture(), "absent");
    timeless.has_note("no_time", None);
}

#[test]
fn schedules_of_two_namespaces_do_not_share_their_backups() {
    let mut other = schedule("0 1 * * *");
    other["metadata"]["namespace"] = json!("velero-test");
    let outcome = gathered(&[backup("daily-1", "PartiallyFailed", json!({})), schedule("0 1 * * *"), other]);
    let last: Vec<_> = outcome
        .gathered
        .records
        .schedules
        .iter()
        .map(|schedule| schedule.last_run_status.as_deref())
        .collect();
    assert_eq!(last, [None, Some("partial")]);
}

#[test]
fn yaml_is_skipped_with_what_to_do() {
    let outcome = Config::new("velero").gathered(&tree([("backups.yaml", "apiVersion: v1\nitems: []\n")]));
    let notes = outcome.notes();
    assert!(notes.iter().any(|note| note.message.contains("-o json")), "{notes:#?}");
    assert_eq!(outcome.posture(), "absent");
}

/// Unknown is never good: nothing says what a restore without its progress restored.
#[test]
fn a_restore_without_its_progress_is_never_a_success() {
    let of = |phase: &str, status: Value| {
        gathered(&[backup("daily-1", "Completed", json!({})), restore(phase, status)])
    };
    let failed = of("PartiallyFailed", json!({ "errors": 3 }));
    assert_eq!(failed.tenant("/restore_attention/0/counts/failed"), &json!(3));
    assert_eq!(failed.recovery(), "weakened");
    let silent = of("Completed", json!({ "errors": 0 }));
    assert_eq!(silent.tenant("/restore_attention/0/causes"), &json!(["outcomes_unread"]));
    let running = of("InProgress", json!({}));
    let results = running.gathered.records.runs[0].results.as_ref().unwrap();
    assert!(results.unread.is_empty() && results.counts.is_none(), "it may still get some: {results:?}");
}

#[test]
fn objects_that_are_not_velero_s_or_have_no_name_are_noted() {
    let mut foreign = backup("daily-2", "Completed", json!({}));
    foreign["apiVersion"] = json!("example.org/v1");
    let mut nameless = backup("daily-3", "Completed", json!({}));
    nameless["metadata"] = json!({});
    let pod = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "a" } });
    let outcome = gathered(&[backup("daily-1", "Completed", json!({})), foreign, nameless, pod]);
    assert_eq!(outcome.gathered.records.sets.len(), 1);
    let notes = outcome.notes();
    let note = notes.iter().find(|note| note.code == "unknown_object").unwrap();
    assert!(note.message.starts_with("3 objects are not"), "{}", note.message);
}

#[test]
fn backups_and_restores_that_have_not_started_are_queued() {
    let outcome = gathered(&[backup("daily-1", "New", json!({})), restore("New", json!({}))]);
    assert_eq!(outcome.gathered.records.sets[0].status, "queued");
    assert_eq!(outcome.gathered.records.runs[0].status, "pending");
}

#[test]
fn intervals_of_a_schedule_are_whole_minutes() {
    for (cron, minutes) in [
        ("@hourly", 60),
        ("@every 90s", 2),
        ("@every 1h0m1s", 61),
        ("@every 527040m", 527_040),
        ("0 */6 * * *", 360),
    ] {
        let outcome = gathered(&[backup("daily-1", "Completed", json!({})), schedule(cron)]);
        assert_eq!(outcome.gathered.records.schedules[0].interval_minutes, Some(minutes), "{cron}");
    }
    let weekly = gathered(&[backup("daily-1", "Completed", json!({})), schedule("@weekly")]);
    assert_eq!(weekly.gathered.records.schedules[0].days_of_week, [7]);
    for cron in ["@every 0s", "@every 6", "@every 6x", "@every 527041m", "@yearly", "CRON_TZ=UTC", ""] {
        let outcome = gathered(&[backup("daily-1", "Completed", json!({})), schedule(cron)]);
        outcome.has_note("unknown_schedule", None);
        assert_eq!(outcome.gathered.records.schedules[0].interval_minutes, None, "{cron}");
    }
}

#[test]
fn a_schedule_that_is_paused_is_not_enabled() {
    let paused = |value: Value| {
        let mut schedule = schedule("0 1 * * *");
        schedule["spec"]["paused"] = value;
        gathered(&[backup("daily-1", "Completed", json!({})), schedule]).gathered.records.schedules[0]
            .is_enabled
    };
    assert!(!paused(json!(true)) && !paused(json!("True")));
    assert!(paused(json!(false)) && paused(json!("false")) && paused(json!("yes")) && paused(json!(null)));
}

#[test]
fn a_later_answer_about_a_backup_replaces_an_earlier_one() {
    let files = |one: Value, other: Value| {
        let files = [("a.json", one.to_string()), ("b.json", other.to_string())];
        Config::new("velero").gathered(&tree(files)).gathered.records.sets[0].status.to_string()
    };
    let running = || backup("daily-1", "InProgress", json!({ "completionTimestamp": null }));
    let ended = || backup("daily-1", "PartiallyFailed", json!({}));
    assert_eq!(files(running(), ended()), "partial");
    assert_eq!(files(ended(), running()), "partial");
}
