//! The table of kinds, and what the configuration of a source may say.

use posture_core::Timestamp;
use posture_gather::kinds;
use posture_gather::{MemoryTree, Settings, Source};
use serde_json::{Value, json};

use crate::support::{Config, NOW};

fn refused(kind: &str, key: &str, value: Value) -> Option<String> {
    let settings: Settings = [(key.to_owned(), value)].into();
    kinds::of_name(kind).unwrap().check(&settings).err().map(|error| error.to_string())
}

#[test]
fn a_setting_that_is_unknown_or_wrong_says_what_to_write() {
    for (value, is_accepted) in [(json!(1), true), (json!(0), false), (json!(-1), false), (json!("1"), false)]
    {
        assert_eq!(refused("intunecd", "history_days", value.clone()).is_none(), is_accepted, "{value}");
    }
    for (value, is_accepted) in [(json!("x"), true), (json!(""), false), (json!(1), false)] {
        assert_eq!(refused("intunecd", "folder", value.clone()).is_none(), is_accepted, "{value}");
    }
    assert!(refused("intunecd", "restore_before", json!("^PRE")).is_none());
    assert!(refused("intunecd", "restore_before", json!("(")).is_some());
    for (value, is_accepted) in
        [("UTC", true), ("utc", true), ("Z", true), ("+02:00", true), ("Europe/Berlin", false)]
    {
        assert_eq!(refused("intunebackup", "timezone", json!(value)).is_none(), is_accepted, "{value}");
    }
    assert_eq!(
        refused("intunecd", "foldr", json!("x")).as_deref(),
        Some("Unknown key \"foldr\". Did you mean folder?")
    );
    assert_eq!(refused("csv", "zzzzzzzz", json!("x")).as_deref(), Some("Unknown key \"zzzzzzzz\"."));
    assert_eq!(
        refused("intunecd", "history_days", json!([0])).as_deref(),
        Some("history_days is \"[0]\"; write a whole number over 0.")
    );
}

#[test]
fn a_name_of_a_kind_that_is_misspelt_has_a_nearest_one() {
    assert_eq!(kinds::nearest_name("intunecdd"), Some("intunecd"));
    assert_eq!(kinds::nearest_name("spreadsheet"), None);
    assert!(kinds::of_name("intunecdd").is_none());
}

/// `posture init` writes a tenant for each folder, except for folders with dates.
#[test]
fn folders_that_look_like_backups_are_found_for_init() {
    use posture_gather::adapters::{intunecd::folders_of, is_dated};
    let tree = MemoryTree::new()
        .with("a/Filters/A.json", "{}")
        .with("a/Roles/B.json", "{}")
        .with("b/Roles/B.json", "{}")
        .with("c/Filters/A.json", "{}")
        .with("c/Roles/B.yaml", "");
    assert_eq!(folders_of(&tree), ["a", "c"]);
    assert!(is_dated("2026-04-08") && is_dated("Backup_20260408-0130") && !is_dated("Contoso"));
}

#[test]
fn a_source_without_a_backup_says_what_to_do() {
    let said = |kind: &str, tree: &MemoryTree| {
        let notes = Config::new(kind).gather(tree).notes.into_vec();
        notes.into_iter().find(|note| note.code == "no_backup").map(|note| note.message)
    };
    let end =
        |kind: &str, tree: MemoryTree| said(kind, &tree).unwrap().split_once("kind ").unwrap().1.to_owned();
    assert_eq!(end("restic", MemoryTree::new()), "restic. It has no files.");
    assert_eq!(
        end("restic", MemoryTree::new().with("a.txt", "")),
        "restic. See docs/gather/restic.md for the files that are read."
    );
    let names: String = (1..=5).map(|number| format!("S{number},2026-04-08T01:00:00Z,completed\n")).collect();
    let five = MemoryTree::new().with("backups.csv", format!("tenant,completed_at,status\n{names}"));
    let message = said("csv", &five).unwrap();
    assert!(message.contains("\"S1\", \"S2\", \"S3\", \"S4\" and \"S5\", not of \"Contoso\"."), "{message}");
    let one = MemoryTree::new()
        .with("backups.csv", "tenant,completed_at,status\nS,2026-04-08T01:00:00Z,completed\n");
    assert!(said("csv", &one).unwrap().contains("Its records are of \"S\", not of \"Contoso\"."));
    // Runs or schedules are enough for a kind that need not give backups, and for no other.
    let runs = MemoryTree::new().with("restores.csv", "run,status\nR,completed\n");
    assert_eq!(said("csv", &runs), None);
    let schedules = MemoryTree::new().with("schedules.csv", "schedule,frequency\nN,daily\n");
    assert_eq!(said("csv", &schedules), None);
    let restores = json!({ "RestoreJobs": [{ "RestoreJobId": "1", "Status": "COMPLETED" }] }).to_string();
    assert!(said("aws-backup", &MemoryTree::new().with("a.json", restores)).is_some());
}

/// GA-2: beyond twenty notes of a code the rest are counted, so that nothing is dropped silently.
#[test]
fn many_equal_notes_are_counted() {
    let rows: String = (0..25).map(|_| "2026-04-08T01:00:00Z,odd\n").collect();
    let tree = MemoryTree::new().with("backups.csv", format!("completed_at,status\n{rows}"));
    let kind = kinds::of_name("csv").unwrap();
    let source = Source { tenant: "A", ..Source::new(kind, &tree, Timestamp::parse(NOW).unwrap()) };
    let notes = kinds::gather(kind, &source).notes;
    assert_eq!(notes.count("unknown_word"), 25);
    let notes = notes.into_vec();
    let last = notes.iter().rfind(|note| note.code == "unknown_word").unwrap();
    assert_eq!(last.message, "There are 5 more notes like the first 20 with the code unknown_word.");
    assert_eq!(notes.iter().filter(|note| note.code == "unknown_word").count(), 21);
    let message = |rows: usize| {
        let rows = "2026-04-08T01:00:00Z,odd\n".repeat(rows);
        let tree = MemoryTree::new().with("backups.csv", format!("completed_at,status\n{rows}"));
        let notes = kinds::gather(
            kind,
            &Source { tenant: "A", ..Source::new(kind, &tree, Timestamp::parse(NOW).unwrap()) },
        )
        .notes;
        notes.into_vec().iter().filter(|note| note.code == "unknown_word").count()
    };
    assert_eq!(message(20), 20, "twenty are all shown");
}

#[test]
fn only_errors_about_what_cannot_be_read_fail_a_dry_check() {
    use posture_gather::{Note, Severity};
    let is_of_unreadable =
        |severity, code| Note { severity, code, path: None, message: String::new() }.is_of_unreadable();
    assert!(
        is_of_unreadable(Severity::Error, "no_backup") && is_of_unreadable(Severity::Error, "unreadable_row")
    );
    assert!(
        !is_of_unreadable(Severity::Warning, "unreadable_row")
            && !is_of_unreadable(Severity::Error, "no_time")
    );
}

#[test]
fn lists_of_graph_are_recognised_by_their_context_or_their_types() {
    let detected = |value: Value| {
        let found = kinds::detect(&MemoryTree::new().with("list.json", value.to_string()));
        found.iter().map(|(kind, _)| kind.name).collect::<Vec<_>>()
    };
    let list = |context: &str, entity: Value| json!({ "@odata.context": context, "value": [entity] });
    assert_eq!(detected(list("x#directory/recovery/jobs", json!({ "id": "1" }))), ["entra-recovery"]);
    assert_eq!(detected(list("x#entraRecoveryServices", json!({ "id": "1" }))), ["entra-recovery"]);
    let typed = json!({ "@odata.type": "#microsoft.graph.entraRecoveryServices.snapshot", "id": "1" });
    assert_eq!(detected(list("", typed)), ["entra-recovery"]);
    assert_eq!(detected(list("x#admin/configurationSnapshotJobs", json!({ "id": "1" }))), ["utcm"]);
    let job = json!({ "status": "succeeded", "resourceLocation": "x", "tenantId": "t" });
    assert_eq!(detected(list("", job)), ["utcm"]);
    assert!(detected(list("x#users", json!({ "id": "1" }))).is_empty());
    let log = MemoryTree::new().with("tenuvault-operation-history-2026-04-08.json", "[]");
    assert_eq!(kinds::detect(&log)[0].0.name, "tenuvault");
}

/// A hidden file and an attribute file of macOS are not what their extension says.
#[test]
fn files_with_nothing_but_an_extension_are_skipped() {
    let tree = MemoryTree::new().with(".json", "{").with("._a.json", "{").with("a.JSON", "[]");
    let notes = Config::new("restic").gather(&tree).notes.into_vec();
    let skipped: Vec<_> =
        notes.iter().filter(|note| note.code == "skipped").filter_map(|note| note.path.as_deref()).collect();
    assert_eq!(skipped, ["._a.json", ".json"]);
}
