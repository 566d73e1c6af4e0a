//! Marks in a store, next to the imported evidence.

use std::io;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use posture_core::views::reviews::Review;
use posture_core::{Id, Timestamp};
use sqlx::sqlite::{SqlitePool, SqlitePoolOptions};
use sqlx::{Connection as _, Sqlite, SqliteConnection};

use super::migrations::bring_up_to_date;
use super::source::{OTHER_TABLES, REPLACED, is_replaced, stamp};
use super::store::{Kind, OpenError, PATIENCE, bounded, check_is_file, check_own_files, connect, kind};
use super::versions::VERSION;
use crate::sources::TenantScope;
use crate::sources::file_stamp::Stamp;
use crate::sources::ids::number;
use crate::sources::reviews::{MOST_REVIEW_BYTES, MOST_REVIEWS, ReviewError, ReviewStore, readable, written};
use crate::sources::tenant_stream::Lease;

const TOO_MANY: &str = "The store has more marks of this workspace than Posture writes, so none is shown. Restore a backup of the store, \
     and check who may write to it.";

const READ_ONLY: &str = "it cannot be written to";

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
        check_is_file(store)?;
        let opened = stamp(store).map_err(|error| failed(error.into()))?;
        check_own_files(store).map_err(|error| failed(error.into()))?;
        if !may_write(store) {
            return Err(failed(io::Error::new(io::ErrorKind::ReadOnlyFilesystem, READ_ONLY).into()));
        }
        let mut connection = SqliteConnection::connect_with(&connect(store)).await.map_err(failed)?;
        bring_up_to_date(&mut connection).await.map_err(failed)?.check(store)?;
        connection.close().await.map_err(failed)?;
        // Writers wait for each other anyway.
        let options = bounded(SqlitePoolOptions::new().max_connections(1).acquire_timeout(PATIENCE));
        let pool = options.connect_with(connect(store)).await.map_err(failed)?;
        Ok(Self { pool, path: store.to_owned(), opened })
    }

    /// The connection, unless another file took the store's place: a mark would be lost. Nor if somebody changed the tables: a trigger
    /// would run.
    async fn connection(&self) -> Result<Lease<Sqlite>, ReviewError> {
        if is_replaced(&self.path, self.opened) {
            return Err(ReviewError::Unavailable(REPLACED));
        }
        let mut connection = self.pool.acquire().await.map_err(ReviewError::failed)?;
        match kind(&mut connection).await.map_err(ReviewError::failed)? {
            Kind::Store(VERSION) => Ok(Lease::new(connection)),
            Kind::Store(_) | Kind::Empty | Kind::Newer(_) | Kind::Altered | Kind::Foreign => {
                Err(ReviewError::Unavailable(OTHER_TABLES))
            }
        }
    }
}

/// Whether the file can be written to. Without opening it, since closing it again would end the locks that SQLite has on it.
#[cfg(unix)]
fn may_write(store: &Path) -> bool {
    rustix::fs::access(store, rustix::fs::Access::WRITE_OK).is_ok()
}

#[cfg(not(unix))]
fn may_write(store: &Path) -> bool {
    store.metadata().is_ok_and(|found| !found.permissions().readonly())
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
        let mut connection = self.connection().await?;
        let bytes = bytes.bind(number(workspace)).bind(now.unix_seconds()).fetch_one(&mut *connection);
        if bytes.await.map(|bytes: i64| bytes > MOST_REVIEW_BYTES).map_err(ReviewError::failed)? {
            connection.release();
            return Err(ReviewError::Unavailable(TOO_MANY));
        }
        let asked = sqlx::query_scalar(
            "SELECT mark FROM reviews WHERE workspace_id = $1 AND ends >= $2 ORDER BY tenant_id, item LIMIT $3",
        );
        let asked = asked.bind(number(workspace)).bind(now.unix_seconds()).bind(i64::from(MOST_REVIEWS));
        let marks = asked.fetch_all(&mut *connection).await.map_err(ReviewError::failed)?;
        connection.release();
        Ok(readable(marks, tenants))
    }

    async fn put(&self, workspace: Id, review: &Review, now: Timestamp) -> Result<(), ReviewError> {
        let mark = written(review)?;
        // Not a transaction of the driver's: on a full disk SQLite ends it by itself, and the driver would never begin another on this
        // connection. One that is not released is closed.
        let mut transaction = self.connection().await?;
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
        let mut connection = self.connection().await?;
        let deleted = delete.execute(&mut *connection).await.map_err(ReviewError::failed)?.rows_affected();
        connection.release();
        Ok(deleted > 0)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use posture_core::Form;
    use serde_json::json;

    use super::*;
    use crate::sources::sqlite::import;

    /// RV-4, ES-9: on a full disk SQLite ends a transaction by itself, as this trigger of the connection does. Marks can be kept once
    /// there is room again.
    #[tokio::test]
    async fn marks_are_kept_again_after_a_full_disk() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("store.sqlite");
        let snapshot = r#"{"format":"recovery-posture/snapshot","version":1,"exported_at":"2026-11-20T08:00:00Z","workspace":{"id":7,"name":"W"},"tenants":[]}"#;
        import(&store, Cursor::new(snapshot), Form::Json).await.unwrap();
        let reviews = SqliteReviews::open(&store).await.unwrap();
        let now = Timestamp::parse("2026-11-20T08:00:00Z").unwrap();
        let mark =
            json!({ "tenant_id": 1, "item": "a", "fingerprint": "b", "until": "2026-11-25T08:00:00Z" });
        let mark = Review::made(&mark, None, now).unwrap();
        let workspace = Id::new(7).unwrap();
        for statement in [
            "CREATE TEMP TRIGGER full BEFORE INSERT ON main.reviews BEGIN SELECT RAISE(ROLLBACK, 'full'); END",
            "DROP TRIGGER IF EXISTS full",
        ] {
            sqlx::raw_sql(statement).execute(&reviews.pool).await.unwrap();
            let kept = reviews.put(workspace, &mark, now).await;
            assert_eq!(kept.is_ok(), statement.starts_with("DROP"), "{statement}: {kept:?}");
        }
    }
}
