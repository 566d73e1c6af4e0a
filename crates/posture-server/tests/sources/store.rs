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
use posture_server::sources::reviews::{ReviewError, ReviewStore as _};
use posture_server::sources::sqlite::{
    BackupError, FormerTenants, ImportError, OpenError, SqliteReviews, SqliteSource, backup, check, import,
};
use posture_server::sources::{EvidenceSource as _, Extent, Query, TenantScope};
use posture_server::{AppState, router};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection};

use crate::endpoint::{REPORT, SNAPSHOT, endpoint, get};
use crate::evidence::{document, tenants};

fn example(hour: u8, count: u64) -> String {
    document(&format!("2026-11-20T{hour:02}:00:00Z"), "x", &tenants(1_795_000_000, count))
}

async fn snapshot(store: &Path) -> String {
    get(&endpoint(SqliteSource::open(store).await.unwrap()), SNAPSHOT).await.text().to_owned()
}

/// Changes a store as no import does.
pub(crate) async fn alter(store: &Path, statement: &str) {
    let url = format!("sqlite://{}", store.display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
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

/// ES-33
#[tokio::test]
async fn a_store_whose_bytes_were_altered_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store.sqlite");
    import(&store, Cursor::new(example(8, 60)), Form::Json).await.unwrap();
    let bytes = std::fs::read(&store).unwrap();
    let mut altered = bytes.clone();
    let word = b"\"completed\"";
    let places: Vec<_> = (0..bytes.len()).filter(|place| bytes[*place..].starts_with(word)).collect();
    assert!(!places.is_empty());
    for place in places {
        altered[place + 1..place + 10].copy_from_slice(b"cancelled");
    }
    std::fs::write(&store, &altered).unwrap();
    let served = endpoint(SqliteSource::open(&store).await.unwrap());
    let first = get(&served, SNAPSHOT).await;
    assert!(first.body.is_none() || first.status == 422, "an altered answer is never complete");
    let told = get(&served, SNAPSHOT).await;
    assert_eq!(told.status, 422);
    assert!(told.json()["detail"].as_str().unwrap().contains("changed after the import"));
    let listed = get(&served, "/api/v1/workspaces").await.json();
    assert!(
        listed["workspaces"][0]["refusal"].as_str().unwrap().contains("Import its snapshot again"),
        "{listed}"
    );
    import(&store, Cursor::new(example(9, 60)), Form::Json).await.unwrap();
    assert!(get(&served, SNAPSHOT).await.text().contains("tenant/1"), "served again after an import");
}

/// ES-33: a tenant that is gone, or counts for another workspace, changes no row that is left.
#[tokio::test]
async fn a_store_that_lost_a_tenant_says_so() {
    for change in
        ["DELETE FROM tenants WHERE place = 1", "UPDATE tenants SET workspace_id = 9 WHERE place = 1"]
    {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("store.sqlite");
        import(&store, Cursor::new(example(8, 3)), Form::Json).await.unwrap();
        let served = endpoint(SqliteSource::open(&store).await.unwrap());
        assert_eq!(get(&served, SNAPSHOT).await.status, 200);
        alter(&store, change).await;
        let told = get(&served, SNAPSHOT).await;
        assert_eq!(told.status, 422, "{change}");
        assert!(told.json()["detail"].as_str().unwrap().contains("changed after the import"));
        let listed = get(&served, "/api/v1/workspaces").await.json();
        assert!(listed["workspaces"][0]["refusal"].is_string(), "{listed}");
    }
}

/// ES-33: nothing is left out of the list without a word.
#[tokio::test]
async fn a_workspace_whose_instant_or_number_no_import_wrote_is_listed_as_altered() {
    for change in ["UPDATE workspaces SET exported_at = 'yesterday'", "UPDATE workspaces SET id = -7"] {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("store.sqlite");
        import(&store, Cursor::new(example(8, 3)), Form::Json).await.unwrap();
        alter(&store, change).await;
        let served = endpoint(SqliteSource::open(&store).await.unwrap());
        let listed = get(&served, "/api/v1/workspaces").await.json();
        let refusal = listed["workspaces"][0]["refusal"].as_str().unwrap();
        assert!(refusal.contains("changed after the import"), "{change}: {listed}");
    }
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

/// ES-33: texts larger than any that is imported are not even read. These have the checksum that they should have.
#[tokio::test]
async fn a_head_that_no_import_wrote_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store.sqlite");
    import(&store, Cursor::new(example(8, 1)), Form::Json).await.unwrap();
    for column in ["head", "name", "slug", "exported_at", "digest"] {
        let copy = folder.path().join(format!("{column}.sqlite"));
        std::fs::copy(&store, &copy).unwrap();
        let mut connection =
            SqliteConnection::connect(&format!("sqlite://{}", copy.display())).await.unwrap();
        let alter = format!("UPDATE workspaces SET {column} = printf('%.*c', 17000000, ' ')");
        sqlx::raw_sql(AssertSqlSafe(alter)).execute(&mut connection).await.unwrap();
        let row: (i64, String, Option<String>, String, String, i64, String) =
            sqlx::query_as("SELECT id, name, slug, exported_at, digest, tenants, head FROM workspaces")
                .fetch_one(&mut connection)
                .await
                .unwrap();
        let (id, name, slug, exported_at, digest, tenants, head) = row;
        let slug = slug.map_or_else(|| "None".to_owned(), |slug| format!("Some({})", json!(slug)));
        let summed = format!("{id} {} {slug} {exported_at} {digest} {tenants} {head}", json!(name));
        let sum = sqlx::query("UPDATE workspaces SET sum = $1").bind(Sha256::digest(summed).to_vec());
        sum.execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        let source = SqliteSource::open(&copy).await.unwrap();
        let listed = source.workspaces(&posture_server::sources::Reach::Everything).await.unwrap();
        assert!(listed[0].refusal.as_ref().unwrap().contains("changed after the import"), "{listed:?}");
    }
}

/// ES-33: as above, of a tenant's route key. The evidence is not sent, and afterwards the workspace is not listed.
#[tokio::test]
async fn a_route_key_that_no_import_wrote_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store.sqlite");
    import(&store, Cursor::new(example(8, 1)), Form::Json).await.unwrap();
    let mut connection = SqliteConnection::connect(&format!("sqlite://{}", store.display())).await.unwrap();
    let alter = "UPDATE tenants SET external_id = printf('%.*c', 4194305, 'x')";
    sqlx::raw_sql(alter).execute(&mut connection).await.unwrap();
    let row: (i64, i64, Option<i64>, String, bool, Vec<u8>) =
        sqlx::query_as("SELECT workspace_id, place, id, external_id, is_readable, slim FROM tenants")
            .fetch_one(&mut connection)
            .await
            .unwrap();
    let (workspace, place, id, external_id, is_readable, slim) = row;
    let identity = format!("{workspace} {place} {id:?} Some({}) {is_readable} ", json!(external_id));
    let sum = Sha256::new().chain_update(identity).chain_update(slim).finalize().to_vec();
    let update = sqlx::query("UPDATE tenants SET slim_sum = $1").bind(sum);
    update.execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let source = SqliteSource::open(&store).await.unwrap();
    let slim = Query { workspace: Id::new(7).unwrap(), extent: Extent::Slim, tenants: TenantScope::All };
    let Err(refused) = source.open(&slim).await else { panic!("it is sent") };
    assert!(refused.to_string().contains("changed after the import"), "{refused}");
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

/// ES-39, ES-44, EP-21: what somebody does to the tables while they are served is noticed.
#[tokio::test]
async fn a_served_store_that_is_no_longer_one_of_this_version_is_not_read() {
    for change in [
        "PRAGMA user_version = 99",
        "ALTER TABLE tenants RENAME TO t; CREATE VIEW tenants AS SELECT * FROM t",
        "CREATE TRIGGER x AFTER INSERT ON reviews BEGIN DELETE FROM workspaces; END",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("store.sqlite");
        import(&store, Cursor::new(example(8, 3)), Form::Json).await.unwrap();
        let source = SqliteSource::open(&store).await.unwrap();
        let marks = SqliteReviews::open(&store).await.unwrap();
        let served = endpoint(source.clone());
        assert_eq!(get(&served, SNAPSHOT).await.status, 200);
        alter(&store, change).await;
        assert_eq!(get(&served, SNAPSHOT).await.status, 503, "{change}");
        assert_eq!(get(&served, "/api/v1/workspaces").await.status, 503, "{change}");
        assert!(source.check().await.is_err(), "{change}");
        let now = Timestamp::parse("2026-11-20T08:00:00Z").unwrap();
        let mark =
            json!({ "tenant_id": 1, "item": "a", "fingerprint": "b", "until": "2026-11-25T08:00:00Z" });
        let mark = Review::made(&mark, None, now).unwrap();
        let refused = marks.put(Id::new(7).unwrap(), &mark, now).await.unwrap_err();
        assert!(matches!(refused, ReviewError::Unavailable(_)), "{change}: {refused:?}");
    }
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
