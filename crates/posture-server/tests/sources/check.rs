//! What a check of a store finds, and what a backup does with it.

use std::io::Cursor;
use std::path::PathBuf;

use posture_core::Form;
use posture_server::sources::sqlite::{BackupError, Checked, SqliteSource, backup, check, import, is_empty};
use posture_server::sources::{EvidenceSource as _, Reach, SourceError};
use tempfile::TempDir;

use crate::altered_store::alter;
use crate::evidence::{document, tenants};

/// A store with three tenants of workspace 7, after a change that no import makes.
async fn store(change: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let snapshot = document("2026-11-20T08:00:00Z", "x", &tenants(1_795_000_000, 3));
    import(&path, Cursor::new(snapshot), Form::Json).await.unwrap();
    alter(&path, change).await;
    (folder, path)
}

/// ES-41: each change is named once, and nothing that is as its import wrote it.
#[tokio::test]
async fn a_check_names_each_change_once_and_counts_what_there_is() {
    let row = "was changed after its import. Import its snapshot again.";
    let one = |fault: &str| vec![fault.to_owned()];
    for (change, workspaces, tenants, faults) in [
        ("SELECT 1", 1, 3, Vec::new()),
        (
            "UPDATE tenants SET slim = CAST(slim || x'20' AS BLOB) WHERE place = 1",
            1,
            3,
            one(&format!("The row of tenant 2 of workspace 7 {row}")),
        ),
        (
            "UPDATE tenants SET whole = CAST(whole || x'20' AS BLOB) WHERE place = 1",
            1,
            3,
            one(&format!("The row of tenant 2 of workspace 7 {row}")),
        ),
        (
            "UPDATE tenants SET id = NULL WHERE place = 1",
            1,
            3,
            one(&format!("The row of tenant at place 1 of workspace 7 {row}")),
        ),
        (
            "DELETE FROM tenants WHERE place = 1",
            1,
            2,
            one("Workspace 7 has no tenant at place 1. Import its snapshot again."),
        ),
        (
            "DELETE FROM tenants WHERE place = 2",
            1,
            2,
            one("Workspace 7 has 2 tenants, and its import wrote 3. Import its snapshot again."),
        ),
        (
            "UPDATE workspaces SET exported_at = '2026-11-20T09:00:00Z'",
            1,
            3,
            one(&format!("The row of workspace 7 {row}")),
        ),
        ("DELETE FROM workspaces", 0, 0, one("3 tenants belong to no workspace of the store.")),
        (
            "UPDATE workspaces SET id = 0; DELETE FROM tenants",
            1,
            0,
            one("Workspace 0 has an id that no import writes."),
        ),
    ] {
        let (folder, path) = store(change).await;
        let expected = Checked { version: 3, workspaces, tenants, faults, more_faults: 0 };
        assert_eq!(check(&path).await.unwrap(), expected, "{change}");
        let copy = folder.path().join("copy.sqlite");
        match backup(&path, &copy).await {
            Ok(found) => assert!(copy.exists() && found == expected && found.faults.is_empty(), "{change}"),
            Err(BackupError::Damaged { found, .. }) => {
                assert!(!copy.exists() && found == expected, "{change}")
            }
            Err(other) => panic!("{change}: {other}"),
        }
    }
}

/// ES-41, ES-45: of many faults the first hundred are listed. Of more workspaces than a store is read of, none is.
#[tokio::test]
async fn a_check_lists_a_hundred_faults_and_reads_ten_thousand_workspaces() {
    let filled = |count: u32| {
        format!(
            "WITH RECURSIVE n(n) AS (SELECT 100 UNION ALL SELECT n + 1 FROM n WHERE n < {}) \
             INSERT INTO workspaces SELECT n, name, slug, exported_at, head, digest, 0, sum FROM n, workspaces",
            98 + count
        )
    };
    let (_folder, path) = store(&filled(102)).await;
    let found = check(&path).await.unwrap();
    assert_eq!((found.workspaces, found.tenants), (102, 3));
    assert_eq!((found.faults.len(), found.more_faults), (100, 1), "{:?}", found.faults);

    let (_folder, path) = store(&filled(10_000)).await;
    assert_eq!(check(&path).await.unwrap().workspaces, 10_000);
    let source = SqliteSource::open(&path).await.unwrap();
    assert_eq!(source.workspaces(&Reach::Everything).await.unwrap().len(), 10_000);
    alter(&path, "INSERT INTO workspaces SELECT 99, name, slug, exported_at, head, digest, 0, sum FROM workspaces LIMIT 1").await;
    let found = check(&path).await.unwrap();
    assert_eq!((found.workspaces, found.faults.len()), (0, 1));
    assert!(found.faults[0].contains("more than 10000 workspaces. Its rows were not checked"));
    match source.workspaces(&Reach::Everything).await {
        Err(SourceError::Unready(why)) => assert!(why.contains("more than 10000 workspaces"), "{why}"),
        other => panic!("{other:?}"),
    }
}

/// ES-40: only an existing file is said to exist.
#[tokio::test]
async fn a_backup_that_cannot_be_written_says_so() {
    let (folder, path) = store("SELECT 1").await;
    let missing = folder.path().join("missing").join("copy.sqlite");
    assert!(matches!(backup(&path, &missing).await, Err(BackupError::Write { .. })));
    assert!(matches!(backup(&path, &path).await, Err(BackupError::Exists(_))));
    assert!(check(&path).await.unwrap().faults.is_empty(), "the store is not replaced by its backup");
}

/// CL-25: what a first gathering that was killed leaves behind is not served as if it were evidence.
#[tokio::test]
async fn a_store_without_a_workspace_is_empty() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store.sqlite");
    assert!(!is_empty(&store).await, "there is none");
    import(
        &store,
        Cursor::new(document("2026-11-20T08:00:00Z", "x", &tenants(1_795_000_000, 1))),
        Form::Json,
    )
    .await
    .unwrap();
    assert!(!is_empty(&store).await);
    alter(&store, "DELETE FROM tenants; DELETE FROM workspaces").await;
    assert!(is_empty(&store).await);
}
