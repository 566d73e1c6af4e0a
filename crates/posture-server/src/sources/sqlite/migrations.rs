//! Creates a store, and brings an earlier one to the current version. A store is only ever brought forward.

use sqlx::SqliteConnection;

use super::store::{APPLICATION, Kind, kind};
use super::versions::{FIRST, STEPS, VERSION};

/// Makes an empty file a store, and brings an earlier store to the current version. Returns what the file is then.
///
/// After an error the connection must be closed, which rolls back.
pub(super) async fn bring_up_to_date(connection: &mut SqliteConnection) -> Result<Kind, sqlx::Error> {
    match kind(connection).await? {
        Kind::Empty | Kind::Store(FIRST..VERSION) => {}
        other @ (Kind::Store(_) | Kind::Newer(_) | Kind::Altered | Kind::Foreign) => return Ok(other),
    }
    // One transaction: another process sees the store before or after, also after a crash.
    run(connection, "BEGIN IMMEDIATE").await?;
    // Asked again, because another process may have been faster.
    let found = kind(connection).await?;
    let done = match found {
        Kind::Empty => {
            run(connection, include_str!("schema.sql")).await?;
            run(connection, &format!("PRAGMA application_id = {APPLICATION}")).await?;
            0
        }
        Kind::Store(version) => usize::try_from(version - FIRST).unwrap_or_default(),
        Kind::Newer(_) | Kind::Altered | Kind::Foreign => {
            run(connection, "ROLLBACK").await?;
            return Ok(found);
        }
    };
    for step in STEPS.iter().skip(done) {
        run(connection, step).await?;
    }
    run(connection, &format!("PRAGMA user_version = {VERSION}")).await?;
    run(connection, "COMMIT").await?;
    Ok(Kind::Store(VERSION))
}

/// Runs a statement that is made of constants.
async fn run(connection: &mut SqliteConnection, statement: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned())).execute(connection).await.map(drop)
}
