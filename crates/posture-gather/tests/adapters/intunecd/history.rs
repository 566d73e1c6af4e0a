//! Which commits are backups, and which folder is the backup.

use posture_core::Timestamp;
use posture_gather::MemoryTree;

use super::repo::{Repo, named, policy};
use crate::support::Config;

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
fn newer_backups_on_unmerged_branches_are_counted_and_named() {
    let build = || {
        let changed = |day| named(&format!("Corporate {day}"));
        let repo = Repo::with_backup("2026-04-01T01:00:00Z");
        repo.with_unmerged(2..=8, "prod-backup/Filters/Corporate.json", changed).tree()
    };
    let merged_only = Config::new("intunecd").gathered(&build());
    assert_eq!(merged_only.at("/backup_health/posture"), "stale");
    let signal = &merged_only.records().signals[0];
    assert_eq!(signal.key, "backups_not_merged");
    let body = "7 newer backups are on branches that are not merged: origin/backup-2, origin/backup-3, \
                origin/backup-4, origin/backup-5, origin/backup-6 and 2 more. Merge them, or set refs = \"all\".";
    assert_eq!(signal.body.as_deref(), Some(body));
    let all = Config::new("intunecd").with("refs", "all").gathered(&build());
    assert_eq!(all.at("/backup_health/posture"), "healthy");
    assert_eq!(all.records().sets.len(), 8);
}

#[test]
fn a_merge_is_not_a_backup_itself() {
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
fn a_commit_of_documents_is_not_a_backup() {
    let mut repo = Repo::with_backup("2026-04-01T01:00:00Z");
    repo.write("prod-as-built.md", "# Intune");
    repo.write("prod-backup/Filters/docs/Corporate.md", "# Corporate");
    repo.commit("2026-04-08T01:00:00Z", "Intune config as-built");
    let outcome = Config::new("intunecd").gathered(&repo.tree());
    assert_eq!(outcome.at("/backup_health/posture"), "stale");
}

/// Some pipelines make a commit for each author of a change, within a second. The ids of commits must not decide which is the latest.
#[test]
fn the_commits_of_one_second_are_one_backup() {
    for content in ["1", "2", "3", "4", "5", "6", "7", "8"] {
        let mut repo = Repo::with_backup("2026-04-07T01:00:00Z");
        let (broken, at) = ("prod-backup/Settings Catalog/Broken_mdm.json", "2026-04-08T01:00:00Z");
        repo.write(broken, "{ cut");
        repo.write("README.md", content);
        repo.commit(at, "Change by Ana");
        repo.write(broken, &policy("Whole", 2));
        repo.commit(at, "Change by Ben");
        let outcome = Config::new("intunecd").gathered(&repo.tree());
        assert_eq!(outcome.at("/backup_health/posture"), "healthy");
        let names: Vec<_> = outcome.records().sets.iter().filter_map(|set| set.name.as_deref()).collect();
        assert_eq!(names.len(), 2, "{names:?}");
        assert!(names[1].ends_with("Change by Ben"), "{names:?}");
    }
}

#[test]
fn a_shallow_clone_is_never_calm() {
    let mut repo = Repo::with_backup("2026-04-01T01:00:00Z");
    repo.write("README.md", "1");
    let head = repo.commit("2026-04-08T02:00:00Z", "Change the readme");
    repo.history.cut(&head);
    let outcome = Config::new("intunecd").gathered(&repo.tree());
    assert_eq!(outcome.at("/backup_health/posture"), "absent", "the backup may be years old");
    let signal = &outcome.records().signals[0];
    assert_eq!((signal.key.as_ref(), signal.urgency.as_ref()), ("history_shallow", "high"));
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
fn a_folder_that_is_not_a_backup_is_bad_news() {
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

/// GA-7: a rename is not a backup; whoever knows the repository knows that nothing was captured then.
#[test]
fn a_backup_that_moved_to_another_folder_is_as_old_as_before() {
    let mut repo = Repo::with_backup("2026-04-01T01:00:00Z");
    repo.rename("prod-backup", "m365/intune");
    repo.write("README.md", "The backup is in m365/intune now.");
    repo.commit("2026-04-08T02:00:00Z", "Rename the folder");
    let outcome = Config::new("intunecd").gathered(&repo.tree());
    assert_eq!(outcome.at("/backup_health/posture"), "stale");
    assert_eq!(outcome.at("/backup_health/latest_relevant_completed_at"), "2026-04-01T01:00:00Z");
    assert_eq!(outcome.at("/backup_health/quality/total_items"), 3);
    outcome.has_note("former_folder", None);
}

/// The first backup of a tenant that is set up like another is not the other's, moved.
#[test]
fn an_equal_backup_next_to_another_is_a_backup_of_its_own() {
    let mut repo = Repo::with_backup("2026-04-01T01:00:00Z");
    let copies: Vec<_> = repo
        .files
        .iter()
        .map(|(path, bytes)| (path.replace("prod-backup", "dev-backup"), bytes.clone()))
        .collect();
    repo.files.extend(copies);
    repo.commit("2026-04-08T02:00:00Z", "Intune config backup");
    let outcome = Config::new("intunecd").with("folder", "dev-backup").gathered(&repo.tree());
    assert_eq!(outcome.at("/backup_health/posture"), "healthy");
    assert_eq!(outcome.records().sets.len(), 1);
}

#[test]
fn a_move_that_also_changes_an_item_is_a_backup() {
    let mut repo = Repo::with_backup("2026-04-01T01:00:00Z");
    repo.rename("prod-backup", "backup");
    repo.write("backup/Filters/New.json", &named("New"));
    repo.commit("2026-04-08T02:00:00Z", "Intune config backup");
    let outcome = Config::new("intunecd").gathered(&repo.tree());
    assert_eq!(outcome.at("/backup_health/posture"), "healthy");
}

#[test]
fn a_backup_that_moved_from_the_root_is_as_old_as_before() {
    let mut repo = Repo::new();
    repo.write("Filters/A.json", &named("A"));
    repo.write("Settings Catalog/B.json", &policy("B", 1));
    repo.write("README.md", "Backup of Contoso");
    repo.commit("2026-04-01T01:00:00Z", "Backup");
    let files = std::mem::take(&mut repo.files);
    let moved = |(path, bytes): (String, Vec<u8>)| {
        let is_kept = path == "README.md";
        (if is_kept { path } else { format!("backup/{path}") }, bytes)
    };
    repo.files = files.into_iter().map(moved).collect();
    repo.commit("2026-04-08T02:00:00Z", "Tidy up");
    let outcome = Config::new("intunecd").gathered(&repo.tree());
    assert_eq!(outcome.at("/backup_health/latest_relevant_completed_at"), "2026-04-01T01:00:00Z");
}

#[test]
fn a_backup_that_is_only_on_a_branch_is_found_with_refs_and_named_without() {
    let build = || {
        let mut repo = Repo::new();
        repo.write("README.md", "Pipelines");
        let main = repo.commit("2026-04-01T01:00:00Z", "Start");
        repo.write("prod-backup/Settings Catalog/Baseline_mdm.json", &policy("Baseline", 2));
        repo.write("prod-backup/Filters/Corporate.json", &named("Corporate"));
        let backup = repo.commit("2026-04-08T01:00:00Z", "Intune config backup");
        repo.history.set_ref("backups", &backup);
        repo.history.set_ref("main", &main);
        repo.history.set_head(&main);
        repo.files.retain(|path, _| path == "README.md");
        repo.tree()
    };
    let default = Config::new("intunecd").gathered(&build());
    assert_eq!(default.at("/backup_health/posture"), "absent");
    let body = default.records().signals[0].body.clone().unwrap();
    assert!(body.contains("\"backups\"") && body.contains("refs"), "{body}");
    for refs in ["backups", "all"] {
        let outcome = Config::new("intunecd").with("refs", refs).gathered(&build());
        assert_eq!(outcome.at("/backup_health/posture"), "healthy", "{refs}");
    }
    let misspelt = Config::new("intunecd").with("refs", "backup").gathered(&build());
    let body = misspelt.records().signals[0].body.clone().unwrap();
    assert!(body.contains("Did you mean backups?"), "{body}");
}

#[test]
fn a_backup_that_was_removed_is_bad_news() {
    let mut repo = Repo::with_backup("2026-04-08T01:00:00Z");
    repo.files.retain(|path, _| path == "README.md");
    repo.commit("2026-04-08T02:00:00Z", "Remove the backup");
    let outcome = Config::new("intunecd").with("folder", "prod-backup").gathered(&repo.tree());
    assert!(outcome.has_signal("source_unreadable"));
    assert!(!outcome.is_calm());
}

/// Pipelines empty the folder before each backup, so a type that could not be read is deleted, not archived.
#[test]
fn a_type_whose_files_were_all_deleted_is_noted() {
    let mut repo = Repo::with_backup("2026-04-07T01:00:00Z");
    repo.files.remove("prod-backup/Compliance Policies/Policies/Windows_windows10CompliancePolicy.json");
    repo.commit("2026-04-08T01:00:00Z", "Intune config backup");
    let outcome = Config::new("intunecd").gathered(&repo.tree());
    let notes = outcome.notes();
    let note = notes.iter().find(|note| note.code == "deleted_type").unwrap();
    assert!(note.message.contains("Compliance Policies/Policies"), "{}", note.message);
}

#[test]
fn a_commit_dated_in_the_future_does_not_hide_the_present() {
    let mut repo = Repo::with_backup("2026-04-01T01:00:00Z");
    repo.write("prod-backup/Filters/Corporate.json", &named("Changed"));
    repo.commit("2030-01-01T00:00:00Z", "Intune config backup");
    let outcome = Config::new("intunecd").gathered(&repo.tree());
    assert_eq!(outcome.at("/backup_health/posture"), "stale");
    outcome.has_note("future_commits", None);
}

#[test]
fn commits_that_change_nothing_confirm_nothing() {
    let mut repo = Repo::with_backup("2026-04-01T01:00:00Z");
    for day in 2..=8 {
        repo.commit(&format!("2026-04-0{day}T01:00:00Z"), "Intune config backup");
    }
    let outcome = Config::new("intunecd").gathered(&repo.tree());
    assert_eq!(outcome.at("/backup_health/posture"), "stale");
    assert_eq!(outcome.records().sets.len(), 1);
}

#[test]
fn the_folder_of_a_tenant_may_hold_its_backup_in_a_folder_of_its_own() {
    let mut repo = Repo::with_backup("2026-04-08T01:00:00Z");
    repo.rename("prod-backup", "tenants/contoso/intune");
    repo.write("tenants/fabrikam/intune/Filters/A.json", &named("A"));
    repo.write("tenants/fabrikam/intune/Conditional Access/MFA.json", "{\"displayName\": \"MFA\"}");
    repo.commit("2026-04-08T02:00:00Z", "Backup");
    let config = Config::new("intunecd").with("folder", "tenants/fabrikam");
    let outcome = config.gathered(&repo.tree());
    let items = outcome.records().sets.iter().find_map(|set| set.items.clone()).unwrap();
    let types: Vec<_> = items.iter().map(|item| item.policy_type.clone().unwrap()).collect();
    assert_eq!(types, ["Conditional Access", "Filters"]);
    assert!(outcome.is_claimed_healthy());
}

#[test]
fn of_folders_with_dates_the_newest_counts() {
    let mut repo = Repo::with_backup("2026-04-06T01:00:00Z");
    repo.rename("prod-backup", "backups/2026-04-06");
    repo.commit("2026-04-06T02:00:00Z", "Backup");
    let kept = repo.files.clone();
    repo.rename("2026-04-06", "2026-04-08");
    repo.files.extend(kept);
    repo.commit("2026-04-08T01:00:00Z", "Backup");
    let outcome = Config::new("intunecd").gathered(&repo.tree());
    assert_eq!(outcome.posture(), "healthy");
    outcome.has_note("backup_folder", Some("backups/2026-04-08"));
}

#[test]
fn a_folder_with_a_later_date_in_place_of_another_is_a_backup() {
    let mut repo = Repo::with_backup("2026-04-06T01:00:00Z");
    repo.rename("prod-backup", "2026-04-06");
    repo.commit("2026-04-06T02:00:00Z", "Backup");
    repo.rename("2026-04-06", "2026-04-08");
    repo.commit("2026-04-08T01:00:00Z", "Backup");
    let outcome = Config::new("intunecd").gathered(&repo.tree());
    assert_eq!(outcome.at("/backup_health/latest_relevant_completed_at"), "2026-04-08T01:00:00Z");
}

#[test]
fn a_merge_that_mixes_two_backups_is_noted() {
    let mut repo = Repo::with_backup("2026-04-01T01:00:00Z");
    let main = repo.head.clone().unwrap();
    repo.write("prod-backup/Filters/A.json", &named("A"));
    let one = repo.commit_onto(std::slice::from_ref(&main), "2026-04-08T01:00:00Z", "Backup");
    repo.files.remove("prod-backup/Filters/A.json");
    repo.write("prod-backup/Filters/B.json", &named("B"));
    let other = repo.commit_onto(&[main], "2026-04-08T02:00:00Z", "Backup");
    repo.write("prod-backup/Filters/A.json", &named("A"));
    repo.commit_onto(&[one, other], "2026-04-08T03:00:00Z", "Merge");
    let outcome = Config::new("intunecd").gathered(&repo.tree());
    assert_eq!(outcome.records().sets.len(), 3, "the merge is none");
    let notes = outcome.notes();
    let note = notes.iter().find(|note| note.code == "merges").unwrap();
    assert!(note.message.starts_with("1 merge commit mixes"), "{}", note.message);
}

/// A branch that still has the backup in its former folder may have a newer one.
#[test]
fn a_newer_backup_on_a_branch_with_the_former_folder_is_named() {
    let mut repo = Repo::with_backup("2026-04-01T01:00:00Z");
    let before = repo.head.clone().unwrap();
    repo.write("prod-backup/Filters/New.json", &named("New"));
    let branch = repo.commit_onto(std::slice::from_ref(&before), "2026-04-08T01:00:00Z", "Backup");
    repo.files.remove("prod-backup/Filters/New.json");
    repo.rename("prod-backup", "intune");
    repo.commit_onto(&[before], "2026-04-02T01:00:00Z", "Rename the folder");
    repo.history.set_ref("origin/backup", &branch);
    let outcome = Config::new("intunecd").gathered(&repo.tree());
    assert_eq!(outcome.posture(), "stale");
    let signal = outcome.records().signals.iter().find(|signal| signal.key == "backups_not_merged").unwrap();
    let body = "newer backups are on";
    assert!(!signal.body.as_deref().unwrap().contains(body), "there is one");
    assert_eq!(
        signal.body.as_deref(),
        Some(
            "1 newer backup is on a branch that is not merged: origin/backup. Merge them, or set refs = \"all\"."
        )
    );
}

#[test]
fn backups_older_than_stated_are_left_out_except_the_newest_two() {
    let mut repo = Repo::with_backup("2026-03-01T01:00:00Z");
    for (day, name) in [(2, "A"), (3, "B")] {
        repo.write(&format!("prod-backup/Filters/{name}.json"), &named(name));
        repo.commit(&format!("2026-03-0{day}T01:00:00Z"), "Backup");
    }
    let kept = |config: Config<'_>| config.gathered(&repo.clone().tree()).records().sets.len();
    let days = |days: u64| Config::new("intunecd").with("history_days", days);
    assert_eq!((kept(Config::new("intunecd")), kept(days(10)), kept(days(40))), (3, 2, 3));
}

/// A document that is left in the folder of a type is not an item of it.
#[test]
fn a_type_of_which_only_a_document_is_left_is_noted() {
    let mut repo = Repo::with_backup("2026-04-07T01:00:00Z");
    repo.write("prod-backup/Filters/README.md", "Filters");
    repo.commit("2026-04-07T02:00:00Z", "Document");
    repo.files.remove("prod-backup/Filters/Corporate.json");
    repo.commit("2026-04-08T01:00:00Z", "Backup");
    Config::new("intunecd").gathered(&repo.tree()).has_note("deleted_type", None);
}
