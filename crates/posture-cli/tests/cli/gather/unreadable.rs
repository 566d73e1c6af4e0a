//! Sources that cannot be read, or not in full.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use serde_json::Value;

use super::{gather, intunecd, verdict};
use crate::support::Files;

/// The verdict on a source, the keys of its signals, and the notes.
fn gathered(kind: &str, path: &Path) -> (Value, Vec<String>, String) {
    let outcome = gather([OsStr::new(kind), path.as_os_str(), OsStr::new("--tenant"), OsStr::new("Contoso")]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let snapshot: Value = serde_json::from_slice(&outcome.stdout).unwrap();
    let signals = snapshot["tenants"][0]["signals"].as_array().into_iter().flatten();
    let keys = signals.map(|signal| signal["key"].as_str().unwrap().to_owned()).collect();
    (verdict(&outcome.stdout), keys, outcome.stderr)
}

/// GA-2
#[test]
fn a_repository_whose_newest_commit_cannot_be_read_says_so() {
    let files = Files::new();
    let repository = intunecd(&files);
    let head = fs::read_to_string(repository.path().join("refs/heads/main"))
        .or_else(|_| fs::read_to_string(repository.path().join("refs/heads/master")))
        .unwrap();
    let head = head.trim();
    let object = repository.path().join("objects").join(&head[..2]).join(&head[2..]);
    fs::remove_file(object).unwrap();
    let (report, signals, notes) = gathered("intunecd", &repository.path());
    assert_eq!(report["tenants"][0]["backup_health"]["posture"], "absent");
    assert_eq!(signals, ["source_unreadable"]);
    assert!(notes.contains("the commit of HEAD cannot be read"), "{notes}");
}

/// GA-2
#[test]
fn a_branch_that_cannot_be_read_may_have_newer_backups() {
    let files = Files::new();
    let repository = intunecd(&files);
    fs::write(repository.path().join("refs/heads/other"), format!("{}\n", "1".repeat(40))).unwrap();
    let (report, signals, notes) = gathered("intunecd", &repository.path());
    assert_eq!(report["tenants"][0]["backup_health"]["posture"], "healthy");
    assert_eq!(signals, ["source_unreadable"]);
    assert!(notes.contains("other: The branch cannot be read"), "{notes}");
}

/// GA-2
#[test]
fn a_sparse_checkout_names_what_it_leaves_out() {
    let files = Files::new();
    fs::create_dir(files.path("evidence")).unwrap();
    let mut repository = super::repository::Repository::new(&files.path("evidence/.git"));
    let rows = "set,completed_at,status,items,degraded_items\n1,2026-04-08T01:00:00Z,completed,3,0\n";
    repository.write("backups.csv", rows);
    repository.write("restores.csv", "run,status\n1,failed\n");
    repository.commit("2026-04-08T01:00:00Z", "Evidence");
    files.write("evidence/backups.csv", rows);
    let config = repository.path().join("config");
    for (sparse, expected) in [("false", 0), ("true", 1)] {
        fs::write(&config, format!("[core]\n\tbare = false\n\tsparseCheckout = {sparse}\n")).unwrap();
        let (_, signals, notes) = gathered("csv", &files.path("evidence"));
        assert_eq!(signals.len(), expected, "{notes}");
        assert_eq!(notes.contains("sparse checkout leaves out: 1"), expected == 1, "{notes}");
    }
    // If the repository is refused, nobody knows which files are missing.
    fs::write(repository.path().join("objects/info/alternates"), "/elsewhere\n").unwrap();
    let (_, signals, notes) = gathered("csv", &files.path("evidence"));
    assert_eq!(signals, ["source_unreadable"]);
    assert!(
        notes.contains("The checkout is sparse, and the committed files cannot be listed: it takes"),
        "{notes}"
    );
}

/// GA-2: each message says what, where, and what to do.
#[test]
fn a_missing_path_and_a_broken_archive_are_named() {
    let files = Files::new();
    files.write("backups.zip", "not an archive");
    for (name, what) in [
        ("contso", "Failed to read \"contso\": it does not exist; check the path."),
        ("backups.zip", "Failed to read \"backups.zip\": invalid Zip archive"),
    ] {
        let (report, signals, notes) = gathered("csv", &files.path(name));
        assert_eq!(report["tenants"][0]["backup_health"]["posture"], "absent");
        assert_eq!(signals, ["source_unreadable"]);
        assert!(notes.contains(what), "{notes}");
    }
}

/// GA-2, GA-9: what is nested too deep, or has a name that is not UTF-8, may be evidence.
#[test]
fn a_folder_nested_too_deep_and_an_unreadable_name_count_as_unreadable() {
    let files = Files::new();
    let rows = "set,completed_at,status,items,degraded_items\n1,2026-04-08T01:00:00Z,completed,3,0\n";
    for folder in ["deep", "named"] {
        fs::create_dir(files.path(folder)).unwrap();
        fs::write(files.path(folder).join("backups.csv"), rows).unwrap();
        assert_eq!(gathered("csv", &files.path(folder)).1, [] as [&str; 0]);
    }
    fs::create_dir_all(files.path("deep").join("a/".repeat(65))).unwrap();
    fs::write(files.path("named").join(OsStr::from_bytes(b"caf\xe9.csv")), rows).unwrap();
    for (folder, note) in [("deep", "nested more than 64 levels deep"), ("named", "The name is not UTF-8")] {
        let (report, signals, notes) = gathered("csv", &files.path(folder));
        assert_eq!(report["tenants"][0]["backup_health"]["posture"], "healthy");
        assert_eq!(signals, ["source_unreadable"], "{folder}");
        assert!(notes.contains(note), "{notes}");
    }
}

/// GA-2, TH-4: a name with controls or hidden characters is shown with their code points, on one line.
#[test]
fn a_note_hides_nothing_of_a_name() {
    let files = Files::new();
    let name = "Con\u{1b}[2Jtoso\n\u{202e}lmth.csv";
    let path = files.path(name);
    let shown =
        "Failed to read \"Con⟨U+001B⟩[2Jtoso⟨U+000A⟩⟨U+202E⟩lmth.csv\": it does not exist; check the path.";
    let (_, _, notes) = gathered("csv", &path);
    assert_eq!(notes.lines().count(), 1, "{notes}");
    assert!(notes.contains(shown), "{notes}");
    let tenant = ["--tenant", "Contoso", "--format", "json"].map(OsStr::new);
    let outcome = gather([OsStr::new("csv"), path.as_os_str()].into_iter().chain(tenant));
    let note: Value = serde_json::from_str(&outcome.stderr).unwrap();
    assert_eq!(note["message"], shown);
    let snapshot: Value = serde_json::from_slice(&outcome.stdout).unwrap();
    assert_eq!(snapshot["tenants"][0]["signals"][0]["body"], shown);

    fs::create_dir(&path).unwrap();
    fs::write(
        path.join("backups.csv"),
        format!("set,completed_at,status\n{0}{0}", "A\u{7}\tB,soon,completed\n"),
    )
    .unwrap();
    let outcome = gather([OsStr::new("csv"), path.as_os_str()].into_iter().chain(tenant));
    assert!(outcome.stderr.contains("A⟨U+0007⟩⟨U+0009⟩B"), "{}", outcome.stderr);
}
