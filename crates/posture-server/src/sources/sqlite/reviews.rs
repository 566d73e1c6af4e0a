//! Marks in a store, next to the imported evidence.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use posture_core::views::reviews::Review;
use posture_core::{Id, Timestamp};
use sqlx::sqlite::{SqlitePool, SqlitePoolOptions};
use sqlx::{Connection as _, SqliteConnection};

use super::migrations::bring_up_to_date;
use super::source::{REPLACED, is_replaced, stamp};
use super::store::{OpenError, PATIENCE, bounded, check_own_files, connect};
use crate::sources::TenantScope;
use crate::sources::file_stamp::Stamp;
use crate::sources::ids::number;
use crate::sources::reviews::{MOST_REVIEW_BYTES, MOST_REVIEWS, ReviewError, ReviewStore, readable, written};
use crate::sources::tenant_stream::Lease;

const TOO_MANY: &str = "The store has more marks of this workspace than Posture writes, so none is shown. Restore a backup of the store, \
     and check who may write to it.";

/// The marks of a store.
#[derive(Clone, Debug)]
pub struct SqliteReviews {
    pool: SqlitePool,
    path: PathBuf,
    /// The file as it was when it was opened.
    opened: Stamp,
}

impl SqliteReviews {
    /// Opens the marks of an existing store, and brings the store to the current version. Fails if it cannot be written.
    pub async fn open(store: &Path) -> Result<Self, OpenError> {
        let failed = |error| OpenError::Failed { path: store.to_owned(), error };
        if !store.is_file() {
            return Err(OpenError::Missing(store.to_owned()));
        }
        let opened = stamp(store).map_err(|error| failed(error.into()))?;
        check_own_files(store).map_err(|error| failed(error.into()))?;
        let mut connection = SqliteConnection::connect_with(&connect(store)).await.map_err(failed)?;
        bring_up_to_date(&mut connection).await.map_err(failed)?.check(store)?;
        connection.close().await.map_err(failed)?;
        // Writers wait for each other anyway.
        let options = bounded(SqlitePoolOptions::new().max_connections(1).acquire_timeout(PATIENCE));
        let pool = options.connect_with(connect(store)).await.map_err(failed)?;
        Ok(Self { pool, path: store.to_owned(), opened })
    }

    /// The connection, unless another file took the store's place: a mark would be lost.
    fn pool(&self) -> Result<&SqlitePool, ReviewError> {
        if is_replaced(&self.path, self.opened) {
            return Err(ReviewError::Unavailable(REPLACED));
        }
        Ok(&self.pool)
    }
}

async fn run(connection: &mut SqliteConnection, statement: &'static str) -> Result<(), ReviewError> {
    sqlx::raw_sql(statement).execute(connection).await.map(drop).map_err(ReviewError::failed)
}

#[async_trait]
impl ReviewStore for SqliteReviews {
    async fn list(
        &self,
        workspace: Id,
        tenants: &TenantScope,
        now: Timestamp,
    ) -> Result<Vec<Review>, ReviewError> {
        // Of a store that was altered, which may have marks of any size. This reads none of them.
        let bytes = sqlx::query_scalar(
            "SELECT coalesce(sum(octet_length(mark)), 0) FROM reviews WHERE workspace_id = $1 AND ends >= $2",
        );
        let bytes = bytes.bind(number(workspace)).bind(now.unix_seconds()).fetch_one(self.pool()?);
        if bytes.await.map(|bytes: i64| bytes > MOST_REVIEW_BYTES).map_err(ReviewError::failed)? {
            return Err(ReviewError::Unavailable(TOO_MANY));
        }
        let asked = sqlx::query_scalar(
            "SELECT mark FROM reviews WHERE workspace_id = $1 AND ends >= $2 ORDER BY tenant_id, item LIMIT $3",
        );
        let asked = asked.bind(number(workspace)).bind(now.unix_seconds()).bind(i64::from(MOST_REVIEWS));
        Ok(readable(asked.fetch_all(self.pool()?).await.map_err(ReviewError::failed)?, tenants))
    }

    async fn put(&self, workspace: Id, review: &Review, now: Timestamp) -> Result<(), ReviewError> {
        let mark = written(review)?;
        // Not a transaction of the driver's: on a full disk SQLite ends it by itself, and the driver would never begin another on this
        // connection. One that is not released is closed.
        let connection = self.pool()?.acquire().await.map_err(ReviewError::failed)?;
        let mut transaction = Lease::new(connection);
        run(&mut transaction, "BEGIN IMMEDIATE").await?;
        let ended = sqlx::query("DELETE FROM reviews WHERE workspace_id = $1 AND ends < $2");
        let ended = ended.bind(number(workspace)).bind(now.unix_seconds());
        ended.execute(&mut *transaction).await.map_err(ReviewError::failed)?;
        let put = sqlx::query(
            "INSERT INTO reviews (workspace_id, tenant_id, item, mark, ends) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (workspace_id, tenant_id, item) DO UPDATE SET mark = excluded.mark, ends = excluded.ends",
        );
        let put = put.bind(number(workspace)).bind(number(review.tenant_id)).bind(&review.item);
        let put = put.bind(mark).bind(review.until.unix_seconds());
        put.execute(&mut *transaction).await.map_err(ReviewError::failed)?;
        let size = sqlx::query_as(
            "SELECT count(*), coalesce(sum(octet_length(mark)), 0) FROM reviews WHERE workspace_id = $1",
        );
        let (count, bytes): (i64, i64) =
            size.bind(number(workspace)).fetch_one(&mut *transaction).await.map_err(ReviewError::failed)?;
        if count > MOST_REVIEWS.into() || bytes > MOST_REVIEW_BYTES {
            run(&mut transaction, "ROLLBACK").await?;
            transaction.release();
            return Err(ReviewError::Full);
        }
        run(&mut transaction, "COMMIT").await?;
        transaction.release();
        Ok(())
    }

    async fn delete(&self, workspace: Id, tenant: Id, item: &str) -> Result<bool, ReviewError> {
        let delete =
            sqlx::query("DELETE FROM reviews WHERE workspace_id = $1 AND tenant_id = $2 AND item = $3");
        let delete = delete.bind(number(workspace)).bind(number(tenant)).bind(item);
        Ok(delete.execute(self.pool()?).await.map_err(ReviewError::failed)?.rows_affected() > 0)
    }
}
