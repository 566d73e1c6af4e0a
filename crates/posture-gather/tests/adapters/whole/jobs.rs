//! Tools that list their jobs.

use serde_json::json;

use super::{check, tree};

#[test]
fn aws_backup() {
    let job = |id: &str, account: &str, state: &str| {
        json!({
            "BackupJobId": id, "AccountId": account, "State": state, "MessageCategory": "SUCCESS",
            "ResourceArn": format!("arn:aws:ec2:eu-central-1:{account}:volume/vol-{id}"), "ResourceType": "EBS",
            "CreationDate": "2026-04-08T01:00:00Z", "CompletionDate": "2026-04-08T02:00:00Z",
        })
    };
    let mut named = job("4", "222222222222", "PARTIAL");
    named["ResourceName"] = json!("Files");
    let states = ["COMPLETED", "FAILED", "ABORTED", "EXPIRED", "ABORTING", "NEW WORD"];
    let mut jobs: Vec<_> =
        states.iter().enumerate().map(|(at, state)| job(&format!("1{at}"), "111111111111", state)).collect();
    jobs.extend([named, json!({ "BackupJobId": "bare" }), json!({ "State": "FAILED" })]);
    let restore = |id: &str, changes: &[(&str, &str)]| {
        let mut job = json!({
            "RestoreJobId": id, "AccountId": "111111111111", "Status": "COMPLETED", "ResourceType": "EBS",
            "CreatedResourceArn": "arn:new", "CreationDate": 1_775_523_600.5, "CompletionDate": 1_775_527_200,
        });
        for (key, value) in changes {
            job[*key] = json!(value);
        }
        job
    };
    let restores = json!({ "RestoreJobs": [
        restore("1", &[("ValidationStatus", "SUCCESSFUL")]),
        restore("2", &[("Status", "FAILED"), ("StatusMessage", "No.")]),
        restore("3", &[("Status", "ABORTED")]),
        restore("4", &[("Status", "ABORTED"), ("CreatedResourceArn", "")]),
        restore("5", &[("ValidationStatus", "FAILED"), ("ValidationStatusMessage", "Not healthy.")]),
        restore("6", &[("CreatedResourceArn", ""), ("RecoveryPointArn", "arn:point")]),
        restore("7", &[("Status", "NEW WORD")]),
    ]});
    let points = json!([{ "RecoveryPoints": [
        { "RecoveryPointArn": "arn:1", "BackupVaultArn": "arn:aws:backup:eu:333333333333:backup-vault:V", "Status": "AVAILABLE", "ResourceArn": "arn:a/b", "CompletionDate": "2026-04-07T02:00:00Z" },
        { "RecoveryPointArn": "arn:2", "BackupVaultArn": "arn:aws:backup:eu:333333333333:backup-vault:V", "Status": "EXPIRED", "ResourceArn": "arn:a/b" },
    ], "NextToken": "x" }]);
    let tree = tree([
        ("backups.json", json!({ "BackupJobs": jobs })),
        ("points.json", points),
        ("restores.json", restores),
        ("other.json", json!({ "Vaults": [] })),
        ("readme.txt", json!("")),
    ]);
    check("aws-backup", "aws-backup", "", &[], &tree.with("cut.json", "{"));
}

#[test]
fn utcm() {
    let (own, other) = ("2fcf1c68-b412-4c85-bfb2-cb20152a6843", "00000000-0000-4000-8000-000000000001");
    let job = |id: &str, tenant: &str, status: &str| {
        json!({
            "id": id, "displayName": format!("Job {id}"), "tenantId": tenant, "status": status,
            "createdDateTime": "2026-04-08T01:00:00Z", "completedDateTime": "2026-04-08T01:20:00Z",
            "resources": ["microsoft.exchange.sharedmailbox", "microsoft.intune.gone"], "resourceLocation": format!("https://graph('content-{id}')"),
        })
    };
    let content = json!({ "id": "content-1", "resources": [
        { "displayName": "Sales", "resourceType": "microsoft.exchange.sharedmailbox", "properties": { "Identity": "sales" } },
        { "resourceType": "microsoft.intune.a", "properties": { "DisplayName": "Kiosk", "Id": "7", "Assignments": [] } },
        { "resourceType": "microsoft.intune.a", "displayName": "Bare" },
        {},
    ]});
    let mut ended = job("1", own, "partiallySuccessful");
    ended["errorDetails"] = json!(["Denied", { "code": 7 }]);
    let mut running = job("1", own, "running");
    running["completedDateTime"] = json!("0001-01-01T00:00:00Z");
    let mut timeless = job("7", own, "succeeded");
    timeless["completedDateTime"] = json!(null);
    let jobs = json!({ "@odata.context": "x#configurationSnapshotJobs", "@odata.nextLink": "x", "value": [
        ended, running, job("2", other, "succeeded"), job("3", other, "Failed"), job("4", own, "Running"),
        job("5", own, "notStarted"), job("6", own, "newWord"), timeless, { "status": "succeeded" }, { "name": "unknown" }, { "name": "too" },
    ]});
    let tree = tree([
        ("content.json", content),
        ("error.json", json!({ "error": { "code": "Forbidden", "message": "No." } })),
        ("jobs.json", jobs),
        ("unmatched.json", json!({ "id": "of-no-job", "resources": [] })),
    ]);
    check("utcm", "utcm", "", &[], &tree);
}

#[test]
fn velero() {
    let object = |kind: &str, name: &str, labels: &[(&str, &str)]| {
        let labels: std::collections::BTreeMap<_, _> = labels.iter().copied().collect();
        json!({
            "apiVersion": "velero.io/v1", "kind": kind, "spec": {},
            "metadata": { "name": name, "namespace": "velero", "creationTimestamp": "2026-04-08T00:59:00Z", "labels": labels },
            "status": { "startTimestamp": "2026-04-08T01:00:00Z", "completionTimestamp": "2026-04-08T01:05:00Z" },
        })
    };
    let backup = |name: &str, phase: &str, status: serde_json::Value| {
        let mut backup = object("Backup", name, &[("velero.io/schedule-name", "daily")]);
        backup["status"]["phase"] = json!(phase);
        backup["status"].as_object_mut().unwrap().extend(status.as_object().unwrap().clone());
        backup
    };
    let mut deleted = backup("daily-6", "Deleting", json!({}));
    deleted["metadata"]["deletionTimestamp"] = json!("2026-04-08T05:00:00Z");
    let mut restore = object("Restore", "test", &[]);
    restore["spec"]["backupName"] = json!("daily-1");
    restore["metadata"]["deletionTimestamp"] = json!("2026-04-08T05:00:00Z");
    restore["status"]["phase"] = json!("PartiallyFailed");
    restore["status"]["progress"] = json!({ "itemsRestored": 8, "totalItems": 10 });
    restore["status"].as_object_mut().unwrap().extend(
        json!({ "errors": 2, "warnings": 3, "restoreItemOperationsFailed": 1, "hookStatus": { "hooksFailed": 1 } }).as_object().unwrap().clone(),
    );
    let schedule = |name: &str, cron: &str| {
        let mut schedule = object("Schedule", name, &[]);
        schedule["spec"]["schedule"] = json!(cron);
        schedule["status"] = json!({ "phase": "Enabled", "lastBackup": "2026-04-08T01:00:00Z" });
        schedule
    };
    let mut paused = schedule("weekly", "30 2 * * 1-5");
    paused["spec"]["paused"] = json!(true);
    let mut refused = schedule("refused", "sometimes");
    refused["status"]["phase"] = json!("FailedValidation");
    let items = json!([
        backup("daily-1", "Completed", json!({ "progress": { "itemsBackedUp": 9, "totalItems": 10 }, "warnings": 2 })),
        backup("daily-2", "PartiallyFailed", json!({ "errors": 2, "volumeSnapshotsAttempted": 3, "volumeSnapshotsCompleted": 2, "progress": { "itemsBackedUp": 5 } })),
        backup("daily-3", "Failed", json!({})),
        backup("daily-4", "FinalizingPartiallyFailed", json!({ "completionTimestamp": null })),
        backup("daily-5", "NewWord", json!({ "backupItemOperationsFailed": 1, "hookStatus": { "hooksFailed": 2 }, "progress": {} })),
        deleted,
        backup("daily-7", "Completed", json!({ "completionTimestamp": null })),
        object("Backup", "by-hand", &[]),
        object("Backup", "by-hand-too", &[]),
        restore,
        schedule("daily", "0 1 * * *"),
        paused,
        refused,
        { "apiVersion": "velero.io/v1", "kind": "BackupStorageLocation", "metadata": { "name": "default", "namespace": "velero" }, "status": { "phase": "Unavailable", "message": "no route" } },
        { "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "a" } },
    ]);
    let lone = object("Backup", "other", &[]);
    let tree = tree([
        ("velero.json", json!({ "apiVersion": "v1", "kind": "List", "items": items })),
        ("more/lone.json", json!([[lone]])),
        ("notes.txt", json!("")),
    ]);
    check("velero", "velero", "Cluster", &[], &tree.with("a.yaml", "kind: Backup"));
}
