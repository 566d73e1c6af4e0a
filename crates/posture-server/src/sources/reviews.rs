//! Where marks on attention items are kept: next to the evidence of a store, or in a schema of our own in PostgreSQL.
//!
//! Marks are the only thing that the endpoint writes. Evidence is never written.

use async_trait::async_trait;
use posture_core::views::reviews::Review;
use posture_core::{Id, Timestamp};

use super::TenantScope;

/// The most marks that a workspace may have at a time.
pub const MOST_REVIEWS: u32 = 10_000;

/// The most bytes that they may have: whoever reads the marks gets all of them at once.
pub const MOST_REVIEW_BYTES: i64 = 4_000_000;

/// Where marks are kept.
#[async_trait]
pub trait ReviewStore: Send + Sync + 'static {
    /// The marks of a workspace on the tenants in scope that have not ended yet, by tenant and item.
    async fn list(
        &self,
        workspace: Id,
        tenants: &TenantScope,
        now: Timestamp,
    ) -> Result<Vec<Review>, ReviewError>;

    /// Keeps a mark, in place of another one on the same item, and drops those of the workspace that have ended.
    async fn put(&self, workspace: Id, review: &Review, now: Timestamp) -> Result<(), ReviewError>;

    /// Removes the mark on an item; false if there is none.
    async fn delete(&self, workspace: Id, tenant: Id, item: &str) -> Result<bool, ReviewError>;
}

/// Why marks cannot be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// Marks are not set up here; the message says what to do.
    #[error("{0}")]
    Unavailable(&'static str),
    /// The workspace has [`MOST_REVIEWS`] marks, or [`MOST_REVIEW_BYTES`] of them.
    #[error(
        "The marks of a workspace are limited to {MOST_REVIEWS}, and to {} MB with their notes. Remove some, or wait until they end.",
        MOST_REVIEW_BYTES / 1_000_000
    )]
    Full,
    /// Another process holds the lock, or all connections are in use.
    #[error("the marks are busy")]
    Busy,
    /// The database failed.
    #[error("the database of the marks failed")]
    Failed(#[source] sqlx::Error),
}

impl ReviewError {
    /// A failure of the database.
    pub(super) fn failed(error: sqlx::Error) -> Self {
        let is_locked =
            error.as_database_error().is_some_and(|told| told.message().contains("database is locked"));
        let is_busy = is_locked || matches!(error, sqlx::Error::PoolTimedOut);
        if is_busy { Self::Busy } else { Self::Failed(error) }
    }
}

/// The marks of rows, of those in scope. One that a later version wrote and this one cannot read is left out.
pub(super) fn readable(texts: Vec<String>, tenants: &TenantScope) -> Vec<Review> {
    let read = |text: String| Review::read(&serde_json::from_str(&text).ok()?);
    texts.into_iter().filter_map(read).filter(|review| tenants.holds(Some(review.tenant_id))).collect()
}

/// A mark as it is kept.
pub(super) fn written(review: &Review) -> Result<String, ReviewError> {
    serde_json::to_string(review).map_err(|error| ReviewError::Failed(sqlx::Error::Encode(Box::new(error))))
}
