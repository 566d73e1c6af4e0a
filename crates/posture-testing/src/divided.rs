//! Tables of evidence that are divided by tenant over two database servers.

use std::ops::RangeInclusive;

use crate::cluster::{Cluster, Database, ROLE};

/// The tables that are divided.
const TABLES: [&str; 6] =
    ["tenants", "backup_sets", "backup_items", "backup_schedules", "restore_runs", "operation_runs"];

/// Statements that delete all tenants but these, with their records.
pub fn only(tenants: RangeInclusive<u64>) -> String {
    let deleted = TABLES.map(|table| {
        format!(
            "DELETE FROM {table} WHERE {} NOT BETWEEN {} AND {};\n",
            key(table),
            tenants.start(),
            tenants.end()
        )
    });
    deleted.concat()
}

/// Statements that divide the tables by tenant. What they hold becomes the first part: tenants before `first_there`, and no others.
pub fn divided(first_there: u64) -> String {
    let divided = TABLES.map(|table| {
        format!(
            "ALTER TABLE {table} RENAME TO {table}_here;
             CREATE TABLE {table} (LIKE {table}_here INCLUDING DEFAULTS) PARTITION BY RANGE ({});
             ALTER TABLE {table} ATTACH PARTITION {table}_here FOR VALUES FROM (MINVALUE) TO ({first_there});\n",
            key(table)
        )
    });
    divided.concat() + &ROLE.replace("CREATE ROLE posture LOGIN;", "")
}

/// Statements that make the tables of a database on another server the second part.
pub fn joined(cluster: &Cluster, database: &Database, first_there: u64) -> String {
    let server = format!(
        "CREATE EXTENSION postgres_fdw;
         CREATE SERVER there FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '{}', dbname '{}', fetch_size '10000');
         CREATE USER MAPPING FOR posture SERVER there OPTIONS (user 'posture', password_required 'false');\n",
        cluster.host().display(),
        database.name
    );
    let parts = TABLES.map(|table| {
        format!(
            "CREATE FOREIGN TABLE {table}_there PARTITION OF {table} FOR VALUES FROM ({first_there}) TO (MAXVALUE)
                 SERVER there OPTIONS (table_name '{table}');\n"
        )
    });
    server + &parts.concat()
}

/// The column of a table by which it is divided.
fn key(table: &str) -> &'static str {
    if table == "tenants" { "id" } else { "tenant_id" }
}
