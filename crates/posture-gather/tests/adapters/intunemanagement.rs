//! IntuneManagement: export folders and the log.

use std::collections::BTreeMap;

use posture_core::Timestamp;
use posture_gather::{MemoryHistory, MemoryTree};
use serde_json::{Value, json};

use crate::support::{Config, Outcome, tree, utf16};

const TENANT_ID: &str = "2fcf1c68-b412-4c85-bfb2-cb20152a6843";

fn table() -> String {
    json!({ "TenantId": TENANT_ID, "Organization": "Contoso", "Objects": [] }).to_string()
}

fn policy(name: &str, assignments: Value) -> String {
    let mut policy = json!({ "@odata.type": "#microsoft.graph.windows10GeneralConfiguration", "id": name, "displayName": name });
    if !assignments.is_null() {
        policy["assignments"] = assignments;
    }
    policy.to_string()
}

/// An export of three objects at half past one in the morning.
fn files() -> Vec<(String, Vec<u8>)> {
    let root = "20260408-0130/Contoso";
    vec![
        (format!("{root}/MigrationTable.json"), table().into()),
        (format!("{root}/DeviceConfiguration/Wi-Fi.json"), policy("Wi-Fi", json!([{ "id": "a" }])).into()),
        (format!("{root}/CompliancePolicies/Windows.json"), policy("Windows", json!([])).into()),
        (format!("{root}/ConditionalAccess/MFA.json"), policy("MFA", Value::Null).into()),
        (format!("{root}/Groups/All users.json"), policy("All users", Value::Null).into()),
    ]
}

fn gathered(files: Vec<(String, Vec<u8>)>) -> Outcome {
    Config::new("intunemanagement").gathered(&tree(files))
}

/// Lines of the log, a minute apart, with their severity.
fn log(date: &str, lines: &[(&str, u8)]) -> String {
    lines
        .iter()
        .enumerate()
        .map(|(minute, (line, severity))| {
            format!("<![LOG[{line}]LOG]!><time=\"01:{minute:02}:00.000+000\" date=\"{date}\" component=\"Core\" context=\"\" type=\"{severity}\" thread=\"1\" file=\"Core\">\r\n")
        })
        .collect()
}

fn with_log(text: String) -> Outcome {
    let mut files = files();
    files.push(("CloudAPIPowerShellManagement.log".to_owned(), text.into()));
    gathered(files)
}

#[test]
fn a_whole_export_is_recent_and_clean_and_its_name_says_the_source_of_its_time() {
    let outcome = gathered(files());
    assert_eq!(outcome.posture(), "healthy");
    assert!(outcome.is_claimed_healthy());
    assert_eq!(outcome.tenant("/backup_health/quality/total_items"), &json!(3));
    assert_eq!(outcome.tenant("/backup_health/latest_relevant_completed_at"), &json!("2026-04-08T01:30:00Z"));
    let name = outcome.gathered.records.sets[0].name.as_deref().unwrap();
    assert_eq!(name, "20260408-0130/Contoso (time from the folder's name)");
    outcome.has_note("local_time", None);
    outcome.has_note("skipped", Some("20260408-0130/Contoso/Groups/All users.json"));
}

#[test]
fn the_time_zone_of_the_names_moves_the_time() {
    let outcome = Config::new("intunemanagement").with("timezone", "+02:00").gathered(&tree(files()));
    assert_eq!(outcome.tenant("/backup_health/latest_relevant_completed_at"), &json!("2026-04-07T23:30:00Z"));
}

#[test]
fn without_a_date_the_commit_counts_and_then_the_newest_file() {
    let modified = Timestamp::parse("2026-04-07T23:00:00Z");
    let undated = || {
        files().into_iter().fold(MemoryTree::new(), |tree, (path, bytes)| {
            tree.with_modified(path.trim_start_matches("20260408-0130/"), bytes, modified)
        })
    };
    let config = Config::new("intunemanagement");
    let outcome = config.gathered(&undated());
    assert_eq!(outcome.tenant("/backup_health/latest_relevant_completed_at"), &json!("2026-04-07T23:00:00Z"));

    let mut history = MemoryHistory::new();
    let mut content: BTreeMap<_, _> = [("Contoso/a.json".to_owned(), b"1".to_vec())].into();
    let at = |text| Timestamp::parse(text).unwrap();
    let first = history.commit_files(&[], at("2026-04-06T01:00:00Z"), "Export", &content);
    content.insert("README.md".to_owned(), b"2".to_vec());
    let second = history.commit_files(&[first], at("2026-04-08T05:00:00Z"), "Say hello", &content);
    history.set_head(&second);
    let outcome = config.gathered(&undated().with_history(history));
    assert_eq!(outcome.tenant("/backup_health/latest_relevant_completed_at"), &json!("2026-04-06T01:00:00Z"));
    assert_eq!(outcome.posture(), "stale");
    assert!(outcome.gathered.records.sets[0].name.as_deref().unwrap().contains("time from commit"));

    let without = files().into_iter().fold(MemoryTree::new(), |tree, (path, bytes)| {
        tree.with(path.trim_start_matches("20260408-0130/"), bytes)
    });
    let outcome = config.gathered(&without);
    assert_eq!(outcome.posture(), "absent");
    outcome.has_note("no_time", None);
}

#[test]
fn assignments_are_what_the_file_says() {
    let of = |policy: Value| {
        let mut files = files();
        files[1].1 = policy.to_string().into();
        gathered(files)
    };
    let link = of(json!({ "displayName": "Wi-Fi", "assignments@odata.navigationLink": "https://x" }));
    assert_eq!(link.quality("assignments_not_captured"), 1);
    assert_eq!(link.posture(), "degraded");
    let absent = of(json!({ "displayName": "Wi-Fi" }));
    assert_eq!(absent.quality("assignments_unknown"), 1);
    assert_eq!(absent.posture(), "healthy");
    assert!(!absent.is_claimed_healthy());
    let mut files = files();
    files[1].1 = policy("Wi-Fi", Value::Null).into();
    let batch = json!({ "BulkExport": [{ "Name": "chkExportAssignments", "Value": false }] });
    files.push(("BulkExport.json".to_owned(), batch.to_string().into()));
    let outcome = gathered(files);
    assert_eq!(outcome.quality("assignments_not_captured"), 1);
}

/// GA-5
#[test]
fn utf_16_throughout_is_read() {
    let files: Vec<_> = files()
        .into_iter()
        .map(|(path, bytes)| (path, utf16(str::from_utf8(&bytes).unwrap())))
        .chain([(
            "CloudAPIPowerShellManagement.log".to_owned(),
            utf16(&log("04-08-2026", &[("Start bulk export", 1), ("Bulk export finished", 1)])),
        )])
        .collect();
    let outcome = gathered(files);
    assert_eq!(outcome.posture(), "healthy");
    assert!(outcome.is_claimed_healthy());
    assert_eq!(outcome.tenant("/backup_health/quality/total_items"), &json!(3));
}

/// GA-5
#[test]
fn a_file_that_is_not_json_is_one_degraded_item() {
    let mut files = files();
    files[1].1 = b"{\"displayName\":".to_vec();
    files.push(("20260408-0130/Contoso/.DS_Store".to_owned(), vec![0, 1, 2]));
    let outcome = gathered(files);
    assert_eq!(outcome.posture(), "degraded");
    assert_eq!(outcome.tenant("/backup_health/quality/degraded_items"), &json!(1));
    outcome.has_note("unreadable_file", Some("20260408-0130/Contoso/DeviceConfiguration/Wi-Fi.json"));
}

#[test]
fn objects_that_the_log_names_as_failed_are_degraded_items() {
    let lines = [
        ("Successfully authenticated to tenant: Contoso (2fcf1c68-b412-4c85-bfb2-cb20152a6843)", 1),
        ("Start bulk export", 1),
        ("Export root folder: C:\\Backup\\20260408-0130", 1),
        ("Export Device Configuration objects", 1),
        ("Export Device Configuration: VPN", 1),
        ("Failed to export object Exception: Forbidden", 3),
        ("Bulk export finished", 1),
    ];
    let outcome = with_log(log("04-08-2026", &lines));
    assert_eq!(outcome.posture(), "degraded");
    assert_eq!(outcome.quality("metadata_only"), 1);
    let items = outcome.gathered.records.sets[0].items.as_deref().unwrap();
    let failed = items.iter().find(|item| item.display_name.as_deref() == Some("VPN")).unwrap();
    assert_eq!(failed.policy_type.as_deref(), Some("DeviceConfiguration"));
    outcome.has_note("failed_item", Some("CloudAPIPowerShellManagement.log"));
}

#[test]
fn an_export_that_did_not_finish_is_partial() {
    let lines = [("Start bulk export", 1), ("Export root folder: C:\\Backup\\20260408-0130", 1)];
    let outcome = with_log(log("04-08-2026", &lines));
    assert_eq!(outcome.posture(), "degraded");
    assert_eq!(outcome.quality("partial_capture"), 1);
}

#[test]
fn a_log_that_says_it_was_not_signed_in_is_a_failed_backup() {
    let text = log("04-08-2026", &[("Not authenticated. Batch job will be skipped", 3)]);
    let outcome = gathered(vec![("CloudAPIPowerShellManagement.log".to_owned(), text.clone().into())]);
    assert_eq!(outcome.posture(), "absent");
    assert_eq!(outcome.tenant("/backup_health/skipped_sets/0/reason"), &json!("failed"));
    // A later job that failed is said next to the earlier export.
    let later = log("04-08-2026", &[("x", 1); 40]) + &text.replace("01:00:00", "04:00:00");
    let outcome = with_log(later);
    assert_eq!(outcome.posture(), "healthy");
    assert_eq!(outcome.tenant("/backup_health/skipped_sets/0/reason"), &json!("failed"));
    assert!(!outcome.is_claimed_healthy());
}

#[test]
fn an_import_in_the_log_is_a_restore_run() {
    let lines = [
        ("Start bulk import", 1),
        ("Import root folder: C:\\Backup\\20260408-0130", 1),
        ("Import Compliance Policies objects", 1),
        ("Import Compliance Policies object Windows", 1),
        ("Compliance Policies object imported successfully with id: 1", 1),
        ("Update macOS with id 2", 1),
        ("Object updated successfully", 1),
        ("Object with name iOS already exists. Object will not be imported", 1),
        ("Import Compliance Policies object Android", 1),
        ("Failed to invoke MS Graph with URL x (Request ID: y). Status code: Forbidden", 3),
        ("Failed to import file 'Android.json' Exception: z", 3),
        ("Import Compliance Policies object Linux", 1),
        ("Bulk import finished", 1),
    ];
    let outcome = with_log(log("04-07-2026", &lines));
    let counts = outcome.tenant("/restore_attention/0/counts");
    assert_eq!(counts, &json!({ "applied": 2, "skipped": 1, "failed": 1, "partial": 0, "unrecognised": 1 }));
    assert_eq!(outcome.recovery(), "weakened");
    assert_eq!(outcome.tenant("/coverage/by_policy_type/0/policy_type"), &json!("CompliancePolicies"));
}

#[test]
fn an_export_of_another_tenant_is_refused_by_name() {
    let config = Config {
        external_id: Some("00000000-0000-4000-8000-000000000000"),
        ..Config::new("intunemanagement")
    };
    let outcome = config.gathered(&tree(files()));
    assert_eq!(outcome.posture(), "absent");
    assert!(outcome.has_signal("other_tenant"));
    outcome.has_note("refused", Some("20260408-0130/Contoso"));
    let same = Config { external_id: Some(TENANT_ID), ..Config::new("intunemanagement") };
    assert_eq!(same.gathered(&tree(files())).posture(), "healthy");
}

#[test]
fn a_baseline_is_not_a_backup_unless_a_tenant_is_named() {
    let baseline = tree(files().into_iter().filter(|(path, _)| !path.ends_with("MigrationTable.json")));
    let outcome = Config { tenant: "", ..Config::new("intunemanagement") }.gathered(&baseline);
    assert!(outcome.gathered.records.sets.is_empty());
    outcome.has_note("refused", None);
    let outcome = Config::new("intunemanagement").gathered(&baseline);
    assert_eq!(outcome.posture(), "healthy");
    outcome.has_note("no_migration_table", None);
}

#[test]
fn dated_folders_are_sets_of_one_scope_and_a_type_that_is_gone_is_named() {
    let mut all = files();
    let earlier: Vec<_> = files()
        .into_iter()
        .map(|(path, bytes)| (path.replace("20260408-0130", "20260407-0130"), bytes))
        .collect();
    all.retain(|(path, _)| !path.contains("ConditionalAccess"));
    all.extend(earlier);
    let outcome = gathered(all);
    assert_eq!(outcome.gathered.records.sets.len(), 2);
    let with_items = outcome.gathered.records.sets.iter().filter(|set| set.items.is_some()).count();
    assert_eq!(with_items, 1, "only the newest set carries items");
    assert_eq!(
        outcome.tenant("/backup_health/scopes/0/vanished_policy_types"),
        &json!(["ConditionalAccess"])
    );
}

#[test]
fn settings_next_to_a_policy_are_not_an_item() {
    let mut files = files();
    let root = "20260408-0130/Contoso";
    let template = json!({ "id": "t", "displayName": "Edge", "assignments": [] }).to_string();
    files.push((format!("{root}/AdministrativeTemplates/Edge.json"), template.into()));
    // A list, an object written as a text, and nothing: Windows PowerShell writes only a byte-order mark.
    files.push((
        format!("{root}/AdministrativeTemplates/Edge_Settings.json"),
        b"[{\"enabled\":true}]".to_vec(),
    ));
    let quoted = json!("{ \"settings\": [] }").to_string();
    files.push((format!("{root}/EndpointSecurity/Baseline_Settings.json"), quoted.into()));
    files.push((format!("{root}/AdministrativeTemplates/Empty_Settings.json"), vec![0xff, 0xfe]));
    files.push((
        format!("{root}/DeviceConfiguration/My_Settings.json"),
        policy("My_Settings", json!([])).into(),
    ));
    files.push((format!("{root}/DeviceConfiguration/._Wi-Fi.json"), vec![0, 5, 22, 7]));
    let outcome = gathered(files);
    assert_eq!(outcome.posture(), "healthy");
    assert_eq!(outcome.tenant("/backup_health/quality/total_items"), &json!(5));
    outcome.has_note("skipped", Some("20260408-0130/Contoso/AdministrativeTemplates/Edge_Settings.json"));
}

#[test]
fn an_export_that_was_limited_to_some_names_is_partial() {
    let lines = [
        ("Start bulk export", 1),
        ("Export root folder: C:\\Backup\\20260408-0130", 1),
        ("Name filter: Prod", 1),
        ("Bulk export finished", 1),
    ];
    let outcome = with_log(log("04-08-2026", &lines));
    assert_eq!(outcome.quality("partial_capture"), 1);
    let mut files = files();
    let batch = json!({ "BulkExport": [{ "Name": "txtExportNameFilter", "Value": "Prod" }] });
    files.push(("BulkExport.json".to_owned(), batch.to_string().into()));
    let outcome = gathered(files);
    assert_eq!(outcome.posture(), "degraded");
    outcome.has_note("name_filter", None);
}

#[test]
fn a_silent_job_that_ends_in_the_middle_is_one_unfinished_export() {
    let lines = [
        ("Start bulk export", 1),
        ("Export root folder: C:\\Backup\\20260408-0130", 1),
        ("Failed to trigger silent batch job. Exception: No space", 3),
    ];
    let outcome = with_log(log("04-08-2026", &lines));
    assert_eq!(outcome.gathered.records.sets.len(), 1);
    assert_eq!(outcome.quality("partial_capture"), 1);
    let missing = log("04-08-2026", &[("SilentBatchFile C:\\job.json not found", 3)]);
    let outcome = gathered(vec![("CloudAPIPowerShellManagement.log".to_owned(), missing.into())]);
    assert_eq!(outcome.tenant("/backup_health/skipped_sets/0/reason"), &json!("failed"));
}

#[test]
fn an_export_without_folders_of_types_is_read_next_to_its_migration_table() {
    let files = vec![
        ("2026-04-08/MigrationTable.json".to_owned(), table().into_bytes()),
        ("2026-04-08/Wi-Fi.json".to_owned(), policy("Wi-Fi", json!([])).into()),
        ("2026-04-08/package.json".to_owned(), b"{\"name\":\"tools\"}".to_vec()),
    ];
    let outcome = gathered(files);
    assert_eq!(outcome.posture(), "healthy");
    assert_eq!(outcome.tenant("/backup_health/quality/total_items"), &json!(1));
    let items = outcome.gathered.records.sets[0].items.as_deref().unwrap();
    assert_eq!(items[0].policy_type.as_deref(), Some("windows10GeneralConfiguration"));
}

/// Intune Commander's folders: a migration table of its own, and objects next to their assignments.
#[test]
fn intune_commander_says_what_it_exported_and_when() {
    let entry = |id: &str| json!({ "objectType": "x", "originalId": id, "newId": null, "name": id, "exportedAt": "2026-04-08T01:00:00.1234567Z" });
    let commander = |ids: &[&str]| {
        let table = json!({ "entries": ids.iter().map(|id| entry(id)).collect::<Vec<_>>() });
        let wrapped =
            json!({ "policy": { "id": "b", "displayName": "Windows" }, "assignments": [{ "id": "x" }] });
        let bare = json!({ "id": "a", "displayName": "Wi-Fi", "assignments": null, "backingStore": {} });
        gathered(vec![
            ("IntuneExport/migration-table.json".to_owned(), table.to_string().into_bytes()),
            ("IntuneExport/CompliancePolicies/Windows.json".to_owned(), wrapped.to_string().into()),
            ("IntuneExport/DeviceConfigurations/Wi-Fi.json".to_owned(), bare.to_string().into()),
        ])
    };
    let outcome = commander(&["a", "b"]);
    assert_eq!(outcome.posture(), "healthy");
    let set = &outcome.gathered.records.sets[0];
    assert_eq!(set.name.as_deref(), Some("IntuneExport (time from the migration table)"));
    let items = set.items.as_deref().unwrap();
    let windows = items.iter().find(|item| item.display_name.as_deref() == Some("Windows")).unwrap();
    assert_eq!(windows.metadata.as_ref().unwrap().assignment_capture.as_deref(), Some("captured"));
    assert_eq!(outcome.quality("assignments_unknown"), 1);
    // One object exported again does not make the others new.
    let outcome = commander(&["b"]);
    assert_eq!(outcome.quality("partial_capture"), 1);
    outcome.has_note("left_over", Some("IntuneExport"));
}

#[test]
fn files_that_say_how_an_export_went_must_be_readable() {
    for name in ["CloudAPIPowerShellManagement.log", "BulkExport.json", "2026-04-08/MigrationTable.json"] {
        let tree = MemoryTree::new()
            .with("2026-04-08/SettingsCatalog/A.json", "{\"displayName\": \"A\", \"assignments\": []}")
            .with(name, [0xc3, 0x28]);
        let outcome = Config::new("intunemanagement").gathered(&tree);
        let signals = &outcome.gathered.records.signals;
        assert!(signals.iter().any(|signal| signal.key == "source_unreadable"), "{name}: {signals:?}");
    }
}

/// Somebody's rules for custom compliance are in a folder of this name, too.
#[test]
fn an_object_with_neither_an_id_nor_a_name_is_not_a_policy() {
    let rules = json!({ "Rules": [{ "SettingName": "RAM", "Operand": 8 }] }).to_string();
    let outcome = gathered(vec![("2026-04-08/ComplianceScripts/Rules.json".to_owned(), rules.into())]);
    assert_eq!(outcome.posture(), "degraded");
    assert_eq!(outcome.quality("integrity_warning"), 1);
    outcome.has_note("unreadable_file", Some("2026-04-08/ComplianceScripts/Rules.json"));
}
