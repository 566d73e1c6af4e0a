//! CIPP: backup files and answers of its scheduler.

use serde_json::{Value, json};

use crate::support::{Config, Outcome, tree, utf16};

const TENANT: &str = "contoso.onmicrosoft.com";
const FILE: &str = "contoso.onmicrosoft.com_2026-04-08-0100.json";

fn policy(written_type: &str, name: &str) -> Value {
    json!({ "TemplateJson": "{}", "DisplayName": name, "Description": null, "Type": written_type })
}

/// A backup with two Conditional Access templates, which CIPP stores as text, and three Intune policies.
fn backup() -> Value {
    json!({
        "PartitionKey": "ScheduledBackup",
        "RowKey": "contoso.onmicrosoft.com_2026-04-08-0100",
        "TenantFilter": TENANT,
        "ca": [json!({ "displayName": "Block legacy" }).to_string(), json!({ "displayName": "MFA" }).to_string()],
        "intuneconfig": [policy("Device", "Wi-Fi"), policy("Catalog", "BitLocker")],
        "intunecompliance": policy("deviceCompliancePolicies", "Windows"),
        "intuneprotection": null,
        "users": [{ "id": "1" }, { "id": "2" }],
        "antispam": json!({ "policies": [], "rules": [] }).to_string(),
    })
}

fn backup_task(changes: Value) -> Value {
    let mut task = json!({
        "RowKey": "5f0c", "Name": "Backup contoso", "Command": "New-CIPPBackup", "TaskState": "Planned",
        "Tenant": { "label": TENANT, "value": TENANT, "type": "Tenant" },
        "Parameters": {
            "backupType": "Scheduled", "TenantFilter": TENANT,
            "ScheduledBackupValues": { "ca": true, "intuneconfig": true, "intunecompliance": true, "intuneprotection": true, "email": true },
        },
        "Recurrence": "1d",
        "ExecutedTime": "2026-04-08T01:00:00Z",
        "ScheduledTime": "2026-04-09T01:00:00Z",
        "Results": "[{\"Results\":\"Backup finished successfully\"}]",
    });
    for (key, value) in changes.as_object().unwrap() {
        task[key] = value.clone();
    }
    task
}

fn restore(state: &str, lines: &[&str]) -> Value {
    let results: Vec<_> = lines.iter().map(|line| json!({ "Results": line })).collect();
    json!({
        "Task": {
            "RowKey": "77aa", "Name": "Restore", "Command": "New-CIPPRestore", "TaskState": state, "Recurrence": "Once",
            "Tenant": { "label": TENANT, "value": TENANT, "type": "Tenant" }, "ExecutedTime": "2026-04-07T10:00:00Z",
            "Parameters": { "RestoreValues": { "backup": "contoso.onmicrosoft.com_2026-04-08-0100", "ca": true } },
        },
        "Details": [{ "Timestamp": "2026-04-07T10:05:00Z", "Tenant": TENANT, "Results": results }],
    })
}

fn gathered(files: &[(&str, Value)]) -> Outcome {
    Config::new("cipp").gathered(&tree(files.iter().map(|(path, value)| (*path, value.to_string()))))
}

#[test]
fn a_whole_backup_is_recent_but_its_assignments_are_unknown() {
    let outcome = gathered(&[(FILE, backup()), ("tasks.json", json!([backup_task(json!({}))]))]);
    assert_eq!(outcome.posture(), "healthy");
    assert_eq!(outcome.tenant("/backup_health/quality/total_items"), &json!(5));
    assert_eq!(outcome.quality("assignments_unknown"), 5);
    assert!(!outcome.is_claimed_healthy());
    let set = &outcome.gathered.records.sets[0];
    assert_eq!(set.status, "completed");
    let types: Vec<_> = set.items.iter().flatten().map(|item| item.policy_type.as_deref().unwrap()).collect();
    assert_eq!(
        types,
        [
            "ca",
            "ca",
            "intunecompliance/deviceCompliancePolicies",
            "intuneconfig/Device",
            "intuneconfig/Catalog"
        ]
    );
    assert_eq!(outcome.tenant("/backup_health/schedule_follow_ups"), &json!([]));
    outcome.has_note("counted", Some(FILE));
}

#[test]
fn a_backup_that_cannot_be_read_is_bad_news_for_its_tenant_only() {
    let newer = "contoso.onmicrosoft.com_2026-04-08-0200.json";
    let files = [(FILE, backup().to_string()), (newer, "{ cut".to_owned())];
    let outcome = Config::new("cipp").gathered(&tree(files.clone()));
    assert_eq!(outcome.tenant("/backup_health/skipped_sets/0/reason"), &json!("failed"));
    assert!(outcome.has_signal("source_unreadable"));
    assert!(!outcome.is_claimed_healthy() && !outcome.is_calm());
    outcome.has_note("unreadable_file", Some(newer));
    let all = Config { tenant: "", ..Config::new("cipp") }.gather(&tree(files));
    assert!(all.records.is_empty(), "the file's name says which tenant it is of");
    assert_eq!(all.tenants[TENANT].signals[0].key, "source_unreadable");
}

#[test]
fn failure_strings_inside_arrays_are_degraded_items_of_a_partial_set() {
    let why = "Failed to create a template of the Intune Configuration Policy with ID: 1. Error: Forbidden";
    let mut backup = backup();
    backup["intuneconfig"].as_array_mut().unwrap().push(json!(why));
    let outcome = gathered(&[(FILE, backup)]);
    assert_eq!(outcome.posture(), "degraded");
    assert_eq!(outcome.quality("metadata_only"), 1);
    assert_eq!(outcome.quality("partial_capture"), 1);
    let items = outcome.gathered.records.sets[0].items.as_deref().unwrap();
    let failed = items.iter().find(|item| item.metadata.as_ref().unwrap().source.is_some()).unwrap();
    assert_eq!(failed.metadata.as_ref().unwrap().warnings, [why]);
    assert_eq!(failed.policy_type.as_deref(), Some("intuneconfig"));
    outcome.has_note("failed_item", Some(FILE));
}

#[test]
fn an_area_of_one_failed_entry_is_not_an_area_without_entries() {
    let mut backup = backup();
    backup["ca"] = json!("Failed to create a template of the Conditional Access Policy with ID: 1.");
    let outcome = gathered(&[(FILE, backup)]);
    assert_eq!(outcome.posture(), "degraded");
    assert_eq!(outcome.quality("metadata_only"), 1);
}

#[test]
fn a_policy_of_which_nothing_was_captured_is_degraded() {
    let mut backup = backup();
    backup["intunecompliance"] = json!([{ "TemplateJson": null, "DisplayName": "Windows", "Type": null }]);
    let outcome = gathered(&[(FILE, backup)]);
    assert_eq!(outcome.posture(), "degraded");
}

#[test]
fn a_requested_area_that_is_missing_makes_the_newest_set_partial() {
    let older = "contoso.onmicrosoft.com_2026-04-07-0100";
    let mut lacking = backup();
    lacking.as_object_mut().unwrap().remove("intuneconfig");
    let mut earlier = lacking.clone();
    earlier["RowKey"] = json!(older);
    let tasks = json!([backup_task(json!({}))]);
    let outcome = gathered(&[(FILE, lacking), (&format!("{older}.json"), earlier), ("tasks.json", tasks)]);
    let status_of = |name: &str| {
        let sets = &outcome.gathered.records.sets;
        sets.iter().find(|set| set.name.as_deref() == Some(name)).unwrap().status.clone()
    };
    assert_eq!(status_of("contoso.onmicrosoft.com_2026-04-08-0100"), "partial");
    assert_eq!(status_of(older), "completed");
    assert_eq!(outcome.posture(), "degraded");
    outcome.has_note("area_missing", Some(FILE));
}

#[test]
fn a_green_task_that_says_its_backup_failed_is_a_failed_set() {
    for line in
        ["Backup Creation failed: Forbidden", "Blob Upload failed: 403", "Task Failed: no such tenant"]
    {
        let task = backup_task(json!({
            "ExecutedTime": "2026-04-08T05:00:00Z",
            "Results": json!({ "Results": line }).to_string(),
        }));
        let outcome = gathered(&[(FILE, backup()), ("tasks.json", json!([task]))]);
        assert_eq!(outcome.tenant("/backup_health/skipped_sets/0/reason"), &json!("failed"), "{line}");
        assert_eq!(
            outcome.tenant("/backup_health/schedule_follow_ups/0/causes"),
            &json!(["last_run_not_successful"]),
            "{line}"
        );
        assert!(!outcome.is_claimed_healthy());
        outcome.has_note("failed_backup", Some("tasks.json"));
    }
}

#[test]
fn recurrences_become_intervals() {
    for (written, minutes) in [("1d", 1440), ("7d", 10080), ("4h", 240), ("30m", 30), ("7", 10080)] {
        let tasks = json!([backup_task(json!({ "Recurrence": written }))]);
        let outcome = gathered(&[(FILE, backup()), ("tasks.json", tasks)]);
        let schedule = &outcome.gathered.records.schedules[0];
        assert_eq!(schedule.frequency, "interval");
        assert_eq!(schedule.interval_minutes, Some(minutes), "{written}");
    }
    let tasks = json!([backup_task(
        json!({ "Recurrence": "1d", "ExecutedTime": "2026-03-25T01:00:00Z", "ScheduledTime": 1_774_486_800 })
    )]);
    let outcome = gathered(&[(FILE, backup()), ("tasks.json", tasks)]);
    assert_eq!(outcome.tenant("/backup_health/schedule_follow_ups/0/causes"), &json!(["overdue"]));
}

#[test]
fn a_restore_is_what_its_lines_say() {
    let lines = [
        "Restored Conditional Access policy from backup",
        "The user existed. Restored a@contoso.com from backup",
        "Restored b@contoso.com from backup with temporary password: hunter2",
        "Group Sales already exists in tenant contoso.onmicrosoft.com and overwrite is disabled",
        "Could not restore Conditional Access Policy MFA : Forbidden ",
        "Failed to restore custom variable x",
        "Something else",
        "Restored: 1 ConditionalAccess, 2 Users from backup (2 items failed)",
    ];
    let outcome = gathered(&[(FILE, backup()), ("restore.json", restore("Completed", &lines))]);
    let counts = outcome.tenant("/restore_attention/0/counts");
    let expected = json!({ "applied": 3, "skipped": 1, "failed": 2, "partial": 0, "unrecognised": 1 });
    assert_eq!(counts, &expected);
    assert_eq!(outcome.recovery(), "weakened");
    assert_eq!(outcome.tenant("/restore_attention/0/state"), &json!("partial"));
    assert_eq!(outcome.gathered.records.runs[0].backup_set_id, Some(outcome.gathered.records.sets[0].id));
    let written = serde_json::to_string(&outcome.gathered.records.runs).unwrap();
    assert!(!written.contains("hunter2"), "a password is in the snapshot");
}

#[test]
fn the_sum_of_a_restore_counts_failures_that_no_line_names() {
    let lines = ["Restored: 1 Groups from backup (3 items failed)"];
    let outcome = gathered(&[(FILE, backup()), ("restore.json", restore("Completed", &lines))]);
    assert_eq!(outcome.tenant("/restore_attention/0/counts/failed"), &json!(3));
}

#[test]
fn a_restore_whose_lines_are_elsewhere_needs_follow_up() {
    let lines = ["Completed, details are available in the More Info pane"];
    let outcome = gathered(&[(FILE, backup()), ("restore.json", restore("Completed", &lines))]);
    assert_eq!(outcome.tenant("/restore_attention/0/causes"), &json!(["outcomes_unread"]));
    let outcome = gathered(&[(FILE, backup()), ("restore.json", restore("Completed", &[]))]);
    assert_eq!(outcome.tenant("/restore_attention/0/causes"), &json!(["outcomes_unread"]));
}

#[test]
fn a_restore_that_restored_nothing_says_so() {
    let lines = [
        "Group A already exists in tenant contoso and overwrite is disabled",
        "No items were restored from backup.",
    ];
    let outcome = gathered(&[(FILE, backup()), ("restore.json", restore("Completed", &lines))]);
    let counts = outcome.tenant("/restore_attention/0/counts");
    assert_eq!((&counts["skipped"], &counts["unrecognised"]), (&json!(1), &json!(0)));
    let outcome = gathered(&[(FILE, backup()), ("restore.json", restore("Completed", &lines[1..]))]);
    assert_eq!(outcome.tenant("/restore_attention/0/causes"), &json!(["outcomes_unread"]));
}

#[test]
fn a_task_whose_details_have_the_tenant_s_id_belongs_to_the_tenant_of_the_list() {
    let task = |tenant: &str| json!({ "RowKey": "1", "Command": "New-CIPPRestore", "TaskState": "Completed", "Tenant": { "value": tenant, "type": "Tenant" } });
    let details = json!({
        "Task": task("00000000-0000-0000-0000-000000000001"),
        "Details": [{ "Results": ["Could not restore user A: denied"], "Timestamp": "2026-04-07T10:00:00Z" }],
    });
    for names in [["details.json", "tasks.json"], ["tasks-details.json", "tasks-a.json"]] {
        let outcome =
            gathered(&[(FILE, backup()), (names[0], details.clone()), (names[1], json!([task(TENANT)]))]);
        assert!(outcome.gathered.tenants.is_empty(), "{:?}", outcome.gathered.tenants.keys());
        assert_eq!(outcome.recovery(), "weakened");
    }
}

#[test]
fn a_restore_that_was_only_planned_is_not_evidence() {
    let task = json!([{
        "RowKey": "1", "Command": "New-CIPPRestore", "TaskState": "Planned", "Tenant": TENANT, "Results": "Planned",
    }]);
    let outcome = gathered(&[(FILE, backup()), ("tasks.json", task)]);
    assert_eq!(outcome.recovery(), "unvalidated");
}

#[test]
fn the_answer_of_the_list_of_backups_holds_the_content_as_text() {
    let row = json!({ "RowKey": "contoso.onmicrosoft.com_2026-04-08-0100", "TenantFilter": TENANT, "BackupIsBlob": true, "Backup": backup().to_string() });
    let link = json!({ "RowKey": "contoso.onmicrosoft.com_2026-04-07-0100", "TenantFilter": TENANT, "Backup": "https://x.blob.core.windows.net/y.json" });
    let outcome = gathered(&[("list.json", json!([row, link]))]);
    assert_eq!(outcome.tenant("/backup_health/quality/total_items"), &json!(5));
    assert_eq!(outcome.gathered.records.sets[0].opaque, Some(true), "the linked one is opaque");
    let names = json!([{ "TenantFilter": TENANT, "BackupName": "contoso.onmicrosoft.com_2026-04-08-0100", "Timestamp": "2026-04-08T01:00:05Z", "Items": [] }]);
    let outcome = gathered(&[("names.json", names)]);
    assert_eq!(outcome.quality("content_opaque"), 1);
}

#[test]
fn a_folder_of_many_tenants_is_one_tenant_each_or_the_one_configured() {
    let mut other = backup();
    other["RowKey"] = json!("fabrikam.com_2026-04-06-0100");
    other["TenantFilter"] = json!("fabrikam.com");
    let files =
        tree([(FILE, backup().to_string()), ("fabrikam.com_2026-04-06-0100.json", other.to_string())]);
    let all = Config { tenant: "", ..Config::new("cipp") }.gather(&files);
    assert_eq!(all.tenants.keys().collect::<Vec<_>>(), [TENANT, "fabrikam.com"]);
    let one = Config::new("cipp").with("tenant_filter", "Contoso.OnMicrosoft.com").gathered(&files);
    assert!(one.gathered.tenants.is_empty());
    assert_eq!(one.gathered.records.sets.len(), 1);
    one.has_note("other_tenant", None);
    let none = Config::new("cipp").with("tenant_filter", "contso.onmicrosoft.com").gathered(&files);
    assert_eq!(none.posture(), "absent");
}

#[test]
fn a_backup_that_cannot_be_read_is_a_failed_set_and_utf_16_can() {
    let outcome = Config::new("cipp").gathered(&tree([
        (FILE, utf16(&backup().to_string())),
        ("contoso.onmicrosoft.com_2026-04-08-0200.json", b"{\"ca\": [".to_vec()),
    ]));
    assert_eq!(outcome.tenant("/backup_health/quality/total_items"), &json!(5));
    assert_eq!(outcome.tenant("/backup_health/skipped_sets/0/reason"), &json!("failed"));
    assert!(!outcome.is_claimed_healthy());
}

#[test]
fn cipp_s_own_backup_is_not_a_tenant_s() {
    let own = json!([{ "PartitionKey": "Config", "RowKey": "x", "table": "Config" }]);
    let outcome = gathered(&[("CIPPBackup_2026-04-08-0100.json", own)]);
    assert_eq!(outcome.posture(), "absent");
    outcome.has_note("skipped", Some("CIPPBackup_2026-04-08-0100.json"));
}

#[test]
fn a_backup_of_users_only_is_there_but_opaque() {
    let mut only_users = backup();
    for area in ["ca", "intuneconfig", "intunecompliance", "intuneprotection"] {
        only_users.as_object_mut().unwrap().remove(area);
    }
    let outcome = gathered(&[(FILE, only_users)]);
    assert_eq!(outcome.posture(), "healthy");
    assert_eq!(outcome.quality("content_opaque"), 1);
}

/// CIPP restores area by area, and each area ends with a sum of its own.
#[test]
fn the_sums_of_all_areas_of_a_restore_count() {
    let lines = [
        "Restored: 2 ConditionalAccess from backup (3 items failed)",
        "No items were restored from backup.",
        "Restored: 1 Group, 4 Users from backup",
    ];
    let outcome = gathered(&[(FILE, backup()), ("restore.json", restore("Completed", &lines))]);
    let counts = outcome.tenant("/restore_attention/0/counts");
    assert_eq!((&counts["applied"], &counts["failed"]), (&json!(7), &json!(3)));
    assert_eq!(outcome.recovery(), "weakened");
}

/// GA-6: if another tenant of the configuration reads the same files, one tenant's records never make it calmer.
#[test]
fn records_that_name_another_tenant_do_not_count_for_one_that_shares_the_files() {
    let tree = tree([(FILE, backup().to_string())]);
    assert!(!Config::new("cipp").gather(&tree).records.sets.is_empty());
    let shared = Config { is_shared: true, ..Config::new("cipp") }.gather(&tree);
    assert!(
        shared.records.sets.is_empty() && shared.tenants.contains_key("contoso.onmicrosoft.com"),
        "{:?}",
        shared.tenants.keys()
    );
    let named = Config { is_shared: true, tenant: TENANT, ..Config::new("cipp") }.gather(&tree);
    assert!(!named.records.sets.is_empty());
}
