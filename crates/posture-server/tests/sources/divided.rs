//! Tenants divided over two database servers: the same bytes, a bounded number of round trips, and what is answered while the second
//! server is gone.

use std::time::Duration;

use futures_util::StreamExt as _;
use posture_core::{Id, Timestamp};
use posture_server::sources::postgres::{PostgresOptions, PostgresSource};
use posture_server::sources::{EvidenceSource as _, Extent, Query, TenantScope};
use posture_testing::cluster::{self, Cluster, Database};
use posture_testing::divided::{divided, joined, only};
use sqlx::{Connection as _, PgConnection};

use crate::conformance::{now, postgres};
use crate::endpoint::{REPORT, SNAPSHOT, endpoint, get};
use crate::evidence::{load, tenants};

const TENANTS: u64 = 60;
/// The first tenant that the second server holds.
const FIRST_THERE: u64 = 31;

/// Divides these tenants over a database and another one on the second server.
async fn divide(here: &Database, second: &Cluster, tenants: &str) -> Database {
    let there = second.database().await;
    for (database, held) in [(here, 1..=FIRST_THERE - 1), (&there, FIRST_THERE..=TENANTS)] {
        load(database, tenants).await;
        database.run(&only(held)).await;
    }
    here.run(&divided(FIRST_THERE)).await;
    here.run(&joined(second, &there, FIRST_THERE)).await;
    there
}

fn page(tenant: u64) -> String {
    format!("/api/v1/workspaces/7/tenants/tenant%2F{tenant}/snapshot")
}

/// ES-13, ES-14, ES-43, ES-46
#[tokio::test]
async fn divided_tables_give_the_bytes_of_undivided_ones() {
    let ((whole, _), (here, shared)) = (cluster::database().await, cluster::database().await);
    let now = now(&whole).await;
    let tenants = tenants(now, TENANTS);
    load(&whole, &tenants).await;
    let there = divide(&here, shared, &tenants).await;
    // Newest sets without items, with deleted items only (of some tenants, more than are read first), without a stated count, or deleted.
    let odd = "DELETE FROM backup_items WHERE tenant_id % 4 = 1 AND backup_set_id % 1000 > 1;
        UPDATE backup_items SET deleted_at = now() - interval '1 day' WHERE tenant_id % 4 = 2 AND backup_set_id % 1000 > 1;
        UPDATE backup_sets SET item_count = NULL WHERE tenant_id % 8 = 1;
        UPDATE backup_sets SET item_count = 0 WHERE tenant_id % 8 = 5 AND id % 1000 > 1;
        UPDATE backup_sets SET deleted_at = now() - interval '1 day' WHERE tenant_id % 4 = 3 AND id % 1000 > 2;
        INSERT INTO backup_sets (id, tenant_id, status, item_count, completed_at)
            SELECT 900000 + held.tenant_id * 10 + n, held.tenant_id, 'completed', 1, now() AT TIME ZONE 'UTC' - n * interval '1 minute'
            FROM (SELECT DISTINCT tenant_id FROM backup_sets WHERE tenant_id % 4 = 0) held, generate_series(1, held.tenant_id / 4 % 3 * 2 + 1) n;
        INSERT INTO backup_items (id, tenant_id, backup_set_id, policy_identifier, policy_type, deleted_at, payload)
            SELECT id, tenant_id, id, 'gone', 'x', completed_at, '{}' FROM backup_sets WHERE id > 900000";
    whole.run(odd).await;
    there.run(odd).await;
    here.run(
        &odd.replace("backup_items ", "backup_items_here ").replace("backup_sets ", "backup_sets_here "),
    )
    .await;
    let (whole, divided) = (endpoint(postgres(&whole)), endpoint(postgres(&here)));
    let at = |hours: i64| Timestamp::from_unix_seconds(now + hours * 3600).unwrap();
    let mut paths = vec![
        SNAPSHOT.to_owned(),
        format!("{SNAPSHOT}?since={}", at(-100)),
        format!("{REPORT}?as_of={}", at(-30)),
        format!("{REPORT}?as_of={}", at(1)),
    ];
    paths.extend([1, FIRST_THERE - 1, FIRST_THERE, TENANTS - 1].map(page));
    for path in paths {
        let (whole, divided) = (get(&whole, &path).await, get(&divided, &path).await);
        assert!(whole.json()["tenants"] == divided.json()["tenants"], "{path}");
        assert!(!whole.text().is_empty());
    }
}

/// How many queries another server has run in a database: postgres_fdw reads each by a cursor.
async fn reads(there: &Database) -> u64 {
    let count = "SELECT coalesce(sum(calls), 0)::text FROM pg_stat_statements
        WHERE query LIKE 'DECLARE %' AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())";
    there.value(count).await.parse().unwrap()
}

/// ES-46: twice the tenants take as many statements.
#[tokio::test]
async fn the_second_server_gets_a_few_statements_however_many_of_its_tenants_are_read() {
    let (here, shared) = cluster::database().await;
    let there = divide(&here, shared, &tenants(now(&here).await, TENANTS)).await;
    there.run("CREATE EXTENSION pg_stat_statements").await;
    let mut counts = Vec::new();
    for held in [FIRST_THERE..=TENANTS, FIRST_THERE..=FIRST_THERE + 14] {
        there.run(&only(held)).await;
        for path in [SNAPSHOT, REPORT, &page(FIRST_THERE), &page(1)] {
            let before = reads(&there).await;
            get(&endpoint(postgres(&here)), path).await.text();
            counts.push((path.to_owned(), reads(&there).await - before));
        }
    }
    let (many, few) = counts.split_at(counts.len() / 2);
    assert_eq!(many, few);
    assert!(many.iter().all(|(_, count)| (1..=30).contains(count)), "{many:?}");
}

/// ES-47
#[tokio::test]
async fn while_the_second_server_is_gone_nothing_looks_like_a_whole_answer() {
    let (here, _) = cluster::database().await;
    let second = Cluster::new();
    divide(&here, &second, &tenants(now(&here).await, TENANTS)).await;
    let source = postgres(&here);
    let served = endpoint(source.clone());
    let paths = [SNAPSHOT.to_owned(), REPORT.to_owned(), page(1), page(FIRST_THERE)];
    for path in &paths {
        get(&served, path).await.text();
    }
    second.stop();
    for path in &paths {
        let answer = get(&served, path).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.headers["retry-after"]),
            (503, &"5".parse().unwrap()),
            "{path}"
        );
        let problem = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(!problem.contains("there") && !problem.contains("sock"), "{problem}");
    }
    assert!(source.check().await.is_err());
    second.start();
    assert!(source.check().await.is_ok());
    for path in &paths {
        get(&served, path).await.text();
    }
}

/// ES-47
#[tokio::test]
async fn while_the_second_server_hangs_nothing_is_ready() {
    let (here, shared) = cluster::database().await;
    let there = divide(&here, shared, &tenants(now(&here).await, TENANTS)).await;
    let options = PostgresOptions { silence: Duration::from_millis(300), ..PostgresOptions::default() };
    let source = PostgresSource::new(&here.reader, options).unwrap();
    assert!(source.check().await.is_ok());
    let mut owner = PgConnection::connect(&there.owner).await.unwrap();
    let lock = "BEGIN; LOCK TABLE tenants IN ACCESS EXCLUSIVE MODE";
    sqlx::raw_sql(lock).execute(&mut owner).await.unwrap();
    assert!(source.check().await.is_err());
    assert_eq!(get(&endpoint(source.clone()), SNAPSHOT).await.status.as_u16(), 503);
    owner.close().await.unwrap();
    assert!(source.check().await.is_ok());
}

/// ES-23, ES-47
#[tokio::test]
async fn an_answer_during_which_the_second_server_goes_ends_in_an_error() {
    let (here, _) = cluster::database().await;
    let second = Cluster::new();
    divide(&here, &second, &tenants(now(&here).await, TENANTS)).await;
    // More than any buffer on the way holds, and more than one batch.
    here.run(
        "INSERT INTO tenants_here (id, workspace_id, external_id, name, status) SELECT -t, 7, 't' || t, 'T', 'active' FROM generate_series(1, 300) t;
         INSERT INTO backup_sets_here (id, tenant_id, name, status) SELECT 10000000 + t * 1000 + n, -t, repeat('x', 200), 'failed' FROM generate_series(1, 300) t, generate_series(1, 300) n",
    )
    .await;
    let query = Query { workspace: Id::new(7).unwrap(), tenants: TenantScope::All, extent: Extent::Slim };
    let mut tenants = postgres(&here).open(&query).await.unwrap().tenants;
    assert!(tenants.next().await.unwrap().is_ok());
    second.stop();
    let rest: Vec<_> = tenants.collect().await;
    assert!(rest.last().unwrap().is_err(), "{} tenants", rest.len());
}
