//! Lists of runs, schedules and what confirms a backup on a quiet day.

use posture_core::Timestamp;
use posture_gather::ObjectId;
use serde_json::{Value, json};

use super::repo::{Repo, named};
use crate::support::Config;

fn run(id: u64, at: &str, conclusion: &str, head: &ObjectId) -> Value {
    let ended = at.replace(":00Z", ":59Z");
    json!({
        "databaseId": id, "event": "schedule", "status": "completed", "conclusion": conclusion, "createdAt": at,
        "startedAt": at, "updatedAt": ended, "headSha": head.as_str(), "workflowName": "Backup"
    })
}

const WORKFLOW: &str = "name: Backup\non:\n  schedule:\n    - cron: '0 1 * * *'\njobs:\n  backup:\n    steps:\n      - run: IntuneCD-startbackup --mode=1\n";

#[test]
fn quiet_days_are_confirmed_by_successful_runs_and_by_nothing_else() {
    let mut repo = Repo::with_backup("2026-04-01T01:00:30Z");
    repo.write(".github/workflows/backup.yml", WORKFLOW);
    let head = repo.commit("2026-04-01T02:00:00Z", "Add the workflow");
    let runs = json!([
        run(3, "2026-04-08T01:00:00Z", "success", &head),
        run(2, "2026-04-07T01:00:00Z", "success", &head)
    ]);
    let outcome = Config::new("intunecd").gathered(&repo.next_to("runs.json", runs.to_string()).tree());
    let [set] = outcome.records().sets.as_slice() else { panic!("one set") };
    let at = |text| Timestamp::parse(text).unwrap().into();
    assert_eq!(set.confirmations, [at("2026-04-07T01:00:59Z"), at("2026-04-08T01:00:59Z")]);
    let [schedule] = outcome.records().schedules.as_slice() else { panic!("one schedule") };
    assert_eq!(
        (schedule.frequency.as_ref(), schedule.last_run_status.as_deref()),
        ("daily", Some("success"))
    );
}

/// Some pipelines make a commit for each author of a change. Only the last of a run holds all of the backup.
#[test]
fn the_commits_of_one_run_are_one_backup() {
    let mut repo = Repo::with_backup("2026-04-01T01:00:30Z");
    repo.write(".github/workflows/backup.yml", WORKFLOW);
    let head = repo.commit("2026-04-01T02:00:00Z", "Add the workflow");
    for (second, author) in [(20, "Ada"), (25, "Grace"), (40, "Linus")] {
        repo.write(&format!("prod-backup/Filters/{author}.json"), &named(author));
        repo.commit(&format!("2026-04-08T01:00:{second}Z"), &format!("2026.04.08_01.00 -- {author}"));
    }
    let sets = |runs: Value| {
        let outcome =
            Config::new("intunecd").gathered(&repo.clone().next_to("runs.json", runs.to_string()).tree());
        assert_eq!(outcome.posture(), "healthy");
        outcome.records().sets.iter().map(|set| set.name.clone().unwrap().to_string()).collect::<Vec<_>>()
    };
    let known = sets(json!([run(2, "2026-04-08T01:00:00Z", "success", &head)]));
    assert!(known.len() == 2 && known[1].contains("Linus"), "{known:?}");
    // A list that does not have the run says nothing about its commits.
    assert_eq!(sets(json!([run(1, "2026-04-07T01:00:00Z", "success", &head)])).len(), 4);
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
    let outcome = Config::new("intunecd").gathered(&repo.next_to("runs.json", runs).tree());
    assert!(outcome.records().sets.iter().all(|set| set.confirmations.is_empty()));
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
fn a_failed_run_after_the_backup_is_a_failed_set() {
    let mut repo = Repo::with_backup("2026-04-08T01:00:30Z");
    let head = repo.head.clone().unwrap();
    repo.write("README.md", "changed");
    repo.commit("2026-04-08T01:30:00Z", "Change the readme");
    let runs = json!([run(2, "2026-04-08T05:00:00Z", "failure", &head)]).to_string();
    let outcome = Config::new("intunecd").gathered(&repo.next_to("runs.json", runs).tree());
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
    let outcome = Config::new("intunecd").gathered(&repo.next_to("runs.json", runs.to_string()).tree());
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
    let unnamed = Config::new("intunecd").gathered(&repo().next_to("runs.json", runs.clone()).tree());
    assert_eq!(unnamed.records().signals[0].key, "runs_ambiguous");
    assert!(unnamed.records().sets[0].confirmations.is_empty());
    let named = Config::new("intunecd")
        .with("workflow", "backup")
        .gathered(&repo().next_to("runs.json", runs).tree());
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
    let outcome = Config::new("intunecd").gathered(&repo.next_to("runs.json", runs).tree());
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
fn a_backup_that_changed_only_its_report_confirms_the_one_before() {
    let build = || {
        let repo = Repo::with_backup("2026-04-01T01:00:00Z");
        repo.with_unmerged(2..=8, "prod-backup/Assignment Report/report.json", |day| format!("[{day}]"))
            .tree()
    };
    let merged_only = Config::new("intunecd").gathered(&build());
    let body = merged_only.records().signals[0].body.clone().unwrap();
    assert!(body.starts_with("7 newer backups are on branches that are not merged"), "{body}");
    let all = Config::new("intunecd").with("refs", "all").gathered(&build());
    let [set] = all.records().sets.as_slice() else { panic!("one set") };
    assert_eq!(set.confirmations.len(), 7);
}

/// Each author's commit is a part of one backup. What one of them emptied is missing from the whole.
#[test]
fn a_type_that_one_commit_of_a_second_archived_makes_the_backup_partial() {
    let at = "2026-04-08T01:00:00Z";
    let backup = |is_written_again: bool| {
        let mut repo = Repo::with_backup("2026-04-07T01:00:00Z");
        let filter = repo.files.remove("prod-backup/Filters/Corporate.json").unwrap();
        repo.write("prod-backup/__archive__/2026-04-08_01-00-00/Corporate.json", &filter);
        repo.commit(at, "Change by Ana");
        if is_written_again {
            repo.write("prod-backup/Filters/New.json", &named("New"));
        }
        repo.write("prod-backup/Settings Catalog/Baseline_mdm.json", &named("Baseline"));
        repo.commit(at, "Change by Ben");
        let outcome = Config::new("intunecd").gathered(&repo.tree());
        assert_eq!(outcome.records().sets.len(), 2);
        outcome.posture().to_owned()
    };
    assert_eq!(backup(false), "degraded");
    assert_eq!(backup(true), "healthy");
}

#[test]
fn of_several_workflows_the_one_whose_file_runs_the_backup_counts() {
    let list = |word: &str, file: &str| {
        let mut repo = Repo::with_backup("2026-04-01T01:00:30Z");
        repo.write(".github/workflows/backup.yml", file);
        repo.write(".github/workflows/release.yml", "name: Release\njobs: {}\n");
        let head = repo.commit("2026-04-01T02:00:00Z", "Add the workflows");
        let named = |id: u64, name: &str| {
            let mut run = run(id, "2026-04-08T01:00:00Z", "success", &head);
            run["workflowName"] = name.into();
            run
        };
        let runs = json!([named(1, "Release"), named(2, word)]).to_string();
        let outcome = Config::new("intunecd").gathered(&repo.next_to("runs.json", runs).tree());
        (outcome.has_signal("runs_ambiguous"), outcome.records().sets[0].confirmations.len())
    };
    assert_eq!(list("Backup", WORKFLOW), (false, 1));
    let nameless = WORKFLOW.replace("name: Backup\n", "");
    assert_eq!(list(".github/workflows/backup.yml", &nameless), (false, 1), "GitHub names it by its path");
    assert_eq!(list("Backup", &nameless), (true, 0));
}

#[test]
fn results_of_azure_pipelines_have_their_words() {
    for (status, result, word, failed) in [
        ("completed", "succeeded", "success", 0),
        ("completed", "failed", "failed", 1),
        ("completed", "partiallySucceeded", "failed", 1),
        ("completed", "canceled", "canceled", 0),
        ("completed", "newWord", "newword", 1),
        ("inProgress", "", "running", 0),
        ("notStarted", "", "running", 0),
        ("newWord", "", "newword", 1),
    ] {
        let mut repo = Repo::with_backup("2026-04-07T01:00:30Z");
        repo.write(
            "azure-pipelines.yml",
            "schedules:\n- cron: '0 1 * * *'\n  always: true\nsteps:\n- script: IntuneCD-startbackup\n",
        );
        let head = repo.commit("2026-04-07T02:00:00Z", "Add the pipeline");
        let runs = json!([{
            "id": 1, "definition": { "name": "backup" }, "status": status, "result": result, "reason": "schedule",
            "startTime": "2026-04-08T01:00:00Z", "finishTime": "2026-04-08T01:05:00Z", "sourceVersion": head.as_str(),
        }]);
        let outcome = Config::new("intunecd").gathered(&repo.next_to("runs.json", runs.to_string()).tree());
        let [schedule] = outcome.records().schedules.as_slice() else { panic!("one schedule") };
        assert_eq!(schedule.last_run_status.as_deref(), Some(word), "{status} {result}");
        let sets = &outcome.records().sets;
        assert_eq!(sets.iter().filter(|set| set.status == "failed").count(), failed, "{status} {result}");
        let confirmations: usize = sets.iter().map(|set| set.confirmations.len()).sum();
        assert_eq!(confirmations, usize::from(word == "success"), "{status} {result}");
    }
}

#[test]
fn a_list_without_a_run_is_bad_news_unless_it_is_empty() {
    let of = |list: Value| {
        let repo = Repo::with_backup("2026-04-08T01:00:30Z").next_to("runs.json", list.to_string());
        Config::new("intunecd").gathered(&repo.tree())
    };
    for list in [json!([{ "x": 1 }]), json!({ "x": [] }), json!("x")] {
        let outcome = of(list);
        assert!(outcome.has_signal("runs_unreadable") && !outcome.is_calm());
    }
    assert!(of(json!([])).records().signals.is_empty());
    // A file that the configuration names must be there.
    let outcome = Config::new("intunecd")
        .with("runs", "list.json")
        .gathered(&Repo::with_backup("2026-04-08T01:00:30Z").tree());
    assert!(outcome.has_signal("runs_unreadable"));
}

/// A successful run confirms the newest backup only if it ended after it, and started from its content.
#[test]
fn a_run_that_ended_before_the_backup_or_began_elsewhere_confirms_nothing() {
    let confirmed = |at: &str, head: &str| {
        let mut repo = Repo::with_backup("2026-04-07T01:00:30Z");
        let first = repo.head.clone().unwrap();
        repo.write("prod-backup/Filters/New.json", &named("New"));
        let newest = repo.commit("2026-04-08T01:00:30Z", "Intune config backup");
        let head = match head {
            "first" => first,
            "newest" => newest,
            other => ObjectId::new(other),
        };
        let runs = json!([run(1, at, "success", &head)]).to_string();
        let outcome = Config::new("intunecd").gathered(&repo.next_to("runs.json", runs).tree());
        let has_unknown = outcome.notes().iter().any(|note| note.code == "unknown_heads");
        (outcome.records().sets.iter().map(|set| set.confirmations.len()).sum::<usize>(), has_unknown)
    };
    assert_eq!(confirmed("2026-04-08T05:00:00Z", "newest"), (1, false));
    assert_eq!(confirmed("2026-04-08T05:00:00Z", "first"), (0, false));
    assert_eq!(confirmed("2026-04-08T00:30:00Z", "newest"), (0, false), "it ended before the backup");
    assert_eq!(confirmed("2026-04-08T01:00:00Z", "newest"), (0, false), "it wrote the backup");
    assert_eq!(confirmed("2026-04-08T05:00:00Z", "0123456789"), (0, true));
}

#[test]
fn results_of_github_have_their_words_and_the_schedule_its_days() {
    for (status, conclusion, word) in [
        ("completed", "failure", "failed"),
        ("completed", "startup_failure", "failed"),
        ("completed", "cancelled", "canceled"),
        ("completed", "skipped", "skipped"),
        ("in_progress", "", "running"),
    ] {
        let mut repo = Repo::with_backup("2026-04-07T01:00:30Z");
        repo.write(".github/workflows/backup.yml", &WORKFLOW.replace("0 1 * * *", "0 1 * * 1-5"));
        let head = repo.commit("2026-04-07T02:00:00Z", "Add the workflow");
        let mut run = run(1, "2026-04-08T01:00:00Z", conclusion, &head);
        run["status"] = status.into();
        let outcome =
            Config::new("intunecd").gathered(&repo.next_to("runs.json", json!([run]).to_string()).tree());
        let [schedule] = outcome.records().schedules.as_slice() else { panic!("one schedule") };
        assert_eq!(schedule.last_run_status.as_deref(), Some(word), "{status} {conclusion}");
        assert_eq!((&*schedule.frequency, &schedule.days_of_week[..]), ("weekly", &[1, 2, 3, 4, 5][..]));
    }
}

/// One key that only Azure has suffices, as a run that waits has neither a result nor an end.
#[test]
fn a_list_of_azure_is_known_by_any_of_its_keys() {
    for key in ["queueTime", "finishTime", "result"] {
        let run = json!([{ "id": 1, "status": "inProgress", "definition": { "name": "backup" }, key: "2026-04-08T01:00:00Z" }]);
        let repo = Repo::with_backup("2026-04-07T01:00:30Z").next_to("runs.json", run.to_string());
        let outcome = Config::new("intunecd").gathered(&repo.tree());
        assert_eq!(outcome.records().sets.len(), 1, "a run that is not over has not failed: {key}");
    }
}

#[test]
fn only_files_near_the_root_and_outside_the_backup_are_pipelines() {
    let mut repo = Repo::with_backup("2026-04-07T01:00:30Z");
    repo.write(".github/workflows/backup.yml", WORKFLOW);
    for copy in ["prod-backup/Scripts/backup.yml", "a/b/c/d/backup.yml"] {
        repo.write(copy, WORKFLOW);
    }
    let head = repo.commit("2026-04-07T02:00:00Z", "Add the workflow");
    let runs = json!([run(1, "2026-04-08T01:00:00Z", "success", &head)]).to_string();
    let outcome = Config::new("intunecd").gathered(&repo.next_to("runs.json", runs).tree());
    assert_eq!(outcome.records().schedules.len(), 1);
}
