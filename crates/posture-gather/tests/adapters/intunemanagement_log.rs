//! IntuneManagement: which export a session of the log is of.

use posture_gather::MemoryTree;
use serde_json::json;

use crate::support::{Config, Outcome};

const TENANT_ID: &str = "2fcf1c68-b412-4c85-bfb2-cb20152a6843";
const OTHER_ID: &str = "00000000-0000-4000-8000-000000000000";

/// Lines of the log, each with its severity.
fn log(hour: u32, lines: &[(&str, u8)]) -> String {
    let line = |(minute, (text, severity)): (usize, &(&str, u8))| {
        format!(
            "<![LOG[{text}]LOG]!><time=\"{hour:02}:{minute:02}:00.000+000\" date=\"04-08-2026\" component=\"Core\" type=\"{severity}\">\n"
        )
    };
    lines.iter().enumerate().map(line).collect()
}

fn exported(root: &str, failed: &str) -> Vec<(String, u8)> {
    vec![
        ("Start bulk export".to_owned(), 1),
        (format!("Export root folder: {root}"), 1),
        ("Export Device Configuration objects".to_owned(), 1),
        (format!("Export Device Configuration: {failed}"), 1),
        ("Failed to export object Exception: Forbidden".to_owned(), 3),
        ("Bulk export finished".to_owned(), 1),
    ]
}

fn text(hour: u32, lines: &[(String, u8)]) -> String {
    log(hour, &lines.iter().map(|(line, severity)| (line.as_str(), *severity)).collect::<Vec<_>>())
}

fn tree(folders: &[&str], logs: &[(&str, String)]) -> MemoryTree {
    let policy = json!({ "id": "1", "displayName": "Wi-Fi", "assignments": [] }).to_string();
    let exports = folders.iter().fold(MemoryTree::new(), |tree, folder| {
        tree.with(&format!("{folder}/DeviceConfiguration/Wi-Fi.json"), &policy)
    });
    logs.iter().fold(exports, |tree, (name, text)| tree.with(name, text))
}

/// The status of each set by its folder.
fn statuses(outcome: &Outcome) -> Vec<(String, u64)> {
    let sets = outcome.gathered.records.sets.iter();
    let mut all: Vec<_> = sets
        .map(|set| {
            let degraded = set.quality.as_ref().map(|quality| quality.degraded_items).or_else(|| {
                let items = set.items.as_ref()?;
                Some(
                    items
                        .iter()
                        .filter(|item| item.metadata.as_ref().is_some_and(|m| m.source.is_some()))
                        .count() as u64,
                )
            });
            let name = set.name.as_deref().unwrap().split(' ').next().unwrap().to_owned();
            (name, degraded.unwrap())
        })
        .collect();
    all.sort();
    all
}

#[test]
fn of_several_exports_a_failure_belongs_to_the_folder_that_the_log_names() {
    let folders = ["20260407-0130", "20260408-0130"];
    let lines = text(1, &exported(r"C:\Backup\20260407-0130\", "VPN"));
    let outcome = Config::new("intunemanagement")
        .gathered(&tree(&folders, &[("CloudAPIPowerShellManagement.log", lines)]));
    assert_eq!(statuses(&outcome), [("20260407-0130".to_owned(), 1), ("20260408-0130".to_owned(), 0)]);
    // A log that names no folder says nothing about any of several.
    let nowhere = text(1, &exported("", "VPN"));
    let outcome = Config::new("intunemanagement")
        .gathered(&tree(&folders, &[("CloudAPIPowerShellManagement.log", nowhere.clone())]));
    assert_eq!(statuses(&outcome), [("20260407-0130".to_owned(), 0), ("20260408-0130".to_owned(), 0)]);
    let outcome = Config::new("intunemanagement")
        .gathered(&tree(&folders[1..], &[("CloudAPIPowerShellManagement.log", nowhere)]));
    assert_eq!(statuses(&outcome), [("20260408-0130".to_owned(), 1)], "one export is the log's");
}

/// Several machines may have a log each, so the time decides. Within a minute, a full log, which the tool renames to `.lo_`, is the older.
#[test]
fn the_newest_session_of_all_logs_counts() {
    let folder = ["20260408-0130"];
    let failed = |hour| text(hour, &exported("20260408-0130", "VPN"));
    let lines =
        [("Start bulk export", 1), ("Export root folder: 20260408-0130", 1), ("Bulk export finished", 1)];
    let clean = |hour| log(hour, &lines);
    let with = |full: String, current: String| {
        let logs =
            [("CloudAPIPowerShellManagement.lo_", full), ("CloudAPIPowerShellManagement.log", current)];
        statuses(&Config::new("intunemanagement").gathered(&tree(&folder, &logs)))[0].1
    };
    for hour in [1, 2] {
        assert_eq!(with(failed(1), clean(hour)), 0);
        assert_eq!(with(clean(1), failed(hour)), 1);
    }
    assert_eq!(with(failed(2), clean(1)), 1);
}

#[test]
fn sessions_of_another_tenant_say_nothing_about_this_one() {
    let signed_in = |id: &str| (format!("Successfully authenticated to tenant: Contoso ({id})"), 1);
    let of = |logged: &str, external_id: Option<&str>| {
        let mut lines = vec![signed_in(logged)];
        lines.extend(exported("20260408-0130", "VPN"));
        lines.extend([("Start bulk import".to_owned(), 1), ("Bulk import finished".to_owned(), 1)]);
        let files = tree(&["20260408-0130"], &[("CloudAPIPowerShellManagement.log", text(1, &lines))]);
        let outcome = Config { external_id, ..Config::new("intunemanagement") }.gathered(&files);
        (statuses(&outcome)[0].1, outcome.gathered.records.runs.len())
    };
    assert_eq!(of(OTHER_ID, Some(TENANT_ID)), (0, 0));
    assert_eq!(of(&TENANT_ID.to_uppercase(), Some(TENANT_ID)), (1, 1));
    // Names cannot be compared with ids, and nothing is compared if no id is configured.
    for (logged, external_id) in
        [("contoso.com", Some(TENANT_ID)), (OTHER_ID, Some("contoso.com")), (OTHER_ID, None)]
    {
        assert_eq!(of(logged, external_id), (1, 1), "{logged} {external_id:?}");
    }
}

/// GA-2: one failure is reported twice, by its request and by its file, and the next failure is another.
#[test]
fn a_file_that_fails_after_another_is_a_failure_of_its_own() {
    let lines = [
        ("Start bulk import", 1),
        ("Import Filters objects", 1),
        ("Import Filters object Green", 1),
        ("Failed to invoke MS Graph with URL x", 3),
        ("Failed to import file 'Green.json'", 3),
        ("Failed to import file 'Cut.json'", 3),
        ("Import Filters object Blue", 1),
        ("Failed to invoke MS Graph with URL x", 3),
        ("Import Filters object Red", 1),
        ("Failed to import file 'Red.json'", 3),
        ("Bulk import finished", 1),
    ];
    let files = tree(&["20260408-0130"], &[("CloudAPIPowerShellManagement.log", log(1, &lines))]);
    let outcome = Config::new("intunemanagement").gathered(&files);
    let outcomes = &outcome.gathered.records.runs[0].results.as_ref().unwrap().items;
    let failed: Vec<_> =
        outcomes.iter().map(|item| (&*item.outcome, item.label.as_deref().unwrap())).collect();
    assert_eq!(
        failed,
        [
            ("failed", "Green"),
            ("failed", "Failed to import file 'Cut.json'"),
            ("failed", "Blue"),
            ("failed", "Red")
        ]
    );
}

#[test]
fn without_a_configured_tenant_the_migration_table_names_it() {
    let named = |table: serde_json::Value| {
        let files = tree(&["20260408-0130"], &[("20260408-0130/MigrationTable.json", table.to_string())]);
        let gathered = Config { tenant: "", ..Config::new("intunemanagement") }.gather(&files);
        gathered.tenants.into_keys().collect::<Vec<_>>()
    };
    assert_eq!(named(json!({ "TenantId": TENANT_ID, "Organization": "Contoso" })), ["Contoso"]);
    assert_eq!(named(json!({ "TenantId": TENANT_ID })), [TENANT_ID]);
}

#[test]
fn a_folder_is_this_tool_s_by_a_name_that_nobody_else_gives() {
    let is_found = |path: &str| {
        let found = posture_gather::kinds::detect(&MemoryTree::new().with(path, "{}"));
        found.iter().any(|(kind, _)| kind.name == "intunemanagement")
    };
    assert!(is_found("x/SettingsCatalog/A.json") && is_found("x/migration-table.json"));
    assert!(
        !is_found("x/Applications/A.json")
            && !is_found("x/SettingsCatalog/A.txt")
            && !is_found("x/Other/A.json")
    );
}

#[test]
fn a_job_that_could_not_sign_in_after_one_that_broke_off_is_a_failure_of_its_own() {
    let lines = [
        ("Start bulk export", 1),
        ("Export root folder: 20260408-0130", 1),
        ("Not authenticated. Batch job will be skipped", 3),
    ];
    let files = tree(&["20260408-0130"], &[("CloudAPIPowerShellManagement.log", log(1, &lines))]);
    let sets = Config::new("intunemanagement").gathered(&files).gathered.records.sets;
    let statuses: Vec<_> = sets.iter().map(|set| &*set.status).collect();
    assert_eq!(statuses, ["partial", "failed"]);
}

#[test]
fn an_export_is_compared_with_the_configured_tenant_as_far_as_both_are_known() {
    let of = |external_id: Option<&str>, tenant: &str| {
        let table = json!({ "TenantId": TENANT_ID, "Organization": "Contoso" }).to_string();
        let files = tree(&["20260408-0130"], &[("20260408-0130/MigrationTable.json", table)]);
        let outcome = Config { external_id, tenant, ..Config::new("intunemanagement") }.gathered(&files);
        let is_noted = outcome.notes().iter().any(|note| note.code == "other_organisation");
        (outcome.gathered.records.sets.len(), is_noted)
    };
    assert_eq!(of(None, "Contoso"), (1, false));
    assert_eq!(of(None, "Fabrikam"), (1, true));
    assert_eq!(of(Some(TENANT_ID), "Fabrikam"), (1, false), "the id is enough");
    assert_eq!(of(Some("contoso.com"), "Contoso"), (1, false), "a name is not another id");
    assert_eq!(of(Some(OTHER_ID), "Contoso"), (0, false));
}
