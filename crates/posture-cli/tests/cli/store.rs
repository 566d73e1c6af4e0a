//! `posture store`: backups, checks, and stores of processes that were killed.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use posture_testing::documents::case;
use sqlx::{Connection as _, SqliteConnection};

use crate::endpoint::Endpoint;
use crate::support::{Files, Outcome, posture, run, runtime};

pub(crate) fn store(command: &[&str], store: &Path) -> Outcome {
    run(["store"].iter().chain(command).chain(&["--store", store.to_str().unwrap()]))
}

pub(crate) fn import(files: &Files, name: &str) -> std::path::PathBuf {
    let snapshot = files.write("a.json", case(name).to_string());
    let path = files.path("store.sqlite");
    let outcome = run(["import", snapshot.to_str().unwrap(), "--store", path.to_str().unwrap()]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    path
}

pub(crate) fn change(store: &Path, statements: impl Into<String>) {
    runtime().block_on(async {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(store);
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(statements.into())).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    });
}

/// ES-40
#[test]
fn a_served_store_is_copied_and_the_copy_serves_the_same() {
    let files = Files::new();
    let path = import(&files, "workspace-order");
    let endpoint = Endpoint::start(["--store".as_ref(), path.as_os_str()]);
    let served = endpoint.get("/api/v1/workspaces/1/report").body;
    let copy = files.path("copy.sqlite");
    let copied = store(&["backup", copy.to_str().unwrap()], &path);
    assert_eq!((copied.code, copied.stderr.as_str()), (Some(0), ""));
    assert!(copied.text().starts_with("version "), "{}", copied.text());
    let restored = Endpoint::start(["--store".as_ref(), copy.as_os_str()]);
    assert_eq!(restored.get("/api/v1/workspaces/1/report").body, served);
    let again = store(&["backup", copy.to_str().unwrap()], &path);
    assert_eq!(again.code, Some(1));
    assert!(again.stderr.contains("exists already"), "{}", again.stderr);
    assert_eq!(store(&["check"], &copy).code, Some(0));
}

/// ES-41
#[test]
fn a_check_names_every_row_that_was_changed() {
    let files = Files::new();
    let path = import(&files, "workspace-order");
    assert_eq!(store(&["check"], &path).code, Some(0));
    change(&path, "UPDATE tenants SET whole = CAST(whole || x'20' AS BLOB) WHERE place = 1");
    change(&path, "UPDATE workspaces SET name = 'Another'");
    change(&path, "DELETE FROM tenants WHERE place = 2");
    let found = store(&["check"], &path);
    assert_eq!(found.code, Some(3));
    let text = found.text();
    for expected in [
        "The row of workspace 1 was changed",
        "of workspace 1 was changed after its import",
        "has no tenant at place 2",
    ] {
        assert!(text.contains(expected), "{text}");
    }
    let copy = files.path("copy.sqlite");
    let refused = store(&["backup", copy.to_str().unwrap()], &path);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("The store is damaged"), "{}", refused.stderr);
    assert!(!copy.exists(), "a damaged copy is not taken for a backup");
}

/// ES-41
#[test]
fn a_file_that_is_not_a_store_and_a_later_version_are_refused_by_name() {
    let files = Files::new();
    let missing = store(&["check"], &files.path("missing.sqlite"));
    assert_eq!(missing.code, Some(2));
    assert!(missing.stderr.contains("There is no store at"), "{}", missing.stderr);
    let path = import(&files, "calm");
    change(&path, "PRAGMA user_version = 99");
    for command in [&["check"][..], &["backup", files.path("copy.sqlite").to_str().unwrap()]] {
        let newer = store(command, &path);
        assert_eq!(newer.code, Some(2));
        assert!(newer.stderr.contains("is a store of version 99"), "{}", newer.stderr);
    }
}

/// ES-42: wherever an import is killed, the store opens again with the former evidence or the new one.
#[test]
fn a_store_whose_import_is_killed_at_any_instant_opens_again() {
    let files = Files::new();
    let path = import(&files, "workspace-order");
    let synthetic = run(["synth", "--tenants", "120", "-o", files.path("large.json").to_str().unwrap()]);
    assert_eq!(synthetic.code, Some(0), "{}", synthetic.stderr);
    for round in 0..20_u64 {
        let mut child = posture()
            .args(["import", files.path("large.json").to_str().unwrap(), "--allow-replacement", "--store"])
            .arg(&path)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // How far the import comes differs from round to round; every instant has the same outcome.
        std::thread::park_timeout(Duration::from_millis(round * 7));
        child.kill().unwrap();
        child.wait().unwrap();
        let found = store(&["check"], &path);
        assert_eq!(found.code, Some(0), "round {round}: {}{}", found.text(), found.stderr);
    }
    let served = Endpoint::start(["--store".as_ref(), path.as_os_str()]);
    assert_eq!(served.get("/api/v1/workspaces/1/report").json()["workspace"]["id"], 1);
}

/// ES-32, ES-40: a name that SQLite would read more into, or cannot have, leaves no copy that others can read.
#[cfg(unix)]
#[test]
fn a_copy_is_the_file_that_was_named_or_none() {
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::PermissionsExt as _;
    let files = Files::new();
    let path = import(&files, "calm");
    let run_in =
        |args: &[&std::ffi::OsStr]| posture().args(args).current_dir(files.path("")).output().unwrap();
    let copy_to = |name: &std::ffi::OsStr| {
        run_in(&["store".as_ref(), "backup".as_ref(), name, "--store".as_ref(), path.as_os_str()])
    };
    for name in ["file:copy.sqlite", "file:copy?mode=memory", ":memory:"] {
        let copied = copy_to(name.as_ref());
        assert!(copied.status.success(), "{name}: {}", String::from_utf8_lossy(&copied.stderr));
        assert_eq!(files.path(name).metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert!(!files.path("copy.sqlite").exists());
    let odd = std::ffi::OsStr::from_bytes(b"odd\xff.sqlite");
    let refused = copy_to(odd);
    assert_eq!(refused.status.code(), Some(1));
    let refused = run_in(&["import".as_ref(), "a.json".as_ref(), "--store".as_ref(), odd]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("not UTF-8"));
    let mut left = std::fs::read_dir(files.path("")).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(!left.any(|name| name.as_bytes().starts_with(b"odd")), "nothing is left");
}
