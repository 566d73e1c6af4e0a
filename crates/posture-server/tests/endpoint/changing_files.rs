//! What the API serves when its files change, are damaged or are removed.

use std::fs::{remove_dir_all, remove_file, rename, write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::http::StatusCode;
use posture_core::Timestamp;
use posture_engine::spool::SpoolSpace;
use posture_server::sources::EvidenceSource as _;
use posture_server::sources::files::{FileOptions, FileSource};
use serde_json::Value;

use crate::evidence::{SNAPSHOT, folder, json, listing, report};
use crate::support::{get, problem};

/// Replaces a file at once, as an exporter should.
fn replace(path: &Path, content: impl AsRef<[u8]>) {
    let part = path.with_extension("part");
    write(&part, content).unwrap();
    rename(part, path).unwrap();
}

/// EP-13
#[tokio::test]
async fn a_file_that_changes_is_read_again() {
    let (folder, router) = folder();
    let before = get(&router, SNAPSHOT).await;
    replace(&folder.path().join("a.json"), json(7, "2026-11-20T09:00:00Z"));
    let after = get(&router, SNAPSHOT).await;
    assert_ne!(before.header("etag"), after.header("etag"));
    assert_eq!(report(&after).exported_at.to_string(), "2026-11-20T09:00:00Z");
}

/// EP-13
#[tokio::test]
async fn a_half_written_file_goes_on_being_served_as_it_last_was_and_says_so() {
    let (folder, router) = folder();
    let good = get(&router, SNAPSHOT).await;
    let whole = json(7, "2026-11-20T09:00:00Z");
    write(folder.path().join("a.json"), &whole[..whole.len() / 2]).unwrap();
    assert_eq!(get(&router, SNAPSHOT).await.header("etag"), good.header("etag"));
    let [workspace] = listing(&router).await.try_into().unwrap();
    assert_eq!(workspace["exported_at"], "2026-11-20T08:00:00Z");
    assert!(workspace["refusal"].as_str().unwrap().contains("seems incomplete"), "{workspace}");

    write(folder.path().join("a.json"), &whole).unwrap();
    assert_eq!(report(&get(&router, SNAPSHOT).await).exported_at.to_string(), "2026-11-20T09:00:00Z");
    assert_eq!(listing(&router).await[0]["refusal"], Value::Null);
}

/// EP-13
#[tokio::test]
async fn a_broken_file_is_listed_with_its_reason_and_takes_no_other_down() {
    let (folder, router) = folder();
    write(folder.path().join("b.json"), "{").unwrap();
    write(
        folder.path().join("c.json"),
        json(9, "2026-11-20T08:00:00Z").replace("\"version\":1", "\"version\":2"),
    )
    .unwrap();
    write(folder.path().join("notes.txt"), "not a snapshot").unwrap();
    let listed = listing(&router).await;
    let sources: Vec<_> = listed.iter().map(|entry| entry["source"].as_str().unwrap()).collect();
    assert_eq!(sources, ["a.json", "b.json", "c.json"]);
    assert_eq!(listed[0]["refusal"], Value::Null);
    assert!(listed[1]["refusal"].as_str().unwrap().contains("seems incomplete"));
    assert_eq!((&listed[1]["id"], &listed[1]["links"]), (&Value::Null, &Value::Null));
    assert!(listed[2]["refusal"].as_str().unwrap().contains("version 2"));
    assert_eq!(get(&router, SNAPSHOT).await.status, StatusCode::OK);

    let path = "/api/v1/workspaces/9/snapshot";
    let detail = problem(&get(&router, path).await, StatusCode::UNPROCESSABLE_ENTITY, path);
    assert!(detail.contains("c.json") && detail.contains("version 2"), "{detail}");
}

/// EP-14
#[tokio::test]
async fn of_two_files_of_one_workspace_the_later_export_is_served_and_the_other_says_so() {
    let (folder, router) = folder();
    write(folder.path().join("z.json"), json(7, "2026-11-19T08:00:00Z")).unwrap();
    let listed = listing(&router).await;
    assert_eq!(listed[0]["refusal"], Value::Null);
    assert_eq!(listed[1]["links"], Value::Null);
    assert!(listed[1]["refusal"].as_str().unwrap().contains("a.json"));
    assert_eq!(report(&get(&router, SNAPSHOT).await).exported_at.to_string(), "2026-11-20T08:00:00Z");
}

/// EP-13
#[tokio::test]
async fn a_file_that_is_removed_takes_its_workspace_with_it() {
    let (folder, router) = folder();
    remove_file(folder.path().join("a.json")).unwrap();
    problem(&get(&router, SNAPSHOT).await, StatusCode::NOT_FOUND, SNAPSHOT);
    assert_eq!(listing(&router).await, Vec::<Value>::new());
}

/// EP-15
#[tokio::test]
async fn a_source_that_fails_is_a_problem_without_its_inner_workings_and_recovers() {
    let (folder, router) = folder();
    remove_dir_all(folder.path()).unwrap();
    let detail = problem(&get(&router, SNAPSHOT).await, StatusCode::SERVICE_UNAVAILABLE, SNAPSHOT);
    assert!(
        !detail.contains(&folder.path().display().to_string()) && !detail.contains("os error"),
        "{detail}"
    );
    std::fs::create_dir(folder.path()).unwrap();
    write(folder.path().join("a.json"), json(7, "2026-11-20T08:00:00Z")).unwrap();
    assert_eq!(get(&router, SNAPSHOT).await.status, StatusCode::OK);
}

/// EP-13, EP-15: a file that the system failed to read, as while a disk is full, is read again although it did not change.
#[tokio::test]
async fn a_file_is_read_again_after_the_system_failed() {
    static SECONDS: AtomicI64 = AtomicI64::new(1_795_161_600);
    fn now() -> Option<Timestamp> {
        Timestamp::from_unix_seconds(SECONDS.load(Ordering::SeqCst))
    }
    let (folder, spools) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut snapshot: Value = serde_json::from_str(&json(7, "2026-11-20T09:00:00Z")).unwrap();
    snapshot["tenants"][0]["name"] = "n".repeat(2_000_000).into();
    write(folder.path().join("a.json"), snapshot.to_string()).unwrap();
    let space = SpoolSpace::new(spools.path().to_owned(), 6_000_000);
    let others = space.spool();
    others.append(&vec![0; 5_000_000]).unwrap();
    let options = FileOptions { space: Arc::clone(&space), now, ..FileOptions::default() };
    let source = FileSource::open_with(folder.path().to_owned(), options).unwrap();
    let is_refused = async || {
        source.read().await.unwrap();
        !source.refusals().is_empty()
    };
    assert!(is_refused().await, "there is no room");
    drop(others);
    assert!(is_refused().await, "not on each request, because it may be large");
    SECONDS.fetch_add(10, Ordering::SeqCst);
    assert!(!is_refused().await, "{:?}", source.refusals());
}

/// EP-21
#[tokio::test]
async fn a_folder_in_the_place_of_the_served_file_is_not_ready() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    write(&path, json(7, "2026-11-20T08:00:00Z")).unwrap();
    let source = FileSource::open(path.clone()).unwrap();
    assert!(source.check().await.is_ok());
    remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    assert!(source.check().await.is_err());
}
