//! Evidence that looks whole and is not, and evidence that looks broken and is whole.

use posture_core::Timestamp;
use posture_gather::MemoryTree;
use serde_json::{Value, json};

use crate::intunecd::repo::Repo;
use crate::support::{Config, Outcome, tree, utf16};

fn policy(stated: usize, held: usize) -> Value {
    json!({ "id": "1", "name": "Baseline", "settingCount": stated, "settings": vec![json!({}); held], "assignments": [] })
}

/// Graph returns settings in pages. A tool that takes the first page for all of them writes a policy that is not whole.
#[test]
fn a_policy_with_fewer_settings_than_it_states_is_degraded_whatever_tool_wrote_it() {
    let metadata =
        json!({ "Status": "Success", "EndTime": "2026-04-08 01:04:00", "ItemCounts": {} }).to_string();
    let exports = [
        ("intunebackup", "20260408-0130/Settings Catalog/Baseline.json", None),
        ("intunemanagement", "20260408-0130/SettingsCatalog/Baseline.json", None),
        (
            "tenuvault",
            "backup-2026-04-08-010000/ConfigurationPolicies/Baseline.json",
            Some("backup-2026-04-08-010000/metadata.json"),
        ),
    ];
    for (kind, path, summary) in exports {
        let gathered = |policy: Value| {
            let tree = tree([(path, utf16(&policy.to_string()))]);
            let tree = summary.into_iter().fold(tree, |tree, path| tree.with(path, &metadata));
            Config::new(kind).gathered(&tree)
        };
        assert_eq!(gathered(policy(2, 2)).posture(), "healthy", "{kind}");
        let outcome = gathered(policy(60, 25));
        assert_eq!(outcome.posture(), "degraded", "{kind}");
        assert_eq!(outcome.quality("integrity_warning"), 1, "{kind}");
        outcome.has_note("incomplete_item", Some(path));
        assert_eq!(outcome.notes().iter().filter(|note| note.is_of_unreadable()).count(), 0, "{kind}");
    }
    // Intune Commander writes the settings next to the policy.
    let mut next_to = json!({ "policy": policy(2, 0), "settings": [{}, {}], "assignments": [] });
    next_to["policy"].as_object_mut().unwrap().remove("settings");
    let tree = MemoryTree::new().with("20260408/SettingsCatalog/Baseline.json", next_to.to_string());
    assert_eq!(Config::new("intunemanagement").gathered(&tree).posture(), "healthy");
}

#[test]
fn assignments_of_which_a_page_is_missing_were_not_captured() {
    let mut policy = policy(0, 0);
    policy["assignments@odata.nextLink"] = "https://graph.microsoft.com/beta/x".into();
    let tree = MemoryTree::new().with("20260408/SettingsCatalog/Baseline.json", policy.to_string());
    let outcome = Config::new("intunemanagement").gathered(&tree);
    assert_eq!(outcome.quality("assignments_not_captured"), 1);
}

const TENANT: &str = "11111111-2222-3333-4444-555555555555";

/// The log of one bulk export, with an error if one is given.
fn export(organisation: &str, root: &str, at: &str, error: Option<&str>) -> String {
    let (date, time) = at.split_once(' ').unwrap();
    let mut entries = vec![
        (format!("Successfully authenticated to tenant: {organisation}"), 1),
        ("Start bulk export".to_owned(), 1),
        (format!("Export root folder: {root}"), 1),
        ("Export Settings Catalog objects".to_owned(), 1),
    ];
    entries.extend(error.map(|error| (error.to_owned(), 3)));
    entries.push(("Bulk export finished".to_owned(), 1));
    let line = |(text, severity): (String, u8)| {
        format!(
            "<![LOG[{text}]LOG]!><time=\"{time}.000+000\" date=\"{date}\" component=\"\" context=\"\" type=\"{severity}\" thread=\"1\" file=\"\">\r\n"
        )
    };
    entries.into_iter().map(line).collect()
}

fn exported(folder: &str, organisation: &str) -> Vec<(String, String)> {
    let table = json!({ "TenantId": TENANT, "Organization": organisation, "Objects": [] }).to_string();
    vec![
        (format!("{folder}/SettingsCatalog/Baseline.json"), policy(1, 1).to_string()),
        (format!("{folder}/MigrationTable.json"), table),
    ]
}

fn of_management(files: impl IntoIterator<Item = (String, String)>) -> Outcome {
    let time = Timestamp::parse("2026-04-08T01:00:00Z");
    let tree = files
        .into_iter()
        .fold(MemoryTree::new(), |tree, (path, text)| tree.with_modified(&path, utf16(&text), time));
    Config::new("intunemanagement").gathered(&tree)
}

const LOG: &str = "CloudAPIPowerShellManagement.log";

#[test]
fn the_log_of_an_export_into_folders_by_company_is_found_by_the_company() {
    let log = [
        export("Contoso (1)", r"C:\Backups", "04-08-2026 01:00:00", Some("Failed to export object")),
        export("Fabrikam (2)", r"C:\Backups", "04-08-2026 02:00:00", None),
    ];
    let files = exported("Contoso", "Contoso").into_iter().chain(exported("Fabrikam", "Fabrikam"));
    let outcome = of_management(files.chain([(LOG.to_owned(), log.concat())]));
    outcome.has_note("failed_item", Some(LOG));
    let sets = &outcome.gathered.records.sets;
    let failed = sets.iter().filter(|set| {
        let degraded = set.quality.as_ref().map(|quality| quality.degraded_items);
        degraded.unwrap_or_else(|| set.items.as_ref().map_or(0, |items| items.len() as u64 - 1)) > 0
    });
    let names: Vec<_> = failed.map(|set| set.name.as_deref().unwrap_or_default()).collect();
    assert_eq!(names, ["Contoso (time from the newest file)"]);
}

#[test]
fn an_older_export_is_not_the_last_if_the_log_has_a_later_one_that_failed_and_left_no_folder() {
    let at = "04-08-2026 01:30:00";
    let older = export("Contoso (1)", r"C:\Backups\20260407-1330", "04-07-2026 13:30:00", None);
    let with = |later: String| {
        let log = (LOG.to_owned(), format!("{older}{later}"));
        of_management(exported("20260407-1330/Contoso", "Contoso").into_iter().chain([log]))
    };
    let later = |error| export("Contoso (1)", r"C:\Backups\20260408-0130", at, error);
    let outcome = with(later(Some("Failed to invoke MS Graph")));
    assert!(!outcome.is_claimed_healthy());
    assert_eq!(outcome.tenant("/registry/unsettled/0"), "newer_set_failed");
    outcome.has_note("lost_export", Some(LOG));
    // This export has all that the other one failed on.
    assert_eq!(outcome.tenant("/backup_health/quality/degraded_items"), &json!(0));
    assert!(with(later(None)).is_claimed_healthy(), "its folder is elsewhere");
}

#[test]
fn files_of_an_earlier_export_in_an_overwritten_folder_are_noted() {
    let file = |tree: MemoryTree, name: &str, at: &str| {
        let path = format!("export/SettingsCatalog/{name}.json");
        tree.with_modified(&path, policy(1, 1).to_string(), Timestamp::parse(at))
    };
    let tree = file(MemoryTree::new(), "New", "2026-04-08T01:30:00Z");
    let tree = file(tree, "Same", "2026-04-07T23:50:00Z");
    let outcome = Config::new("intunemanagement").gathered(&tree);
    assert_eq!(outcome.notes().iter().filter(|note| note.code == "older_files").count(), 0);
    let outcome = Config::new("intunemanagement").gathered(&file(tree, "Old", "2026-01-01T00:00:00Z"));
    outcome.has_note("older_files", Some("export"));
}

/// The folder of one export says when it was made, also if it is the one that is gathered.
#[test]
fn the_date_in_the_name_of_the_gathered_folder_counts() {
    let copied = Timestamp::parse("2026-04-08T05:00:00Z");
    let files = [("intunemanagement", "SettingsCatalog/A.json"), ("intunebackup", "Settings Catalog/A.json")];
    for (kind, path) in files {
        let tree = MemoryTree::new().with_modified(path, policy(0, 0).to_string(), copied);
        let gathered = |name| Config { name, ..Config::new(kind) }.gathered(&tree);
        assert_eq!(gathered("export").posture(), "healthy", "{kind}: the time of the newest file");
        let outcome = gathered("20260101-0130");
        assert_eq!(outcome.posture(), "stale", "{kind}");
        // As the browser makes it of a dropped folder.
        let below = MemoryTree::new().with(&format!("20260101-0130/{path}"), policy(0, 0).to_string());
        let dropped = Config::new(kind).gathered(&below);
        let named = |outcome: &Outcome| {
            let set = &outcome.gathered.records.sets[0];
            (set.id, set.name.as_deref().unwrap_or_default().to_owned())
        };
        assert_eq!(named(&outcome), named(&dropped), "{kind}");
    }
}

/// GitHub stops the schedules of a repository that nobody changes; other workflows go on.
#[test]
fn runs_of_another_workflow_than_the_backup_s_confirm_nothing() {
    let workflow = |on: &str| {
        format!("name: Backup\non:\n  {on}:\njobs:\n  b:\n    steps:\n      - run: IntuneCD-startbackup\n")
    };
    let gathered = |name: &str, on: &str| {
        let mut repo = Repo::with_backup("2026-04-01T01:00:30Z");
        repo.write(".github/workflows/backup.yml", &workflow(on));
        let head = repo.commit("2026-04-01T02:00:00Z", "Add the workflow").to_string();
        let run = json!({ "databaseId": 1, "event": "schedule", "status": "completed", "conclusion": "success", "createdAt": "2026-04-08T01:00:00Z", "startedAt": "2026-04-08T01:00:00Z", "updatedAt": "2026-04-08T01:05:00Z", "headSha": head, "workflowName": name });
        Config::new("intunecd").gathered(&repo.next_to("runs.json", json!([run]).to_string()).tree())
    };
    let outcome = gathered("Posture", "schedule");
    assert!(outcome.has_signal("runs_ambiguous"));
    assert_eq!(outcome.posture(), "stale");
    assert_eq!(gathered("Backup", "schedule").posture(), "healthy");
    // The runs of a workflow that calls another one have the name of the caller.
    assert_eq!(gathered("Nightly", "workflow_call").posture(), "healthy");
}

#[test]
fn a_velero_schedule_whose_backups_are_gone_is_expected_to_have_one() {
    let object = |kind: &str, name: &str, rest: Value| {
        let mut object = json!({ "apiVersion": "velero.io/v1", "kind": kind, "metadata": { "name": name, "namespace": "velero" } });
        object.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        object
    };
    let backup = json!({
        "apiVersion": "velero.io/v1", "kind": "Backup",
        "metadata": { "name": "daily-1", "namespace": "velero", "labels": { "velero.io/schedule-name": "daily" } },
        "status": { "phase": "Completed", "startTimestamp": "2026-04-08T02:00:00Z", "completionTimestamp": "2026-04-08T02:05:00Z", "progress": { "itemsBackedUp": 3, "totalItems": 3 } }
    });
    let schedule = |name: &str, paused: bool, last: Option<&str>| {
        object(
            "Schedule",
            name,
            json!({ "spec": { "schedule": "0 2 * * *", "paused": paused }, "status": { "lastBackup": last } }),
        )
    };
    let gathered = |other: Value| {
        let items = json!([backup.clone(), schedule("daily", false, Some("2026-04-08T02:00:00Z")), other]);
        let list = json!({ "apiVersion": "v1", "kind": "List", "items": items }).to_string();
        Config::new("velero").gathered(&MemoryTree::new().with("velero.json", list))
    };
    let last = Some("2026-04-08T03:00:00Z");
    assert_eq!(gathered(schedule("archive", false, last)).posture(), "absent");
    gathered(schedule("archive", false, last)).has_note("backups_gone", None);
    assert_eq!(gathered(schedule("archive", true, last)).posture(), "healthy", "paused");
    assert_eq!(gathered(schedule("archive", false, None)).posture(), "healthy", "it never ran");
}

#[test]
fn an_empty_last_page_of_graph_completes_a_list() {
    let context = "https://graph.microsoft.com/v1.0/$metadata#directory/recovery/snapshots";
    let first = json!({ "@odata.context": context, "@odata.nextLink": "https://graph.microsoft.com/next", "value": [{ "id": "1", "createdDateTime": "2026-04-08T03:00:00Z" }] });
    let gathered = |pages: &[(&str, Value)]| {
        let pages = pages.iter().map(|(path, page)| (*path, page.to_string()));
        Config::new("entra-recovery").gathered(&tree(pages))
    };
    assert!(gathered(&[("1.json", first.clone())]).has_signal("evidence_incomplete"));
    let last = json!({ "@odata.context": context, "value": [] });
    assert!(!gathered(&[("1.json", first), ("2.json", last)]).has_signal("evidence_incomplete"));
}

#[test]
fn a_row_without_a_time_does_not_let_an_older_one_look_current() {
    let header = "set,completed_at,status,items,degraded_items";
    let gathered = |row: &str| {
        let text = format!("{header}\nA,2026-04-08T01:00:00Z,completed,5,0\n{row}\n");
        Config::new("csv").gathered(&MemoryTree::new().with("backups.csv", text))
    };
    let outcome = gathered("B,,completed,5,0");
    assert!(outcome.has_signal("rows_unreadable"));
    outcome.has_note("invalid_time", Some("backups.csv"));
    assert!(!gathered("B,,running,,").has_signal("rows_unreadable"));
}

#[test]
fn a_table_of_another_name_is_not_dropped_silently() {
    let backups = "set,completed_at,status\nA,2026-04-08T01:00:00Z,completed\n";
    let tree =
        MemoryTree::new().with("backups.csv", backups).with("restore.csv", "run,status\nDrill,failed\n");
    Config::new("csv").gathered(&tree).has_note("other_table", Some("restore.csv"));
}

#[test]
fn a_type_that_the_log_of_tenuvault_calls_incomplete_is_noted() {
    let folder = "backup-2026-04-08-010000";
    let summary = json!({ "Status": "CompletedWithWarnings", "RunbookVersion": "tui-1.0.0", "EndTime": "2026-04-08 01:04:00", "ItemCounts": { "Applications": 1 } });
    let log =
        "status: CompletedWithWarnings\n\nWARN     Applications                     1 saved, 1 incomplete\n";
    let tree = MemoryTree::new()
        .with(&format!("{folder}/metadata.json"), summary.to_string())
        .with(&format!("{folder}/backup.log"), log);
    let outcome = Config::new("tenuvault").gathered(&tree);
    assert_eq!(outcome.posture(), "degraded");
    outcome.has_note("incomplete_type", Some(folder));
}

/// Intune Commander's folders have names of their own.
#[test]
fn conditional_access_policies_of_intune_commander_have_no_assignments_to_miss() {
    let table = json!({ "entries": [{ "objectType": "ConditionalAccessPolicy", "originalId": "1", "name": "MFA", "exportedAt": "2026-04-08T01:00:00Z" }] });
    let tree = MemoryTree::new()
        .with("export/migration-table.json", table.to_string())
        .with("export/ConditionalAccessPolicies/MFA.json", r#"{ "id": "1", "displayName": "MFA" }"#);
    assert!(Config::new("intunemanagement").gathered(&tree).is_claimed_healthy());
}

#[test]
fn an_error_log_next_to_the_last_export_of_microsoft365dsc_is_a_signal() {
    let export = "# Generated with Microsoft365DSC version 1.25.1022.1\nConfiguration A\n{\n    Import-DscResource -ModuleName 'Microsoft365DSC'\n    Node localhost\n    {\n        AADGroup \"Sales\"\n        {\n            DisplayName = \"Sales\";\n        }\n    }\n}\n";
    let gathered = |log: &str| {
        let tree = ["20260407", "20260408"].iter().fold(MemoryTree::new(), |tree, folder| {
            tree.with(&format!("{folder}/M365TenantConfig.ps1"), export)
        });
        Config::new("m365dsc").gathered(&tree.with(log, "[2026/04/08 01:30:00]"))
    };
    for log in ["1-M365DSC-ErrorLog.log", "20260408/1-M365DSC-ErrorLog.log"] {
        assert!(gathered(log).has_signal("export_errors"), "{log}");
    }
    assert!(!gathered("20260407/1-M365DSC-ErrorLog.log").has_signal("export_errors"));
}

/// Without a known folder, a new type of a later version of IntuneCD would be dropped without a word.
#[test]
fn folders_at_the_root_that_are_not_known_to_be_of_intunecd_are_named() {
    let mut repo = Repo::new();
    for path in ["Settings Catalog/A.json", "Filters/B.json", "Windows Hello/C.json"] {
        repo.write(path, r#"{ "displayName": "A" }"#);
    }
    repo.commit("2026-04-08T01:00:00Z", "Backup");
    let outcome = Config::new("intunecd").gathered(&repo.tree());
    outcome.has_note("unknown_folders", None);
    outcome.has_note("not_items", None);
    assert_eq!(outcome.gathered.records.sets[0].item_count, Some(2));
}

#[test]
fn a_broken_file_of_a_repository_is_named() {
    let mut repo = Repo::with_backup("2026-04-07T01:00:00Z");
    repo.write("prod-backup/Filters/Broken.json", "{");
    repo.commit("2026-04-08T01:00:00Z", "Backup");
    let outcome = Config::new("intunecd").gathered(&repo.tree());
    outcome.has_note("degraded_item", Some("Filters/Broken"));
}
