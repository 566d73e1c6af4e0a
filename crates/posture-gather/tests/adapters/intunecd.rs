//! IntuneCD: git histories in the shapes that the tool and its pipelines make, with the verdict that a person would give.

use std::collections::BTreeMap;

use posture_core::Timestamp;
use posture_gather::{MemoryHistory, MemoryTree, ObjectId, Records};
use serde_json::{Value, json};

use crate::support::{Config, Outcome};

impl Outcome {
    /// The part of the tenant's report at a path.
    fn at(&self, path: &str) -> Value {
        self.tenant(path).clone()
    }

    fn records(&self) -> &Records {
        &self.gathered.records
    }
}

/// A repository under construction: its files, and the commits so far.
struct Repo {
    history: MemoryHistory,
    files: BTreeMap<String, Vec<u8>>,
    head: Option<ObjectId>,
    extra: Vec<(String, Vec<u8>)>,
}

impl Repo {
    fn new() -> Self {
        Self { history: MemoryHistory::new(), files: BTreeMap::new(), head: None, extra: Vec::new() }
    }

    /// A repository with one backup of three items, committed at this time.
    fn with_backup(at: &str) -> Self {
        let mut repo = Self::new();
        repo.write("prod-backup/Settings Catalog/Baseline_mdm.json", &policy("Baseline", 2));
        repo.write(
            "prod-backup/Compliance Policies/Policies/Windows_windows10CompliancePolicy.json",
            &named("Windows"),
        );
        repo.write("prod-backup/Filters/Corporate.json", &named("Corporate"));
        repo.write("README.md", "Backup of Contoso");
        repo.commit(at, "Intune config backup $DATEF");
        repo
    }

    fn write(&mut self, path: &str, content: &(impl AsRef<[u8]> + ?Sized)) {
        self.files.insert(path.to_owned(), content.as_ref().to_vec());
    }

    fn commit(&mut self, at: &str, subject: &str) -> ObjectId {
        let parents: Vec<_> = self.head.iter().cloned().collect();
        self.commit_onto(&parents, at, subject)
    }

    fn commit_onto(&mut self, parents: &[ObjectId], at: &str, subject: &str) -> ObjectId {
        let id = self.history.commit_files(parents, Timestamp::parse(at).unwrap(), subject, &self.files);
        self.history.set_head(&id);
        self.history.set_ref("main", &id);
        self.head = Some(id.clone());
        id
    }

    /// A file next to the repository's, such as a list of runs.
    fn beside(mut self, path: &str, content: impl Into<Vec<u8>>) -> Self {
        self.extra.push((path.to_owned(), content.into()));
        self
    }

    fn tree(self) -> MemoryTree {
        let files = self.files.into_iter().chain(self.extra);
        let tree = files.fold(MemoryTree::new(), |tree, (path, bytes)| tree.with(&path, bytes));
        tree.with_history(self.history)
    }
}

fn named(name: &str) -> String {
    json!({ "displayName": name, "assignments": [{ "target": { "groupName": "All" } }] }).to_string()
}

fn policy(name: &str, settings: usize) -> String {
    let list = vec![json!({}); settings];
    json!({ "name": name, "settingCount": settings, "settings": list, "assignments": [{}] }).to_string()
}

fn run(id: u64, at: &str, conclusion: &str, head: &ObjectId) -> Value {
    let ended = at.replace(":00Z", ":59Z");
    json!({
        "databaseId": id, "event": "schedule", "status": "completed", "conclusion": conclusion, "createdAt": at,
        "startedAt": at, "updatedAt": ended, "headSha": head.as_str(), "workflowName": "Backup"
    })
}

const WORKFLOW: &str = "name: Backup\non:\n  schedule:\n    - cron: '0 1 * * *'\njobs:\n  backup:\n    steps:\n      - run: IntuneCD-startbackup --mode=1\n";

#[test]
fn a_backup_of_tonight_is_healthy_and_an_old_one_is_stale() {
    let tonight = Config::new("intunecd").gathered(&Repo::with_backup("2026-04-08T01:00:00Z").tree());
    assert_eq!(tonight.at("/backup_health/posture"), "healthy");
    assert_eq!(tonight.at("/backup_health/quality/total_items"), 3);
    let old = Config::new("intunecd").gathered(&Repo::with_backup("2026-04-05T01:00:00Z").tree());
    assert_eq!(old.at("/backup_health/posture"), "stale");
    old.has_note("nothing_confirms", None);
}

#[test]
fn a_subject_with_an_unexpanded_date_changes_no_time() {
    let outcome = Config::new("intunecd").gathered(&Repo::with_backup("2026-04-08T01:00:00Z").tree());
    let [set] = outcome.records().sets.as_slice() else { panic!("one set") };
    assert_eq!(set.completed_at.as_ref().unwrap().timestamp(), Timestamp::parse("2026-04-08T01:00:00Z"));
    assert!(set.name.as_deref().unwrap().ends_with("Intune config backup $DATEF"));
}

#[test]
fn quiet_days_are_confirmed_by_successful_runs_and_by_nothing_else() {
    let mut repo = Repo::with_backup("2026-04-01T01:00:30Z");
    repo.write(".github/workflows/backup.yml", WORKFLOW);
    let head = repo.commit("2026-04-01T02:00:00Z", "Add the workflow");
    let runs = json!([
        run(3, "2026-04-08T01:00:00Z", "success", &head),
        run(2, "2026-04-07T01:00:00Z", "success", &head)
    ]);
    let outcome = Config::new("intunecd").gathered(&repo.beside("runs.json", runs.to_string()).tree());
    let [set] = outcome.records().sets.as_slice() else { panic!("one set") };
    let at = |text| Timestamp::parse(text).unwrap().into();
    assert_eq!(set.confirmations, [at("2026-04-07T01:00:59Z"), at("2026-04-08T01:00:59Z")]);
    let [schedule] = outcome.records().schedules.as_slice() else { panic!("one schedule") };
    assert_eq!(
        (schedule.frequency.as_ref(), schedule.last_run_status.as_deref()),
        ("daily", Some("success"))
    );
}

#[test]
fn a_run_that_wrote_a_newer_backup_elsewhere_confirms_nothing() {
    let mut repo = Repo::with_backup("2026-04-01T01:00:30Z");
    let head = repo.head.clone().unwrap();
    repo.write("prod-backup/Filters/New.json", &named("New"));
    let branch = repo.commit("2026-04-08T01:00:30Z", "Intune config backup");
    repo.history.set_ref("backup/2026-04-08", &branch);
    repo.files.remove("prod-backup/Filters/New.json");
    repo.history.set_head(&head);
    repo.history.set_ref("main", &head);
    let runs = json!([run(2, "2026-04-08T01:00:00Z", "success", &head)]).to_string();
    let outcome = Config::new("intunecd").gathered(&repo.beside("runs.json", runs).tree());
    assert!(outcome.records().sets.iter().all(|set| set.confirmations.is_empty()));
}

#[test]
fn newer_backups_on_unmerged_branches_are_counted_and_named() {
    let build = || {
        let mut repo = Repo::with_backup("2026-04-01T01:00:00Z");
        let main = repo.head.clone().unwrap();
        for day in 2..=8 {
            repo.write("prod-backup/Filters/Corporate.json", &named(&format!("Corporate {day}")));
            let id =
                repo.commit_onto(std::slice::from_ref(&main), &format!("2026-04-0{day}T01:00:00Z"), "Backup");
            repo.history.set_ref(&format!("origin/backup-{day}"), &id);
        }
        repo.history.set_head(&main);
        repo.history.set_ref("main", &main);
        repo.tree()
    };
    let merged_only = Config::new("intunecd").gathered(&build());
    assert_eq!(merged_only.at("/backup_health/posture"), "stale");
    let signal = &merged_only.records().signals[0];
    assert_eq!(signal.key, "backups_not_merged");
    assert!(
        signal.body.as_deref().unwrap().starts_with("7 newer backups are on branches that are not merged")
    );
    let all = Config::new("intunecd").with("refs", "all").gathered(&build());
    assert_eq!(all.at("/backup_health/posture"), "healthy");
    assert_eq!(all.records().sets.len(), 8);
}

#[test]
fn a_merge_is_no_backup_of_its_own() {
    let mut repo = Repo::with_backup("2026-04-01T01:00:00Z");
    let main = repo.head.clone().unwrap();
    repo.write("prod-backup/Filters/Corporate.json", &named("Changed"));
    let backup = repo.commit("2026-04-03T01:00:00Z", "Backup");
    repo.commit_onto(&[main, backup], "2026-04-08T05:00:00Z", "Merge pull request #7");
    let outcome = Config::new("intunecd").gathered(&repo.tree());
    assert_eq!(
        outcome.at("/backup_health/posture"),
        "stale",
        "the content is five days old, whenever it was merged"
    );
}

#[test]
fn a_commit_of_documents_is_no_backup() {
    let mut repo = Repo::with_backup("2026-04-01T01:00:00Z");
    repo.write("prod-as-built.md", "# Intune");
    repo.write("prod-backup/Filters/docs/Corporate.md", "# Corporate");
    repo.commit("2026-04-08T01:00:00Z", "Intune config as-built");
    let outcome = Config::new("intunecd").gathered(&repo.tree());
    assert_eq!(outcome.at("/backup_health/posture"), "stale");
}

#[test]
fn an_as_built_document_confirms_without_a_list_of_runs() {
    let mut repo = Repo::with_backup("2026-04-01T01:00:00Z");
    repo.write("prod-as-built.md", "**Document updated on:** 08/04/2026 01:10:00 \n");
    repo.commit("2026-04-08T01:10:05Z", "Intune config as-built");
    let outcome = Config::new("intunecd").gathered(&repo.tree());
    let set = &outcome.records().sets[0];
    assert_eq!(set.confirmations, [Timestamp::parse("2026-04-08T01:10:00Z").unwrap().into()]);
}

#[test]
fn a_type_that_moved_to_the_archive_makes_the_backup_partial() {
    let mut repo = Repo::with_backup("2026-04-07T01:00:00Z");
    let filter = repo.files.remove("prod-backup/Filters/Corporate.json").unwrap();
    repo.write("prod-backup/__archive__/2026-04-08_01-00-00/Corporate.json", &filter);
    repo.commit("2026-04-08T01:00:00Z", "Intune config backup");
    let outcome = Config::new("intunecd").gathered(&repo.tree());
    assert_eq!(outcome.at("/backup_health/posture"), "degraded");
    outcome.has_note("archived_type", None);
}

#[test]
fn files_that_are_cut_short_or_miscounted_degrade_the_backup() {
    let mut repo = Repo::with_backup("2026-04-07T01:00:00Z");
    repo.write("prod-backup/Settings Catalog/Cut_mdm.json", "{\"name\": \"Cut\", ");
    repo.write(
        "prod-backup/Settings Catalog/Short_mdm.json",
        &policy("Short", 3).replace("\"settingCount\":3", "\"settingCount\":30"),
    );
    repo.commit("2026-04-08T01:00:00Z", "Intune config backup");
    let outcome = Config::new("intunecd").gathered(&repo.tree());
    assert_eq!(outcome.at("/backup_health/posture"), "degraded");
    assert_eq!(outcome.at("/backup_health/quality/families/integrity_warning"), 2);
}

#[test]
fn older_sets_have_a_summary_that_says_the_same() {
    let mut repo = Repo::with_backup("2026-04-07T01:00:00Z");
    repo.write("prod-backup/Settings Catalog/Cut_mdm.json", "{");
    repo.commit("2026-04-07T13:00:00Z", "Intune config backup");
    repo.files.remove("prod-backup/Settings Catalog/Cut_mdm.json");
    repo.commit("2026-04-08T01:00:00Z", "Intune config backup");
    let outcome = Config::new("intunecd").gathered(&repo.tree());
    let mut sets = outcome.records().sets.clone();
    sets.sort_by_key(|set| set.completed_at.as_ref().unwrap().timestamp());
    let with_items: Vec<_> = sets.iter().map(|set| set.items.is_some()).collect();
    assert_eq!(with_items, [false, false, true]);
    let quality = sets[1].quality.as_ref().unwrap();
    assert_eq!(
        (quality.total_items, quality.degraded_items, quality.families["integrity_warning"]),
        (4, 1, 1)
    );
    assert_eq!(outcome.at("/backup_health/posture"), "healthy");
}

#[test]
fn absent_assignments_are_unknown_only_for_types_that_have_them() {
    let mut repo = Repo::with_backup("2026-04-07T01:00:00Z");
    repo.write("prod-backup/Device Configurations/Bare_x.json", "{\"displayName\": \"Bare\"}");
    repo.write("prod-backup/Conditional Access/MFA.json", "{\"displayName\": \"MFA\"}");
    repo.commit("2026-04-08T01:00:00Z", "Intune config backup");
    let outcome = Config::new("intunecd").gathered(&repo.tree());
    let set = outcome.records().sets.iter().find(|set| set.items.is_some()).unwrap();
    let capture = |name: &str| {
        let item =
            set.items.iter().flatten().find(|item| item.display_name.as_deref() == Some(name)).unwrap();
        item.metadata.as_ref().and_then(|metadata| metadata.assignment_capture.clone())
    };
    assert_eq!(capture("Bare").as_deref(), Some("unknown"));
    assert_eq!(capture("MFA"), None);
    assert_eq!(capture("Baseline").as_deref(), Some("captured"));
}

#[test]
fn yaml_output_and_utf_16_are_read() {
    let mut repo = Repo::new();
    repo.write(
        "backup/Settings Catalog/Baseline_mdm__0f-1.yaml",
        "name: Baseline\nsettingCount: 1\nsettings:\n- settingInstance: {}\nassignments:\n- target: {}\n",
    );
    let mut utf16 = vec![0xff, 0xfe];
    utf16.extend(named("Zürich").encode_utf16().flat_map(u16::to_le_bytes));
    repo.write("backup/Compliance Policies/Policies/Z.json", &utf16);
    repo.commit("2026-04-08T01:00:00Z", "Backup");
    let outcome = Config::new("intunecd").gathered(&repo.tree());
    assert_eq!(outcome.at("/backup_health/posture"), "healthy");
    let items = outcome.records().sets[0].items.as_ref().unwrap();
    let names: Vec<_> = items.iter().map(|item| item.display_name.as_deref().unwrap()).collect();
    assert_eq!(names, ["Zürich", "Baseline"]);
    assert_eq!(items[1].policy_identifier.as_deref(), Some("0f-1"));
    assert_eq!(items[1].policy_type.as_deref(), Some("Settings Catalog"));
}

#[test]
fn a_failed_run_after_the_backup_is_a_failed_set() {
    let mut repo = Repo::with_backup("2026-04-08T01:00:30Z");
    let head = repo.head.clone().unwrap();
    repo.write("README.md", "changed");
    repo.commit("2026-04-08T01:30:00Z", "Change the readme");
    let runs = json!([run(2, "2026-04-08T05:00:00Z", "failure", &head)]).to_string();
    let outcome = Config::new("intunecd").gathered(&repo.beside("runs.json", runs).tree());
    let failed: Vec<_> = outcome.records().sets.iter().filter(|set| set.status == "failed").collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(outcome.at("/backup_health/skipped_sets/0/reason"), "failed");
}

#[test]
fn azure_devops_runs_confirm_too() {
    let repo = Repo::with_backup("2026-04-01T01:00:30Z");
    let head = repo.head.clone().unwrap();
    let runs = json!([
        { "id": 12, "definition": { "name": "intune-backup" }, "status": "completed", "result": "succeeded", "reason": "schedule",
          "startTime": "2026-04-08T02:00:00.1234567+00:00", "finishTime": "2026-04-08T02:05:00.1234567+00:00", "sourceVersion": head.as_str() },
        { "id": 11, "definition": { "name": "intune-backup" }, "status": "completed", "result": "partiallySucceeded", "reason": "manual",
          "startTime": "2026-04-07T02:00:00+00:00", "finishTime": "2026-04-07T02:05:00+00:00", "sourceVersion": head.as_str() },
    ]);
    let outcome = Config::new("intunecd").gathered(&repo.beside("runs.json", runs.to_string()).tree());
    let sets = &outcome.records().sets;
    assert_eq!(sets.iter().map(|set| set.confirmations.len()).sum::<usize>(), 1);
    assert_eq!(
        sets.iter().filter(|set| set.status == "failed").count(),
        1,
        "a run that succeeded in part is not a success"
    );
}

#[test]
fn runs_of_several_workflows_need_a_name() {
    let repo = || Repo::with_backup("2026-04-01T01:00:30Z");
    let head = repo().head.unwrap();
    let mut other = run(3, "2026-04-08T03:00:00Z", "success", &head);
    other["workflowName"] = "Release".into();
    let runs = json!([run(2, "2026-04-08T01:00:00Z", "success", &head), other]).to_string();
    let unnamed = Config::new("intunecd").gathered(&repo().beside("runs.json", runs.clone()).tree());
    assert_eq!(unnamed.records().signals[0].key, "runs_ambiguous");
    assert!(unnamed.records().sets[0].confirmations.is_empty());
    let named =
        Config::new("intunecd").with("workflow", "backup").gathered(&repo().beside("runs.json", runs).tree());
    assert_eq!(named.records().sets[0].confirmations.len(), 1);
}

#[test]
fn a_manual_run_does_not_hide_a_schedule_that_stopped() {
    let mut repo = Repo::with_backup("2026-04-08T01:00:30Z");
    repo.write(".github/workflows/backup.yml", WORKFLOW);
    let head = repo.commit("2026-04-08T01:30:00Z", "Add the workflow");
    let mut manual = run(3, "2026-04-08T05:00:00Z", "success", &head);
    manual["event"] = "workflow_dispatch".into();
    let runs = json!([manual, run(2, "2026-04-01T01:00:00Z", "success", &head)]).to_string();
    let outcome = Config::new("intunecd").gathered(&repo.beside("runs.json", runs).tree());
    assert_eq!(outcome.at("/backup_health/schedule_follow_ups/0/causes/0"), "overdue");
}

#[test]
fn without_a_list_of_runs_there_is_no_schedule() {
    let mut repo = Repo::with_backup("2026-04-08T01:00:30Z");
    repo.write(".github/workflows/backup.yml", WORKFLOW);
    repo.commit("2026-04-08T01:30:00Z", "Add the workflow");
    let outcome = Config::new("intunecd").gathered(&repo.tree());
    assert!(outcome.records().schedules.is_empty());
}

#[test]
fn before_and_after_pairs_are_restore_evidence() {
    let mut repo = Repo::with_backup("2026-04-01T01:00:00Z");
    repo.write("prod-restore/Settings Catalog/Baseline_mdm__dev-1.json", &policy("Baseline", 2));
    repo.write(
        "prod-restore/Filters/Corporate.json",
        &json!({ "displayName": "Corporate", "assignments": [] }).to_string(),
    );
    repo.write("prod-restore/Device Configurations/Lost_x.json", &named("Lost"));
    repo.write("prod-restore/Applications/Windows/App_Win32.json", &named("App"));
    repo.commit("2026-04-07T01:00:00Z", "Prepare the release");
    repo.write("prod-backup/Settings Catalog/Baseline_mdm__prod-9.json", &policy("Baseline", 2));
    repo.files.remove("prod-backup/Settings Catalog/Baseline_mdm.json");
    repo.commit("2026-04-07T02:00:00Z", "PRE Prod 2026.04.07");
    repo.write("prod-backup/Filters/Corporate.json", &named("Corporate"));
    repo.commit("2026-04-07T03:00:00Z", "POST Prod 2026.04.07");
    let config =
        Config::new("intunecd").with("restore_before", "^PRE Prod").with("restore_after", "^POST Prod");
    let outcome = config.with("restore_from", "prod-restore").gathered(&repo.tree());
    let [run] = outcome.records().runs.as_slice() else { panic!("one run") };
    let outcomes: BTreeMap<_, _> = run
        .results
        .as_ref()
        .unwrap()
        .items
        .iter()
        .map(|item| (item.label.as_deref().unwrap(), item.outcome.as_ref()))
        .collect();
    let expected = [
        ("App_Win32", "not_applied"),
        ("Baseline_mdm", "unchanged"),
        ("Corporate", "partially_applied"),
        ("Lost_x", "failed"),
    ];
    assert_eq!(outcomes, BTreeMap::from(expected));
    assert_eq!(outcome.at("/recovery_evidence/overview_state"), "weakened");
}

#[test]
fn a_restore_without_a_commit_after_it_needs_follow_up() {
    let mut repo = Repo::with_backup("2026-04-01T01:00:00Z");
    repo.write("README.md", "1");
    repo.commit("2026-04-02T02:00:00Z", "PRE Prod");
    let config = Config::new("intunecd").with("restore_before", "^PRE").with("restore_after", "^POST");
    let outcome = config.with("restore_from", "prod-restore").gathered(&repo.tree());
    assert_eq!(outcome.at("/restore_attention/0/state"), "completed_with_follow_up");
    assert_eq!(outcome.at("/recovery_evidence/overview_state"), "weakened");
}

#[test]
fn a_shallow_clone_is_never_calm() {
    let mut repo = Repo::with_backup("2026-04-01T01:00:00Z");
    repo.write("README.md", "1");
    let head = repo.commit("2026-04-08T02:00:00Z", "Change the readme");
    repo.history.cut(&head);
    let outcome = Config::new("intunecd").gathered(&repo.tree());
    assert_eq!(outcome.records().signals[0].key, "history_shallow");
}

#[test]
fn a_copy_of_the_files_does_not_say_when_it_was_made() {
    let tree =
        MemoryTree::new().with("Filters/A.json", named("A")).with("Settings Catalog/B.json", policy("B", 1));
    let outcome = Config::new("intunecd").gathered(&tree);
    assert_eq!(outcome.at("/backup_health/posture"), "absent");
    assert_eq!(outcome.records().signals[0].key, "backup_time_unknown");
    let dated = tree.with("as-built.md", "**Document updated on:** 08/04/2026 01:00:00");
    assert_eq!(Config::new("intunecd").gathered(&dated).at("/backup_health/posture"), "healthy");
}

#[test]
fn a_folder_that_is_no_backup_is_bad_news() {
    let mut repo = Repo::new();
    repo.write("src/main.rs", "fn main() {}");
    repo.commit("2026-04-08T01:00:00Z", "Start");
    let outcome = Config::new("intunecd").gathered(&repo.tree());
    assert_eq!(outcome.at("/backup_health/posture"), "absent");
    assert_eq!(outcome.records().signals[0].key, "source_unreadable");
}

#[test]
fn of_two_backups_that_of_production_counts_or_the_configured_one() {
    let build = |first: &str| {
        let mut repo = Repo::with_backup("2026-04-08T01:00:00Z");
        let as_other = |other: &str| {
            let files = repo.files.iter().map(|(path, bytes)| (path.replace("prod-", other), bytes.clone()));
            files.collect::<Vec<_>>()
        };
        repo.files = as_other("dev-").into_iter().chain(as_other(first)).collect();
        repo.commit("2026-04-08T02:00:00Z", "Backup");
        repo.tree()
    };
    let production = Config::new("intunecd").gathered(&build("prod-"));
    assert_eq!(production.at("/backup_health/posture"), "healthy");
    production.has_note("other_folders", None);
    let unclear = Config::new("intunecd").gathered(&build("test-"));
    assert_eq!(unclear.records().signals[0].key, "source_unreadable");
    let named = Config::new("intunecd").with("folder", "./dev-backup/").gathered(&build("test-"));
    assert_eq!(named.at("/backup_health/posture"), "healthy");
}

#[test]
fn a_backup_that_changed_only_its_report_confirms_the_one_before() {
    let build = || {
        let mut repo = Repo::with_backup("2026-04-01T01:00:00Z");
        let main = repo.head.clone().unwrap();
        for day in 2..=8 {
            repo.write("prod-backup/Assignment Report/report.json", &format!("[{day}]"));
            let id =
                repo.commit_onto(std::slice::from_ref(&main), &format!("2026-04-0{day}T01:00:00Z"), "Backup");
            repo.history.set_ref(&format!("origin/backup-{day}"), &id);
        }
        repo.history.set_head(&main);
        repo.history.set_ref("main", &main);
        repo.tree()
    };
    let merged_only = Config::new("intunecd").gathered(&build());
    let body = merged_only.records().signals[0].body.clone().unwrap();
    assert!(body.starts_with("7 newer backups are on branches that are not merged"), "{body}");
    let all = Config::new("intunecd").with("refs", "all").gathered(&build());
    let [set] = all.records().sets.as_slice() else { panic!("one set") };
    assert_eq!(set.confirmations.len(), 7);
}

#[test]
fn at_the_root_only_the_tools_folders_are_the_backup() {
    let mut repo = Repo::new();
    repo.write("Filters/A.json", &named("A"));
    repo.write("Settings Catalog/B.json", &policy("B", 1));
    repo.write("md2pdf/htmlconfig.json", "{}");
    repo.write(".vscode/settings.json", "{}");
    repo.commit("2026-04-08T01:00:00Z", "Backup");
    let outcome = Config::new("intunecd").gathered(&repo.tree());
    assert_eq!(outcome.at("/backup_health/quality/total_items"), 2);
}
