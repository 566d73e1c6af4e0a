//! Microsoft Entra Backup and Recovery, as Microsoft Graph answers.

use serde_json::{Value, json};

use crate::support::{Config, Outcome, tree, utf16};

const JOB: &str = "3f4a6b60-7c1e-4e7c-9c7b-13f8d44b20c4";

/// Seven days of snapshots, the newest five hours old.
fn snapshots() -> Value {
    let value: Vec<_> = (2..=8)
        .map(|day| {
            json!({
                "@odata.type": "#microsoft.graph.entraRecoveryServices.snapshot",
                "id": format!("snapshot-{day}"),
                "createdDateTime": format!("2026-04-{day:02}T01:00:00Z"),
                "totalChangedObjects": 1000 + day,
            })
        })
        .collect();
    json!({ "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#directory/recovery/snapshots", "value": value })
}

fn job(changes: Value) -> Value {
    let mut job = json!({
        "@odata.type": "#microsoft.graph.entraRecoveryServices.recoveryJob",
        "id": JOB,
        "status": "successful",
        "targetStateDateTime": "2026-04-06T01:00:00Z",
        "jobStartDateTime": "2026-04-07T08:30:00Z",
        "jobCompletionDateTime": "2026-04-07T13:30:00Z",
        "totalChangedObjectsCalculated": 1024,
        "totalChangedLinksCalculated": 124,
        "totalObjectsModified": 1024,
        "totalLinksModified": 124,
        "totalFailedChanges": 0,
    });
    for (key, value) in changes.as_object().unwrap() {
        job[key] = value.clone();
    }
    job
}

fn jobs(jobs: &[Value]) -> Value {
    json!({ "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#directory/recovery/jobs", "value": jobs })
}

fn gathered(files: &[(&str, Value)]) -> Outcome {
    Config::new("entra-recovery")
        .gathered(&tree(files.iter().map(|(path, value)| (*path, value.to_string()))))
}

fn with_job(changes: Value) -> Outcome {
    gathered(&[("snapshots.json", snapshots()), ("jobs.json", jobs(&[job(changes)]))])
}

#[test]
fn seven_opaque_snapshots_are_recent_but_their_content_is_unknown() {
    let outcome = gathered(&[("snapshots.json", snapshots())]);
    assert_eq!(outcome.gathered.records.sets.len(), 7);
    assert_eq!(outcome.posture(), "healthy");
    assert_eq!(outcome.quality("content_opaque"), 1);
    assert!(!outcome.is_claimed_healthy());
    assert_eq!(outcome.recovery(), "unvalidated");
    assert_eq!(outcome.tenant("/backup_health/schedule_follow_ups"), &json!([]));
}

/// A list without `@odata.context` and `@odata.type`, as some tools save it: the id says what it is.
#[test]
fn snapshots_are_recognised_by_their_ids_only() {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;

    let seconds = |day: i64| 1_775_606_400 + day * 86_400;
    for written in [
        |day| json!({ "id": BASE64_STANDARD.encode(day), "createdDateTime": null }),
        |day: String| json!({ "Id": BASE64_STANDARD.encode(day).trim_end_matches('='), "DisplayName": "x" }),
    ] {
        let page: Vec<_> = (-6..=0).map(|day| written(seconds(day).to_string())).collect();
        for file in [json!({ "value": page }), json!(page)] {
            let outcome = gathered(&[("list.json", file)]);
            assert_eq!(outcome.gathered.records.sets.len(), 7);
            assert_eq!(outcome.posture(), "healthy");
        }
    }
    let users = json!({ "value": [{ "id": JOB, "createdDateTime": "2026-04-08T01:00:00Z" }] });
    assert_eq!(gathered(&[("users.json", users)]).posture(), "absent", "another list is not a snapshot");
}

#[test]
fn failed_changes_belong_to_the_job_in_the_name_of_their_file() {
    let changes = json!([{ "id": "a", "entityTypeName": "user", "failureMessage": "Denied" }]);
    let outcome = gathered(&[
        ("snapshots.json", snapshots()),
        ("jobs.json", json!([job(json!({ "id": "job-7", "totalFailedChanges": 1 }))])),
        ("failed-changes-job-7-1.json", changes),
    ]);
    assert_eq!(outcome.gathered.records.runs[0].results.as_ref().unwrap().items.len(), 1);
    assert!(outcome.gathered.records.signals.is_empty(), "{:?}", outcome.gathered.records.signals);
}

#[test]
fn snapshots_that_stopped_are_stale_and_the_schedule_is_overdue() {
    let tree = tree([("snapshots.json", snapshots().to_string())]);
    let outcome = Config { now: "2026-04-10T06:00:00Z", ..Config::new("entra-recovery") }.gathered(&tree);
    assert_eq!(outcome.posture(), "stale");
    assert_eq!(outcome.tenant("/backup_health/schedule_follow_ups/0/causes"), &json!(["overdue"]));
}

#[test]
fn a_recovery_that_applied_everything_counts_and_names_its_snapshot() {
    let outcome = with_job(json!({}));
    assert_eq!(outcome.recovery(), "no_recent_issues_visible");
    assert_eq!(outcome.tenant("/restore_attention/0/counts/applied"), &json!(1148));
    assert_eq!(outcome.tenant("/restore_attention/0/counts/failed"), &json!(0));
    let run = &outcome.gathered.records.runs[0];
    let set = outcome.gathered.records.sets.iter().find(|set| Some(set.id) == run.backup_set_id).unwrap();
    assert_eq!(set.name.as_deref(), Some("snapshot-6"));
}

#[test]
fn one_failure_in_1148_weakens_recovery_and_says_which() {
    let changes = json!({
        "@odata.context": format!("https://graph.microsoft.com/v1.0/$metadata#directory/recovery/snapshots/x/recoveryJobs/{JOB}/microsoft.graph.entraRecoveryServices.getFailedChanges"),
        "value": [{
            "id": "9c4f2e1d-7a3b-4f8e-9c2d-3e4f5a6b7c8d",
            "entityTypeName": "servicePrincipal",
            "displayName": "Backup app",
            "recoveryAction": "update",
            "failureMessage": "Service principal is managed by another service.",
        }],
    });
    let failed = jobs(&[job(json!({ "totalObjectsModified": 1023, "totalFailedChanges": 1 }))]);
    let outcome =
        gathered(&[("changes.json", changes), ("jobs.json", failed), ("snapshots.json", snapshots())]);
    assert_eq!(outcome.recovery(), "weakened");
    assert_eq!(outcome.tenant("/restore_attention/0/state"), &json!("partial"));
    assert_eq!(outcome.tenant("/restore_attention/0/counts/applied"), &json!(1147));
    assert_eq!(outcome.tenant("/restore_attention/0/counts/failed"), &json!(1));
    assert_eq!(outcome.tenant("/coverage/unresolved_policy_types"), &json!(["servicePrincipal"]));
    let row = &outcome.gathered.records.runs[0].results.as_ref().unwrap().items[0];
    assert_eq!(row.label.as_deref(), Some("Backup app"));
}

#[test]
fn failed_changes_are_matched_by_the_name_of_the_file_too() {
    let changes = json!({ "value": [{ "entityTypeName": "user", "failureMessage": "No." }] });
    let path = format!("failed-changes-{JOB}.json");
    let outcome =
        gathered(&[("jobs.json", jobs(&[job(json!({ "totalFailedChanges": 1 }))])), (&path, changes)]);
    assert_eq!(outcome.gathered.records.runs[0].results.as_ref().unwrap().items.len(), 1);
}

#[test]
fn failed_changes_of_an_unknown_job_are_a_signal() {
    let changes = json!({ "value": [{ "entityTypeName": "user", "failureMessage": "No." }] });
    let outcome = gathered(&[("failed.json", changes), ("snapshots.json", snapshots())]);
    assert!(outcome.has_signal("restore_unmatched"));
    outcome.has_note("unmatched_changes", Some("failed.json"));
}

#[test]
fn absent_is_not_zero() {
    for absent in ["totalFailedChanges", "totalObjectsModified", "totalLinksModified"] {
        let outcome = with_job(json!({ absent: null }));
        assert_eq!(
            outcome.tenant("/restore_attention/0/state"),
            &json!("completed_with_follow_up"),
            "{absent}"
        );
        assert_eq!(outcome.tenant("/restore_attention/0/causes"), &json!(["outcomes_unread"]), "{absent}");
        assert_eq!(outcome.tenant("/restore_attention/0/counts"), &Value::Null, "{absent}");
    }
}

#[test]
fn each_status_of_the_reference_has_its_state() {
    for (status, state) in [
        ("successful", "completed"),
        ("failed", "failed"),
        ("abandoned", "partial"),
        ("running", "not_executed"),
        ("initialized", "not_executed"),
        ("calculating", "not_executed"),
        ("loadingData", "not_executed"),
        ("unknownFutureValue", "completed_with_follow_up"),
    ] {
        let started = json!({ "status": status, "jobStartDateTime": "2026-04-08T05:00:00Z" });
        let outcome = with_job(started);
        assert_eq!(outcome.tenant("/restore_attention/0/state"), &json!(state), "{status}");
    }
    let nothing = json!({ "status": "abandoned", "totalObjectsModified": 0, "totalLinksModified": 0 });
    assert_eq!(with_job(nothing).tenant("/restore_attention/0/state"), &json!("not_executed"));
}

#[test]
fn a_preview_is_never_evidence() {
    let preview = json!({ "@odata.type": "#microsoft.graph.entraRecoveryServices.recoveryPreviewJob" });
    let outcome = with_job(preview);
    assert_eq!(outcome.recovery(), "unvalidated");
    assert_eq!(outcome.tenant("/restore_attention/0/causes"), &json!(["preview_only"]));
}

#[test]
fn a_job_in_two_files_counts_once_and_its_end_wins() {
    let running = jobs(&[job(json!({ "status": "running", "totalFailedChanges": null }))]);
    let outcome = gathered(&[("a.json", jobs(&[job(json!({}))])), ("b.json", running)]);
    assert_eq!(outcome.gathered.records.runs.len(), 1);
    assert_eq!(outcome.tenant("/restore_attention/0/state"), &json!("completed"));
}

#[test]
fn pages_in_one_file_and_utf_16_are_read() {
    let pages = json!([jobs(&[job(json!({}))]), snapshots()]);
    let outcome = Config::new("entra-recovery").gathered(&tree([("all.json", utf16(&pages.to_string()))]));
    assert_eq!(outcome.gathered.records.sets.len(), 7);
    assert_eq!(outcome.gathered.records.runs.len(), 1);
}

#[test]
fn a_missing_page_may_hide_a_failure_so_it_is_a_signal() {
    let mut first = jobs(&[job(json!({}))]);
    first["@odata.nextLink"] = json!("https://graph.microsoft.com/v1.0/directory/recovery/jobs?$skiptoken=x");
    let outcome = gathered(&[("jobs.json", first.clone()), ("snapshots.json", snapshots())]);
    assert!(outcome.has_signal("evidence_incomplete"));
    let last = jobs(&[job(json!({ "id": "other" }))]);
    let outcome = gathered(&[("1.json", first), ("2.json", last), ("snapshots.json", snapshots())]);
    assert!(!outcome.has_signal("evidence_incomplete"));
}

#[test]
fn an_error_of_graph_and_a_broken_file_are_never_calm() {
    let error =
        json!({ "error": { "code": "Authorization_RequestDenied", "message": "Insufficient privileges." } });
    let outcome = gathered(&[("snapshots.json", error)]);
    assert_eq!(outcome.posture(), "absent");
    assert!(outcome.has_signal("source_unreadable"));
    let broken = tree([("snapshots.json", snapshots().to_string()), ("jobs.json", "{".to_owned())]);
    let outcome = Config::new("entra-recovery").gathered(&broken);
    assert_eq!(outcome.posture(), "healthy");
    assert!(!outcome.is_calm());
    outcome.has_note("unreadable_file", Some("jobs.json"));
}

#[test]
fn a_zero_time_is_not_a_time_and_an_id_that_is_a_time_is_one() {
    let snapshot = |id: &str, at: &str| json!({ "value": [{ "@odata.type": "#microsoft.graph.entraRecoveryServices.snapshot", "id": id, "createdDateTime": at }] });
    let outcome = gathered(&[("s.json", snapshot("opaque", "0001-01-01T00:00:00Z"))]);
    assert_eq!(outcome.posture(), "absent");
    // Graph's reference: the id is base64 of the instant.
    let outcome = gathered(&[("s.json", snapshot("MjAyNi0wNC0wOFQwMTowMDowMFo=", "0001-01-01T00:00:00Z"))]);
    assert_eq!(outcome.posture(), "healthy");
    let outcome = gathered(&[("s.json", snapshot("MTc3NTYxMDAwMA==", ""))]);
    assert_eq!(outcome.posture(), "healthy");
}

#[test]
fn nothing_at_all_is_absent() {
    let outcome = gathered(&[("snapshots.json", json!({ "value": [] }))]);
    assert_eq!(outcome.posture(), "absent");
    outcome.has_note("no_backup", None);
}

/// A worse end of a job replaces a better one, whichever list is read first, and any end replaces its start.
#[test]
fn the_worst_end_of_a_job_counts_in_any_order() {
    let state = |first: Value, second: Value| {
        let files =
            [("1.json", jobs(&[job(first)])), ("2.json", jobs(&[job(second)])), ("s.json", snapshots())];
        let outcome = gathered(&files);
        assert_eq!(outcome.gathered.records.runs.len(), 1);
        outcome.gathered.records.runs[0].status.to_string()
    };
    let running = || json!({ "status": "running", "totalFailedChanges": null });
    let clean = || json!({});
    for (worse, word) in [
        (json!({ "status": "failed" }), "failed"),
        (json!({ "totalFailedChanges": 2 }), "completed_with_errors"),
        (json!({ "status": "abandoned" }), "partial"),
    ] {
        for better in [running(), clean()] {
            assert_eq!(state(worse.clone(), better.clone()), word);
            assert_eq!(state(better, worse.clone()), word);
        }
    }
    assert_eq!(state(running(), clean()), "completed");
}

#[test]
fn a_job_that_was_abandoned_after_any_change_is_partial() {
    for key in ["totalObjectsModified", "totalLinksModified", "totalFailedChanges"] {
        let mut changes = json!({ "status": "abandoned", "totalObjectsModified": 0, "totalLinksModified": 0, "totalFailedChanges": 0 });
        changes[key] = json!(1);
        assert_eq!(with_job(changes).gathered.records.runs[0].status, "partial", "{key}");
    }
}

#[test]
fn a_job_of_a_list_of_previews_is_a_preview() {
    let bare = json!({ "id": "j", "status": "successful", "jobStartDateTime": "2026-04-07T08:30:00Z" });
    let of = |context: &str, changes: Value| {
        let mut job = bare.clone();
        job.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let list = json!({ "@odata.context": format!("x#directory/recovery/{context}"), "value": [job] });
        gathered(&[("jobs.json", list)]).gathered.records.runs[0].is_dry_run
    };
    assert!(of("recoveryPreviewJobs", json!({})));
    assert!(!of("recoveryJobs", json!({})) && !of("jobs", json!({})));
    // Only a recovery has these.
    assert!(!of("recoveryPreviewJobs", json!({ "totalFailedChanges": 0 })));
    assert!(!of("recoveryPreviewJobs", json!({ "totalObjectsModified": 0 })));
}
