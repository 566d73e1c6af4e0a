//! Lists of snapshots, backups, restores and events.

use posture_gather::MemoryTree;
use serde_json::{Value, json};

use super::{check, tree};

#[test]
fn restic() {
    let snapshot = |host: &str, day: u32| {
        json!({
            "time": format!("2026-04-{day:02}T03:00:00+02:00"), "tree": "aa", "paths": ["/srv", "/etc"], "hostname": host,
            "tags": ["b", "a"], "id": format!("{host}{day}"), "short_id": format!("{host}-{day}"),
            "summary": { "backup_start": format!("2026-04-{day:02}T01:00:00Z"), "backup_end": format!("2026-04-{day:02}T01:10:00Z"), "total_files_processed": 1200 },
        })
    };
    let group = json!([{ "group_key": {}, "snapshots": [snapshot("web", 7), snapshot("mail", 8)] }]);
    let jq = json!([{ "time": "2026-04-08T01:00:00Z", "paths": ["/a"], "id": "x" }, { "time": "2026-04-08T01:00:00Z", "paths": ["/b"] },
        { "paths": ["/c"], "tree": "t", "hostname": "h", "id": "y" }, 7, [8]]);
    let tree = tree([
        ("db.json", json!([snapshot("db", 7), snapshot("db", 8)])),
        ("groups.json", group),
        ("jq.json", jq),
        ("check.json", json!({ "message_type": "summary", "num_errors": 2 })),
    ]);
    check("restic", "restic", "Repository", &[("group_by", "host, tags")], &tree);
}

#[test]
fn csv() {
    let backups = "tenant,scope,set,completed_at,status,items,degraded_items,policy_types,colour\n\
        A,intune,Monday,2026-04-07T01:00:00Z,completed,3,1,Apps=2|Filters,red\n\
        A,,Tuesday,2026-04-08 01:00,partial,,,Apps;Apps=2;=,\n\
        A,,Tuesday,08.04.2026,OK,three,-1,,\n\
        ,,,,,,,,\n\
        B,,,2026-04-08T01:00:00Z,,9007199254740991,9007199254740992,,\n\
        B,,x,y\n\
        ,,Nobody's,2026-04-08T01:00:00Z,failed,0,0,,\n";
    let restores = "tenant,run,completed_at,status,dry_run,applied,failed,partial,skipped,policy_type\n\
        A,R1,2026-04-07T01:00:00Z,completed,no,3,0,1,2,Apps\n\
        A,R1,2026-04-07T02:00:00Z,running,no,1,1,,,Apps\n\
        A,R1,soon,failed,yes,two,,,,Filters\n\
        A,R2,2026-04-07T01:00:00Z,completed,x,,,,,\n\
        A,R3,2026-04-07T01:00:00Z,completed,maybe,1,,,,\n\
        B,R1,2026-04-07T01:00:00Z,previewed,1,1,,,,\n\
        B,R4,,new word,,1,,,,\n\
        B,R4,,partial,,1,,,,\n";
    let schedules = "tenant;schedule;frequency;interval_minutes;last_run_at;last_run_status;next_run_at;enabled\n\
        A;Nightly;daily;;2026-04-08T01:00:00Z;success;2026-04-09T01:00:00Z;yes\n\
        A;Nightly;interval;360;yesterday;fine;;n\n\
        B;Hourly;hourly;often;;;;maybe\n";
    let tree = MemoryTree::new()
        .with("backups.csv", backups)
        .with("restores.csv", restores)
        .with("more/Schedules.CSV", schedules)
        .with("more/backups.csv", "set,completed_at\n")
        .with("notes.txt", "");
    check("csv", "csv", "", &[], &tree);
    check("csv-of-one", "csv", "A", &[], &tree);
}

#[test]
fn cipp() {
    let name = |tenant: &str, day: u32| format!("{tenant}_2026-04-{day:02}-0130");
    let backup = |tenant: &str, day: u32| {
        json!({
            "PartitionKey": "ScheduledBackup", "RowKey": name(tenant, day), "TenantFilter": tenant,
            "ca": [json!({ "displayName": "MFA" }).to_string(), "Failed to create a template"],
            "intuneconfig": [{ "TemplateJson": "{}", "DisplayName": "Wi-Fi", "Type": "Device" }, { "TemplateJson": "{}" }, { "TemplateJson": "", "Type": "Catalog" }],
            "intunecompliance": json!([{ "TemplateJson": "{}", "DisplayName": "Windows" }]).to_string(),
            "intuneprotection": null, "users": [{ "id": 1 }, { "id": 2 }], "antispam": "{\"policies\":[]}",
        })
    };
    let task = |key: &str, command: &str, tenant: &str, changes: &[(&str, Value)]| {
        let mut task = json!({
            "RowKey": key, "Name": format!("Task {key}"), "Command": command, "TaskState": "Planned", "Tenant": { "value": tenant, "type": "Tenant" },
            "Parameters": { "ScheduledBackupValues": { "ca": true, "groups": true, "email": true } }, "Recurrence": "4h",
            "ExecutedTime": "2026-04-08T01:30:00Z", "ScheduledTime": 1_775_700_000, "Results": "[{\"Results\":\"Backup finished successfully\"}]",
        });
        for (name, value) in changes {
            task[*name] = value.clone();
        }
        task
    };
    let restores = json!({
        "Task": task("r1", "New-CIPPRestore", "a.com", &[("TaskState", json!("Completed")), ("Parameters", json!({ "RestoreValues": { "backup": name("a.com", 7) } }))]),
        "Details": [{ "Timestamp": "2026-04-08T02:00:00Z", "Results": [
            { "Results": "Restored Conditional Access policy MFA" }, { "ResultText": "Could not restore Intune compliance policy X" }, "Restored: 2 Users, 1 Group from backup (4 items failed)",
            "Group A already exists and overwrite is disabled", "Custom variable b: something new", "Restore failed", "[\"Task blocked\"]",
        ] }, { "Timestamp": "2026-04-08T02:30:00Z", "Results": [] }],
    });
    let tasks = json!([
        task("1", "New-CIPPBackup", "a.com", &[]),
        task("2", "New-CIPPBackup", "b.com", &[("Results", json!("Backup Creation failed: Forbidden")), ("Recurrence", json!("often"))]),
        task("3", "New-CIPPBackup", "b.com", &[("Recurrence", json!("0"))]),
        task("4", "New-CIPPBackup", "b.com", &[("Parameters", json!({ "backupType": "CIPP" }))]),
        task("5", "Other", "b.com", &[]),
        { "Command": "New-CIPPBackup", "TaskState": "Planned" }, { "some": "thing" }, { "other": "thing" },
    ]);
    let tree = tree([
        ("a.com_2026-04-07-0130.json", backup("a.com", 7)),
        ("a.com_2026-04-08-0130.json", backup("a.com", 8)),
        (
            "b.json",
            json!([{ "BackupName": name("b.com", 8), "TenantFilter": "b.com" }, { "RowKey": "b.com_x", "TenantFilter": "b.com", "Backup": "https://x" },
            { "RowKey": "b.com_2026-04-06-0130", "TenantFilter": "b.com", "Backup": json!({ "users": [1] }).to_string() }, { "table": "x", "PartitionKey": "CIPPBackup" }]),
        ),
        ("restore.json", restores),
        ("tasks.json", tasks),
        ("text.json", json!("x")),
    ]);
    check(
        "cipp",
        "cipp",
        "",
        &[],
        &tree.with("b.com_2026-04-08-0500.json", "{ cut").with("c.json", "{").with("readme.md", ""),
    );
}

#[test]
fn entra_recovery() {
    let snapshot = |day: u32| json!({ "id": format!("s-{day}"), "createdDateTime": format!("2026-04-{day:02}T01:00:00Z"), "totalChangedObjects": 3 });
    let job = |id: &str, status: &str, changes: &[(&str, Value)]| {
        let mut job = json!({
            "@odata.type": "#microsoft.graph.entraRecoveryServices.recoveryJob", "id": id, "status": status,
            "targetStateDateTime": "2026-04-07T01:00:00Z", "jobStartDateTime": "2026-04-07T08:00:00Z", "jobCompletionDateTime": "2026-04-07T09:00:00Z",
            "totalObjectsModified": 10, "totalLinksModified": 4, "totalFailedChanges": 0,
        });
        for (name, value) in changes {
            job[*name] = value.clone();
        }
        job
    };
    let jobs = json!({ "@odata.context": "x#directory/recovery/jobs", "@odata.nextLink": "x", "value": [
        job("J1", "successful", &[("totalFailedChanges", json!(2))]),
        job("J2", "successful", &[]),
        job("j2", "running", &[]),
        job("J3", "abandoned", &[("totalObjectsModified", json!(0)), ("totalLinksModified", json!(0))]),
        job("J4", "abandoned", &[("totalObjectsModified", json!(0)), ("totalLinksModified", json!(1)), ("totalFailedChanges", Value::Null)]),
        job("J5", "failed", &[]),
        job("J5", "successful", &[]),
        job("J6", "loadingData", &[]),
        job("J7", "newWord", &[]),
        job("J8", "successful", &[("totalLinksModified", Value::Null)]),
        job("J9", "successful", &[("@odata.type", json!("#x.recoveryPreviewJob"))]),
        { "status": "running" },
        { "id": "J10", "status": "successful", "jobStartDateTime": "2026-04-07T08:00:00Z" },
    ]});
    let change = |kind: &str, message: &str| json!({ "@odata.type": "#x.recoveryChangeObjectBase", "id": "1", "entityTypeName": kind, "failureMessage": message });
    let tree = tree([
        (
            "snapshots.json",
            json!({ "@odata.context": "x#directory/recovery/snapshots", "value": [snapshot(6), snapshot(7), snapshot(8), { "id": "opaque" }] }),
        ),
        ("jobs.json", jobs),
        (
            "failed-changes-j1-2.json",
            json!([change("user", "Denied"), change("user", "No"), change("group", "No")]),
        ),
        ("failed-changes-lost.json", json!([change("user", "Denied")])),
        ("users.json", json!({ "value": [{ "id": "u", "displayName": "Ana" }, { "id": "v" }] })),
    ]);
    check("entra-recovery", "entra-recovery", "Contoso", &[], &tree.with("readme.md", ""));
}
