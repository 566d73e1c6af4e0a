//! IntuneBackupAndRestore: folders by type with assignments next to them.

use posture_gather::MemoryTree;
use serde_json::json;

use crate::support::{Config, Outcome, tree, utf16};

const ROOT: &str = "2026-04-08";

fn files() -> Vec<(String, Vec<u8>)> {
    let policy = |id: &str, name: &str| utf16(&json!({ "id": id, "displayName": name }).to_string());
    let assignments = || utf16(&json!([{ "target": {} }]).to_string());
    [
        ("Device Configurations/Wi-Fi.json", policy("1", "Wi-Fi")),
        ("Device Configurations/Assignments/Wi-Fi.json", assignments()),
        ("Client Apps/win32LobApp_7-Zip.json", policy("2", "7-Zip")),
        ("Client Apps/Assignments/2 - 7-Zip.json", assignments()),
        ("Device Management Scripts/Map drives.json", policy("3", "Map drives")),
        ("Device Management Scripts/Assignments/Map drives.json", assignments()),
        ("Device Management Scripts/Script Content/Map drives.ps1", b"net use".to_vec()),
    ]
    .into_iter()
    .map(|(path, bytes)| (format!("{ROOT}/{path}"), bytes))
    .collect()
}

fn gathered(files: Vec<(String, Vec<u8>)>) -> Outcome {
    Config::new("intunebackup").gathered(&tree(files))
}

#[test]
fn items_with_their_assignments_in_utf_16_are_clean() {
    let outcome = gathered(files());
    assert_eq!(outcome.posture(), "healthy");
    assert!(outcome.is_claimed_healthy());
    assert_eq!(outcome.tenant("/backup_health/quality/total_items"), &json!(3));
    assert_eq!(outcome.tenant("/backup_health/latest_relevant_completed_at"), &json!("2026-04-08T00:00:00Z"));
    assert_eq!(outcome.recovery(), "unvalidated");
}

#[test]
fn an_item_without_an_assignment_file_is_unknown() {
    let mut files = files();
    files.remove(1);
    let items = gathered(files).gathered.records.sets[0].items.clone().unwrap();
    let wifi = items.iter().find(|item| item.display_name.as_deref() == Some("Wi-Fi")).unwrap();
    assert_eq!(wifi.metadata.as_ref().unwrap().assignment_capture.as_deref(), Some("unknown"));
}

#[test]
fn intents_are_items_whose_assignments_the_tool_never_captures() {
    let mut files = files();
    let intent = json!({ "displayName": "Firewall", "settingsDelta": [] }).to_string();
    files.push((format!("{ROOT}/Device Management Intents/Windows Firewall/1_Firewall.json"), intent.into()));
    let outcome = gathered(files);
    assert_eq!(outcome.posture(), "degraded");
    assert_eq!(outcome.quality("assignments_not_captured"), 1);
}

#[test]
fn a_broken_file_is_one_degraded_item_and_lost_assignments_are_a_note() {
    let mut files = files();
    files[0].1 = b"not json".to_vec();
    let outcome = gathered(files);
    assert_eq!(outcome.tenant("/backup_health/quality/degraded_items"), &json!(1));
    outcome.has_note("unreadable_file", Some("2026-04-08/Device Configurations/Wi-Fi.json"));
    outcome.has_note("assignments_without_item", Some(ROOT));
}

#[test]
fn an_administrative_template_is_a_list_of_its_settings() {
    let mut files = files();
    let setting = json!({ "enabled": true, "definition@odata.bind": "https://graph.microsoft.com/beta/x" });
    let folder = format!("{ROOT}/Administrative Templates");
    // PowerShell writes a list of one entry as that entry.
    files.push((format!("{folder}/Edge.json"), utf16(&json!([setting, setting]).to_string())));
    files.push((format!("{folder}/Office.json"), utf16(&setting.to_string())));
    for name in ["Edge", "Office"] {
        files.push((format!("{folder}/Assignments/{name}.json"), utf16("[{}]")));
    }
    let outcome = gathered(files.clone());
    assert_eq!(outcome.posture(), "healthy");
    assert_eq!(outcome.tenant("/backup_health/quality/total_items"), &json!(5));
    assert!(outcome.is_claimed_healthy());
    // Without settings, the tool writes an empty file, from which nothing can be restored.
    files.push((format!("{folder}/Empty.json"), utf16("")));
    let outcome = gathered(files);
    assert_eq!(outcome.tenant("/backup_health/quality/degraded_items"), &json!(1));
}

/// GA-2: a folder that cannot be read may be a whole type, so what is left does not look whole.
#[test]
fn a_folder_that_the_shell_cannot_read_is_never_calm() {
    let note = posture_gather::Note {
        severity: posture_gather::Severity::Error,
        code: "unreadable_folder",
        path: Some("2026-04-08/Client Apps".to_owned()),
        message: "The folder cannot be read: Permission denied.".to_owned(),
    };
    let policy = r#"{ "displayName": "A" }"#;
    let tree = MemoryTree::new()
        .with("2026-04-08/Settings Catalog/A.json", policy)
        .with("2026-04-08/Settings Catalog/Assignments/A.json", "[]")
        .with_note(note);
    let outcome = Config::new("intunebackup").gathered(&tree);
    assert!(outcome.has_signal("source_unreadable"));
    assert!(!outcome.is_calm());
    outcome.has_note("unreadable_folder", Some("2026-04-08/Client Apps"));
}

#[test]
fn a_folder_of_another_tool_is_named() {
    let tree = MemoryTree::new().with("20260408/M365TenantConfig.ps1", "Configuration A {}");
    let outcome = Config::new("intunebackup").gathered(&tree);
    let notes = outcome.notes();
    let note = notes.iter().find(|note| note.code == "no_backup").unwrap();
    assert!(
        note.message.ends_with("It looks like m365dsc: it has 20260408/M365TenantConfig.ps1."),
        "{}",
        note.message
    );
}

#[test]
fn assignments_that_cannot_be_read_were_not_captured() {
    let assignments = "2026-04-08/Settings Catalog/Assignments/A.json";
    for broken in ["", "[{", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "1"] {
        let tree = MemoryTree::new()
            .with("2026-04-08/Settings Catalog/A.json", "{\"name\": \"A\", \"settings\": []}")
            .with(assignments, broken);
        let outcome = Config::new("intunebackup").gathered(&tree);
        assert_eq!(outcome.posture(), "degraded", "{broken:?}");
        outcome.has_note("unreadable_file", Some(assignments));
    }
}

#[test]
fn a_folder_with_assignments_next_to_its_items_is_this_tool_s() {
    let tree = ["Settings Catalog", "Device Configurations"].iter().fold(MemoryTree::new(), |tree, kind| {
        tree.with(&format!("2026-04-08/{kind}/A.json"), "{}")
            .with(&format!("2026-04-08/{kind}/Assignments/A.json"), "[]")
    });
    let kinds: Vec<_> = posture_gather::kinds::detect(&tree).iter().map(|(kind, _)| kind.name).collect();
    assert_eq!(kinds, ["intunebackup"]);
}

/// A backup without any assignment has folders of the names that IntuneCD has too.
#[test]
fn folders_that_only_this_tool_writes_tell_it_from_intunecd() {
    let policy = r#"{ "id": "1", "displayName": "A" }"#;
    let mut files = vec![("Device Configurations/A.json", policy), ("Settings Catalog/B.json", policy)];
    let first = |files: &[(&str, &str)]| {
        let files = files.iter().map(|(path, text)| (*path, text.as_bytes()));
        posture_gather::kinds::detect(&tree(files)).first().map(|(kind, _)| kind.name)
    };
    assert_eq!(first(&files), Some("intunecd"));
    files.push(("Device Management Intents/Windows 10/1_Baseline.json", policy));
    assert_eq!(first(&files), Some("intunebackup"));
    let template = [
        ("Client Apps/README.md", ""),
        ("Settings Catalog/README.md", ""),
        ("Device Configurations/README.md", ""),
    ];
    assert_eq!(first(&template), None, "an empty template is not a backup");
}

#[test]
fn assignments_of_another_id_belong_to_the_item_of_their_name_and_to_no_other() {
    let policy = |name: &str| format!("{{\"id\": \"1\", \"displayName\": \"{name}\"}}");
    let outcome = Config::new("intunebackup").gathered(
        &MemoryTree::new()
            .with("2026-04-08/Client Apps/a.json", policy("7-Zip"))
            .with("2026-04-08/Client Apps/b.json", policy("Edge"))
            .with("2026-04-08/Client Apps/Assignments/9 - 7-Zip.json", "[]"),
    );
    let items = outcome.gathered.records.sets[0].items.clone().unwrap();
    let captures: Vec<_> = items
        .iter()
        .map(|item| item.metadata.as_ref().unwrap().assignment_capture.as_deref().unwrap())
        .collect();
    assert_eq!(captures, ["captured", "unknown"]);
}

#[test]
fn assignments_that_belong_to_no_item_are_noted_and_each_export_has_its_own() {
    let policy = "{\"id\": \"1\", \"displayName\": \"A\"}";
    let outcome = Config::new("intunebackup").gathered(
        &MemoryTree::new()
            .with("2026-04-07/Client Apps/A.json", policy)
            .with("2026-04-07/Client Apps/Assignments/A.json", "[]")
            .with("2026-04-08/Client Apps/A.json", policy)
            .with("2026-04-08/Client Apps/Assignments/Gone.json", "[]"),
    );
    assert_eq!(outcome.quality("assignments_unknown"), 1, "the older export's are not the newer one's");
    let older = outcome.gathered.records.sets.iter().find(|set| set.items.is_none()).unwrap();
    assert!(older.quality.as_ref().unwrap().unknowns.is_empty());
    let notes = outcome.notes();
    let lone: Vec<_> = notes.iter().filter(|note| note.code == "assignments_without_item").collect();
    assert_eq!(lone.len(), 1, "{notes:#?}");
    assert!(lone[0].message.contains("\"gone\""), "{}", lone[0].message);
}

/// Older sets have only sums, and these must not be calmer than their items were.
#[test]
fn the_sums_of_an_older_export_have_each_kind_of_problem() {
    let tree = MemoryTree::new()
        .with("2026-04-07/Client Apps/A.json", "{\"id\": \"1\", \"displayName\": \"A\"}")
        .with("2026-04-07/Client Apps/B.json", "{\"id\": \"2\", \"displayName\": \"B\"}")
        .with("2026-04-07/Client Apps/C.json", "{")
        .with("2026-04-07/Device Management Intents/D.json", "{\"id\": \"3\", \"displayName\": \"D\"}")
        .with("2026-04-08/Client Apps/A.json", "{\"id\": \"1\", \"displayName\": \"A\"}");
    let outcome = Config::new("intunebackup").gathered(&tree);
    let older = outcome.gathered.records.sets.iter().find(|set| set.items.is_none()).unwrap();
    let quality = serde_json::to_value(older.quality.as_ref().unwrap()).unwrap();
    assert_eq!(
        quality,
        json!({
            "total_items": 4, "degraded_items": 2,
            "families": { "integrity_warning": 1, "assignments_not_captured": 1 },
            "unknowns": { "assignments_unknown": 2 },
            "policy_types": { "Client Apps": 3, "Device Management Intents": 1 },
        })
    );
}

#[test]
fn one_folder_of_a_common_name_is_not_a_backup_unless_it_has_assignments() {
    let is_found = |paths: &[&str]| {
        let tree = paths.iter().fold(MemoryTree::new(), |tree, path| tree.with(path, "{}"));
        posture_gather::kinds::detect(&tree).iter().any(|(kind, _)| kind.name == "intunebackup")
    };
    assert!(!is_found(&["Client Apps/A.json"]));
    assert!(is_found(&["Client Apps/A.json", "Client Apps/Assignments/A.json", "Client Apps/B.json"]));
    assert!(is_found(&["Client Apps/A.json", "Settings Catalog/B.json"]));
}

/// One signal for a source, however many of its exports a shallow clone leaves without a time.
#[test]
fn exports_of_a_shallow_clone_are_one_piece_of_bad_news() {
    let policy = r#"{ "displayName": "A" }"#;
    let paths = ["one/Client Apps/A.json", "two/Client Apps/A.json"];
    let mut history = posture_gather::MemoryHistory::new();
    let files = paths.iter().map(|path| ((*path).to_owned(), policy.as_bytes().to_vec())).collect();
    let at = posture_core::Timestamp::parse("2026-04-08T01:00:00Z").unwrap();
    let head = history.commit_files(&[], at, "Export", &files);
    history.set_head(&head);
    history.cut(&head);
    let outcome =
        Config::new("intunebackup").gathered(&tree(paths.map(|path| (path, policy))).with_history(history));
    let keys: Vec<_> = outcome.gathered.records.signals.iter().map(|signal| &*signal.key).collect();
    assert_eq!(keys, ["history_shallow"]);
    assert_eq!(outcome.posture(), "absent");
}
