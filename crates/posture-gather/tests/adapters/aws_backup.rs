//! AWS Backup: lists of jobs.

use serde_json::{Value, json};

use crate::support::{Config, Outcome, tree};

fn job(number: usize, state: &str) -> Value {
    json!({
        "AccountId": "123456789012", "BackupJobId": format!("job-{number}-{state}"), "State": state,
        "ResourceArn": format!("arn:aws:ec2:eu-central-1:123456789012:volume/vol-{number}"), "ResourceType": "EBS",
        "CreationDate": "2026-04-08T01:00:00.123000+00:00", "CompletionDate": "2026-04-08T02:00:00+00:00", "MessageCategory": "SUCCESS",
    })
}

fn restore(changes: Value) -> Value {
    let mut job = json!({
        "AccountId": "123456789012", "RestoreJobId": "r1", "Status": "COMPLETED", "ResourceType": "EBS",
        "RecoveryPointArn": "arn:rp", "CreatedResourceArn": "arn:new", "CreationDate": 1_775_523_600.5, "CompletionDate": 1_775_527_200,
    });
    for (key, value) in changes.as_object().unwrap() {
        job[key] = value.clone();
    }
    json!({ "RestoreJobs": [job] })
}

fn gathered(backups: Vec<Value>, restores: Value) -> Outcome {
    let files = [("backups.json", json!({ "BackupJobs": backups })), ("restores.json", restores)];
    Config::new("aws-backup").gathered(&tree(files.map(|(path, value)| (path, value.to_string()))))
}

#[test]
fn a_job_list_with_one_failure_in_1148_is_not_calm_and_names_it() {
    let mut jobs: Vec<_> = (0..1148).map(|number| job(number, "COMPLETED")).collect();
    assert!(gathered(jobs.clone(), json!({})).is_claimed_healthy());
    let mut earlier = job(700, "COMPLETED");
    earlier["CompletionDate"] = json!("2026-04-07T12:00:00+00:00");
    jobs[700] = earlier;
    let mut failed = job(700, "FAILED");
    failed["MessageCategory"] = json!("AccessDenied");
    jobs.push(failed);
    let outcome = gathered(jobs, json!({}));
    assert_eq!(outcome.gathered.records.sets.len(), 1149);
    assert_eq!(outcome.tenant("/backup_health/skipped_sets").as_array().unwrap().len(), 1);
    assert_eq!(outcome.tenant("/backup_health/skipped_sets/0/reason"), &json!("failed"));
    assert!(!outcome.is_claimed_healthy());
    assert!(!outcome.is_calm());
}

#[test]
fn one_resource_that_was_never_backed_up_is_absent_whatever_the_others_are() {
    let outcome = gathered(vec![job(1, "COMPLETED"), job(2, "EXPIRED")], json!({}));
    assert_eq!(outcome.posture(), "absent");
    assert_eq!(outcome.tenant("/backup_health/scopes").as_array().unwrap().len(), 2);
}

/// A store keeps what is no longer listed, unless the source says that it is deleted: a job and its recovery point are one record.
#[test]
fn a_recovery_point_takes_the_place_of_the_job_that_made_it() {
    let of = |files: Value| Config::new("aws-backup").gathered(&tree([("lists.json", files.to_string())]));
    let mut made = job(1, "COMPLETED");
    made["RecoveryPointArn"] = json!("arn:rp-1");
    let point = json!({
        "RecoveryPointArn": "arn:rp-1", "Status": "EXPIRED", "ResourceType": "EBS", "ResourceArn": made["ResourceArn"],
        "BackupVaultArn": "arn:aws:backup:eu-central-1:123456789012:backup-vault:v", "CompletionDate": made["CompletionDate"],
    });
    let before = of(json!({ "BackupJobs": [made] }));
    let after = of(json!({ "BackupJobs": [], "RecoveryPoints": [point] }));
    let [before, after] = [&before, &after].map(|outcome| &outcome.gathered.records.sets[0]);
    assert_eq!((before.id, &*before.status, &*after.status), (after.id, "completed", "archived"));
}

#[test]
fn states_have_their_words() {
    for (state, posture) in [
        ("COMPLETED", "healthy"),
        ("PARTIAL", "degraded"),
        ("FAILED", "absent"),
        ("ABORTED", "absent"),
        ("EXPIRED", "absent"),
        ("RUNNING", "absent"),
        ("SOMETHING", "absent"),
    ] {
        assert_eq!(gathered(vec![job(1, state)], json!({})).posture(), posture, "{state}");
    }
    let mut issues = job(1, "COMPLETED");
    issues["MessageCategory"] = json!("VSS_ERROR");
    assert_eq!(gathered(vec![issues], json!({})).posture(), "degraded", "completed with issues");
}

#[test]
fn restores_and_their_validation_are_evidence() {
    for (changes, state) in [
        (json!({}), "completed"),
        (json!({ "ValidationStatus": "SUCCESSFUL" }), "completed"),
        (json!({ "ValidationStatus": "TIMED_OUT" }), "partial"),
        (json!({ "ValidationStatus": "SOMETHING" }), "completed_with_follow_up"),
        (json!({ "Status": "FAILED", "StatusMessage": "No." }), "failed"),
        (json!({ "Status": "ABORTED", "CreatedResourceArn": null }), "not_executed"),
        (json!({ "Status": "ABORTED" }), "partial"),
    ] {
        let outcome = gathered(vec![job(1, "COMPLETED")], restore(changes.clone()));
        assert_eq!(outcome.tenant("/restore_attention/0/state"), &json!(state), "{changes}");
    }
    let outcome = gathered(vec![job(1, "COMPLETED")], restore(json!({ "ValidationStatus": "FAILED" })));
    assert_eq!(outcome.recovery(), "weakened");
}

#[test]
fn each_account_is_a_tenant_and_a_missing_page_is_a_signal() {
    let mut other = job(2, "COMPLETED");
    other["AccountId"] = json!("210987654321");
    let list = json!({ "BackupJobs": [job(1, "COMPLETED"), other], "NextToken": "x" });
    let files = tree([("backups.json", list.to_string())]);
    let gathered = Config { tenant: "", ..Config::new("aws-backup") }.gather(&files);
    assert_eq!(gathered.tenants.keys().collect::<Vec<_>>(), ["123456789012", "210987654321"]);
    let outcome = Config::new("aws-backup").gathered(&files);
    outcome.has_note("missing_page", Some("backups.json"));
    assert!(outcome.has_signal("evidence_incomplete"));
}

/// Jobs are listed for 30 days; a recovery point is there for as long as it can be restored.
#[test]
fn recovery_points_are_backups_and_not_counted_twice() {
    let arn = "arn:aws:backup:eu-central-1:123456789012:recovery-point:1";
    let point = |arn: &str, status: &str, at: &str| {
        json!({
            "RecoveryPointArn": arn, "BackupVaultArn": "arn:aws:backup:eu-central-1:123456789012:backup-vault:Default",
            "ResourceArn": "arn:aws:ec2:eu-central-1:123456789012:volume/vol-1", "ResourceType": "EBS", "Status": status,
            "CreationDate": at, "CompletionDate": at
        })
    };
    let points = json!({ "RecoveryPoints": [
        point(arn, "COMPLETED", "2026-04-08T01:00:00.123000+00:00"),
        point("arn:aws:ec2:eu-central-1::snapshot/snap-2", "EXPIRED", "2026-04-08T02:00:00+00:00"),
    ]});
    let outcome =
        Config::new("aws-backup").gathered(&tree([("points.json", points.to_string().into_bytes())]));
    assert_eq!(outcome.posture(), "healthy");
    assert_eq!(outcome.tenant("/backup_health/latest_relevant_completed_at"), "2026-04-08T01:00:00Z");

    let job = json!({ "BackupJobs": [{
        "AccountId": "123456789012", "BackupJobId": "j1", "RecoveryPointArn": arn, "State": "COMPLETED",
        "ResourceArn": "arn:aws:ec2:eu-central-1:123456789012:volume/vol-1", "ResourceType": "EBS",
        "CompletionDate": "2026-04-08T01:00:00Z"
    }]});
    let both = [("points.json", points.to_string()), ("jobs.json", job.to_string())];
    let outcome = Config::new("aws-backup").gathered(&tree(both));
    assert_eq!(outcome.gathered.records.sets.len(), 2);
    assert_eq!(outcome.posture(), "healthy");
}

/// A backup that is deleted cannot be restored, however well its job ended.
#[test]
fn a_completed_job_whose_recovery_point_is_deleted_does_not_count() {
    for (state, posture) in [("COMPLETED", "healthy"), ("DELETING", "absent"), ("EXPIRED", "absent")] {
        let mut made = job(1, "COMPLETED");
        made["RecoveryPointArn"] = json!("arn:1");
        let point =
            json!({ "RecoveryPointArn": "arn:1", "ResourceArn": made["ResourceArn"], "Status": state });
        let points = json!({ "RecoveryPoints": [point] }).to_string();
        let files = [("jobs.json", json!({ "BackupJobs": [made] }).to_string()), ("points.json", points)];
        assert_eq!(Config::new("aws-backup").gathered(&tree(files)).posture(), posture, "{state}");
    }
}

#[test]
fn jobs_that_have_not_ended_and_points_that_are_being_deleted_are_not_backups() {
    for (state, status) in
        [("CREATED", "queued"), ("PENDING", "queued"), ("RUNNING", "running"), ("ABORTING", "running")]
    {
        let outcome = gathered(vec![job(1, state)], json!({}));
        assert_eq!(outcome.gathered.records.sets[0].status, status, "{state}");
    }
    for (status, word) in
        [("DELETING", "archived"), ("EXPIRED", "archived"), ("CREATING", "running"), ("STOPPED", "completed")]
    {
        let point = json!({ "RecoveryPointArn": "arn:1", "ResourceArn": "arn:2", "Status": status, "CompletionDate": 1_775_527_200 });
        let points = json!({ "RecoveryPoints": [point] });
        let outcome = Config::new("aws-backup").gathered(&tree([("points.json", points.to_string())]));
        assert_eq!(outcome.gathered.records.sets[0].status, word, "{status}");
    }
    for (state, status) in [("PENDING", "pending"), ("RUNNING", "running"), ("Something", "Something")] {
        let outcome = gathered(vec![job(1, "COMPLETED")], restore(json!({ "Status": state })));
        assert_eq!(outcome.gathered.records.runs[0].status, status, "{state}");
        assert!(outcome.gathered.records.runs[0].results.as_ref().unwrap().items.is_empty(), "{state}");
    }
}

/// The end of a job replaces its start, whichever list is read first.
#[test]
fn a_job_in_two_lists_counts_once_as_it_ended() {
    let mut running = job(1, "RUNNING");
    running["BackupJobId"] = json!("job-1");
    running["CompletionDate"] = Value::Null;
    let mut ended = job(1, "FAILED");
    ended["BackupJobId"] = json!("job-1");
    for names in [["1.json", "2.json"], ["2.json", "1.json"]] {
        let list = |job: &Value| json!({ "BackupJobs": [job] }).to_string();
        let files = tree([(names[0], list(&running)), (names[1], list(&ended))]);
        let outcome = Config::new("aws-backup").gathered(&files);
        let statuses: Vec<_> = outcome.gathered.records.sets.iter().map(|set| &*set.status).collect();
        assert_eq!(statuses, ["failed"], "{names:?}");
    }
}

#[test]
fn a_completed_job_without_a_time_does_not_count_and_one_without_an_id_is_noted() {
    let mut timeless = job(1, "COMPLETED");
    timeless["CompletionDate"] = Value::Null;
    let mut nameless = job(2, "FAILED");
    nameless["BackupJobId"] = Value::Null;
    let outcome = gathered(vec![timeless, nameless], json!({}));
    assert_eq!(outcome.posture(), "absent");
    assert_eq!(outcome.gathered.records.sets.len(), 1);
    outcome.has_note("no_time", None);
    outcome.has_note("no_id", Some("backups.json"));
    let mut failed = job(1, "FAILED");
    failed["CompletionDate"] = Value::Null;
    let notes = gathered(vec![failed], json!({})).notes();
    assert!(notes.iter().all(|note| note.code != "no_time"), "a failed job needs no time: {notes:#?}");
}

/// GA-6: if another tenant of the configuration reads the same files, one tenant's records never make it calmer.
#[test]
fn records_that_name_another_tenant_do_not_count_for_one_that_shares_the_files() {
    let tree = tree([("backups.json", json!({ "BackupJobs": [job(1, "COMPLETED")] }).to_string())]);
    assert!(!Config::new("aws-backup").gather(&tree).records.sets.is_empty());
    let shared = Config { is_shared: true, ..Config::new("aws-backup") }.gather(&tree);
    assert!(
        shared.records.sets.is_empty() && shared.tenants.contains_key("123456789012"),
        "{:?}",
        shared.tenants.keys()
    );
    let named = Config { is_shared: true, external_id: Some("123456789012"), ..Config::new("aws-backup") }
        .gather(&tree);
    assert!(!named.records.sets.is_empty());
}
