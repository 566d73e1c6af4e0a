//! Options for PostgreSQL, and ids as it stores them.

use std::collections::BTreeSet;
use std::time::Duration;

use posture_core::Id;

use crate::sources::TenantScope;

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

pub(super) fn id(number: i64) -> Option<Id> {
    u64::try_from(number).ok().and_then(Id::new)
}

/// The tenants in scope; `None` for all.
pub(super) fn only(scope: &TenantScope) -> Option<&BTreeSet<Id>> {
    match scope {
        TenantScope::All => None,
        TenantScope::Only(ids) => Some(ids),
    }
}

/// Ids as signed numbers, as the database stores them; they are below 2^53.
pub(super) fn numbers<'i>(ids: impl IntoIterator<Item = &'i Id>) -> Vec<i64> {
    ids.into_iter().map(|id| id.get().cast_signed()).collect()
}
