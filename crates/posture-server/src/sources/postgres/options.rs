//! Options for PostgreSQL.

use std::time::Duration;

/// Limits for queries.
#[derive(Clone, Copy, Debug)]
pub struct PostgresOptions {
    /// The most connections open at once. An answer holds one while its rows are read, and one is kept for readiness.
    pub connections: u32,
    /// How long a request waits for a connection, and then for the lock of a table, before it is answered 503.
    pub patience: Duration,
    /// How long the database may send nothing before an answer is given up.
    pub silence: Duration,
    /// How long a reader may take nothing before its answer is given up.
    pub stall: Duration,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self {
            connections: 8,
            patience: Duration::from_secs(5),
            silence: Duration::from_secs(60),
            stall: Duration::from_secs(30),
        }
    }
}
