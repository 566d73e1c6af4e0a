//! Two endpoints, one over a primary and one over its streaming replica.

use posture_core::Timestamp;
use posture_server::sources::postgres::{PostgresOptions, PostgresSource};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::conformance::{now, postgres};
use crate::endpoint::{SNAPSHOT, endpoint, get};
use crate::evidence::{load, tenants};
use posture_testing::cluster::{Cluster, Database};

/// Waits until the replica has replayed what the primary has written.
async fn catch_up(primary: &Database, replica: &str) {
    let written = primary.value("SELECT pg_current_wal_lsn()::text").await;
    let mut connection = PgConnection::connect(replica).await.unwrap();
    loop {
        let replayed = format!("SELECT pg_last_wal_replay_lsn() >= '{written}'::pg_lsn");
        if sqlx::query_scalar::<_, bool>(AssertSqlSafe(replayed)).fetch_one(&mut connection).await.unwrap() {
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// ES-27, ES-28, ES-37
#[tokio::test]
async fn a_primary_and_its_replica_give_the_same_and_a_replica_that_lags_says_how_old_it_is() {
    let primary = Cluster::new();
    let database = primary.database().await;
    load(&database, &tenants(now(&database).await, 30)).await;
    database.run("ALTER TABLE backup_sets ALTER completed_at TYPE timestamptz(6)").await;
    let follower = Cluster::replica_of(&primary);
    let replica = follower.address(&database.name, "posture");
    let (on_primary, on_replica) = (
        endpoint(postgres(&database)),
        endpoint(PostgresSource::new(&replica, PostgresOptions::default()).unwrap()),
    );

    // First by the records, then by the table of changes.
    for script in ["", include_str!("../../../../ops/postgres/changes.sql")] {
        database.run(script).await;
        // The clock may step between two answers, but not also between the next two.
        let mut alike = false;
        for _ in 0..3 {
            database
                .run(
                    "CREATE TABLE IF NOT EXISTS heartbeat (at timestamptz); INSERT INTO heartbeat VALUES (now())",
                )
                .await;
            catch_up(&database, &replica).await;
            let (first, second) = (get(&on_primary, SNAPSHOT).await, get(&on_replica, SNAPSHOT).await);
            alike = first.text() == second.text() && first.etag() == second.etag();
            if alike {
                break;
            }
        }
        assert!(alike, "{script}");
    }

    let admin = follower.address(&database.name, "postgres");
    let mut connection = PgConnection::connect(&admin).await.unwrap();
    sqlx::raw_sql("SELECT pg_wal_replay_pause()").execute(&mut connection).await.unwrap();
    let behind = get(&on_replica, SNAPSHOT).await;
    database.run("INSERT INTO backup_sets (id, tenant_id, status, item_count, completed_at) VALUES (1, 1, 'completed', 1, now())").await;
    let ahead = get(&on_primary, SNAPSHOT).await;
    let still = get(&on_replica, SNAPSHOT).await;
    assert_ne!(ahead.etag(), still.etag());
    let exported = |text: &str| {
        Timestamp::parse(
            serde_json::from_str::<serde_json::Value>(text).unwrap()["exported_at"].as_str().unwrap(),
        )
        .unwrap()
    };
    assert!(exported(still.text()) < exported(ahead.text()), "a lag is an older export");
    assert_eq!(exported(still.text()), exported(behind.text()));

    let instant = include_str!("../../src/sources/postgres/instant.sql");
    let claimed: String =
        sqlx::query_scalar(AssertSqlSafe(instant)).fetch_one(&mut connection).await.unwrap();
    let replayed = "SELECT to_char(pg_last_xact_replay_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";
    let replayed: String = sqlx::query_scalar(replayed).fetch_one(&mut connection).await.unwrap();
    assert_eq!(claimed, replayed, "a replica that has more to replay claims no more than it has");
}
