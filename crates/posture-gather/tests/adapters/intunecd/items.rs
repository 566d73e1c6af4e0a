//! The items of a backup.

use super::repo::{Repo, named, policy};
use crate::support::Config;

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

/// GA-2: names and ids may both have two underscores.
#[test]
fn an_id_in_the_name_of_a_file_begins_after_the_name_in_the_content() {
    let mut repo = Repo::new();
    repo.write("backup/Filters/Win__Kiosk__0f__1.json", &named("Win__Kiosk"));
    repo.write("backup/Settings Catalog/Win__Baseline_mdm.json", &policy("Win__Baseline", 1));
    repo.commit("2026-04-08T01:00:00Z", "Backup");
    let outcome = Config::new("intunecd").gathered(&repo.tree());
    let items = outcome.records().sets[0].items.as_ref().unwrap();
    let ids: Vec<_> = items.iter().map(|item| item.policy_identifier.as_deref()).collect();
    assert_eq!(ids, [Some("0f__1"), None]);
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
