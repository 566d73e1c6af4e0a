//! `posture store`: backups, checks, and stores of processes that were killed.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use posture_testing::documents::case;
use sqlx::{Connection as _, SqliteConnection};

use crate::endpoint::Endpoint;
use crate::support::{Files, Outcome, posture, run, runtime};

fn store(command: &[&str], store: &Path) -> Outcome {
    run(["store"].iter().chain(command).chain(&["--store", store.to_str().unwrap()]))
}

fn import(files: &Files, name: &str) -> std::path::PathBuf {
    let snapshot = files.write("a.json", case(name).to_string());
    let path = files.path("store.sqlite");
    let outcome = run(["import", snapshot.to_str().unwrap(), "--store", path.to_str().unwrap()]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    path
}

fn change(store: &Path, statements: impl Into<String>) {
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

/// ES-44: whatever is in the place of a table is never run, by any command.
#[test]
fn a_store_that_somebody_else_made_is_refused_before_it_is_read() {
    let files = Files::new();
    let snapshot = files.write("a.json", case("calm").to_string());
    let endless = "WITH RECURSIVE endless(place) AS (SELECT 0 UNION ALL SELECT place + 1 FROM endless)";
    let tenants = format!(
        "DROP TABLE tenants; CREATE VIEW tenants AS {endless} SELECT 1 AS workspace_id, place, 1 AS id, \
         'a' AS external_id, 1 AS is_readable, x'' AS slim, x'' AS whole, x'' AS slim_sum, x'' AS whole_sum FROM endless"
    );
    let made = [
        ("an endless view for a table", tenants),
        ("an endless view for what SQLite says of itself", format!("CREATE VIEW pragma_user_version AS {endless} SELECT place AS user_version FROM endless")),
        ("a trigger", format!("CREATE TRIGGER more AFTER DELETE ON tenants BEGIN INSERT INTO tenants (place) {endless} SELECT place FROM endless; END")),
        ("a virtual table", "CREATE VIRTUAL TABLE more USING fts5(text)".to_owned()),
        ("a generated column", "ALTER TABLE workspaces ADD COLUMN more TEXT AS (hex(zeroblob(1000000000)))".to_owned()),
        ("a table less", "DROP TABLE reviews".to_owned()),
        ("an index of its own", "CREATE INDEX more ON tenants (place)".to_owned()),
    ];
    for (what, statements) in made {
        let path = import(&files, "calm");
        change(&path, statements);
        let (store, copy) = (path.to_str().unwrap(), files.path("copy.sqlite"));
        let commands = [
            (2, vec!["store", "check", "--store", store]),
            (2, vec!["store", "backup", copy.to_str().unwrap(), "--store", store]),
            (2, vec!["serve", "--store", store, "--listen", "127.0.0.1:0"]),
            (1, vec!["import", snapshot.to_str().unwrap(), "--store", store]),
        ];
        for (code, command) in commands {
            let refused = run(&command);
            assert_eq!(refused.code, Some(code), "{what}: {command:?}: {}", refused.stderr);
            assert!(refused.stderr.contains("that Posture did not create"), "{what}: {}", refused.stderr);
        }
        assert!(!copy.exists(), "{what}");
        std::fs::remove_file(path).unwrap();
    }
}

/// ES-44: what SQLite adds for itself changes nothing.
#[test]
fn a_store_with_statistics_is_served() {
    let files = Files::new();
    let path = import(&files, "workspace-order");
    change(&path, "ANALYZE");
    assert_eq!(store(&["check"], &path).code, Some(0));
    let endpoint = Endpoint::start(["--store".as_ref(), path.as_os_str()]);
    assert_eq!(endpoint.get("/api/v1/workspaces/1/report").status, 200);
}
