//! What an answer costs a database.

use crate::cluster::{self, Database};
use crate::conformance::{now, postgres};
use crate::endpoint::{REPORT, SNAPSHOT, endpoint, get, send};
use crate::evidence::{load, tenants};

const TENANTS: &str = include_str!("../../src/postgres/tenants.sql");
const MARK: &str = include_str!("../../src/postgres/mark.sql");

/// Queries that the reading role has run in a database.
async fn queries(database: &Database) -> u64 {
    let count = "SELECT coalesce(sum(calls), 0)::text FROM pg_stat_statements
        WHERE userid = 'posture'::regrole AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())";
    database.value(count).await.parse().unwrap()
}

/// ES-17: an instant, a beginning, its settings, the mark, the tenants, an end; and the mark alone before that.
#[tokio::test]
async fn a_workspace_costs_the_same_few_queries_however_many_tenants_it_has() {
    let mut counts = Vec::new();
    for count in [2, 80] {
        let (database, _) = cluster::database().await;
        database.run("CREATE EXTENSION pg_stat_statements").await;
        load(&database, &tenants(now(&database).await, count)).await;
        let endpoint = endpoint(postgres(&database));
        for path in [SNAPSHOT, REPORT, "/api/v1/workspaces/7/tenants/tenant%2F1/snapshot", "/api/v1/workspaces"] {
            let before = queries(&database).await;
            get(&endpoint, path).await.text();
            counts.push((path, queries(&database).await - before));
        }
    }
    let (few, many) = counts.split_at(counts.len() / 2);
    assert_eq!(few, many);
    assert!(few.iter().all(|(_, count)| (1..=12).contains(count)), "{few:?}");
}

/// ES-16
#[tokio::test]
async fn a_current_copy_is_answered_without_a_look_at_items() {
    let (database, _) = cluster::database().await;
    load(&database, &tenants(now(&database).await, 5)).await;
    // Who may not read items can still be told that nothing changed.
    let endpoint = endpoint(postgres(&database));
    let held = get(&endpoint, SNAPSHOT).await;
    database.run("REVOKE ALL ON backup_items FROM posture; REVOKE SELECT (id, tenant_id, backup_set_id, policy_identifier, policy_type, platform, metadata, captured_at, deleted_at) ON backup_items FROM posture").await;
    assert_eq!(get(&endpoint, SNAPSHOT).await.status, 503);
    let current = send(&endpoint, SNAPSHOT, Some(held.etag())).await.status;
    assert!(current == 304 || get(&endpoint, SNAPSHOT).await.status == 503, "{current}");
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
        assert!(plan.contains("posture_backup_items_by_set") || plan.contains("backup_items_backup_set_id"), "{what}: {plan}");
    }
    let mark = plan(&database, &bound(MARK, &["7", "NULL", "NULL", "now()::text"])).await;
    assert!(!mark.contains("backup_items"), "{mark}");
}

/// ES-19
#[tokio::test]
async fn payloads_are_out_of_reach() {
    let (database, _) = cluster::database().await;
    for column in ["payload", "assignments", "*"] {
        let asked = sqlx::raw_sql(sqlx::AssertSqlSafe(format!("SELECT {column} FROM backup_items")));
        let mut connection = <sqlx::PgConnection as sqlx::Connection>::connect(&database.reader).await.unwrap();
        let refused = asked.execute(&mut connection).await.unwrap_err();
        assert!(refused.to_string().contains("permission denied"), "{refused}");
    }
}

/// A query with its parameters written out.
fn bound(query: &str, parameters: &[&str]) -> String {
    let query: Vec<_> = query.lines().filter(|line| !line.starts_with("--")).collect();
    let numbered = parameters.iter().enumerate().rev();
    numbered.fold(query.join("\n"), |query, (index, value)| query.replace(&format!("${}", index + 1), value))
}

async fn plan(database: &Database, query: &str) -> String {
    let mut connection = <sqlx::PgConnection as sqlx::Connection>::connect(&database.owner).await.unwrap();
    let explained = sqlx::query_scalar::<_, String>(sqlx::AssertSqlSafe(format!("EXPLAIN {query}")));
    explained.fetch_all(&mut connection).await.unwrap().join("\n")
}
