//! Filling a PostgreSQL database with a synthetic workspace.

use std::str::FromStr as _;

use posture_core::Timestamp;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection as _};

use crate::plan::{Detail, Features, Plan};
use crate::tables::Tables;

/// The product's tables that hold evidence, and the indexes that Posture reads by.
const TABLES: &str = include_str!("../../../ops/postgres/tables.sql");
const INDEXES: &str = include_str!("../../../ops/postgres/indexes.sql");

/// How many bytes of rows are gathered before they are sent.
const BATCH_BYTES: usize = 4 << 20;

/// What to fill a database with.
#[derive(Clone, Copy, Debug)]
pub struct Filling {
    /// How many tenants.
    pub tenants: u64,
    /// What rng is drawn from.
    pub seed: u64,
    /// What every other instant is before or after; the database's present if absent.
    pub exported_at: Option<Timestamp>,
    /// How much of each backup set has rows.
    pub detail: Detail,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum FillError {
    /// The address is none of a database.
    #[error("The database address cannot be read. Write it as postgres://USER@HOST/DATABASE")]
    Address(#[source] sqlx::Error),
    /// The database holds a workspace or a tenant.
    #[error(
        "The database holds workspaces or tenants already, and nothing was written. Name an empty database."
    )]
    NotEmpty,
    /// The database's clock is outside the calendar.
    #[error("The database gives no instant that can be read.")]
    NoInstant,
    /// The database cannot be reached, or refused something.
    #[error("The database could not be filled, and holds what it held before")]
    Database(#[from] sqlx::Error),
}

/// Fills a database that holds no tenant: all of it, or nothing. Creates the product's tables if there are none. Rows are streamed; memory
/// holds some megabytes of them.
pub async fn fill(address: &str, filling: &Filling) -> Result<Plan, FillError> {
    if !["postgres://", "postgresql://"].iter().any(|scheme| address.starts_with(scheme)) {
        return Err(FillError::Address(sqlx::Error::Configuration("its scheme is not postgres".into())));
    }
    let options = PgConnectOptions::from_str(address).map_err(FillError::Address)?;
    let mut connection = PgConnection::connect_with(&options).await?;
    let Filling { tenants, seed, detail, .. } = *filling;
    let exported_at = match filling.exported_at {
        Some(at) => at,
        None => present(&mut connection).await?,
    };
    let plan = Plan { tenants, seed, exported_at, detail, features: Features::Unused, damage: false };
    let mut transaction = connection.begin().await?;
    // Columns without a zone hold UTC.
    sqlx::raw_sql("SET LOCAL timezone = 'UTC'").execute(&mut *transaction).await?;
    prepare(&mut transaction).await?;
    let mut tables = Tables::default();
    tables.add_workspace();
    for tenant in plan.tenants() {
        tables.add(&tenant);
        if tables.bytes() > BATCH_BYTES {
            copy(&mut transaction, &std::mem::take(&mut tables)).await?;
        }
    }
    copy(&mut transaction, &tables).await?;
    sqlx::raw_sql("ANALYZE workspaces, tenants, backup_sets, backup_items, backup_schedules, operation_runs, restore_runs")
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    connection.close().await?;
    Ok(plan)
}

async fn present(connection: &mut PgConnection) -> Result<Timestamp, FillError> {
    let seconds = sqlx::query_scalar::<_, i64>("SELECT floor(extract(epoch FROM now()))::bigint")
        .fetch_one(connection)
        .await?;
    Timestamp::from_unix_seconds(seconds).ok_or(FillError::NoInstant)
}

/// Sees that the tables are there, and that nobody's data is in them.
async fn prepare(connection: &mut PgConnection) -> Result<(), FillError> {
    let has_tables = sqlx::query_scalar::<_, bool>("SELECT to_regclass('tenants') IS NOT NULL")
        .fetch_one(&mut *connection)
        .await?;
    if !has_tables {
        sqlx::raw_sql(TABLES).execute(&mut *connection).await?;
        // The tables are empty and nobody else's yet.
        sqlx::raw_sql(AssertSqlSafe(INDEXES.replace(" CONCURRENTLY", ""))).execute(&mut *connection).await?;
    }
    let is_empty = "SELECT NOT EXISTS (SELECT FROM workspaces) AND NOT EXISTS (SELECT FROM tenants)";
    if sqlx::query_scalar::<_, bool>(is_empty).fetch_one(connection).await? {
        Ok(())
    } else {
        Err(FillError::NotEmpty)
    }
}

async fn copy(connection: &mut PgConnection, tables: &Tables) -> Result<(), FillError> {
    for table in tables.all() {
        if table.rows.is_empty() {
            continue;
        }
        let statement = format!("COPY {} ({}) FROM STDIN", table.name, table.columns);
        let mut copy = connection.copy_in_raw(&statement).await?;
        copy.send(table.rows.as_bytes()).await?;
        copy.finish().await?;
    }
    Ok(())
}
