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
