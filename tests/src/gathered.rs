//! Trees of files in the shapes that adapters read, and the digests of the snapshots that adapters make of them.
//!
//! Native code and the browser must agree on every byte.

use std::collections::BTreeMap;

use posture_core::export::snapshot::{Head, Snapshot, Workspace};
use posture_core::report::canonical::ReportDigest;
use posture_core::{Form, Timestamp};
use posture_gather::assemble::{self, Expect, Part};
use posture_gather::{KINDS, MemoryHistory, MemoryTree, Source, kinds};

/// The instant of every gathering here.
const NOW: &str = "2026-04-08T06:00:00Z";
/// How many changed trees there are for each tree and kind.
const CHANGED: usize = 40;
/// How many bytes of a changed tree differ.
const CHANGES: usize = 3;

/// What starts a file in an input; its path follows, up to the end of the line.
const FILE: &str = "\n=== ";

/// One tree for each shape that an adapter reads.
pub const SEEDS: &[&str] = &[
    "\n=== backups.csv\ntenant,set,completed_at,status,items,degraded_items\nA,1,2026-04-08T01:00:00Z,completed,3,0\n",
    "\n=== restores.csv\nrun,completed_at,status,applied,failed\n1,2026-04-08T01:00:00Z,completed,3,1\n",
    "\n=== Compliance Policies/Policies/Windows_windows10CompliancePolicy.json\n{\"displayName\":\"Windows\",\"assignments\":[],\"settingCount\":1,\"settings\":[{}]}",
    "\n=== 2026-04-08/MigrationTable.json\n{\"TenantId\":\"x\",\"Organization\":\"A\"}\n=== 2026-04-08/DeviceConfiguration/B.json\n{\"displayName\":\"B\",\"assignments\":[]}\n=== CloudAPIPowerShellManagement.log\n<![LOG[Start bulk export]LOG]!><time=\"01:00:00.000+000\" date=\"04-08-2026\" type=\"1\">",
    "\n=== snapshots.json\n{\"value\":[{\"@odata.type\":\"#microsoft.graph.entraRecoveryServices.snapshot\",\"id\":\"a\",\"createdDateTime\":\"2026-04-08T01:00:00Z\"}]}\n=== jobs.json\n{\"value\":[{\"@odata.type\":\"#microsoft.graph.entraRecoveryServices.recoveryJob\",\"id\":\"b\",\"status\":\"successful\",\"totalObjectsModified\":3,\"totalLinksModified\":1,\"totalFailedChanges\":0}]}",
    "\n=== a.com_2026-04-08-0100.json\n{\"RowKey\":\"a.com_2026-04-08-0100\",\"TenantFilter\":\"a.com\",\"ca\":[\"{}\"],\"intuneconfig\":[\"Failed\"]}\n=== tasks.json\n[{\"RowKey\":\"1\",\"Command\":\"New-CIPPRestore\",\"TaskState\":\"Completed\",\"Tenant\":\"a.com\",\"Results\":\"Restored x from backup\"}]",
    "\n=== backup-2026-04-08-010000/metadata.json\n{\"Status\":\"Completed\",\"ItemCounts\":{\"A\":1},\"FailedTypes\":[\"B\"]}\n=== backup-2026-04-08-010000/A/b.json\n{\"displayName\":\"b\",\"assignments\":[]}",
    "\n=== jobs.json\n{\"value\":[{\"id\":\"a\",\"status\":\"succeeded\",\"tenantId\":\"t\",\"completedDateTime\":\"2026-04-08T01:00:00Z\",\"resourceLocation\":\"b\"}]}\n=== b.json\n{\"id\":\"b\",\"resources\":[{\"resourceType\":\"c\",\"displayName\":\"d\",\"properties\":{}}]}",
    "\n=== 2026-04-08/Device Configurations/A.json\n{\"displayName\":\"A\"}\n=== 2026-04-08/Device Configurations/Assignments/A.json\n[]",
    "\n=== M365TenantConfig.ps1\n# Generated with Microsoft365DSC version 1.25.101.1\nImport-DscResource -ModuleName 'Microsoft365DSC'\nNode localhost\n{\n    AADGroup \"A\"\n    {\n        DisplayName = \"B\";\n    }\n}\n",
    "\n=== velero.json\n{\"items\":[{\"apiVersion\":\"velero.io/v1\",\"kind\":\"Backup\",\"metadata\":{\"name\":\"a\"},\"status\":{\"phase\":\"Completed\",\"completionTimestamp\":\"2026-04-08T01:00:00Z\",\"progress\":{\"totalItems\":3,\"itemsBackedUp\":3}}},{\"apiVersion\":\"velero.io/v1\",\"kind\":\"Schedule\",\"metadata\":{\"name\":\"b\"},\"spec\":{\"schedule\":\"0 1 * * *\"}}]}",
    "\n=== jobs.json\n{\"BackupJobs\":[{\"BackupJobId\":\"a\",\"State\":\"COMPLETED\",\"ResourceArn\":\"b\",\"CompletionDate\":1775610000}],\"RestoreJobs\":[{\"RestoreJobId\":\"c\",\"Status\":\"COMPLETED\"}]}",
    "\n=== snapshots.json\n[{\"time\":\"2026-04-08T01:00:00Z\",\"tree\":\"a\",\"paths\":[\"/\"],\"hostname\":\"b\",\"id\":\"c\"}]",
];

/// One line per kind and tree: the digest of the snapshot of the tree, and of trees in which a few bytes differ.
pub fn derived() -> String {
    let mut random = fastrand::Rng::with_seed(7);
    let mut lines = String::new();
    for kind in KINDS {
        for (number, seed) in SEEDS.iter().enumerate() {
            let mut digest = ReportDigest::default();
            digest.add(snapshot(kind.name, &tree(seed.as_bytes())));
            for _ in 0..CHANGED {
                let mut changed = seed.as_bytes().to_vec();
                for _ in 0..CHANGES {
                    // Drawn as 64 bits, since a usize draws other numbers in the browser.
                    let at = random.u64(..changed.len() as u64) as usize;
                    changed[at] = random.u8(..);
                }
                digest.add(snapshot(kind.name, &tree(&changed)));
            }
            lines += &format!("gather {} {number} {}\n", kind.name, digest.finish());
        }
    }
    let mut digest = ReportDigest::default();
    digest.add(snapshot("intunecd", &repository()));
    lines + &format!("gather history {}\n", digest.finish())
}

/// A repository with a backup, a branch that is not merged, and a list of runs.
fn repository() -> MemoryTree {
    let mut history = MemoryHistory::new();
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut head = Vec::new();
    for day in 1..=7 {
        let content = format!("{{\"displayName\": \"Corporate {day}\", \"assignments\": []}}");
        files.insert("prod-backup/Filters/Corporate.json".to_owned(), content.into_bytes());
        files.insert(
            "prod-backup/Settings Catalog/B_mdm.yaml".to_owned(),
            b"name: B\nsettingCount: 2\n".to_vec(),
        );
        let Some(at) = Timestamp::parse(&format!("2026-04-0{day}T01:00:00Z")) else { continue };
        let commit = history.commit_files(&head, at, "Intune config backup", &files);
        history.set_ref(if day == 7 { "origin/backup" } else { "main" }, &commit);
        if day < 7 {
            history.set_head(&commit);
            head = vec![commit];
        }
    }
    let runs = r#"[{"databaseId": 1, "status": "completed", "conclusion": "failure", "createdAt": "2026-04-08T01:00:00Z", "workflowName": "Backup"}]"#;
    let tree = files.into_iter().fold(MemoryTree::new(), |tree, (path, bytes)| tree.with(&path, bytes));
    tree.with("runs.json", runs).with_history(history)
}

/// The files of an input. A part without a line end is a file without content.
pub fn tree(input: &[u8]) -> MemoryTree {
    let mark = FILE.as_bytes();
    let mut starts: Vec<_> =
        (0..input.len()).filter(|at| input.get(*at..at + mark.len()) == Some(mark)).collect();
    starts.push(input.len());
    starts.windows(2).fold(MemoryTree::new(), |tree, range| {
        let part = input.get(range[0] + mark.len()..range[1]).unwrap_or_default();
        let end = part.iter().position(|byte| *byte == b'\n').unwrap_or(part.len());
        let (path, content) = part.split_at(end);
        tree.with(&String::from_utf8_lossy(path), content.get(1..).unwrap_or_default())
    })
}

/// The snapshot of a tree of one kind.
///
/// # Panics
///
/// If there is no such kind.
pub fn snapshot(kind: &str, tree: &MemoryTree) -> Vec<u8> {
    let (Some(kind), Some(now)) = (kinds::of_name(kind), Timestamp::parse(NOW)) else {
        panic!("there is no kind {kind}");
    };
    let source = Source { tenant: "Contoso", ..Source::new(kind, tree, now) };
    let (tenants, _) = assemble::tenants(Part::read(kind, &source, Expect::Nothing), now);
    let head = Head {
        exported_at: now.into(),
        exporter: None,
        since: None,
        policy: None,
        workspace: Workspace { id: 1, name: "Fuzzed".into(), slug: None },
        checked_domains: None,
    };
    let mut bytes = Vec::new();
    let mut tenants = tenants;
    assemble::settle_ids(&mut tenants);
    if let Err(error) = (Snapshot { head, tenants }).write(Form::Json, &mut bytes) {
        panic!("writing into memory failed: {error}");
    }
    bytes
}
