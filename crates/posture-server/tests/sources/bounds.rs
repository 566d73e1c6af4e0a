//! What an answer costs a database.

use crate::conformance::{now, postgres};
use crate::endpoint::{REPORT, SNAPSHOT, endpoint, get, send};
use crate::evidence::{load, tenants};
use posture_testing::cluster::{self, Database};

const TENANTS: &str = include_str!("../../src/sources/postgres/tenants.sql");
const VERSION: &str = include_str!("../../src/sources/postgres/version.sql");

/// ES-17: an instant in a transaction, a beginning, its settings, the version, an end; and for a new answer the same again, with the
/// tenants.
#[tokio::test]
async fn a_workspace_costs_the_same_few_queries_however_many_tenants_it_has() {
    let mut counts = Vec::new();
    for count in [2, 80] {
        let (database, _) = cluster::database().await;
        database.run("CREATE EXTENSION pg_stat_statements").await;
        load(&database, &tenants(now(&database).await, count)).await;
        let endpoint = endpoint(postgres(&database));
        for path in
            [SNAPSHOT, REPORT, "/api/v1/workspaces/7/tenants/tenant%2F1/snapshot", "/api/v1/workspaces"]
        {
            let before = database.queries().await;
            get(&endpoint, path).await.text();
            counts.push((path, database.queries().await - before));
        }
    }
    let (few, many) = counts.split_at(counts.len() / 2);
    assert_eq!(few, many);
    assert!(few.iter().all(|(_, count)| (1..=15).contains(count)), "{few:?}");
}

/// ES-16
#[tokio::test]
async fn a_current_copy_is_answered_without_a_look_at_items() {
    let (database, _) = cluster::database().await;
    load(&database, &tenants(now(&database).await, 5)).await;
    // A role that may not read items still gets 304.
    let endpoint = endpoint(postgres(&database));
    let held = get(&endpoint, SNAPSHOT).await;
    database.run("REVOKE ALL ON backup_items FROM posture; REVOKE SELECT (id, tenant_id, backup_set_id, policy_identifier, policy_type, platform, metadata, captured_at, deleted_at) ON backup_items FROM posture").await;
    let another = crate::endpoint::endpoint(postgres(&database));
    assert_eq!(get(&another, SNAPSHOT).await.status, 503);
    let current = send(&endpoint, SNAPSHOT, Some(held.etag())).await.status;
    assert!(current == 304 || get(&endpoint, SNAPSHOT).await.status == 503, "{current}");
}

/// ES-31
#[tokio::test]
async fn who_holds_a_copy_and_asks_at_once_with_others_costs_no_look_of_their_own() {
    let (database, _) = cluster::database().await;
    database.run("CREATE EXTENSION pg_stat_statements").await;
    load(&database, &tenants(now(&database).await, 5)).await;
    let endpoint = endpoint(postgres(&database));
    let held = get(&endpoint, SNAPSHOT).await;
    let before = database.queries().await;
    send(&endpoint, SNAPSHOT, Some(held.etag())).await;
    let single = database.queries().await - before;
    let asked =
        futures_util::future::join_all((0..50).map(|_| send(&endpoint, SNAPSHOT, Some(held.etag())))).await;
    // Those that arrive during one look share the next. A slow machine spreads them over a few looks, and never over fifty;
    // after a step of the clock the evidence itself is read.
    let together = database.queries().await - before - single;
    let is_current = asked.iter().all(|answer| answer.status == 304);
    assert!(together <= 8 * single || !is_current, "{together} queries, {single} for one");

    database.run("UPDATE tenants SET name = 'Another name' WHERE id = 2").await;
    assert_eq!(
        send(&endpoint, SNAPSHOT, Some(held.etag())).await.status,
        200,
        "nothing is kept for later requests"
    );
}

/// ES-18
#[tokio::test]
async fn items_are_never_scanned() {
    let (database, _) = cluster::database().await;
    load(&database, &tenants(now(&database).await, 60)).await;
    database
        .run(
            "INSERT INTO tenants (id, workspace_id, external_id, name, status) SELECT 1000 + t, 8, 'other/' || t, 'Other', 'active' FROM generate_series(1, 500) t;
             INSERT INTO backup_sets (id, tenant_id, status, item_count, completed_at) SELECT 10000000 + t * 100 + n, 1000 + t, 'completed', 10, now() - n * interval '1 day' FROM generate_series(1, 500) t, generate_series(1, 20) n;
             INSERT INTO backup_items (id, tenant_id, backup_set_id, policy_identifier, policy_type, payload)
                 SELECT id * 100 + i, tenant_id, id, 'p' || i, 'type', '{}' FROM backup_sets, generate_series(1, 10) i WHERE id > 10000000;
             INSERT INTO restore_runs (id, tenant_id, status, is_dry_run) SELECT 100000 + t * 10 + n, 1000 + t, 'completed', false FROM generate_series(1, 500) t, generate_series(1, 5) n;
             INSERT INTO operation_runs (id, tenant_id, workspace_id, status) SELECT 100000 + t, 1001, 8, 'completed' FROM generate_series(1, 5000) t;
             INSERT INTO backup_schedules (id, tenant_id, is_enabled, frequency) SELECT 100000 + t, 1000 + t, true, 'daily' FROM generate_series(1, 500) t;
             ANALYZE",
        )
        .await;
    for (what, query) in [
        ("a workspace", bound(TENANTS, &["7", "NULL", "NULL", "now()::text", "300", "false"])),
        ("a larger workspace", bound(TENANTS, &["8", "NULL", "NULL", "now()::text", "300", "false"])),
        ("some tenants", bound(TENANTS, &["7", "'{3,4}'", "NULL", "now()::text", "300", "false"])),
        ("one tenant", bound(TENANTS, &["7", "NULL", "'tenant/3'", "now()::text", "300", "true"])),
    ] {
        let plan = plan(&database, &query).await;
        for table in ["backup_items", "backup_sets", "backup_schedules", "restore_runs", "operation_runs"] {
            assert!(!plan.contains(&format!("Seq Scan on {table}")), "{what}: {plan}");
        }
        assert!(
            plan.contains("posture_backup_items_by_set") || plan.contains("backup_items_backup_set_id"),
            "{what}: {plan}"
        );
    }
    let steps = plan(&database, &bound(VERSION, &["7", "NULL", "NULL", "now()::text"])).await;
    assert!(!steps.contains("backup_items"), "{steps}");
}

/// ES-30
#[tokio::test]
async fn statements_have_no_names_that_a_pooler_would_have_to_know() {
    let (database, cluster) = cluster::database().await;
    load(&database, &tenants(now(&database).await, 3)).await;
    database.run(&format!("ALTER DATABASE {} SET log_statement = 'all'", database.name)).await;
    let endpoint = endpoint(postgres(&database));
    for path in [SNAPSHOT, REPORT, "/api/v1/workspaces", "/api/v1/workspaces/7/tenants/tenant%2F1/snapshot"] {
        get(&endpoint, path).await.text();
    }
    let (log, ours) = (cluster.log(), format!("posture@{} LOG:", database.name));
    let executed: Vec<_> =
        log.lines().filter(|line| line.starts_with(&ours) && line.contains(" execute ")).collect();
    assert!(
        executed.len() > 4 && executed.iter().all(|line| line.contains(" execute <unnamed>: ")),
        "{executed:#?}"
    );
}

/// The tables, each cut into parts by tenant, as shards would hold them.
pub(crate) fn sharded() -> String {
    let tables =
        ["tenants", "backup_sets", "backup_items", "backup_schedules", "restore_runs", "operation_runs"];
    let cut = tables.map(|table| {
        let key = if table == "tenants" { "id" } else { "tenant_id" };
        let parts = (0..SHARDS)
            .map(|part| format!("CREATE TABLE {table}_{part} PARTITION OF {table} FOR VALUES WITH (MODULUS {SHARDS}, REMAINDER {part});"));
        format!(
            "ALTER TABLE {table} RENAME TO whole_{table};
             CREATE TABLE {table} (LIKE whole_{table} INCLUDING DEFAULTS INCLUDING IDENTITY) PARTITION BY HASH ({key});
             CREATE INDEX ON {table} ({key}); {}",
            parts.collect::<String>()
        )
    });
    format!(
        "{} CREATE INDEX ON backup_items (backup_set_id); CREATE INDEX ON operation_runs (id);",
        cut.join("\n")
    )
}

const SHARDS: u32 = 4;

/// ES-29: over tables that are cut by tenant the answers are the same, and a tenant's own takes no look at the parts of others.
#[tokio::test]
async fn every_look_up_of_a_record_carries_the_key_of_its_tenant() {
    let (database, _) = cluster::database().await;
    let now = now(&database).await;
    let tenants = tenants(now, 40);
    load(&database, &tenants).await;
    let report =
        format!("{REPORT}?as_of={}", posture_core::Timestamp::from_unix_seconds(now + 3600).unwrap());
    let whole = endpoint(postgres(&database));
    let told = [get(&whole, SNAPSHOT).await.json(), get(&whole, &report).await.json()];

    database.run(&sharded()).await;
    database.run(&cluster::ROLE.replace("CREATE ROLE posture LOGIN;", "")).await;
    load(&database, &tenants).await;
    let sharded = endpoint(postgres(&database));
    for (path, told) in [SNAPSHOT, &report].into_iter().zip(told) {
        assert_eq!(get(&sharded, path).await.json()["tenants"], told["tenants"], "{path}");
    }

    // So few rows would rather be read whole than looked up.
    for way in ["hashjoin", "mergejoin", "seqscan"] {
        database.run(&format!("ALTER DATABASE {} SET enable_{way} = off", database.name)).await;
    }
    let asked = [
        bound(TENANTS, &["7", "'{3}'", "NULL", "now()::text", "300", "false"]),
        bound(TENANTS, &["7", "NULL", "'tenant/3'", "now()::text", "300", "true"]),
        bound(VERSION, &["7", "'{3}'", "NULL", "now()::text"]),
    ];
    for query in asked {
        let plan = explain(&database, "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF)", &query).await;
        for table in ["backup_sets", "backup_items", "backup_schedules", "restore_runs", "operation_runs"] {
            let looked: Vec<_> = (0..SHARDS)
                .filter(|part| {
                    let name = format!(" on {table}_{part} ");
                    plan.lines().any(|line| line.contains(&name) && !line.contains("never executed"))
                })
                .collect();
            assert!(looked.len() <= 1, "{table}: {looked:?}\n{plan}");
        }
    }
}

/// ES-19
#[tokio::test]
async fn payloads_are_out_of_reach() {
    let (database, _) = cluster::database().await;
    for column in ["payload", "assignments", "*"] {
        let asked = sqlx::raw_sql(sqlx::AssertSqlSafe(format!("SELECT {column} FROM backup_items")));
        let mut connection =
            <sqlx::PgConnection as sqlx::Connection>::connect(&database.reader).await.unwrap();
        let refused = asked.execute(&mut connection).await.unwrap_err();
        assert!(refused.to_string().contains("permission denied"), "{refused}");
    }
}

/// A query with its parameters written out.
pub(crate) fn bound(query: &str, parameters: &[&str]) -> String {
    let query: Vec<_> = query.lines().filter(|line| !line.starts_with("--")).collect();
    let numbered = parameters.iter().enumerate().rev();
    numbered.fold(query.join("\n"), |query, (index, value)| query.replace(&format!("${}", index + 1), value))
}

pub(crate) async fn plan(database: &Database, query: &str) -> String {
    explain(database, "EXPLAIN", query).await
}

async fn explain(database: &Database, how: &str, query: &str) -> String {
    let mut connection = <sqlx::PgConnection as sqlx::Connection>::connect(&database.owner).await.unwrap();
    let explained = sqlx::query_scalar::<_, String>(sqlx::AssertSqlSafe(format!("{how} {query}")));
    explained.fetch_all(&mut connection).await.unwrap().join("\n")
}
