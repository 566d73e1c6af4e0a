//! Stores that somebody changed as no import does, and what is noticed of it.

use std::io::Cursor;
use std::path::Path;

use posture_core::views::reviews::Review;
use posture_core::{Form, Id, Timestamp};
use posture_server::sources::reviews::{ReviewError, ReviewStore as _};
use posture_server::sources::sqlite::{SqliteReviews, SqliteSource, import};
use posture_server::sources::{EvidenceSource as _, Extent, Query, TenantScope};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection};

use crate::endpoint::{SNAPSHOT, endpoint, get};
use crate::evidence::example;

/// Changes a store as no import does.
pub(crate) async fn alter(store: &Path, statement: &str) {
    let url = format!("sqlite://{}", store.display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
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
    import(&store, Cursor::new(example(8, 60)), Form::Json).await.unwrap();
    assert!(get(&served, SNAPSHOT).await.text().contains("tenant/1"), "served again after the same import");
    let listed = get(&served, "/api/v1/workspaces").await.json();
    assert!(listed["workspaces"][0]["refusal"].is_null(), "{listed}");
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
