//! One connection for one answer: a read-only transaction over one instant.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::BoxStream;
use posture_core::Timestamp;
use sqlx::postgres::{PgArguments, PgPool, PgRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Postgres, Row as _};
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::options::PostgresOptions;
use crate::sources::SourceError;
use crate::sources::tenant_stream::Lease;

/// Reads the instant, and begins the transaction after it, so that a replica never claims more than it shows. One message: a pooler may give
/// the next message outside a transaction to another connection, and each message takes a round trip.
const BEGIN: &str = concat!(
    "BEGIN;\n",
    include_str!("instant.sql"),
    ";\nCOMMIT;\nBEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;\n",
    include_str!("settings.sql"),
);

/// What PostgreSQL calls a lock that was not free in time.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// How the connections are shared: so that workspaces leave one for tenants' pages and versions, and everything leaves one for readiness.
#[derive(Clone, Debug)]
pub(super) struct Turns {
    /// For whole workspaces, which hold a connection for long.
    workspaces: Arc<Semaphore>,
    /// For everything but readiness.
    answers: Arc<Semaphore>,
    readiness: Arc<Semaphore>,
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A whole workspace's rows.
    Workspace,
    /// Anything else that is read.
    Answer,
    /// Whether the database answers.
    Readiness,
}

impl Turns {
    /// Shares this many connections.
    pub(super) fn new(connections: u32) -> Self {
        let turns = |kept: u32| {
            let count = connections.saturating_sub(kept).max(1);
            Arc::new(Semaphore::new(count.try_into().unwrap_or(Semaphore::MAX_PERMITS)))
        };
        Self { workspaces: turns(2), answers: turns(1), readiness: turns(connections.saturating_sub(1)) }
    }

    async fn take(&self, purpose: Purpose) -> Result<Turn, AcquireError> {
        let shares = match purpose {
            Purpose::Workspace => vec![&self.workspaces, &self.answers],
            Purpose::Answer => vec![&self.answers],
            Purpose::Readiness => vec![&self.readiness],
        };
        let mut turn = Vec::with_capacity(shares.len());
        for share in shares {
            turn.push(Arc::clone(share).acquire_owned().await?);
        }
        Ok(turn)
    }
}

type Turn = Vec<OwnedSemaphorePermit>;

/// A connection in a transaction.
pub(super) struct Session {
    connection: Lease<Postgres>,
    _turn: Turn,
    silence: Duration,
    /// The instant up to which the database is complete; not later than the transaction.
    pub(super) instant: Instant,
    /// Whether there is a table of changes. It may turn out not to note every change.
    pub(super) has_changes: bool,
    /// Whether other servers may hold some of the records.
    pub(super) is_divided: bool,
}

/// An instant, and its text in full precision.
#[derive(Clone, Debug)]
pub(super) struct Instant {
    pub(super) at: Timestamp,
    pub(super) text: String,
}

impl Session {
    pub(super) async fn begin(
        pool: &PgPool,
        turns: &Turns,
        purpose: Purpose,
        options: PostgresOptions,
    ) -> Result<Self, SourceError> {
        let turn = timeout(options.patience, turns.take(purpose)).await.map_err(|_| SourceError::Busy)?;
        let turn = turn.map_err(SourceError::failed)?;
        let mut connection = Lease::new(pool.acquire().await.map_err(failed)?);
        let begin = BEGIN.replace("{lock_timeout}", &options.patience.as_millis().to_string());
        let begun = sqlx::raw_sql(AssertSqlSafe(begin)).fetch_all(&mut *connection);
        let rows = timeout(options.silence, begun).await.map_err(SourceError::failed)?.map_err(failed)?;
        let row = rows.first().ok_or_else(no_instant)?;
        let text: String = row.try_get::<Option<_>, _>(0).map_err(failed)?.ok_or_else(no_instant)?;
        let instant = Instant { at: Timestamp::parse(&text).ok_or_else(no_instant)?, text };
        let (has_changes, is_divided) = (row.try_get(1).map_err(failed)?, row.try_get(2).map_err(failed)?);
        Ok(Self { connection, _turn: turn, silence: options.silence, instant, has_changes, is_divided })
    }

    /// Runs a statement that gives no rows.
    pub(super) async fn run(&mut self, statement: &'static str) -> Result<(), SourceError> {
        let done = sqlx::raw_sql(statement).execute(&mut *self.connection);
        let done = timeout(self.silence, done).await.map_err(SourceError::failed)?;
        done.map(drop).map_err(failed)
    }

    /// Runs a query to its end.
    pub(super) async fn rows(
        &mut self,
        query: Query<'_, Postgres, PgArguments>,
    ) -> Result<Vec<PgRow>, SourceError> {
        let rows = query.persistent(false).fetch_all(&mut *self.connection);
        let rows = timeout(self.silence, rows).await.map_err(SourceError::failed)?;
        rows.map_err(failed)
    }

    /// Ends the transaction and releases the connection.
    pub(super) async fn end(mut self) -> Result<(), SourceError> {
        self.run("COMMIT").await?;
        self.connection.release();
        Ok(())
    }

    /// The rows of a query as a stream.
    pub(super) fn stream<'q>(
        &'q mut self,
        query: Query<'q, Postgres, PgArguments>,
    ) -> BoxStream<'q, Result<PgRow, sqlx::Error>> {
        query.persistent(false).fetch(&mut *self.connection)
    }
}

fn no_instant() -> SourceError {
    SourceError::failed(
        "the database is a replica that has not replayed anything yet, so the age of its evidence is unknown",
    )
}

pub(super) fn failed(error: sqlx::Error) -> SourceError {
    let code = error.as_database_error().and_then(|error| error.code());
    if code.as_deref() == Some(LOCK_NOT_AVAILABLE) {
        return SourceError::Busy;
    }
    SourceError::failed(error)
}
