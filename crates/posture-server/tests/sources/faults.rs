//! Faults of a database, and how they are reported.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use futures_util::{FutureExt as _, StreamExt as _};
use http_body_util::BodyExt as _;
use posture_core::Id;
use posture_server::sources::postgres::{PostgresOptions, PostgresSource};
use posture_server::sources::{EvidenceSource as _, Extent, Query, SourceError, TenantScope};
use tower::ServiceExt as _;

use crate::conformance::{now, postgres};
use crate::endpoint::{REPORT, SNAPSHOT, endpoint, get};
use crate::evidence::{load, tenants};
use posture_testing::cluster::{self, Cluster, Database};

fn whole_workspace() -> Query {
    Query { workspace: Id::new(7).unwrap(), tenants: TenantScope::All, extent: Extent::Slim }
}

/// More than any buffer on the way holds.
async fn load_much(database: &Database) {
    database
        .run(
            "INSERT INTO workspaces (id, name) VALUES (7, 'W');
             INSERT INTO tenants (id, workspace_id, external_id, name, status) SELECT t, 7, 't' || t, 'T', 'active' FROM generate_series(1, 400) t;
             INSERT INTO backup_sets (tenant_id, name, status) SELECT t, repeat('x', 200), 'failed' FROM generate_series(1, 400) t, generate_series(1, 300);
             ANALYZE",
        )
        .await;
}

async fn connections(database: &Database) -> u32 {
    let count = "SELECT count(*)::text FROM pg_stat_activity WHERE usename = 'posture' AND datname = current_database()";
    database.value(count).await.parse().unwrap()
}

/// ES-4
#[tokio::test]
async fn an_answer_is_one_instant_whatever_is_written_meanwhile() {
    let (database, _) = cluster::database().await;
    load_much(&database).await;
    let mut tenants = postgres(&database).open(&whole_workspace()).await.unwrap().tenants;
    assert!(tenants.next().await.unwrap().is_ok());
    database.run("UPDATE tenants SET name = 'Later'; UPDATE backup_sets SET status = 'completed'").await;
    let rest: Vec<_> = tenants.map(|text| String::from_utf8(text.unwrap().to_vec()).unwrap()).collect().await;
    assert_eq!(rest.len(), 399);
    assert!(
        rest.iter().all(|text| text.contains("\"name\":\"T\"") && !text.contains("\"status\":\"completed\""))
    );
}

/// ES-22
#[tokio::test]
async fn a_database_that_stops_gives_503_and_answers_after_a_restart() {
    let cluster = Cluster::new();
    let database = cluster.database().await;
    load(&database, &tenants(now(&database).await, 3)).await;
    let source = postgres(&database);
    let endpoint = endpoint(source.clone());
    get(&endpoint, SNAPSHOT).await.text();
    assert!(source.check().await.is_ok());
    cluster.stop();
    let answer = get(&endpoint, SNAPSHOT).await;
    assert_eq!((answer.status.as_u16(), &answer.headers["retry-after"]), (503, &"5".parse().unwrap()));
    let problem = answer.json()["detail"].as_str().unwrap().to_owned();
    assert!(!problem.contains("sock") && !problem.contains("os error"), "{problem}");
    assert!(source.check().await.is_err());
    cluster.start();
    get(&endpoint, SNAPSHOT).await.text();
    assert!(source.check().await.is_ok());
}

/// ES-23
#[tokio::test]
async fn an_answer_that_is_cut_off_is_never_taken_for_a_whole_one() {
    let cluster = Cluster::new();
    let database = cluster.database().await;
    load_much(&database).await;
    let source = postgres(&database);
    let mut tenants = source.open(&whole_workspace()).await.unwrap().tenants;
    assert!(tenants.next().await.unwrap().is_ok());
    cluster.stop();
    let rest: Vec<_> = tenants.collect().await;
    assert!(rest.last().unwrap().is_err(), "{} tenants", rest.len());
    cluster.start();
    get(&endpoint(source), SNAPSHOT).await.text();
}

/// ES-35: eight readers who take nothing hold no connection, though there are only two.
#[tokio::test]
async fn slow_readers_hold_no_connection() {
    let (database, _) = cluster::database().await;
    load_much(&database).await;
    let options = PostgresOptions { connections: 2, ..PostgresOptions::default() };
    let source = PostgresSource::new(&database.reader, options).unwrap();
    let endpoint = endpoint(source.clone());
    let mut slow = Vec::new();
    for reader in 0..8 {
        // Each asks for another answer, so that none is shared.
        let path = format!("{REPORT}?as_of=2030-01-01T00:00:{reader:02}Z");
        let request = Request::builder().uri(path).header("host", "localhost").body(Body::empty()).unwrap();
        let mut body = endpoint.clone().oneshot(request).await.unwrap().into_body();
        let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
        slow.push((first, body));
    }
    get(&endpoint, "/api/v1/workspaces/7/tenants/t1/snapshot").await.text();
    get(&endpoint, "/api/v1/workspaces").await.text();
    assert!(source.check().await.is_ok());
    for (first, body) in slow {
        let rest = body.collect().await.unwrap().to_bytes();
        assert!(!rest.is_empty(), "a reader who took one part has not taken all");
        let whole = [first, rest].concat();
        assert!(serde_json::from_slice::<serde_json::Value>(&whole).is_ok(), "{} bytes", whole.len());
    }
}

/// ES-36: workspaces that were requested before wait, although connections are free.
#[tokio::test]
async fn a_workspace_in_progress_leaves_connections_for_tenants_and_for_readiness() {
    let (database, _) = cluster::database().await;
    load_much(&database).await;
    let patience = Duration::from_secs(60);
    let options = PostgresOptions { connections: 3, patience, ..PostgresOptions::default() };
    let source = PostgresSource::new(&database.reader, options).unwrap();
    let (workspace, one) = (whole_workspace(), Extent::Tenant("t1".to_owned()));
    let held = source.open(&workspace).await.unwrap();
    let mut waiting: Vec<_> = (0..3).map(|_| source.open(&workspace)).collect();
    assert!(waiting.iter_mut().all(|open| open.now_or_never().is_none()));
    let tenant = source.open(&Query { extent: one, ..whole_workspace() }).await.unwrap();
    assert!(source.check().await.is_ok());
    assert!(waiting.iter_mut().all(|open| open.now_or_never().is_none()));
    drop((held, tenant));
    assert!(waiting.swap_remove(0).await.is_ok());
}

/// ES-24
#[tokio::test]
async fn requests_beyond_the_connections_get_503_with_retry_after() {
    let (database, _) = cluster::database().await;
    load_much(&database).await;
    let options =
        PostgresOptions { connections: 1, patience: Duration::from_secs(2), ..PostgresOptions::default() };
    let source = PostgresSource::new(&database.reader, options).unwrap();
    let mut held = source.open(&whole_workspace()).await.unwrap();
    assert!(held.tenants.next().await.unwrap().is_ok());
    assert!(matches!(source.open(&whole_workspace()).await, Err(SourceError::Busy)));
    let busy = get(&endpoint(source.clone()), SNAPSHOT).await;
    assert_eq!((busy.status.as_u16(), &busy.headers["retry-after"]), (503, &"5".parse().unwrap()));
    assert_eq!(held.tenants.fold(1, async |count, text| text.map(|_| count + 1).unwrap()).await, 400);
    assert!(source.open(&whole_workspace()).await.is_ok());
}

/// ES-25
#[tokio::test]
async fn a_reader_who_takes_nothing_loses_the_answer_and_not_the_connection_to_others() {
    let (database, _) = cluster::database().await;
    load_much(&database).await;
    let options =
        PostgresOptions { connections: 1, stall: Duration::from_millis(300), ..PostgresOptions::default() };
    let source = PostgresSource::new(&database.reader, options).unwrap();
    let mut slow = source.open(&whole_workspace()).await.unwrap().tenants;
    assert!(slow.next().await.unwrap().is_ok());
    let quick = source.open(&whole_workspace()).await.unwrap().tenants;
    assert_eq!(quick.filter(|text| std::future::ready(text.is_ok())).count().await, 400);
    let last = slow.collect::<Vec<_>>().await.pop().unwrap();
    assert!(last.is_err(), "the slow answer ends as cut");
}

/// ES-26
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_requests_at_once_are_answered_or_get_503_and_leave_nothing_open() {
    let (database, _) = cluster::database().await;
    load(&database, &tenants(now(&database).await, 5)).await;
    let endpoint = endpoint(postgres(&database));
    let asked: Vec<_> = (0..1000)
        .map(|_| {
            let endpoint = endpoint.clone();
            tokio::spawn(async move { get(&endpoint, SNAPSHOT).await })
        })
        .collect();
    let mut answered = 0;
    for answer in asked {
        let answer = answer.await.unwrap();
        match answer.status.as_u16() {
            200 => answered += u32::from(answer.body.is_some_and(|body| body.ends_with(b"]}"))),
            status => assert_eq!(status, 503),
        }
    }
    assert!(answered > 0);
    assert!(connections(&database).await <= 8);
    get(&endpoint, SNAPSHOT).await.text();
}

/// EP-21: a database that answers, and in which no request for evidence can be answered, is not ready.
#[tokio::test]
async fn a_database_whose_evidence_cannot_be_read_is_not_ready() {
    let (database, _) = cluster::database().await;
    let source = postgres(&database);
    assert!(source.check().await.is_ok());
    for (fault, undone) in [
        ("REVOKE ALL ON restore_runs FROM posture", "GRANT SELECT ON restore_runs TO posture"),
        ("ALTER TABLE backup_sets RENAME TO moved", "ALTER TABLE moved RENAME TO backup_sets"),
        (
            "ALTER TABLE tenants RENAME COLUMN external_id TO moved",
            "ALTER TABLE tenants RENAME COLUMN moved TO external_id",
        ),
        (
            "ALTER TABLE restore_runs RENAME COLUMN results TO moved",
            "ALTER TABLE restore_runs RENAME COLUMN moved TO results",
        ),
        ("ALTER TABLE tenants ENABLE ROW LEVEL SECURITY", "ALTER TABLE tenants DISABLE ROW LEVEL SECURITY"),
    ] {
        database.run(fault).await;
        assert!(source.check().await.is_err(), "{fault}");
        database.run(undone).await;
        assert!(source.check().await.is_ok(), "{undone}");
    }
}
