//! Folders of files, some of them repositories.

use posture_core::Timestamp;
use posture_gather::MemoryTree;
use serde_json::{Value, json};

use super::{check, tree};
use crate::intunecd::repo::{Repo, named, policy};

#[test]
fn intunebackup() {
    let policy = |id: &str, name: &str| json!({ "id": id, "displayName": name });
    let tree = tree([
        ("2026-04-07/Client Apps/A.json", policy("1", "A")),
        ("2026-04-08/Administrative Templates/Edge.json", json!([{ "enabled": true }])),
        ("2026-04-08/Client Apps/A.json", policy("1", "A")),
        ("2026-04-08/Client Apps/Assignments/1 - A.json", json!([])),
        ("2026-04-08/Client Apps/Assignments/B.json", json!(7)),
        ("2026-04-08/Client Apps/Assignments/Gone.json", json!([])),
        ("2026-04-08/Client Apps/B.json", json!({ "name": "b" })),
        ("2026-04-08/Client Apps/C.json", json!([])),
        ("2026-04-08/Client Apps/Content/C.json", json!({})),
        ("2026-04-08/Device Management Intents/Windows/1_Baseline.json", policy("2", "Baseline")),
        ("README.json", json!({})),
        ("undated/client apps/D.json", json!({})),
    ]);
    check(
        "intunebackup",
        "intunebackup",
        "Contoso",
        &[("timezone", "+02:00")],
        &tree.with("2026-04-08/Client Apps/E.txt", ""),
    );
}

#[test]
fn m365dsc() {
    let resources = r#"
        AADGroup "Sales"
        {
            Settings    = @(
                Nested {
                    DisplayName = "Inner"
                }
            );
            DisplayName = "Sales {west}";
            Id          = '111';
        }
        Node localhost
        AADUser Ana.Lopez-1 {
            Name = "Ana"
            Ensure = "absent"
        }
        EXOMailbox 'Box'
        {
            Identity = "box@contoso.com";
        }
        IntuneDeviceCategory "Kiosk"
        {
            Ensure = "Present"
        }
        IntuneApp "App"
        {
            Assignments = @()
        }
        notAType "x"
        {
        }
        Two-Words "x"
        {
        }
        SPOSite
        SPOSite not quoted
        {
        }
"#;
    let whole = format!(
        "# Generated with Microsoft365DSC version 1\nparam ( $A )\nAADGroup \"Before\"\n{{\n}}\nConfiguration T\n{{\n    Import-DscResource -ModuleName Microsoft365DSC\n    Node localhost\n    {{{resources}    }}\n}}\n"
    );
    let tree = MemoryTree::new()
        .with("2026-04-06/M365TenantConfig.ps1", &whole)
        .with("2026-04-07/other.ps1", whole.split("IntuneApp").next().unwrap())
        .with("2026-04-08/m365tenantconfig.ps1", &whole)
        .with("2026-04-08/M365DSC-ErrorLog.txt", "Denied")
        .with("2026-04-08/report.html", "")
        .with("by-hand.ps1", "Import-DscResource Microsoft365DSC\nNode a {\n}\n")
        .with("broken.ps1", [0xc3, 0x28])
        .with("export.ps1", "Export-M365DSCConfiguration -Components @('AADGroup', \"SPOSite\", 'a b', '') -Path x\nx -Components @(")
        .with("tools.ps1", "Get-Date");
    check("m365dsc", "m365dsc", "Contoso", &[], &tree);
}

#[test]
fn tenuvault() {
    let (own, other) = ("2fcf1c68-b412-4c85-bfb2-cb20152a6843", "00000000-0000-4000-8000-000000000001");
    let summary = |tenant: &str, changes: &[(&str, Value)]| {
        let mut summary = json!({
            "timestamp": "2026-04-08T01:04:00Z", "Status": "Completed", "Failures": 0, "TenantId": tenant,
            "ItemCounts": { "Applications": 2, "TotalPolicies": 2 },
        });
        for (key, value) in changes {
            summary[*key] = value.clone();
        }
        summary
    };
    let event = |id: &str, kind: &str, result: &str, details: Value| json!({ "id": id, "timestamp": "2026-04-08T03:00:00Z", "eventType": kind, "result": result, "tenantId": own, "details": details });
    let results = json!({ "backupId": "backup-2026-04-08-010000", "results": [
        { "path": "b/Applications/A.json", "success": true }, { "path": "B.json", "success": false, "error": "Denied" }, {},
    ]});
    let events = json!({ "notice": "x", "events": [
        event("1", "RESTORE_STARTED", "", json!({})),
        event("2", "RESTORE_COMPLETED", "SUCCESS", json!({ "restoredCount": 2, "failedCount": 0, "partialCount": 1 })),
        event("3", "RESTORE COMPLETED", "PARTIAL", results),
        event("4", "RESTORE_COMPLETED", "SUCCESS", json!({})),
        event("4", "RESTORE_COMPLETED", "FAILURE", json!({})),
        event("5", "RESTORE_FAILED", "", json!({})),
        event("6", "RESTORE_PAUSED", "NEW", json!({})),
        event("7", "BACKUP_COMPLETED", "FAILED", json!({})),
        event("8", "BACKUP_COMPLETED", "SUCCESS", json!({})),
        { "eventType": "RESTORE_FAILED", "timestamp": "2026-04-08T04:00:00Z", "resource": { "id": "r" } },
    ]});
    let tree = tree([
        (
            "a/backup-2026-04-08-010000/metadata.json",
            summary(
                own,
                &[
                    ("Failures", json!(1)),
                    ("FailedTypes", json!(["Roles", { "type": "Apps" }])),
                    ("SkippedTypes", json!([{ "x": 1 }])),
                    ("Scope", json!({ "Excluded": ["Users"] })),
                ],
            ),
        ),
        (
            "a/backup-2026-04-08-010000/Applications/A.json",
            json!({ "id": "1", "displayName": "A", "assignments": [] }),
        ),
        ("a/backup-2026-04-08-010000/Applications/B.json", json!({ "id": "2", "profileName": "B" })),
        ("a/backup-2026-04-08-010000/RoleScopeTags/T.json", json!({ "roleAssignments": [] })),
        ("a/backup-2026-04-08-010000/NamedLocations/N.json", json!({})),
        ("a/backup-2026-04-08-010000/Applications/Broken.json", json!([])),
        (
            "a/backup-2026-04-07-010000/metadata.json",
            summary(
                own,
                &[
                    ("Status", json!("In Progress")),
                    ("timestamp", Value::Null),
                    ("Items", json!({ "Apps/1": { "file": "x/A.json" }, "Lone": {} })),
                ],
            ),
        ),
        (
            "a/2026-04-06_01-00-00/metadata.json",
            summary(own, &[("Status", json!("Success with warnings")), ("FailedTypes", json!(["Roles"]))]),
        ),
        ("a/backup-2026-04-02-010000/metadata.json", summary(own, &[("Status", json!("Error"))])),
        ("a/backup-2026-04-01-010000/metadata.json", json!([])),
        ("a/backup-2026-04/X/A.json", json!({})),
        ("a/2026-04-05/metadata.json", summary(own, &[("ItemCounts", Value::Null), ("Status", Value::Null)])),
        ("a/backup-2026-04-08-050000/Applications/A.json", json!({ "id": "1", "displayName": "A" })),
        ("a/backup-2026-04-04-050000/Applications/A.json", json!({ "id": "1", "displayName": "A" })),
        (
            "b/metadata.json",
            summary(
                other,
                &[("RunbookVersion", json!("tui-1")), ("BackupFolder", json!("backup-2026-04-08-020000"))],
            ),
        ),
        ("b/ConfigurationPolicies/E.json", json!({ "name": "E", "assignments": [] })),
        (
            "c/tenuvault-manifest.json",
            json!({ "sourceTenantId": other, "backupId": "backup-2026-04-01-020000" }),
        ),
        ("events.json", events),
        ("others.json", json!({ "a": 1 })),
    ]);
    let tree = tree
        .with("b/backup.log", "ok  A  1 saved\nFAILED   Roles   GET: Forbidden\nFAILED Lone\n")
        .with("a/backup-2026-04-03-010000/metadata.json", "{")
        .with("tenuvault-operation-history-2026.csv", "")
        .with("readme.txt", "");
    check("tenuvault", "tenuvault", "", &[("timezone", "+02:00")], &tree);
}

#[test]
fn intunemanagement() {
    let log: String = [
        ("Secret or Certificate must be specified.", 3),
        ("Successfully authenticated to tenant: Contoso (contoso.com)", 1),
        ("Start bulk export", 1),
        ("Export root folder: C:\\\\Backup\\\\20260408-0130", 1),
        ("Export Device Configuration objects", 1),
        ("Failed to get all objects", 3),
        ("Export Device Configuration: VPN (east) (2/7)", 1),
        ("Batch result 404. Skipping object", 2),
        ("Batch result 200. Done", 1),
        ("Skipping nothing", 1),
        ("Failed to download Graph MetaData", 3),
        ("Export Printer", 1),
        ("Max retry reached", 2),
        ("Bulk export finished", 1),
        ("Start bulk import", 1),
        ("Import root folder: D:\\\\In", 1),
        ("Import Scope (Tags) objects", 1),
        ("Import Scope (Tags) object Blue", 1),
        ("Scope object imported successfully", 1),
        ("Import Scope (Tags) object Red", 1),
        ("Import Scope (Tags) object Green", 1),
        ("Failed to invoke Graph", 3),
        ("Failed to import file 'Green.json'", 3),
        ("Update Pink", 1),
        ("Object with name Pink exists. Object will not be imported or replaced", 1),
        ("Group is missing. Skipping import", 1),
        ("Bulk import finished", 1),
        ("Start bulk import", 1),
        ("Something went wrong", 3),
    ]
    .iter()
    .enumerate()
    .map(|(minute, (text, severity))| {
        format!("<![LOG[{text}]LOG]!><time=\"01:{minute:02}:00.000+000\" date=\"04-08-2026\" type=\"{severity}\">\n")
    })
    .collect();
    let table = json!({ "TenantId": "2fcf1c68-b412-4c85-bfb2-cb20152a6843", "Organization": "Fabrikam" });
    let root = "20260408-0130/Contoso";
    let files = [
        ("MigrationTable.json", table),
        ("Groups/All.json", json!({ "id": "g" })),
        ("Locations/L.json", json!({ "id": "l", "displayName": "L" })),
        ("NewType/N.json", json!({ "displayName": "N", "assignments@odata.navigationLink": "x" })),
        ("SettingsCatalog/A.json", json!({ "id": "a", "name": "A", "assignments": [] })),
        ("SettingsCatalog/B.json", json!({ "id": "b" })),
        (
            "SettingsCatalog/C.json",
            json!({ "policy": { "id": "c", "displayName": "C" }, "assignments": null }),
        ),
        ("SettingsCatalog/D.json", json!([])),
        ("SettingsCatalog/E_Settings.json", json!([])),
        ("SettingsCatalog/F.json", json!({ "x": 1 })),
        ("SettingsCatalog/readme.txt", json!("")),
    ];
    let files: Vec<_> = files.into_iter().map(|(path, value)| (format!("{root}/{path}"), value)).collect();
    let tree = files.iter().fold(MemoryTree::new(), |tree, (path, value)| tree.with(path, value.to_string()));
    let tree = tree
        .with(&format!("{root}/SettingsCatalog/Cut.json"), "{")
        .with("CloudAPIPowerShellManagement.log", log)
        .with(
            "BulkExport.json",
            json!({ "BulkExport": [{ "Name": "CHKEXPORTASSIGNMENTS", "Value": "false" }] }).to_string(),
        )
        .with("notes.txt", "");
    check("intunemanagement", "intunemanagement", "Contoso", &[("timezone", "-05:00")], &tree);
}

#[test]
fn intunecd() {
    let mut repo = Repo::with_backup("2025-01-01T01:00:00Z");
    repo.write("prod-backup/Filters/Corporate.json", &named("Old"));
    repo.commit("2025-01-02T01:00:00Z", "Too old");
    repo.write("prod-backup/Settings Catalog/Cut_mdm__17.yaml", "a: [");
    repo.write(
        "prod-backup/Device Configurations/Bare_x.json",
        "{\"displayName\": \"Bare\", \"platforms\": \"windows10\"}",
    );
    repo.commit("2026-04-06T01:00:00Z", "Backup with a long subject that says much");
    repo.write("prod-restore/Filters/Corporate.json", &named("Old"));
    repo.write("prod-restore/Settings Catalog/Baseline_mdm.json", &policy("Baseline", 3));
    let head = repo.commit("2026-04-06T02:00:00Z", "PRE Prod");
    repo.write("prod-backup/Filters/Corporate.json", &named("New"));
    repo.files.remove("prod-backup/Compliance Policies/Policies/Windows_windows10CompliancePolicy.json");
    let last = repo.commit("2026-04-07T01:00:30Z", "POST Prod");
    repo.write("prod-backup/Assignment Report/report.json", "[]");
    repo.commit("2026-04-07T13:00:00Z", "Report");
    repo.write(".github/workflows/backup.yml", "name: Backup\non:\n  schedule:\n    - cron: '0 */6 * * *'\n    - cron: '0 1 L * *'\njobs:\n  backup:\n    steps:\n      - run: IntuneCD-startbackup\n");
    repo.commit("2026-04-07T14:00:00Z", "Add the workflow");
    let run = |id: u64, status: &str, conclusion: &str, at: &str, head: &str| {
        json!({ "databaseId": id, "event": "schedule", "status": status, "conclusion": conclusion, "startedAt": format!("2026-04-08T{at}:00Z"),
            "updatedAt": format!("2026-04-08T{at}:59Z"), "headSha": head, "workflowName": "Backup" })
    };
    let mut by_hand = run(9, "completed", "success", "05:30", last.as_str());
    by_hand["event"] = json!("workflow_dispatch");
    let mut of_request = run(10, "completed", "failure", "05:40", last.as_str());
    of_request["event"] = json!("pull_request");
    let runs = json!({ "workflow_runs": [
        run(1, "completed", "success", "01:00", last.as_str()),
        run(2, "completed", "success", "01:10", head.as_str()),
        run(3, "completed", "success", "01:20", "0000000000000000000000000000000000000000"),
        run(4, "completed", "timed_out", "01:30", last.as_str()),
        run(5, "completed", "cancelled", "01:40", last.as_str()),
        run(6, "completed", "skipped", "01:50", last.as_str()),
        run(7, "completed", "", "02:00", last.as_str()),
        run(8, "completed", "stale", "02:10", last.as_str()),
        run(11, "queued", "", "02:20", last.as_str()),
        run(12, "lost", "", "02:30", last.as_str()),
        by_hand, of_request, { "x": 1 },
    ]});
    let settings = [("restore_before", "^PRE"), ("restore_after", "^POST"), ("restore_from", "prod-restore")];
    check("intunecd", "intunecd", "Contoso", &settings, &repo.next_to("runs.json", runs.to_string()).tree());
}

#[test]
fn intunecd_of_a_folder_without_history() {
    let tree = MemoryTree::new()
        .with_modified("backup/Filters/A.json", named("A"), Timestamp::parse("2026-04-08T01:00:00Z"))
        .with("backup/Roles/R.json", "{\"displayName\": \"R\", \"roleAssignments\": []}")
        .with("backup/Roles/Broken__id.json", "{\"settingCount\": 2}")
        .with("old-as-built.md", "**Document updated on:** 07/04/2026 01:00:00")
        .with("as-built.md", "**Document updated on:** 08/04/2026 01:02:03")
        .with("new-as-built.md", "**Document updated on:** 06/04/2026 01:00:00");
    check("intunecd-folder", "intunecd", "Contoso", &[], &tree);
}
