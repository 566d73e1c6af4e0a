//! Folders with more files than are read.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use posture_server::sources::files::FileSource;
use posture_server::sources::{EvidenceSource as _, Listing, Reach};
use tempfile::TempDir;

fn snapshot(exported_at: &str) -> String {
    format!(
        r#"{{"format":"recovery-posture/snapshot","version":1,"exported_at":"{exported_at}","workspace":{{"id":7,"name":"W","slug":"w"}},"tenants":[]}}"#
    )
}

/// Writes a file that was modified at this second.
fn write(folder: &Path, name: &str, text: &str, second: u64) {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(second);
    File::options().write(true).open(path).unwrap().set_modified(modified).unwrap();
}

/// A folder with this many entries, in memory if the system can do that. All but a few are further names of those.
fn folder_of_entries(count: usize) -> TempDir {
    /// Fewer than any file system allows for one file.
    const NAMES_EACH: usize = 50_000;
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    let path = |entry: usize| folder.path().join(format!("{entry}.txt"));
    for entry in 0..count {
        match entry % NAMES_EACH {
            0 => drop(File::create(path(entry)).unwrap()),
            of => fs::hard_link(path(entry - of), path(entry)).unwrap(),
        }
    }
    folder
}

/// What the source lists, by the name of the file.
async fn listed(source: &FileSource) -> BTreeMap<String, Listing> {
    let listed = source.workspaces(&Reach::Everything).await.unwrap();
    listed.into_iter().map(|entry| (entry.source.clone(), entry)).collect()
}

/// The reason why nothing, or not everything, of the folder is read.
#[track_caller]
fn refusal<'l>(listed: &'l BTreeMap<String, Listing>, folder: &Path) -> &'l str {
    listed[folder.file_name().unwrap().to_str().unwrap()].refusal.as_deref().unwrap()
}

/// EP-13: an older export that was found before never hides a newer one, whatever their names.
#[tokio::test]
async fn of_very_many_files_the_newest_are_read_and_the_others_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write(folder, "2026-11-20.json", &snapshot("2026-11-20T08:00:00Z"), 1);
    let source = FileSource::open(folder.to_owned()).unwrap();
    assert!(listed(&source).await["2026-11-20.json"].served.is_some());
    for file in 0..1_003 {
        write(folder, &format!("a{file:04}.json"), "", 2 + file);
    }
    for name in ["2026-11-21.json", "z.json"] {
        write(folder, name, &snapshot("2026-11-21T08:00:00Z"), 5_000);
    }
    let listed = listed(&source).await;
    assert_eq!(listed.len(), 1_001);
    let served: Vec<_> = listed.values().filter(|entry| entry.served.is_some()).collect();
    assert_eq!(served.len(), 1, "{served:?}");
    assert_eq!(served[0].source, "z.json");
    for (name, is_read) in [("2026-11-20.json", false), ("a0004.json", false), ("a0005.json", true)] {
        assert_eq!(listed.contains_key(name), is_read, "{name}");
    }
    let refusal = refusal(&listed, folder);
    assert!(refusal.contains("more than 1000 files") && refusal.contains("number left out: 6."), "{refusal}");
}

/// EP-13
#[tokio::test]
async fn of_very_many_files_of_one_time_the_last_by_name_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for file in 0..1_001 {
        write(folder, &format!("a{file:04}.json"), "", 1);
    }
    let listed = listed(&FileSource::open(folder.to_owned()).unwrap()).await;
    assert!(!listed.contains_key("a0000.json") && listed.contains_key("a1000.json"));
    assert!(refusal(&listed, folder).contains("number left out: 1."));
}

/// EP-13
#[tokio::test]
async fn a_folder_with_too_many_entries_is_listed_and_none_of_its_files_is_read() {
    let folder = folder_of_entries(99_999);
    let folder = folder.path();
    write(folder, "a.json", &snapshot("2026-11-20T08:00:00Z"), 1);
    let source = FileSource::open(folder.to_owned()).unwrap();
    assert!(listed(&source).await["a.json"].served.is_some());
    File::create(folder.join("one-more.txt")).unwrap();
    let listed = listed(&source).await;
    assert_eq!(listed.len(), 1);
    assert!(refusal(&listed, folder).contains("more than 100000 entries"));
}
