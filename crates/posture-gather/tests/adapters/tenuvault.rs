//! TenuVault: downloaded backups and the audit log.

use serde_json::{Value, json};

use crate::support::{Config, Outcome, tree};

const TENANT_ID: &str = "2fcf1c68-b412-4c85-bfb2-cb20152a6843";
const ROOT: &str = "backup-2026-04-08-010000";

fn metadata(changes: Value) -> Value {
    let mut metadata = json!({
        "timestamp": "2026-04-08T01:00:00.000Z", "Status": "Completed", "Trigger": "scheduled", "Failures": 0,
        "FailedTypes": [], "SkippedTypes": [], "TenantId": TENANT_ID,
        "ItemCounts": { "DeviceConfigurations": 1, "CompliancePolicies": 1 },
        "Items": {
            "DeviceConfigurations/1": { "file": "Wi-Fi.json", "hash": "a" },
            "CompliancePolicies/2": { "file": "Windows.json", "hash": "b" },
        },
    });
    for (key, value) in changes.as_object().unwrap() {
        metadata[key] = value.clone();
    }
    metadata
}

fn files(changes: Value) -> Vec<(String, String)> {
    let policy =
        |id: &str, name: &str| json!({ "id": id, "displayName": name, "assignments": [] }).to_string();
    vec![
        (format!("{ROOT}/metadata.json"), metadata(changes).to_string()),
        (format!("{ROOT}/DeviceConfigurations/Wi-Fi.json"), policy("1", "Wi-Fi")),
        (format!("{ROOT}/CompliancePolicies/Windows.json"), policy("2", "Windows")),
    ]
}

fn gathered(files: Vec<(String, String)>) -> Outcome {
    Config::new("tenuvault").gathered(&tree(files))
}

fn restore(event: &str, result: &str, details: Value) -> (String, String) {
    let events = json!({
        "notice": "TenuVault's own operation history",
        "events": [
            { "id": "e1", "timestamp": "2026-04-07T10:00:00Z", "eventType": event, "result": result, "tenantId": TENANT_ID, "details": details },
            { "id": "e2", "timestamp": "2026-04-07T11:00:00Z", "eventType": "BACKUP_DOWNLOADED", "result": "SUCCESS" },
        ],
    });
    ("tenuvault-operation-history-2026-04-08.json".to_owned(), events.to_string())
}

#[test]
fn a_whole_backup_is_recent_and_clean() {
    let outcome = gathered(files(json!({})));
    assert_eq!(outcome.posture(), "healthy");
    assert!(outcome.is_claimed_healthy());
    assert_eq!(outcome.tenant("/backup_health/quality/total_items"), &json!(2));
    let unpacked = files(json!({})).into_iter().map(|(path, text)| (path[ROOT.len() + 1..].to_owned(), text));
    assert_eq!(gathered(unpacked.collect()).posture(), "healthy", "the folder itself was dropped");
}

#[test]
fn types_that_failed_or_were_denied_make_it_partial_and_are_named() {
    for (key, family) in [("FailedTypes", "metadata_only"), ("SkippedTypes", "metadata_only")] {
        let outcome = gathered(files(json!({ key: ["ConditionalAccess"] })));
        assert_eq!(outcome.posture(), "degraded", "{key}");
        assert_eq!(outcome.quality("partial_capture"), 1, "{key}");
        assert_eq!(outcome.quality(family), 1, "{key}");
        outcome.has_note("failed_type", Some(ROOT));
    }
}

#[test]
fn statuses_are_read_whatever_their_writing() {
    for (status, posture) in [
        ("Complete", "healthy"),
        ("CompletedWithWarnings", "degraded"),
        ("completed with warnings", "degraded"),
        ("Failed", "absent"),
        ("Incomplete", "degraded"),
        ("Something new", "absent"),
    ] {
        assert_eq!(gathered(files(json!({ "Status": status }))).posture(), posture, "{status}");
    }
}

#[test]
fn an_item_that_the_summary_lists_and_the_folder_lacks_is_unaccounted_for() {
    let mut files = files(json!({}));
    files.pop();
    let outcome = gathered(files);
    assert_eq!(outcome.posture(), "degraded");
    assert_eq!(outcome.quality("items_unaccounted"), 1);
}

#[test]
fn the_summary_without_files_gives_the_inventory_but_no_assignments() {
    let mut all = files(json!({}));
    all.truncate(1);
    let outcome = gathered(all);
    assert_eq!(outcome.posture(), "healthy");
    assert_eq!(outcome.gathered.records.sets[0].items.as_ref().unwrap().len(), 2);
    let mut all = files(json!({ "Items": null }));
    all.truncate(1);
    let outcome = gathered(all);
    assert_eq!(outcome.tenant("/backup_health/quality/total_items"), &json!(2));
    assert_eq!(outcome.gathered.records.sets[0].quality.as_ref().unwrap().unknowns["assignments_unknown"], 2);
}

#[test]
fn without_a_summary_a_backup_is_running_and_then_incomplete() {
    let mut all = files(json!({}));
    all.remove(0);
    let outcome = gathered(all.clone());
    assert_eq!(outcome.posture(), "absent");
    assert_eq!(outcome.gathered.records.sets[0].status, "running");
    let later = Config { now: "2026-04-08T12:00:00Z", ..Config::new("tenuvault") }.gathered(&tree(all));
    assert_eq!(later.posture(), "degraded");
    later.has_note("no_summary", Some(ROOT));
}

#[test]
fn an_encrypted_summary_is_not_a_whole_backup() {
    let mut all = files(json!({}));
    all[0].1 = "\u{1}\u{2}encrypted".to_owned();
    let outcome = gathered(all);
    assert_eq!(outcome.posture(), "degraded");
    outcome.has_note("unreadable_file", Some("backup-2026-04-08-010000/metadata.json"));
}

#[test]
fn a_shared_container_gives_only_the_tenants_own_backups() {
    let config = |id| Config { external_id: Some(id), ..Config::new("tenuvault") };
    let other = config("00000000-0000-4000-8000-000000000000").gathered(&tree(files(json!({}))));
    assert_eq!(other.posture(), "absent");
    other.has_note("other_tenant", Some(ROOT));
    assert_eq!(config(TENANT_ID).gathered(&tree(files(json!({})))).posture(), "healthy");
}

#[test]
fn a_restore_in_the_audit_log_is_a_run_with_its_results() {
    let details = json!({
        "backupId": ROOT, "restoredCount": 1, "failedCount": 1, "partialCount": 0,
        "results": [
            { "path": format!("{ROOT}/DeviceConfigurations/Wi-Fi.json"), "success": true },
            { "path": format!("{ROOT}/CompliancePolicies/Windows.json"), "success": false, "error": "Forbidden" },
        ],
    });
    let mut all = files(json!({}));
    all.push(restore("RESTORE_COMPLETED", "PARTIAL", details));
    let outcome = gathered(all);
    assert_eq!(outcome.recovery(), "weakened");
    assert_eq!(outcome.tenant("/restore_attention/0/counts/failed"), &json!(1));
    assert_eq!(outcome.gathered.records.runs.len(), 1);
    assert_eq!(outcome.gathered.records.runs[0].backup_set_id, Some(outcome.gathered.records.sets[0].id));
    outcome.has_note("other_events", None);
}

#[test]
fn results_of_the_audit_log_have_their_states() {
    let state = |event, result, details| {
        let mut all = files(json!({}));
        all.push(restore(event, result, details));
        gathered(all).tenant("/restore_attention/0/state").clone()
    };
    let counts = || json!({ "restoredCount": 2, "failedCount": 0, "partialCount": 0 });
    assert_eq!(state("RESTORE COMPLETED", "SUCCESS", counts()), "completed");
    assert_eq!(state("RESTORE_FAILED", "FAILURE", json!({})), "failed");
    assert_eq!(state("RESTORE_COMPLETED", "PARTIAL", json!({})), "partial");
}

#[test]
fn a_success_without_outcomes_needs_follow_up() {
    let mut all = files(json!({}));
    all.push(restore("RESTORE_COMPLETED", "SUCCESS", json!({})));
    assert_eq!(gathered(all).tenant("/restore_attention/0/causes"), &json!(["outcomes_unread"]));
}

/// What the desktop application really writes: no `timestamp`, and the sum over all types next to the types.
fn of_the_desktop() -> Value {
    json!({
        "BackupDate": "2026-04-08-010000", "BackupFolder": ROOT,
        "StartTime": "2026-04-08 01:00:00", "EndTime": "2026-04-08 01:04:10", "Duration": "4m 10s", "DurationSeconds": 250,
        "ItemCounts": { "DeviceConfigurations": 1, "CompliancePolicies": 1, "TotalPolicies": 2 },
        "Status": "Success", "RunbookVersion": "desktop", "TenantId": TENANT_ID, "Trigger": "manual",
        "Scope": { "Excluded": [] }, "Failures": 0, "SkippedTypes": [], "FailedTypes": [],
    })
}

#[test]
fn a_downloaded_archive_names_its_backup_and_the_sum_of_the_counts_is_not_a_type() {
    let mut all = files(json!({}));
    all[0].1 = of_the_desktop().to_string();
    let mut archive: Vec<_> =
        all.into_iter().map(|(path, text)| (path[ROOT.len() + 1..].to_owned(), text)).collect();
    let manifest = json!({ "version": 1, "sourceTenantId": TENANT_ID, "backupId": ROOT });
    archive.push(("tenuvault-manifest.json".to_owned(), manifest.to_string()));
    let outcome = gathered(archive.clone());
    assert_eq!(outcome.posture(), "healthy");
    assert!(outcome.is_claimed_healthy());
    assert_eq!(outcome.tenant("/backup_health/latest_relevant_completed_at"), &json!("2026-04-08T01:04:10Z"));
    assert_eq!(outcome.gathered.records.sets[0].name.as_deref(), Some(ROOT));

    let summary: Vec<_> = archive.iter().filter(|(path, _)| path == "metadata.json").cloned().collect();
    let quality = gathered(summary).gathered.records.sets[0].quality.clone().unwrap();
    assert_eq!((quality.total_items, quality.policy_types.unwrap().len()), (2, 2));

    archive.retain(|(path, _)| path != "metadata.json");
    let later = Config { now: "2026-04-08T12:00:00Z", ..Config::new("tenuvault") }.gathered(&tree(archive));
    assert_eq!(later.posture(), "degraded", "without its summary, it holds only part of the tenant");
}

#[test]
fn an_empty_list_that_older_versions_wrote_unread_is_unknown() {
    let policy = json!({ "id": "3", "name": "Edge", "assignments": [], "settings": [] }).to_string();
    let with = |items: Value| {
        let mut metadata = of_the_desktop();
        metadata["ItemCounts"] = json!({ "ConfigurationPolicies": 1, "TotalPolicies": 1 });
        metadata["Items"] = items;
        gathered(vec![
            (format!("{ROOT}/metadata.json"), metadata.to_string()),
            (format!("{ROOT}/ConfigurationPolicies/Edge.json"), policy.clone()),
        ])
    };
    let older = with(json!({ "ConfigurationPolicies/3": { "file": "Edge.json", "hash": "a" } }));
    assert_eq!(older.quality("assignments_unknown"), 1);
    assert!(!older.is_claimed_healthy());
    let newer = with(
        json!({ "ConfigurationPolicies/3": { "file": "Edge.json", "hash": "a", "hashWithEmptyAssignments": "b" } }),
    );
    assert!(newer.is_claimed_healthy());
}

#[test]
fn the_text_interface_writes_local_times_and_names_failed_types_only_in_its_log() {
    let mut metadata = of_the_desktop();
    metadata["RunbookVersion"] = json!("tui-1.0.0");
    metadata["Status"] = json!("CompletedWithWarnings");
    for key in ["Failures", "FailedTypes", "SkippedTypes", "Scope", "Trigger"] {
        metadata.as_object_mut().unwrap().remove(key);
    }
    let mut all = files(json!({}));
    all[0].1 = metadata.to_string();
    let log = "TenuVault backup\nstatus: CompletedWithWarnings\n\n\
               ok       DeviceConfigurations             1 saved\n\
               FAILED   ConditionalAccessPolicies        GET /beta/x: Forbidden\n";
    all.push((format!("{ROOT}/backup.log"), log.to_owned()));
    let outcome = Config::new("tenuvault").with("timezone", "+02:00").gathered(&tree(all.clone()));
    assert_eq!(outcome.posture(), "degraded");
    assert_eq!(outcome.tenant("/backup_health/latest_relevant_completed_at"), &json!("2026-04-07T23:04:10Z"));
    let items = outcome.gathered.records.sets[0].items.as_deref().unwrap();
    assert!(items.iter().any(|item| item.policy_type.as_deref() == Some("ConditionalAccessPolicies")));
    outcome.has_note("local_time", Some(ROOT));

    metadata["Status"] = json!("Cancelled");
    all[0].1 = metadata.to_string();
    assert_eq!(gathered(all).quality("partial_capture"), 1);
}

/// TenuVault records backups that failed in its log, and they may leave no folder.
#[test]
fn a_backup_that_failed_after_the_newest_one_is_not_calm() {
    let log = |event: &str, result: &str| {
        let events = json!([{ "id": "e1", "timestamp": "2026-04-08T05:00:00Z", "eventType": event, "result": result, "tenantId": TENANT_ID }]);
        let mut files = files(json!({}));
        files.push(("tenuvault-operation-history-2026-04-08.json".to_owned(), events.to_string()));
        gathered(files)
    };
    for (event, result) in
        [("BACKUP_FAILED", "FAILURE"), ("BACKUP FAILED", "Failed"), ("BACKUP_STARTED", "FAILURE")]
    {
        let outcome = log(event, result);
        assert_eq!(outcome.tenant("/backup_health/skipped_sets/0/reason"), &json!("failed"), "{event}");
        assert!(!outcome.is_claimed_healthy(), "{event}");
        outcome.has_note("failed_backup", None);
    }
    assert!(log("BACKUP_COMPLETED", "SUCCESS").is_claimed_healthy());
}

#[test]
fn a_folder_with_backups_of_only_another_tenant_says_so() {
    let other = "00000000-0000-4000-8000-000000000000";
    let config = Config { external_id: Some(other), ..Config::new("tenuvault") };
    let outcome = config.gathered(&tree(files(json!({}))));
    assert_eq!(outcome.posture(), "absent");
    let notes = outcome.notes();
    let note = notes.iter().find(|note| note.code == "no_backup").unwrap();
    assert!(note.message.ends_with("are of another tenant; check the id of the tenant."), "{}", note.message);
}

/// Only ids can be compared with ids.
#[test]
fn a_backup_is_refused_only_if_both_ids_are_known() {
    for (external_id, posture) in [
        ("contoso.com", "healthy"),
        (&*TENANT_ID.to_uppercase(), "healthy"),
        ("00000000-0000-4000-8000-000000000000", "absent"),
    ] {
        let config = Config { external_id: Some(external_id), ..Config::new("tenuvault") };
        assert_eq!(config.gathered(&tree(files(json!({})))).posture(), posture, "{external_id}");
    }
}

/// A summary without any count says nothing about the content; one that counts nothing says that there is none.
#[test]
fn the_content_is_what_files_or_counts_say() {
    let bare = json!({ "ItemCounts": null, "Items": null });
    let with_files = gathered(files(bare.clone()));
    assert_eq!(with_files.gathered.records.sets[0].items.as_ref().map(Vec::len), Some(2));
    let summary = |changes: Value| gathered(files(changes).into_iter().take(1).collect());
    let silent = summary(bare);
    assert!(silent.gathered.records.sets[0].items.is_none() && !silent.is_claimed_healthy());
    for empty in [json!({ "ItemCounts": {}, "Items": null }), json!({ "ItemCounts": null, "Items": {} })] {
        assert_eq!(summary(empty.clone()).posture(), "absent", "{empty}");
    }
}

/// GA-6: if another tenant of the configuration reads the same files, one tenant's records never make it calmer.
#[test]
fn records_that_name_another_tenant_do_not_count_for_one_that_shares_the_files() {
    let tree = tree(files(json!({})));
    assert!(!Config::new("tenuvault").gather(&tree).records.sets.is_empty());
    let shared = Config { is_shared: true, ..Config::new("tenuvault") }.gather(&tree);
    assert!(
        shared.records.sets.is_empty() && shared.tenants.contains_key("2fcf1c68-b412-4c85-bfb2-cb20152a6843"),
        "{:?}",
        shared.tenants.keys()
    );
    let named =
        Config { is_shared: true, external_id: Some(TENANT_ID), ..Config::new("tenuvault") }.gather(&tree);
    assert!(!named.records.sets.is_empty());
}
