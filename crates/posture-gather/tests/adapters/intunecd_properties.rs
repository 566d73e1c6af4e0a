//! Whatever a history holds: no panic, a snapshot that can be read, and nothing that makes a tenant calmer.

use std::collections::BTreeMap;

use posture_core::Timestamp;
use posture_gather::{MemoryHistory, MemoryTree, ObjectId};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{Config, NOW, report_at};

/// Paths in and around a backup folder.
const PATHS: &[&str] = &[
    "prod-backup/Settings Catalog/A_mdm.json",
    "prod-backup/Settings Catalog/B_mdm__1.yaml",
    "prod-backup/Filters/A.json",
    "prod-backup/Compliance Policies/Policies/C.json",
    "prod-backup/__archive__/2026-04-01/A.json",
    "prod-backup/Filters/docs/A.md",
    "prod-restore/Filters/A.json",
    "prod-restore/Device Configurations/D.json",
    ".github/workflows/backup.yml",
    "as-built.md",
];

fn content() -> impl Strategy<Value = Vec<u8>> {
    let texts = prop::sample::select(vec![
        "{\"displayName\": \"A\", \"assignments\": [{}]}",
        "{\"name\": \"A\", \"settingCount\": 2, \"settings\": [{}, {}]}",
        "{\"settingCount\": 2, \"settings\": [{}]}",
        "name: B\nassignments:\n- target: {}\n",
        "name: Backup\non:\n  schedule:\n    - cron: '0 1 * * *'\njobs: {}\n# IntuneCD-startbackup",
        "**Document updated on:** 08/04/2026 01:00:00",
        "[]",
        "null",
        "a: &a [*a, *a]",
    ]);
    prop_oneof![4 => texts.prop_map(|text| text.as_bytes().to_vec()), 1 => vec(any::<u8>(), 0..40)]
}

/// A commit: hours before now, subject, files; and whether it is on a branch of its own.
#[derive(Clone, Debug)]
struct Step {
    hours_ago: i64,
    subject: &'static str,
    files: BTreeMap<&'static str, Vec<u8>>,
    is_aside: bool,
}

fn step() -> impl Strategy<Value = Step> {
    let subjects = prop::sample::select(vec!["Backup $DATEF", "PRE Prod", "POST Prod", "", "\u{0}"]);
    let files = btree_map(prop::sample::select(PATHS), content(), 0..6);
    (-3_i64..2000, subjects, files, prop::bool::weighted(0.2))
        .prop_map(|(hours_ago, subject, files, is_aside)| Step { hours_ago, subject, files, is_aside })
}

fn tree(steps: &[Step], runs: &[(u8, i64)]) -> MemoryTree {
    let now = Timestamp::parse(NOW).unwrap().unix_seconds();
    let at = |hours_ago: i64| Timestamp::from_unix_seconds(now - hours_ago * 3600).unwrap();
    let mut history = MemoryHistory::new();
    let mut ids: Vec<ObjectId> = Vec::new();
    let mut head: Option<ObjectId> = None;
    let mut tree = MemoryTree::new();
    for (number, step) in steps.iter().enumerate() {
        let files = step.files.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.clone())).collect();
        let parents: Vec<_> = head.iter().cloned().collect();
        let id = history.commit_files(&parents, at(step.hours_ago), step.subject, &files);
        history.set_ref(&format!("branch-{number}"), &id);
        ids.push(id.clone());
        if !step.is_aside {
            history.set_head(&id);
            head = Some(id);
            tree = files.iter().fold(MemoryTree::new(), |tree, (path, bytes)| tree.with(path, bytes));
        }
    }
    let words = ["success", "failure", "cancelled", "", "odd"];
    let list: Vec<Value> = runs
        .iter()
        .enumerate()
        .map(|(number, (word, hours_ago))| {
            let head = ids.get(number % ids.len().max(1)).map(ObjectId::as_str);
            let conclusion = words[usize::from(*word) % words.len()];
            json!({ "databaseId": number, "status": "completed", "conclusion": conclusion, "event": "schedule", "headSha": head,
                    "startedAt": at(*hours_ago + 1).to_string(), "updatedAt": at(*hours_ago).to_string(), "workflowName": "Backup" })
        })
        .collect();
    if !list.is_empty() {
        tree = tree.with("runs.json", Value::from(list).to_string());
    }
    tree.with_history(history)
}

fn config() -> Config<'static> {
    let config = Config::new("intunecd").with("folder", "prod-backup").with("restore_from", "prod-restore");
    config.with("restore_before", "^PRE").with("restore_after", "^POST")
}

/// How good a tenant looks: calm, healthy claim, posture.
fn looks(tree: &MemoryTree) -> (bool, bool, usize) {
    let report = report_at(&config().gather(tree), NOW);
    let health = &report["tenants"][0]["backup_health"];
    let order = ["absent", "stale", "degraded", "healthy"];
    let posture = order.iter().position(|word| health["posture"] == *word).unwrap();
    (report["overview"]["calmness"]["is_calm"] == true, health["healthy_claim_allowed"] == true, posture)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_history_gives_a_snapshot_that_can_be_read(
        steps in vec(step(), 0..6),
        runs in vec((any::<u8>(), -3_i64..500), 0..5),
        refs in prop::sample::select(vec!["HEAD", "all", "branch-1", "none"]),
    ) {
        let report = report_at(&config().with("refs", refs).gather(&tree(&steps, &runs)), NOW);
        prop_assert_eq!(&report["denominators"]["evaluated"], &json!(1));
        prop_assert!(report["findings"].as_array().unwrap().iter().all(|finding| finding["severity"] != "error"));
    }

    #[test]
    fn damage_to_an_item_never_makes_a_tenant_look_better(
        steps in vec(step(), 1..5),
        path in prop::sample::select(&PATHS[..4]),
        damage in vec(any::<u8>(), 0..20),
    ) {
        let before = looks(&tree(&steps, &[]));
        let mut damaged = steps.clone();
        for step in &mut damaged {
            if let Some(bytes) = step.files.get_mut(path) {
                bytes.truncate(bytes.len() / 2);
                bytes.extend(&damage);
                bytes.push(b'}');
            }
        }
        let after = looks(&tree(&damaged, &[]));
        prop_assert!(after.0 <= before.0 && after.1 <= before.1, "{:?} {:?}", before, after);
        prop_assert!(after.2 <= before.2, "{:?} {:?}", before, after);
    }
}

#[test]
fn endless_nesting_and_expansion_are_refused() {
    let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let before = level - 1;
        let list = vec![format!("*a{before}"); 10].join(", ");
        laughs.push_str(&format!("a{level}: &a{level} [{list}]\n"));
    }
    for text in ["[".repeat(200_000), "{a: ".repeat(200_000), "- ".repeat(200_000), laughs] {
        let tree = ["Filters/A.json", "Filters/A.yaml", "Settings Catalog/A.yaml"]
            .into_iter()
            .fold(MemoryTree::new(), |tree, path| tree.with(path, &text));
        let gathered = Config::new("intunecd").gather(&tree);
        let items = gathered.records.sets[0].items.as_ref().unwrap();
        let has_problem = |item: &posture_core::export::snapshot::BackupItem| {
            item.metadata.as_ref().is_some_and(|metadata| metadata.integrity_warning.is_some())
        };
        assert!(items.iter().all(has_problem));
    }
}
