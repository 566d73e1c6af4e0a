//! Which files of a folder are served, and why the others are not.

use std::fs::{create_dir, rename, write};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use posture_core::Timestamp;
use posture_engine::input::DocumentLimits;
use posture_server::sources::files::{FileOptions, FileSource};
use posture_server::{AppState, router};
use serde_json::Value;
use tokio::time::timeout;

use crate::support::{Answer, get, problem};

const LIST: &str = "/api/v1/workspaces";

fn snapshot(exported_at: &str, name: &str) -> String {
    format!(
        r#"{{"format":"recovery-posture/snapshot","version":1,"exported_at":"{exported_at}","workspace":{{"id":7,"name":"{name}","slug":"w"}},"tenants":[]}}"#
    )
}

fn now() -> Option<Timestamp> {
    Timestamp::parse("2026-11-20T12:00:00Z")
}

fn endpoint(folder: &Path, allow_replacement: bool) -> Router {
    let source = FileSource::open_with(
        folder.to_owned(),
        FileOptions { allow_replacement, now, ..FileOptions::default() },
    )
    .unwrap();
    let mut state = AppState::local(Arc::new(source));
    state.now = now;
    router(state)
}

/// The listed evidence, by its source.
async fn listing(router: &Router) -> Value {
    let listed = timeout(Duration::from_secs(20), get(router, LIST)).await.unwrap().json();
    let by_source = listed["workspaces"].as_array().unwrap().iter();
    by_source.map(|entry| (entry["source"].as_str().unwrap().to_owned(), entry.clone())).collect()
}

#[track_caller]
fn is_not_served(entry: &Value, why: &[&str]) {
    let refusal = entry["refusal"].as_str().unwrap();
    assert!(entry["links"].is_null() && why.iter().all(|word| refusal.contains(word)), "{entry}");
}

#[track_caller]
fn is_served(entry: &Value, exported_at: &str) {
    assert_eq!(entry["exported_at"], exported_at, "{entry}");
    assert!(entry["links"].is_object(), "{entry}");
}

/// EP-14: also if it takes the place of the file itself.
#[tokio::test]
async fn an_export_ahead_of_the_clock_does_not_replace_the_former_state_of_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    // Before the clock of the machine, which must not be asked.
    let now = || Timestamp::parse("2020-02-01T12:00:00Z");
    let options = FileOptions { now, ..FileOptions::default() };
    write(&path, snapshot("2020-02-01T08:00:00Z", "W")).unwrap();
    let source = FileSource::open_with(folder.path().to_owned(), options).unwrap();
    // Longer, so that it is noticed even within the resolution of the file system's times.
    write(&path, snapshot("2020-02-03T08:00:00.000Z", "W")).unwrap();
    let listed = listing(&router(AppState::local(Arc::new(source)))).await;
    assert_eq!(listed["a.json"]["exported_at"], "2020-02-01T08:00:00Z", "{listed}");
    let refusal = listed["a.json"]["refusal"].as_str().unwrap();
    assert!(refusal.starts_with("Its former state is still served."), "{refusal}");
}

/// EP-13
#[tokio::test]
async fn a_pipe_or_a_device_in_the_folder_is_listed_and_blocks_nothing() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path().join("a.json"), snapshot("2026-11-20T08:00:00Z", "W")).unwrap();
    let router = endpoint(folder.path(), false);
    let pipe = Command::new("mkfifo").arg(folder.path().join("pipe.json")).status().unwrap();
    assert!(pipe.success());
    std::os::unix::fs::symlink("/dev/zero", folder.path().join("device.json")).unwrap();
    for _ in 0..3 {
        let listed = listing(&router).await;
        is_served(&listed["a.json"], "2026-11-20T08:00:00Z");
        is_not_served(&listed["pipe.json"], &["not a regular file"]);
        is_not_served(&listed["device.json"], &["leads out of its folder"]);
    }
}

/// EP-13
#[tokio::test]
async fn files_that_look_like_evidence_and_are_not_read_are_listed_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path().join("a.json"), snapshot("2026-11-20T08:00:00Z", "W")).unwrap();
    let lines =
        snapshot("2026-11-20T08:00:00Z", "B").replace(r#","tenants":[]"#, "").replace("\"id\":7", "\"id\":8");
    write(folder.path().join("b.jsonl"), lines).unwrap();
    for name in ["c.zip", "d.json.zst", ".hidden.json", "notes.txt"] {
        write(folder.path().join(name), "x").unwrap();
    }
    create_dir(folder.path().join("more")).unwrap();
    let listed = listing(&endpoint(folder.path(), false)).await;
    is_served(&listed["a.json"], "2026-11-20T08:00:00Z");
    is_served(&listed["b.jsonl"], "2026-11-20T08:00:00Z");
    is_not_served(&listed["c.zip"], &[".json, .ndjson or .jsonl"]);
    is_not_served(&listed["d.json.zst"], &[".json, .ndjson or .jsonl"]);
    is_not_served(&listed["more"], &["only files directly in the served folder"]);
    assert_eq!(listed.as_object().unwrap().len(), 5, "{listed}");
}

/// EP-14
#[tokio::test]
async fn an_export_ahead_of_the_clock_never_replaces_one_that_is_not() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path().join("a.json"), snapshot("2026-11-20T08:00:00Z", "W")).unwrap();
    write(folder.path().join("b.json"), snapshot("2027-11-20T08:00:00Z", "W")).unwrap();
    let router = endpoint(folder.path(), false);
    let listed = listing(&router).await;
    is_served(&listed["a.json"], "2026-11-20T08:00:00Z");
    assert!(listed["a.json"]["warning"].is_null());
    let both = [
        "dated 2027-11-20 08:00 UTC, ahead of this machine's clock",
        "a.json is served (2026-11-20 08:00 UTC)",
    ];
    is_not_served(&listed["b.json"], &both);

    std::fs::remove_file(folder.path().join("a.json")).unwrap();
    let listed = listing(&router).await;
    is_served(&listed["b.json"], "2027-11-20T08:00:00Z");
    let warning = listed["b.json"]["warning"].as_str().unwrap();
    assert!(warning.contains("2027-11-20 08:00 UTC") && warning.contains("364 days ahead"), "{warning}");
}

/// EP-14
#[tokio::test]
async fn an_export_within_the_skew_of_clocks_is_not_ahead() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path().join("a.json"), snapshot("2026-11-20T08:00:00Z", "W")).unwrap();
    write(folder.path().join("b.json"), snapshot("2026-11-20T12:05:00Z", "W")).unwrap();
    let listed = listing(&endpoint(folder.path(), false)).await;
    is_served(&listed["b.json"], "2026-11-20T12:05:00Z");
    assert!(listed["b.json"]["warning"].is_null());
}

/// EP-14
#[tokio::test]
async fn another_workspace_under_the_same_id_replaces_nothing_unless_that_is_allowed() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path().join("a.json"), snapshot("2026-11-20T08:00:00Z", "Contoso")).unwrap();
    write(folder.path().join("b.json"), snapshot("2026-11-20T09:00:00Z", "Fabrikam")).unwrap();
    write(folder.path().join("c.json"), snapshot("2026-11-20T07:00:00Z", "Contoso")).unwrap();
    let listed = listing(&endpoint(folder.path(), false)).await;
    is_served(&listed["a.json"], "2026-11-20T08:00:00Z");
    is_not_served(&listed["b.json"], &["Contoso", "Fabrikam", "allow-replacement"]);
    let both = ["a.json is a later export", "(2026-11-20 08:00 UTC; this one: 2026-11-20 07:00 UTC)"];
    is_not_served(&listed["c.json"], &both);
    let listed = listing(&endpoint(folder.path(), true)).await;
    is_served(&listed["b.json"], "2026-11-20T09:00:00Z");
    is_not_served(&listed["a.json"], &["b.json is a later export"]);
}

/// EP-14
#[tokio::test]
async fn of_two_exports_of_one_instant_the_list_does_not_call_one_later() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.json", "b.json"] {
        write(folder.path().join(name), snapshot("2026-11-20T08:00:00Z", "W")).unwrap();
    }
    let listed = listing(&endpoint(folder.path(), false)).await;
    is_served(&listed["b.json"], "2026-11-20T08:00:00Z");
    is_not_served(
        &listed["a.json"],
        &["b.json is an export of this workspace of the same instant", "Remove one"],
    );
}

/// EP-14
#[tokio::test]
async fn a_file_overwritten_by_an_older_export_is_still_served_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    let replace = |content: String| {
        let part = folder.path().join(".part");
        write(&part, content).unwrap();
        rename(&part, &path).unwrap();
    };
    replace(snapshot("2026-11-20T08:00:00Z", "W"));
    let (checked, unchecked) = (endpoint(folder.path(), false), endpoint(folder.path(), true));
    replace(snapshot("2026-11-19T08:00:00.000Z", "W"));
    let listed = listing(&checked).await;
    is_served(&listed["a.json"], "2026-11-20T08:00:00Z");
    let refusal = listed["a.json"]["refusal"].as_str().unwrap();
    assert!(
        refusal.contains("2026-11-19 08:00 UTC") && refusal.contains("2026-11-20 08:00 UTC"),
        "{refusal}"
    );
    is_served(&listing(&unchecked).await["a.json"], "2026-11-19T08:00:00Z");

    replace(snapshot("2026-11-20T09:00:00Z", "W"));
    let listed = listing(&checked).await;
    is_served(&listed["a.json"], "2026-11-20T09:00:00Z");
    assert!(listed["a.json"]["refusal"].is_null());
}

/// EP-13
#[tokio::test]
async fn other_bytes_of_the_same_length_and_time_are_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    write(&path, snapshot("2026-11-20T08:00:00Z", "One")).unwrap();
    let router = endpoint(folder.path(), true);
    let modified = std::fs::metadata(&path).unwrap().modified().unwrap();
    assert_eq!(listing(&router).await["a.json"]["name"], "One");
    let part = folder.path().join(".part");
    write(&part, snapshot("2026-11-20T08:00:00Z", "Two")).unwrap();
    std::fs::File::options().write(true).open(&part).unwrap().set_modified(modified).unwrap();
    rename(&part, &path).unwrap();
    assert_eq!(listing(&router).await["a.json"]["name"], "Two");
}

/// EP-30
#[tokio::test]
async fn a_bomb_is_refused_by_name_and_the_others_are_served() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path().join("a.json"), snapshot("2026-11-20T08:00:00Z", "W")).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let document = snapshot("2026-11-20T08:00:00Z", "B").replace("\"id\":7", "\"id\":8");
    std::io::Write::write_all(&mut gzip, document.as_bytes()).unwrap();
    std::io::copy(&mut std::io::Read::take(std::io::repeat(b' '), 9_000_000), &mut gzip).unwrap();
    write(folder.path().join("bomb.json.gz"), gzip.finish().unwrap()).unwrap();
    let limits = DocumentLimits { bytes: 8_000_000, ..DocumentLimits::default() };
    let options = FileOptions { limits, ..FileOptions::default() };
    let source = FileSource::open_with(folder.path().to_owned(), options).unwrap();
    let listed = listing(&router(AppState::local(Arc::new(source)))).await;
    is_served(&listed["a.json"], "2026-11-20T08:00:00Z");
    is_not_served(&listed["bomb.json.gz"], &["larger than 8 MB", "max-document"]);
}

/// EP-21
#[tokio::test]
async fn a_folder_that_is_gone_is_not_ready_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let served = folder.path().join("served");
    create_dir(&served).unwrap();
    write(served.join("a.json"), snapshot("2026-11-20T08:00:00Z", "W")).unwrap();
    let router = endpoint(&served, false);
    assert_eq!(get(&router, "/readyz").await.status, 200);
    rename(&served, folder.path().join("elsewhere")).unwrap();
    let gone = get(&router, "/readyz").await;
    let told = problem(&gone, StatusCode::SERVICE_UNAVAILABLE, "/readyz");
    assert!(told.contains("served files cannot be read") && !told.contains("elsewhere"), "{told}");
    rename(folder.path().join("elsewhere"), &served).unwrap();
    assert_eq!(get(&router, "/readyz").await.status, 200);
}

/// EP-13, EP-21: files that take longer to read than a request waits are served in the end, at the start and when they change.
#[tokio::test(flavor = "multi_thread")]
async fn files_that_take_long_to_read_are_served_once_they_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    write(&path, snapshot("2026-11-20T08:00:00Z", "W")).unwrap();
    let options = FileOptions { now, patience: Duration::ZERO, ..FileOptions::default() };
    let source = Arc::new(FileSource::open_unread(folder.path().to_owned(), options).unwrap());
    let router = router(AppState::local(source.clone()));
    let starting = |path: &str, answer: &Answer| {
        assert_eq!(answer.header("retry-after"), "5");
        let told = problem(answer, StatusCode::SERVICE_UNAVAILABLE, path);
        assert_eq!(told, "The served files are being read for the first time. Try again in a moment.");
    };
    starting("/readyz", &get(&router, "/readyz").await);
    assert_eq!(get(&router, "/healthz").await.status, StatusCode::OK);
    let metrics = get(&router, "/metrics").await;
    assert!(str::from_utf8(&metrics.body).unwrap().contains("posture_source_failures_total 0"));
    let until_read = async {
        loop {
            let answer = get(&router, LIST).await;
            if answer.status == StatusCode::OK {
                return;
            }
            starting(LIST, &answer);
        }
    };
    timeout(Duration::from_secs(20), until_read).await.unwrap();
    assert_eq!(get(&router, "/readyz").await.status, StatusCode::OK);
    is_served(&listing(&router).await["a.json"], "2026-11-20T08:00:00Z");

    write(&path, snapshot("2026-11-20T09:00:00Z", "W")).unwrap();
    let until_changed = async {
        while listing(&router).await["a.json"]["exported_at"] != "2026-11-20T09:00:00Z" {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), until_changed).await.unwrap();
    assert_eq!(source.refusals(), []);
}
