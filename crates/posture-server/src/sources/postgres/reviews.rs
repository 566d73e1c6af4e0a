//! Marks in PostgreSQL: in a schema and with a role of their own, which `ops/postgres/reviews.sql` creates. The role cannot read evidence,
//! and the role that reads evidence cannot write marks.

use std::time::Duration;

use async_trait::async_trait;
use posture_core::views::reviews::Review;
use posture_core::{Id, Timestamp};
use sqlx::postgres::{PgPool, PgPoolOptions};
use tokio::time::timeout;

use super::source::{AddressError, connect_options};
use crate::sources::TenantScope;
use crate::sources::ids::{number, numbers, only};
use crate::sources::reviews::{MOST_REVIEW_BYTES, MOST_REVIEWS, ReviewError, ReviewStore, readable, written};

/// How long a request waits for a connection, and then for the database, which may have a lock on the table.
const PATIENCE: Duration = Duration::from_secs(5);
const CONNECTIONS: u32 = 2;
const NOT_SET_UP: &str =
    "The database has no schema for marks, or its role may not use it. Run ops/postgres/reviews.sql there.";

/// The marks of a database.
#[derive(Clone, Debug)]
pub struct PostgresReviews {
    pool: PgPool,
}

impl PostgresReviews {
    /// The marks of the database at an address, which need not be reachable yet.
    pub fn new(address: &str) -> Result<Self, AddressError> {
        let connect = connect_options(address)?;
        let pool = PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(PATIENCE);
        Ok(Self { pool: pool.connect_lazy_with(connect) })
    }
}

#[async_trait]
impl ReviewStore for PostgresReviews {
    async fn list(
        &self,
        workspace: Id,
        tenants: &TenantScope,
        now: Timestamp,
    ) -> Result<Vec<Review>, ReviewError> {
        let only = only(tenants).map(numbers);
        let asked = sqlx::query_scalar(
            "SELECT mark FROM posture_reviews.reviews WHERE workspace_id = $1 AND ends >= $2 \
             AND ($3::bigint[] IS NULL OR tenant_id = ANY ($3)) ORDER BY tenant_id, item",
        );
        let asked = asked.persistent(false).bind(number(workspace)).bind(now.unix_seconds()).bind(only);
        let texts = patiently(async { asked.fetch_all(&self.pool).await.map_err(failed) }).await?;
        Ok(readable(texts, tenants))
    }

    async fn put(&self, workspace: Id, review: &Review, now: Timestamp) -> Result<(), ReviewError> {
        patiently(self.replace(workspace, review, now)).await
    }

    async fn delete(&self, workspace: Id, tenant: Id, item: &str) -> Result<bool, ReviewError> {
        let delete = sqlx::query(
            "DELETE FROM posture_reviews.reviews WHERE workspace_id = $1 AND tenant_id = $2 AND item = $3",
        );
        let delete = delete.persistent(false).bind(number(workspace)).bind(number(tenant)).bind(item);
        let deleted = patiently(async { delete.execute(&self.pool).await.map_err(failed) }).await?;
        Ok(deleted.rows_affected() > 0)
    }
}

impl PostgresReviews {
    /// Writes a mark in place of the item's former one, unless the workspace has too many then.
    async fn replace(&self, workspace: Id, review: &Review, now: Timestamp) -> Result<(), ReviewError> {
        let mark = written(review)?;
        let mut transaction = self.pool.begin().await.map_err(failed)?;
        let ended = sqlx::query("DELETE FROM posture_reviews.reviews WHERE workspace_id = $1 AND ends < $2");
        let ended = ended.persistent(false).bind(number(workspace)).bind(now.unix_seconds());
        ended.execute(&mut *transaction).await.map_err(failed)?;
        let put = sqlx::query(
            "INSERT INTO posture_reviews.reviews (workspace_id, tenant_id, item, mark, ends) \
             VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (workspace_id, tenant_id, item) DO UPDATE SET mark = excluded.mark, ends = excluded.ends",
        );
        let put = put.persistent(false).bind(number(workspace)).bind(number(review.tenant_id));
        let put = put.bind(&review.item).bind(mark).bind(review.until.unix_seconds());
        put.execute(&mut *transaction).await.map_err(failed)?;
        let size = sqlx::query_as(
            "SELECT count(*), coalesce(sum(octet_length(mark::text)), 0)::bigint FROM posture_reviews.reviews WHERE workspace_id = $1",
        );
        let size = size.persistent(false).bind(number(workspace));
        let (count, bytes): (i64, i64) = size.fetch_one(&mut *transaction).await.map_err(failed)?;
        if count > MOST_REVIEWS.into() || bytes > MOST_REVIEW_BYTES {
            return Err(ReviewError::Full);
        }
        transaction.commit().await.map_err(failed)
    }
}

/// The result of work, or that the marks are busy.
async fn patiently<T>(work: impl Future<Output = Result<T, ReviewError>>) -> Result<T, ReviewError> {
    timeout(PATIENCE, work).await.unwrap_or(Err(ReviewError::Busy))
}

/// A failure of the database; a missing schema, table or grant is one of the set-up.
fn failed(error: sqlx::Error) -> ReviewError {
    let code = error.as_database_error().and_then(|error| error.code());
    // invalid_schema_name, undefined_table, insufficient_privilege
    match code.as_deref() {
        Some("3F000" | "42P01" | "42501") => ReviewError::Unavailable(NOT_SET_UP),
        Some(_) | None => ReviewError::failed(error),
    }
}
