//! The table of changes: what it notices, and what happens if it could miss a change.

use std::collections::BTreeSet;

use axum::Router;
use posture_core::Id;
use posture_server::sources::postgres::PostgresSource;
use posture_server::sources::{EvidenceSource as _, EvidenceVersion, Extent, Query, TenantScope};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::bounds::{bound, plan, sharded};
use crate::conformance::{now, postgres};
use crate::endpoint::{SNAPSHOT, endpoint, get, send};
use crate::evidence::{load, tenants};
use posture_testing::cluster::{self, Database};

const SCRIPT: &str = include_str!("../../../../ops/postgres/changes.sql");
const VERSION_BY_CHANGES: &str = include_str!("../../src/sources/postgres/version_by_changes.sql");

/// What is asked for a version: tenants 2 and 3 of workspace 7 on their own, that workspace, and another one.
const ASKED: [&str; 4] = ["2", "3", "7", "8"];

/// Statements, and which of the above they change.
const CHANGES: [(&str, &[&str]); 34] = [
    ("INSERT INTO backup_sets (id, tenant_id, status) VALUES (990001, 2, 'failed')", &["2", "7"]),
    ("UPDATE backup_sets SET name = 'other' WHERE tenant_id = 2", &["2", "7"]),
    ("UPDATE backup_sets SET tenant_id = 3 WHERE id = 990001", &["2", "3", "7"]),
    ("DELETE FROM backup_sets WHERE id = 990001", &["3", "7"]),
    (
        "INSERT INTO backup_schedules (id, tenant_id, is_enabled, frequency) VALUES (990001, 2, true, 'daily')",
        &["2", "7"],
    ),
    ("UPDATE backup_schedules SET is_enabled = false WHERE tenant_id = 3", &["3", "7"]),
    ("DELETE FROM backup_schedules WHERE id = 990001", &["2", "7"]),
    (
        "INSERT INTO restore_runs (id, tenant_id, operation_run_id, status, is_dry_run) VALUES (990001, 2, 990001, 'failed', false)",
        &["2", "7"],
    ),
    ("INSERT INTO operation_runs (id, tenant_id, status) VALUES (990001, 2, 'running')", &["2", "7"]),
    ("UPDATE operation_runs SET status = 'completed' WHERE id = 990001", &["2", "7"]),
    ("DELETE FROM operation_runs WHERE id = 990001", &["2", "7"]),
    ("DELETE FROM restore_runs WHERE id = 990001", &["2", "7"]),
    ("TRUNCATE backup_schedules", &["2", "3", "7"]),
    ("UPDATE backup_sets SET name = 'none' WHERE tenant_id = 0", &[]),
    ("UPDATE tenants SET name = 'other' WHERE id = 2", &["2", "7"]),
    (
        "SET session_replication_role = replica; UPDATE tenants SET name = 'replicated' WHERE id = 2",
        &["2", "7"],
    ),
    (
        "INSERT INTO tenants (id, workspace_id, external_id, name, status) VALUES (900, 7, 'new', 'New', 'active')",
        &["7"],
    ),
    ("UPDATE tenants SET id = 901 WHERE id = 900", &["7"]),
    ("DELETE FROM tenants WHERE id = 901", &["7"]),
    ("INSERT INTO backup_sets (id, tenant_id, status) VALUES (990002, 902, 'failed')", &[]),
    (
        "INSERT INTO tenants (id, workspace_id, external_id, name, status) VALUES (902, 7, 'late', 'Late', 'active')",
        &["7"],
    ),
    ("UPDATE tenants SET deleted_at = now() WHERE id = 2", &["2", "7"]),
    ("UPDATE backup_sets SET name = 'gone' WHERE tenant_id = 2", &[]),
    ("UPDATE tenants SET deleted_at = NULL WHERE id = 2", &["2", "7"]),
    ("UPDATE tenants SET workspace_id = 8 WHERE id = 3", &["3", "7", "8"]),
    ("UPDATE backup_sets SET name = 'moved' WHERE tenant_id = 3", &["8"]),
    ("UPDATE tenants SET workspace_id = NULL WHERE id = 3", &["8"]),
    ("UPDATE tenants SET workspace_id = 7 WHERE id = 3", &["3", "7"]),
    ("UPDATE workspaces SET name = 'Renamed' WHERE id = 8", &["8"]),
    (
        "BEGIN; DELETE FROM tenants WHERE id = 3; INSERT INTO tenants (id, workspace_id, external_id, name, status) VALUES (3, 7, 'again', 'Again', 'active'); COMMIT",
        &["3", "7"],
    ),
    ("BEGIN; UPDATE tenants SET name = 'never' WHERE id = 3; ROLLBACK", &[]),
    ("DELETE FROM tenants WHERE id = 2", &["2", "7"]),
    ("TRUNCATE tenants", &["3", "7"]),
    (
        "INSERT INTO tenants (id, workspace_id, external_id, name, status) VALUES (2, 7, 'first', 'First', 'active')",
        &["2", "7"],
    ),
];

/// The version of what is asked for.
async fn version(source: &PostgresSource, asked: &str) -> EvidenceVersion {
    let number = Id::new(asked.parse().unwrap()).unwrap();
    let (workspace, tenants) = match asked {
        "7" | "8" => (number, TenantScope::All),
        _ => (Id::new(7).unwrap(), TenantScope::Only(BTreeSet::from([number]))),
    };
    source.version(&Query { workspace, tenants, extent: Extent::Slim }).await.unwrap()
}

/// The versions of all that is asked for, and the clock's step, with which any version may change.
async fn versions(database: &Database, source: &PostgresSource) -> (i64, Vec<EvidenceVersion>) {
    let mut versions = Vec::new();
    let step = now(database).await / 300;
    for asked in ASKED {
        versions.push(version(source, asked).await);
    }
    (step, versions)
}

/// The snapshot's tenants as an endpoint sends them that may have kept an earlier response, and as one does that has none.
async fn assert_nothing_stale_is_sent(served: &Router, database: &Database, after: &str) {
    let fresh = endpoint(postgres(database));
    let (sent, fresh) = (get(served, SNAPSHOT).await.json(), get(&fresh, SNAPSHOT).await.json());
    assert!(sent["tenants"] == fresh["tenants"], "{after}");
}

/// ES-37: every change gives another version to what it changes, and to nothing else.
#[tokio::test]
async fn the_table_of_changes_notices_every_change_of_a_tenant_and_no_other() {
    let (database, _) = cluster::database().await;
    load(&database, &tenants(now(&database).await, 5)).await;
    let without = get(&endpoint(postgres(&database)), SNAPSHOT).await.json();
    database.run(SCRIPT).await;
    let source = postgres(&database);
    let served = endpoint(source.clone());
    assert_eq!(get(&served, SNAPSHOT).await.json()["tenants"], without["tenants"]);
    for (change, changed) in CHANGES {
        let (step, before) = versions(&database, &source).await;
        database.run(change).await;
        let (step_after, after) = versions(&database, &source).await;
        for (asked, (before, after)) in ASKED.iter().zip(before.iter().zip(&after)) {
            if changed.contains(asked) {
                assert!(before != after, "{change}: {asked} is unchanged");
            } else {
                assert!(before == after || step != step_after, "{change}: {asked} is changed");
            }
        }
        assert_nothing_stale_is_sent(&served, &database, change).await;
    }
}

/// ES-37: a copy is current without reading a record, and a whole workspace without reading a tenant.
#[tokio::test]
async fn with_the_table_of_changes_a_current_copy_costs_no_look_at_records() {
    let (database, _) = cluster::database().await;
    load(&database, &tenants(now(&database).await, 5)).await;
    database.run(SCRIPT).await;
    let served = endpoint(postgres(&database));
    let one = "/api/v1/workspaces/7/tenants/tenant%2F3/snapshot";
    for path in [SNAPSHOT, one] {
        let held = get(&served, path).await;
        let step = now(&database).await / 300;
        // A version made of the records would be unavailable now.
        database.run("REVOKE SELECT (xmin, id, tenant_id, name, status, item_count, completed_at, created_at, deleted_at) ON backup_sets FROM posture").await;
        let again = send(&served, path, Some(held.etag())).await;
        assert!(again.status == 304 || now(&database).await / 300 != step, "{path}: {}", again.status);
        database.run("GRANT SELECT (xmin, id, tenant_id, name, status, item_count, completed_at, created_at, deleted_at) ON backup_sets TO posture").await;
    }
    let missing = get(&served, "/api/v1/workspaces/7/tenants/nobody/snapshot").await;
    assert_eq!(missing.status, 404);

    let steps = plan(&database, &bound(VERSION_BY_CHANGES, &["7", "NULL", "NULL", "now()::text"])).await;
    for table in
        ["tenants", "backup_sets", "backup_items", "backup_schedules", "restore_runs", "operation_runs"]
    {
        assert!(!steps.contains(&format!(" on {table}")), "{steps}");
    }
}

/// ES-37: whichever of two transactions is first, a tenant's row has the workspace that the tenant has.
#[tokio::test]
async fn a_record_written_while_its_tenant_moves_does_not_hide_the_move() {
    let (database, _) = cluster::database().await;
    load(&database, &tenants(now(&database).await, 3)).await;
    database.run(SCRIPT).await;
    let source = postgres(&database);
    let served = endpoint(source.clone());
    let record = "INSERT INTO backup_sets (tenant_id, status) VALUES (3, 'failed')";
    let added = "INSERT INTO backup_sets (tenant_id, status) VALUES (900, 'failed')";
    let new = "INSERT INTO tenants (id, workspace_id, external_id, name, status) VALUES (900, 7, 'new', 'New', 'active')";
    for (first, second) in [
        ("UPDATE tenants SET workspace_id = 8 WHERE id = 3", record),
        (record, "UPDATE tenants SET workspace_id = 7 WHERE id = 3"),
        (added, new),
    ] {
        let mut open = PgConnection::connect(&database.owner).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(format!("BEGIN; {first}"))).execute(&mut open).await.unwrap();
        let waits = async {
            let waiting = "SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
            while database.value(waiting).await == "0" {
                tokio::task::yield_now().await;
            }
            sqlx::raw_sql("COMMIT").execute(&mut open).await.unwrap();
        };
        tokio::join!(database.run(second), waits);
        assert_nothing_stale_is_sent(&served, &database, second).await;
        let wrong = "SELECT count(*)::text FROM tenants LEFT JOIN posture.changes ON changes.tenant_id = tenants.id WHERE changes.workspace_id IS DISTINCT FROM tenants.workspace_id";
        assert_eq!(database.value(wrong).await, "0", "{first}; {second}");
    }
}

/// ES-37: the application needs no right to the schema.
#[tokio::test]
async fn a_writer_without_rights_to_the_table_of_changes_writes_as_before() {
    let (database, _) = cluster::database().await;
    load(&database, &tenants(now(&database).await, 3)).await;
    database.run(SCRIPT).await;
    database.run("CREATE ROLE writer; GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA public TO writer").await;
    let source = postgres(&database);
    for change in [
        "UPDATE tenants SET name = 'written' WHERE id = 2",
        "UPDATE backup_sets SET name = 'written' WHERE tenant_id = 2",
        "TRUNCATE backup_schedules",
    ] {
        let before = version(&source, "2").await;
        database.run(&format!("SET ROLE writer; {change}")).await;
        assert_ne!(version(&source, "2").await, before, "{change}");
    }
    database.run("DROP OWNED BY writer; DROP ROLE writer").await;
}

/// An earlier `changes.sql` made such a table, and its triggers did not notice a deleted tenant.
const EARLIER: &str = "CREATE SCHEMA posture;
    CREATE TABLE posture.changes (tenant_id bigint PRIMARY KEY, changed_at timestamptz NOT NULL, version bigint NOT NULL);
    INSERT INTO posture.changes SELECT id, now(), 1 FROM tenants;
    GRANT USAGE ON SCHEMA posture TO posture; GRANT SELECT ON posture.changes TO posture";

/// ES-37: if a change could go unnoticed, the version is made of the records.
#[tokio::test]
async fn a_table_of_changes_that_could_miss_a_change_is_not_relied_on() {
    let (database, cluster) = cluster::database().await;
    load(&database, &tenants(now(&database).await, 5)).await;
    database.run("CREATE PUBLICATION written FOR TABLE tenants").await;
    let subscribed = format!(
        "CREATE SUBSCRIPTION applied CONNECTION 'host={} user=postgres dbname={}' PUBLICATION written
             WITH (create_slot = false, copy_data = false, enabled = false, slot_name = NONE)",
        cluster.host().display(),
        database.name
    );
    let write = |name: &str| format!("UPDATE tenants SET name = '{name}' WHERE id = 2");
    for (what, script, fault, change) in [
        ("an earlier table", EARLIER, "", write("earlier")),
        (
            "all triggers disabled for a while",
            SCRIPT,
            "",
            format!("ALTER TABLE tenants DISABLE TRIGGER ALL; {}; ALTER TABLE tenants ENABLE TRIGGER ALL", write("a while")),
        ),
        ("a trigger disabled", SCRIPT, "ALTER TABLE tenants DISABLE TRIGGER posture_updated", write("disabled")),
        ("a trigger removed", SCRIPT, "DROP TRIGGER posture_updated ON tenants", write("removed")),
        // It writes without running a statement's triggers.
        (
            "a subscription",
            SCRIPT,
            &subscribed,
            format!(
                "ALTER TABLE tenants DISABLE TRIGGER posture_updated; {}; ALTER TABLE tenants ENABLE ALWAYS TRIGGER posture_updated",
                write("applied")
            ),
        ),
        (
            "the table replaced",
            SCRIPT,
            "ALTER TABLE tenants RENAME TO earlier; CREATE TABLE tenants (LIKE earlier INCLUDING ALL);
             INSERT INTO tenants SELECT * FROM earlier; DROP TABLE earlier; GRANT SELECT ON tenants TO posture",
            write("replaced"),
        ),
    ] {
        database.run(script).await;
        let source = postgres(&database);
        let served = endpoint(source.clone());
        assert_nothing_stale_is_sent(&served, &database, what).await;
        let mut before = vec![version(&source, "2").await];
        database.run(fault).await;
        before.push(version(&source, "2").await);
        database.run(&change).await;
        assert!(!before.contains(&version(&source, "2").await), "{what}");
        assert_nothing_stale_is_sent(&served, &database, what).await;
        database.run("DROP SUBSCRIPTION IF EXISTS applied").await;
        database.run("DROP SCHEMA posture CASCADE").await;
    }
}

/// ES-37, ES-43: of divided tables, each part is watched, and so is which parts there are.
#[tokio::test]
async fn a_write_to_a_part_is_noticed() {
    let (database, _) = cluster::database().await;
    let tenants = tenants(now(&database).await, 40);
    database.run(&sharded()).await;
    database.run(&cluster::ROLE.replace("CREATE ROLE posture LOGIN;", "")).await;
    database.run(SCRIPT).await;
    load(&database, &tenants).await;
    let source = postgres(&database);
    let served = endpoint(source.clone());
    for change in [
        "UPDATE tenants SET name = 'whole'",
        "UPDATE tenants_1 SET name = 'part'",
        "UPDATE backup_sets_2 SET name = 'part'",
        "DELETE FROM restore_runs_0",
        "TRUNCATE backup_schedules_3",
        "TRUNCATE tenants_2",
        "ALTER TABLE backup_sets DETACH PARTITION backup_sets_3",
        "CREATE TABLE new_backup_sets PARTITION OF backup_sets FOR VALUES WITH (MODULUS 4, REMAINDER 3)",
        // The new part has no triggers.
        "INSERT INTO new_backup_sets SELECT * FROM backup_sets_3",
    ] {
        assert_nothing_stale_is_sent(&served, &database, change).await;
        let before = version(&source, "7").await;
        database.run(change).await;
        assert_ne!(version(&source, "7").await, before, "{change}");
        assert_nothing_stale_is_sent(&served, &database, change).await;
    }
}
