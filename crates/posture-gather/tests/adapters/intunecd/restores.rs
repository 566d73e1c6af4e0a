//! Restore evidence from pairs of commits.

use std::collections::BTreeMap;

use serde_json::json;

use super::repo::{Repo, named, policy};
use crate::support::Config;

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
    let items = &run.results.as_ref().unwrap().items;
    let corporate = items.iter().find(|item| item.label.as_deref() == Some("Corporate")).unwrap();
    assert_eq!(corporate.reason.as_deref(), Some("Its assignments differ after the restore."));
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

/// Nothing to compare is not a success.
#[test]
fn a_restore_from_a_folder_that_is_not_there_has_no_outcome_that_anybody_can_read() {
    let mut repo = Repo::with_backup("2026-04-01T01:00:00Z");
    repo.write("README.md", "1");
    repo.commit("2026-04-07T02:00:00Z", "PRE Prod");
    repo.write("README.md", "2");
    repo.commit("2026-04-07T03:00:00Z", "POST Prod");
    let config = Config::new("intunecd").with("restore_before", "^PRE").with("restore_after", "^POST");
    let outcome = config.with("restore_from", "prod-restore").gathered(&repo.tree());
    assert_eq!(outcome.at("/restore_attention/0/causes"), json!(["outcomes_unread"]));
    assert_ne!(outcome.recovery(), "no_recent_issues_visible");
}

#[test]
fn the_keys_of_restores_belong_together_and_must_match_commits() {
    for (keys, is_partly) in
        [(&["restore_before"][..], true), (&["restore_after", "restore_from"], true), (&[], false)]
    {
        let config = keys.iter().fold(Config::new("intunecd"), |config, key| config.with(key, "x"));
        let outcome = config.gathered(&Repo::with_backup("2026-04-08T01:00:00Z").tree());
        assert_eq!(outcome.has_signal("restores_unread"), is_partly, "{keys:?}");
    }
    let config = Config::new("intunecd").with("restore_before", "^PRE").with("restore_after", "^POST");
    let outcome =
        config.with("restore_from", "x").gathered(&Repo::with_backup("2026-04-08T01:00:00Z").tree());
    outcome.has_note("no_restores", None);
}

#[test]
fn a_restore_that_was_started_again_or_has_no_start_is_noted() {
    let mut repo = Repo::with_backup("2026-04-01T01:00:00Z");
    for (hour, subject) in [(1, "POST Prod"), (2, "PRE Prod"), (3, "PRE Prod"), (4, "POST Prod")] {
        repo.write("README.md", subject);
        repo.commit(&format!("2026-04-07T0{hour}:00:00Z"), subject);
    }
    let config = Config::new("intunecd").with("restore_before", "^PRE").with("restore_after", "^POST");
    let outcome = config.with("restore_from", "prod-restore").gathered(&repo.tree());
    let runs: Vec<_> =
        outcome.records().runs.iter().map(|run| (&*run.status, run.started_at.is_some())).collect();
    assert_eq!(runs, [("completed", false), ("end_not_recorded", true), ("completed", true)]);
    let unfinished = &outcome.records().runs[1].results.as_ref().unwrap().items[0];
    assert_eq!(unfinished.outcome, "end_not_recorded");
    assert!(unfinished.reason.as_deref().unwrap().ends_with("but no commit after it ends it."));
    outcome.has_note("restore_without_before", None);
    outcome.has_note("restore_without_after", None);
}
