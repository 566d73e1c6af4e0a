//! Whatever the bytes are: no panic, a snapshot that can be read, and nothing that makes a tenant calmer.

use posture_gather::{KINDS, MemoryTree, kinds};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{Config, NOW, report_at, snapshot};

/// Names and folders at which adapters look.
const PATHS: &[&str] = &[
    "snapshots.json",
    "jobs.json",
    "contoso.onmicrosoft.com_2026-04-08-0100.json",
    "tasks.json",
    "MigrationTable.json",
    "BulkExport.json",
    "CloudAPIPowerShellManagement.log",
    "DeviceConfiguration/A.json",
    "Device Configurations/A.json",
    "Device Configurations/Assignments/A.json",
    "backup-2026-04-08-010000/metadata.json",
    "backup-2026-04-08-010000/DeviceConfigurations/A.json",
    "tenuvault-operation-history-2026-04-08.json",
    "M365TenantConfig.ps1",
    "backups.csv",
    "restores.csv",
    "schedules.csv",
    "Compliance Policies/Policies/A_windows10CompliancePolicy.json",
    ".DS_Store",
];

/// JSON of any shape, with keys and words that adapters know.
fn document() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "",
        "0001-01-01T00:00:00Z",
        "2026-04-08T01:00:00Z",
        "successful",
        "failed",
        "running",
        "COMPLETED",
        "Completed",
        "succeeded",
        "#microsoft.graph.entraRecoveryServices.recoveryJob",
        "New-CIPPBackup",
        "1d",
        "contoso.onmicrosoft.com",
        "Backup",
        "Restore",
        "Schedule",
        "\u{0}",
        "/Date(0)/",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        word.prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    let key = prop::sample::select(vec![
        "value",
        "id",
        "@odata.type",
        "@odata.context",
        "@odata.nextLink",
        "error",
        "createdDateTime",
        "status",
        "jobStartDateTime",
        "jobCompletionDateTime",
        "totalFailedChanges",
        "totalObjectsModified",
        "totalLinksModified",
        "entityTypeName",
        "failureMessage",
        "RowKey",
        "TenantFilter",
        "Backup",
        "ca",
        "intuneconfig",
        "Command",
        "Parameters",
        "Recurrence",
        "ExecutedTime",
        "TaskState",
        "Results",
        "Task",
        "Details",
        "Tenant",
        "TenantId",
        "Organization",
        "assignments",
        "displayName",
        "resources",
        "resourceType",
        "completedDateTime",
        "tenantId",
        "Status",
        "FailedTypes",
        "SkippedTypes",
        "ItemCounts",
        "Items",
        "timestamp",
        "kind",
        "items",
        "metadata",
        "spec",
        "phase",
        "schedule",
        "name",
        "BackupJobs",
        "RestoreJobs",
        "State",
        "CompletionDate",
        "AccountId",
        "ResourceType",
        "time",
        "hostname",
        "paths",
        "tags",
        "summary",
        "eventType",
        "result",
        "details",
        "events",
        "BulkExport",
        "Name",
        "Value",
    ]);
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((key.clone(), inner), 0..6)
                .prop_map(|pairs| pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        ]
    })
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 0..200),
        any::<String>().prop_map(String::into_bytes),
        document().prop_map(|document| document.to_string().into_bytes()),
    ]
}

fn files() -> impl Strategy<Value = Vec<(String, Vec<u8>)>> {
    let path = prop_oneof![prop::sample::select(PATHS).prop_map(ToOwned::to_owned), "[a-zA-Z0-9_./-]{1,30}"];
    vec((path, bytes()), 0..6)
}

fn tree_of(files: &[(String, Vec<u8>)]) -> MemoryTree {
    files.iter().fold(MemoryTree::new(), |tree, (path, bytes)| tree.with(path, bytes))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// GA-6
    #[test]
    fn any_tree_gives_a_snapshot_that_the_resolver_reads_whole(files in files()) {
        let tree = tree_of(&files);
        for kind in KINDS {
            let config = Config::new(kind.name);
            let gathered = config.gather(&tree);
            let report = report_at(&gathered, NOW);
            prop_assert_eq!(&report["denominators"]["unreadable"], &json!(0), "{}", kind.name);
            let set_aside = report["findings"].as_array().is_some_and(|findings| {
                findings.iter().any(|finding| finding["code"] == "duplicate_record")
            });
            prop_assert!(!set_aside, "{}", kind.name);
            let again = config.gather(&tree);
            prop_assert_eq!(snapshot(&gathered, NOW), snapshot(&again, NOW), "{}", kind.name);
            kinds::detect(&tree);
        }
    }

    /// GA-6
    #[test]
    fn bytes_that_are_not_evidence_never_make_a_tenant_calm(
        files in vec((prop::sample::select(PATHS), vec(any::<u8>(), 0..200)), 0..6),
    ) {
        let files: Vec<_> = files.into_iter().map(|(path, bytes)| (path.to_owned(), bytes)).collect();
        for kind in KINDS {
            let report = report_at(&Config::new(kind.name).gather(&tree_of(&files)), NOW);
            prop_assert_eq!(&report["overview"]["calmness"]["is_calm"], &json!(false), "{}", kind.name);
        }
    }
}
