//! A database that others lock, restrict and write to.

use std::time::Duration;

use futures_util::StreamExt as _;
use posture_core::views::reviews::Review;
use posture_core::{Id, Timestamp};
use posture_server::sources::postgres::{PostgresOptions, PostgresReviews, PostgresSource};
use posture_server::sources::reviews::{MOST_REVIEWS, ReviewError, ReviewStore as _};
use posture_server::sources::{EvidenceSource as _, Extent, Query, SourceError, TenantScope};
use posture_testing::cluster::{self, Cluster, Database};
use sqlx::{Connection as _, PgConnection};
use tokio::time::timeout;

use crate::conformance::{now, postgres};
use crate::endpoint::{REPORT, SNAPSHOT, endpoint, get};
use crate::evidence::{load, tenants};

const TENANT: &str = "/api/v1/workspaces/7/tenants/tenant%2F1/snapshot";

/// Holds a lock that keeps readers from the backup sets, as a migration does.
async fn locked(database: &Database) -> PgConnection {
    let mut connection = PgConnection::connect(&database.owner).await.unwrap();
    let lock = "BEGIN; LOCK TABLE backup_sets IN ACCESS EXCLUSIVE MODE";
    sqlx::raw_sql(lock).execute(&mut connection).await.unwrap();
    connection
}

/// How many connections of the reading role wait for a lock.
async fn waiting(database: &Database) -> u32 {
    let count = "SELECT count(*)::text FROM pg_stat_activity
        WHERE usename = 'posture' AND datname = current_database() AND wait_event_type = 'Lock'";
    database.value(count).await.parse().unwrap()
}

/// ES-51
#[tokio::test]
async fn a_locked_table_gives_503_with_retry_after_and_the_evidence_once_it_is_free() {
    let (database, _) = cluster::database().await;
    load(&database, &tenants(now(&database).await, 3)).await;
    let options = PostgresOptions { patience: Duration::from_millis(300), ..PostgresOptions::default() };
    let source = PostgresSource::new(&database.reader, options).unwrap();
    let endpoint = endpoint(source.clone());
    let lock = locked(&database).await;
    let busy = get(&endpoint, REPORT).await;
    assert_eq!((busy.status.as_u16(), &busy.headers["retry-after"]), (503, &"5".parse().unwrap()));
    assert_eq!(waiting(&database).await, 0);
    assert!(source.check().await.is_ok());
    let query = Query { workspace: Id::new(7).unwrap(), tenants: TenantScope::All, extent: Extent::Slim };
    assert!(matches!(source.version(&query).await, Err(SourceError::Busy)));
    lock.close().await.unwrap();
    get(&endpoint, REPORT).await.text();
    database.run("REVOKE ALL ON backup_sets FROM posture").await;
    assert!(matches!(source.version(&query).await, Err(SourceError::Failed(_))), "nothing is locked");
}

/// ES-31: a caller whose request began after a change does not get the version that an earlier request is still reading.
#[tokio::test]
async fn a_version_is_never_from_before_it_was_asked_for() {
    let (database, _) = cluster::database().await;
    load(&database, &tenants(now(&database).await, 3)).await;
    let source = postgres(&database);
    let ask = || {
        let source = source.clone();
        let query = Query { workspace: Id::new(7).unwrap(), tenants: TenantScope::All, extent: Extent::Slim };
        tokio::spawn(async move { source.version(&query).await.unwrap() })
    };
    let mut owner = locked(&database).await;
    let first = ask();
    while waiting(&database).await == 0 {
        tokio::task::yield_now().await;
    }
    let second = ask();
    tokio::task::yield_now().await;
    let change = "UPDATE backup_sets SET name = 'other'; COMMIT";
    sqlx::raw_sql(change).execute(&mut owner).await.unwrap();
    assert_ne!(first.await.unwrap(), second.await.unwrap());
}

/// ES-51: forty clients hang up while their requests wait for a lock, which is not freed.
#[tokio::test]
async fn queries_of_clients_that_hung_up_end_while_the_table_is_locked() {
    let (database, _) = cluster::database().await;
    load(&database, &tenants(now(&database).await, 3)).await;
    let options = PostgresOptions { patience: Duration::from_secs(600), ..PostgresOptions::default() };
    let endpoint = endpoint(PostgresSource::new(&database.reader, options).unwrap());
    let lock = locked(&database).await;
    let mut most = 0;
    for client in 0..40 {
        let path = format!("{SNAPSHOT}?since=2020-01-01T00:00:{client:02}Z");
        let hung_up = timeout(Duration::from_millis(50), get(&endpoint, &path)).await;
        assert!(hung_up.is_err(), "nobody can be answered while the table is locked");
        most = most.max(waiting(&database).await);
    }
    assert!(most > 0);
    while waiting(&database).await > 0 {
        tokio::task::yield_now().await;
    }
    lock.close().await.unwrap();
    get(&endpoint, SNAPSHOT).await.text();
}

/// ES-48
#[tokio::test]
async fn rows_that_row_level_security_would_hide_give_503_and_never_a_calmer_report() {
    for hide in [
        "ALTER TABLE tenants ENABLE ROW LEVEL SECURITY; CREATE POLICY others ON tenants USING (id <> 2)",
        "ALTER TABLE backup_schedules ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE backup_items ENABLE ROW LEVEL SECURITY; CREATE POLICY nobody ON backup_items USING (false)",
    ] {
        let (database, _) = cluster::database().await;
        load(&database, &tenants(now(&database).await, 3)).await;
        get(&endpoint(postgres(&database)), REPORT).await.text();
        database.run(hide).await;
        assert_eq!(get(&endpoint(postgres(&database)), REPORT).await.status, 503, "{hide}");
    }
}

/// ES-49: in a database whose schema `public` everybody may write to, as before PostgreSQL 15.
#[tokio::test]
async fn functions_and_operators_of_others_change_nothing() {
    let (database, _) = cluster::database().await;
    load(&database, &tenants(now(&database).await, 3)).await;
    let paths = [SNAPSHOT, REPORT, TENANT, "/api/v1/workspaces"];
    let before = evidence(&database, &paths).await;
    database
        .run(
            "CREATE FUNCTION lower(varchar) RETURNS text LANGUAGE sql AS $$ SELECT 'failed' $$;
             CREATE FUNCTION concat(text, text, text, text) RETURNS text LANGUAGE sql AS $$ SELECT '{}' $$;
             CREATE FUNCTION make_interval(secs bigint) RETURNS interval LANGUAGE sql AS $$ SELECT interval '-9 years' $$;
             CREATE FUNCTION concat_ws(text, xid, bigint, numeric) RETURNS text LANGUAGE sql AS $$ SELECT '' $$;
             CREATE FUNCTION always(varchar, text) RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;
             CREATE OPERATOR = (LEFTARG = varchar, RIGHTARG = text, FUNCTION = always);
             CREATE FUNCTION now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT timestamptz '2001-01-01' $$;
             CREATE FUNCTION count(OUT bigint) LANGUAGE sql AS $$ SELECT 0::bigint $$;
             CREATE FUNCTION row_to_json(record) RETURNS json LANGUAGE plpgsql AS $$ BEGIN RETURN '{}'; END $$",
        )
        .await;
    assert_eq!(evidence(&database, &paths).await, before);
    let first =
        format!("ALTER ROLE posture IN DATABASE {} SET search_path = public, pg_catalog", database.name);
    database.run(&first).await;
    assert_eq!(evidence(&database, &paths).await, before);
}

/// What a new process answers, without the instant of the export.
async fn evidence(database: &Database, paths: &[&str]) -> Vec<serde_json::Value> {
    let endpoint = endpoint(postgres(database));
    let mut answers = Vec::new();
    for path in paths {
        let mut answer = get(&endpoint, path).await.json();
        without_instants(&mut answer);
        answers.push(answer);
    }
    answers
}

/// A step of the clock between two answers changes ages and the sentences about them.
fn without_instants(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(object) => {
            object.retain(|key, _| {
                !["exported_at", "as_of", "age_seconds", "summary", "body", "supporting_message"]
                    .contains(&key.as_str())
            });
            object.values_mut().for_each(without_instants);
        }
        serde_json::Value::Array(values) => values.iter_mut().for_each(without_instants),
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::String(_) => {}
    }
}

/// ES-11: an archived workspace is not served, even if the time of archiving is infinity.
#[tokio::test]
async fn a_workspace_that_is_archived_at_any_time_is_listed_with_its_reason() {
    let (database, _) = cluster::database().await;
    load(&database, &tenants(now(&database).await, 1)).await;
    for (at, shown) in [("infinity", "infinity"), ("2026-01-02 03:04:05", "2026-01-02T03:04:05Z")] {
        database.run(&format!("UPDATE workspaces SET archived_at = '{at}' WHERE id = 7")).await;
        let endpoint = endpoint(postgres(&database));
        let list = get(&endpoint, "/api/v1/workspaces").await.json();
        let listed = list["workspaces"].as_array().unwrap().iter().find(|workspace| workspace["id"] == 7);
        let reason = format!("The workspace was archived at {shown}. Archived workspaces are not evaluated.");
        assert_eq!(listed.unwrap()["refusal"], reason);
        let refused = get(&endpoint, REPORT).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["detail"]), (422, &reason.into()));
    }
}

/// ES-50
#[tokio::test]
async fn rows_that_are_not_a_snapshot_give_422_with_the_place_and_the_reason() {
    let (database, _) = cluster::database().await;
    load(&database, &tenants(now(&database).await, 3)).await;
    database
        .run(
            "UPDATE restore_runs SET results = ('{\"x\":' || repeat('[', 200) || repeat(']', 200) || '}')::json;
             UPDATE backup_items SET metadata = ('{\"x\":' || repeat('[', 200) || repeat(']', 200) || '}')::json",
        )
        .await;
    let refused = get(&endpoint(postgres(&database)), REPORT).await;
    assert_eq!(refused.status, 422);
    let detail = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("nests deeper than 64 levels. At tenants["), "{detail}");

    let whole = "UPDATE restore_runs SET results = NULL; UPDATE backup_items SET metadata = NULL WHERE tenant_id <> 2";
    database.run(whole).await;
    let extent = Extent::SlimSince(Timestamp::parse("2020-01-01T00:00:00Z").unwrap());
    let query = Query { workspace: Id::new(7).unwrap(), tenants: TenantScope::All, extent };
    let texts: Vec<_> = postgres(&database).open(&query).await.unwrap().tenants.collect().await;
    assert_eq!(texts.len(), 2, "one tenant, and why there are no more");
    let detail = texts[1].as_ref().unwrap_err().to_string();
    assert!(detail.contains("nests deeper than 64 levels. At tenants[1]"), "{detail}");
}

/// ES-52: whatever Posture leaves behind, the product can still connect.
#[tokio::test]
async fn a_role_without_free_connections_gives_503_until_one_is_free() {
    let cluster = Cluster::new();
    let database = cluster.database().await;
    load(&database, &tenants(now(&database).await, 3)).await;
    let held = PgConnection::connect(&database.reader).await.unwrap();
    let limit = "SELECT rolconnlimit::text FROM pg_roles WHERE rolname = 'posture'";
    assert_eq!(database.value(limit).await, "40");
    database.run("ALTER ROLE posture CONNECTION LIMIT 1").await;
    let options = PostgresOptions { patience: Duration::from_millis(300), ..PostgresOptions::default() };
    let endpoint = endpoint(PostgresSource::new(&database.reader, options).unwrap());
    let busy = get(&endpoint, REPORT).await;
    assert_eq!((busy.status.as_u16(), &busy.headers["retry-after"]), (503, &"5".parse().unwrap()));
    held.close().await.unwrap();
    // The database ends the connection a little later.
    let answered = async { while get(&endpoint, REPORT).await.status.as_u16() != 200 {} };
    timeout(Duration::from_secs(60), answered).await.unwrap();
}

/// A database with a table of marks.
async fn marks() -> (Cluster, Database, PostgresReviews) {
    let cluster = Cluster::new();
    let database = cluster.database().await;
    database.run(include_str!("../../../../ops/postgres/reviews.sql")).await;
    let reviews = PostgresReviews::new(&cluster.address(&database.name, "posture_reviews")).unwrap();
    (cluster, database, reviews)
}

/// RV-5: whatever locks the table of marks, as a migration does.
#[tokio::test]
async fn a_locked_table_of_marks_is_busy_until_it_is_free() {
    let (_cluster, database, reviews) = marks().await;
    let (id, now) = (Id::new(7).unwrap(), Timestamp::from_unix_seconds(1_795_000_000).unwrap());
    let list = || reviews.list(id, &TenantScope::All, now);
    assert!(list().await.unwrap().is_empty());
    let mut owner = PgConnection::connect(&database.owner).await.unwrap();
    let lock = "BEGIN; LOCK TABLE posture_reviews.reviews IN ACCESS EXCLUSIVE MODE";
    sqlx::raw_sql(lock).execute(&mut owner).await.unwrap();
    let (listed, deleted) = tokio::join!(list(), reviews.delete(id, id, "tenant_backup_stale"));
    assert!(matches!(listed, Err(ReviewError::Busy)), "{listed:?}");
    assert!(matches!(deleted, Err(ReviewError::Busy)), "{deleted:?}");
    owner.close().await.unwrap();
    assert!(list().await.unwrap().is_empty());
}

/// RV-10: as in a store.
#[tokio::test]
async fn a_workspace_of_a_database_has_a_limit_of_marks() {
    let (_cluster, database, reviews) = marks().await;
    let (id, now) = (Id::new(7).unwrap(), Timestamp::parse("2026-11-20T08:00:00Z").unwrap());
    let mark = |item: &str| {
        let mark = serde_json::json!({ "tenant_id": 1, "item": item, "fingerprint": "b", "until": "2026-11-25T08:00:00Z" });
        Review::made(&mark, None, now).unwrap()
    };
    let held = async |workspace: u32| {
        let count =
            format!("SELECT count(*)::text FROM posture_reviews.reviews WHERE workspace_id = {workspace}");
        database.value(&count).await.parse::<u32>().unwrap()
    };
    for workspace in [7, 8] {
        let fill = format!(
            "INSERT INTO posture_reviews.reviews SELECT {workspace}, 1, 'item' || n, '{{}}', 4000000000 FROM generate_series(1, {MOST_REVIEWS}) n"
        );
        database.run(&fill).await;
    }
    assert!(matches!(reviews.put(id, &mark("other"), now).await, Err(ReviewError::Full)));
    assert_eq!(held(7).await, MOST_REVIEWS, "nothing is kept");
    reviews.put(id, &mark("item1"), now).await.unwrap();
    database.run("UPDATE posture_reviews.reviews SET ends = 1 WHERE item = 'item2'").await;
    reviews.put(id, &mark("other"), now).await.unwrap();
    assert_eq!((held(7).await, held(8).await), (MOST_REVIEWS, MOST_REVIEWS), "only its own ended mark goes");

    // Notes reach the limit of bytes before; a character has two here.
    database
        .run(
            "UPDATE posture_reviews.reviews SET mark = repeat('ö', 1000);
             DELETE FROM posture_reviews.reviews WHERE substr(item, 5)::integer > 2500 AND item LIKE 'item%'",
        )
        .await;
    assert!(matches!(reviews.put(id, &mark("item1"), now).await, Err(ReviewError::Full)));
    database.run("UPDATE posture_reviews.reviews SET mark = '{}'").await;
    reviews.put(id, &mark("item1"), now).await.unwrap();
}
