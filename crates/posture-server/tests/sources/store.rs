//! Stores: imports that replace all or nothing.

use std::fs::Permissions;
use std::io::{self, Cursor, Read, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::StreamExt as _;
use posture_core::views::reviews::Review;
use posture_core::{Form, Id, Timestamp};
use posture_engine::input::decompressed;
use posture_engine::spool::SpoolSpace;
use posture_server::sources::reviews::ReviewStore as _;
use posture_server::sources::sqlite::{
    BackupError, FormerTenants, ImportError, OpenError, SqliteReviews, SqliteSource, backup, check, import,
    import_any,
};
use posture_server::sources::{EvidenceSource as _, Extent, Query, TenantScope};
use posture_server::{AppState, router};
use serde_json::json;

use crate::altered_store::alter;
use crate::endpoint::{REPORT, SNAPSHOT, endpoint, get};
use crate::evidence::example;

async fn snapshot(store: &Path) -> String {
    get(&endpoint(SqliteSource::open(store).await.unwrap()), SNAPSHOT).await.text().to_owned()
}

/// ES-6
#[tokio::test]
async fn an_import_replaces_the_workspace_it_is_of_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store.sqlite");
    let first = import(&store, Cursor::new(example(8, 9)), Form::Json).await.unwrap();
    assert_eq!((first.tenants, first.replaced), (9, None));
    let before = snapshot(&store).await;
    let other = example(7, 2).replace(r#""id":7,"name":"W"#, r#""id":8,"name":"W"#);
    import(&store, Cursor::new(other), Form::Json).await.unwrap();
    assert_eq!(snapshot(&store).await, before);

    let again = import(&store, Cursor::new(example(8, 9)), Form::Json).await.unwrap();
    assert_eq!(again.replaced, Some(first.exported_at));
    assert_eq!(snapshot(&store).await, before, "again and again");

    let served = endpoint(SqliteSource::open(&store).await.unwrap());
    let etag = get(&served, SNAPSHOT).await.etag().to_owned();
    import(&store, Cursor::new(example(9, 4)), Form::Json).await.unwrap();
    let after = get(&served, SNAPSHOT).await;
    assert_ne!(after.etag(), etag);
    assert_eq!(after.json()["tenants"].as_array().unwrap().len(), 4, "seen without a restart");
    assert_eq!(get(&served, "/api/v1/workspaces").await.json()["workspaces"].as_array().unwrap().len(), 2);
}

/// ES-4, ES-5
#[tokio::test]
async fn a_reader_during_an_import_sees_the_evidence_from_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store.sqlite");
    import(&store, Cursor::new(example(8, 90)), Form::Json).await.unwrap();
    let before = snapshot(&store).await;
    let source = SqliteSource::open(&store).await.unwrap();
    let query = Query { workspace: Id::new(7).unwrap(), tenants: TenantScope::All, extent: Extent::Slim };
    let mut evidence = source.open(&query).await.unwrap();
    let mut texts = vec![evidence.tenants.next().await.unwrap().unwrap()];
    import(&store, Cursor::new(example(9, 90).replace("Nightly", "Other")), Form::Json).await.unwrap();
    texts.extend(evidence.tenants.map(Result::unwrap).collect::<Vec<_>>().await);
    assert_eq!(texts.len(), 90);
    assert!(texts.iter().all(|text| before.contains(std::str::from_utf8(text).unwrap())));
    assert!(snapshot(&store).await.contains("Other"));
}

/// ES-7
#[tokio::test]
async fn an_import_that_fails_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store.sqlite");
    import(&store, Cursor::new(example(8, 9)), Form::Json).await.unwrap();
    let before = snapshot(&store).await;

    let whole = example(9, 200);
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(whole.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    let half_gzip = || decompressed(Cursor::new(gzip[..gzip.len() / 2].to_vec())).unwrap();
    let failures: [(&str, Box<dyn Read + Send>); 5] = [
        ("empty", Box::new(io::empty())),
        ("half written", Box::new(Cursor::new(whole[..whole.len() / 2].to_owned()))),
        ("truncated gzip", Box::new(half_gzip())),
        ("refused at its end", Box::new(Cursor::new(format!("{whole}x")))),
        ("torn input", Box::new(Cursor::new(whole[..whole.len() / 2].to_owned()).chain(Torn))),
    ];
    for (what, input) in failures {
        let failure = import(&store, input, Form::Json).await.unwrap_err();
        assert!(matches!(failure, ImportError::Snapshot(_)), "{what}: {failure}");
        assert_eq!(snapshot(&store).await, before, "{what}");
    }
}

/// An input that breaks off.
struct Torn;

impl Read for Torn {
    fn read(&mut self, _buffer: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::ConnectionReset.into())
    }
}

/// ES-7
#[tokio::test]
async fn a_first_import_that_fails_leaves_no_store() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store.sqlite");
    let failure = import(&store, Cursor::new("{}"), Form::Json).await.unwrap_err();
    assert!(matches!(failure, ImportError::Snapshot(_)), "{failure}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);

    // A store without evidence may have marks.
    import(&store, Cursor::new(example(8, 1)), Form::Json).await.unwrap();
    alter(&store, "DELETE FROM tenants; DELETE FROM workspaces").await;
    assert!(import(&store, Cursor::new("{}"), Form::Json).await.is_err());
    assert!(store.exists(), "it was there before");
}

/// ES-7: the store that a failed import created may be in use by now.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_first_import_that_fails_takes_nothing_from_another() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..20 {
        let store = folder.path().join(format!("{round}.sqlite"));
        let begin = |input: String| {
            let store = store.clone();
            tokio::spawn(async move { import(&store, Cursor::new(input), Form::Json).await })
        };
        let (refused, imported) = (begin("{}".to_owned()), begin(example(8, 1)));
        assert!(matches!(refused.await.unwrap(), Err(ImportError::Snapshot(_))));
        // It may have met the store just before it was removed, and says so then; what it reports as imported is there.
        match imported.await.unwrap() {
            Ok(_) => assert!(snapshot(&store).await.contains("tenant/1"), "round {round}"),
            Err(ImportError::Write { .. }) => assert!(!store.exists(), "round {round}"),
            Err(other) => panic!("round {round}: {other}"),
        }
    }
}

/// ES-7
#[tokio::test]
async fn a_place_where_no_store_can_be_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::create_dir(path("folder")).unwrap();
    std::os::unix::fs::symlink("nowhere", path("link")).unwrap();
    std::fs::write(path("text"), "text").unwrap();
    for (name, why) in [
        ("missing/store.sqlite", "entity not found. It is unchanged. Check that its folder exists"),
        ("folder", "is a directory. It is unchanged. Check"),
        ("link", "No such file or directory"),
        ("text", "is not a store of this version of Posture"),
    ] {
        let failure =
            import(&path(name), Cursor::new(example(8, 1)), Form::Json).await.unwrap_err().to_string();
        assert!(failure.contains(why) && failure.contains(&path(name).display().to_string()), "{failure}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3, "nothing is left behind");
}

/// ES-32
#[tokio::test]
async fn a_new_store_is_readable_by_its_owner_only_and_its_name_is_a_plain_one() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("file:gone?mode=memory");
    import(&store, Cursor::new(example(8, 1)), Form::Json).await.unwrap();
    let mode = std::fs::metadata(&store).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(snapshot(&store).await.contains("tenant/1"));
}

/// ES-34
#[tokio::test]
async fn a_store_in_a_read_only_place_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store.sqlite");
    import(&store, Cursor::new(example(8, 9)), Form::Json).await.unwrap();
    let before = snapshot(&store).await;
    std::fs::set_permissions(&store, Permissions::from_mode(0o400)).unwrap();
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o500)).unwrap();
    assert_eq!(snapshot(&store).await, before);
    let elsewhere = tempfile::tempdir().unwrap();
    assert!(check(&store).await.unwrap().faults.is_empty());
    assert_eq!(backup(&store, &elsewhere.path().join("copy.sqlite")).await.unwrap().tenants, 9);
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).unwrap();
}

/// ES-54: SQLite would wait for the pipe for ever, and remove the file or write through the link.
#[tokio::test]
async fn a_store_with_a_pipe_or_a_link_in_the_place_of_its_log_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store.sqlite");
    import(&store, Cursor::new(example(8, 1)), Form::Json).await.unwrap();
    let before = std::fs::read(&store).unwrap();
    for ending in ["journal", "wal", "shm"] {
        let own = folder.path().join(format!("store.sqlite-{ending}"));
        for make in ["mkfifo", "mkdir"] {
            assert!(Command::new(make).arg(&own).status().unwrap().success());
            let told = SqliteSource::open(&store).await.unwrap_err().to_string();
            assert!(told.contains(&format!("store.sqlite-{ending} is not a regular file")), "{told}");
            assert!(import(&store, Cursor::new(example(9, 1)), Form::Json).await.is_err());
            assert!(check(&store).await.is_err());
            assert!(backup(&store, &folder.path().join("copy.sqlite")).await.is_err());
            assert!(FormerTenants::open(&store).await.is_err());
            assert!(SqliteReviews::open(&store).await.is_err());
            let _removed = std::fs::remove_file(&own).or_else(|_| std::fs::remove_dir(&own));
        }
        let new = folder.path().join("new.sqlite");
        let link = folder.path().join(format!("new.sqlite-{ending}"));
        std::os::unix::fs::symlink("elsewhere", &link).unwrap();
        assert!(import(&new, Cursor::new(example(8, 1)), Form::Json).await.is_err());
        assert!(!new.exists(), "no part of a store is left");
        std::fs::remove_file(link).unwrap();
    }
    assert_eq!(std::fs::read(&store).unwrap(), before);
}

/// ES-40: SQLite removes such files.
#[tokio::test]
async fn a_copy_does_not_have_the_name_of_one_of_the_files_of_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store.sqlite");
    import(&store, Cursor::new(example(8, 1)), Form::Json).await.unwrap();
    for ending in ["journal", "wal", "shm"] {
        let copy = folder.path().join(format!("store.sqlite-{ending}"));
        let refused = backup(&store, &copy).await;
        assert!(matches!(refused, Err(BackupError::OwnFile(_) | BackupError::Exists(_))), "{refused:?}");
        let refused = backup(&store, &folder.path().join(".").join(copy.file_name().unwrap())).await;
        assert!(matches!(refused, Err(BackupError::OwnFile(_) | BackupError::Exists(_))), "{refused:?}");
    }
    backup(&store, &folder.path().join("other.sqlite-journal")).await.unwrap();
}

/// ES-8
#[tokio::test]
async fn a_file_that_is_not_a_store_is_left_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.sqlite");
    assert!(matches!(SqliteSource::open(&missing).await, Err(OpenError::Missing(_))));
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "x".repeat(5000)).unwrap();
    assert!(SqliteSource::open(&text).await.is_err());
    assert!(import(&text, Cursor::new(example(8, 1)), Form::Json).await.is_err());
    assert_eq!(std::fs::read_to_string(&text).unwrap(), "x".repeat(5000));

    // The mark of another program, an earlier version than any, and a later one of another program.
    for settings in [
        "PRAGMA application_id = 1",
        "PRAGMA user_version = 1",
        "PRAGMA application_id = 1; PRAGMA user_version = 99",
    ] {
        let other = folder.path().join("other.sqlite");
        import(&other, Cursor::new(example(8, 1)), Form::Json).await.unwrap();
        alter(&other, settings).await;
        let opened = SqliteSource::open(&other).await.map(drop).unwrap_err();
        assert!(matches!(opened, OpenError::Foreign(_)), "{settings}: {opened}");
        let refused = import(&other, Cursor::new(example(9, 1)), Form::Json).await.unwrap_err();
        assert!(matches!(refused, ImportError::Store(OpenError::Foreign(_))), "{settings}: {refused}");
        std::fs::remove_file(other).unwrap();
    }
}

/// EP-18: what has no room in the folder for temporary files is refused for now, like anything beyond the limits.
#[tokio::test]
async fn an_answer_without_room_gets_503_with_retry_after() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store.sqlite");
    import(&store, Cursor::new(example(8, 3_000)), Form::Json).await.unwrap();
    let mut state = AppState::local(Arc::new(SqliteSource::open(&store).await.unwrap()));
    state.space = SpoolSpace::new(folder.path().to_owned(), 1 << 20);
    let answer = get(&router(state), REPORT).await;
    assert_eq!(answer.status, 503);
    assert!(answer.headers.contains_key("retry-after"), "{:?}", answer.headers);
}

/// EP-18: responses that nobody reads any more make room for others.
#[tokio::test]
async fn reports_of_one_instant_after_the_other_are_made_although_not_all_can_be_kept() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store.sqlite");
    import(&store, Cursor::new(example(8, 3_000)), Form::Json).await.unwrap();
    let report = async |router: &axum::Router, minute: u32| {
        get(router, &format!("{REPORT}?as_of=2026-11-20T08:{minute:02}:00Z")).await
    };
    let mut state = AppState::local(Arc::new(SqliteSource::open(&store).await.unwrap()));
    let length = report(&router(state), 1).await.text().len() as u64;
    assert!(length > 1 << 20, "it is kept in a file");
    state = AppState::local(Arc::new(SqliteSource::open(&store).await.unwrap()));
    state.space = SpoolSpace::new(folder.path().to_owned(), 2 * length);
    let router = router(state);
    let mut made = Vec::new();
    for minute in 1..7 {
        made.push(report(&router, minute).await.status == 200);
    }
    assert!(
        made.windows(2).all(|pair| pair.contains(&true)),
        "after a refusal there is room again: {made:?}"
    );
}

/// ES-55: while somebody always reads, the log next to a store would otherwise grow with each import.
#[tokio::test]
async fn an_import_leaves_no_log_behind_although_the_store_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store.sqlite");
    import(&store, Cursor::new(example(8, 300)), Form::Json).await.unwrap();
    let source = SqliteSource::open(&store).await.unwrap();
    let served = endpoint(source.clone());
    let slim = Query { workspace: Id::new(7).unwrap(), extent: Extent::Slim, tenants: TenantScope::All };
    let read_slowly = source.open(&slim).await.unwrap();
    import(&store, Cursor::new(example(9, 300)), Form::Json).await.unwrap();
    let former = read_slowly.tenants.fold(0, async |count, text| text.map(|_| count + 1).unwrap()).await;
    assert_eq!(former, 300, "a reader keeps what it began with");
    import(&store, Cursor::new(example(10, 300)), Form::Json).await.unwrap();
    assert!(get(&served, SNAPSHOT).await.text().contains("2026-11-20T10:00:00Z"));
    assert_eq!(folder.path().join("store.sqlite-wal").metadata().unwrap().len(), 0);
}

/// RV-4: the members of another workspace under the same id may be others. One that was renamed keeps its marks.
#[tokio::test]
async fn marks_of_another_workspace_are_removed_by_the_import_that_replaces_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store.sqlite");
    let snapshot = |name: &str, slug: &str| {
        Cursor::new(format!(
            r#"{{"format":"recovery-posture/snapshot","version":1,"exported_at":"2026-11-20T08:00:00Z","workspace":{{"id":7,"name":"{name}","slug":"{slug}"}},"tenants":[]}}"#
        ))
    };
    import(&store, snapshot("Contoso", "contoso"), Form::Json).await.unwrap();
    let marks = SqliteReviews::open(&store).await.unwrap();
    let (workspace, now) = (Id::new(7).unwrap(), Timestamp::parse("2026-11-20T08:00:00Z").unwrap());
    let mark = json!({ "tenant_id": 1, "item": "a", "fingerprint": "b", "until": "2026-11-25T08:00:00Z" });
    marks.put(workspace, &Review::made(&mark, None, now).unwrap(), now).await.unwrap();
    let left = async |name, slug| {
        let imported = import_any(&store, snapshot(name, slug), Form::Json).await.unwrap();
        let listed = marks.list(workspace, &TenantScope::All, now).await.unwrap();
        (imported.removed_marks, listed.len())
    };
    assert_eq!(left("Contoso Ltd", "contoso").await, (0, 1));
    assert_eq!(left("Contoso Ltd", "fabrikam").await, (1, 0));
}
