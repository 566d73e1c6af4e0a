//! A store as a source of evidence.

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::TryStreamExt as _;
use posture_core::reading::reader::Workspace;
use posture_core::{Id, Timestamp};
use posture_engine::snapshot_cache::frame_of;
use sqlx::sqlite::{SqlitePool, SqlitePoolOptions, SqliteRow};
use sqlx::{Row as _, Sqlite};
use tokio::time::timeout;

use super::store::{OpenError, PATIENCE, connect, is_store, number};
use crate::sources::slimming::{since, slimmed};
use crate::sources::tenant_stream::{Lease, ReaderGone, TenantSender, tenant_stream};
use crate::sources::{
    Evidence, EvidenceSource, Extent, Listing, Mark, Query, Reach, Served, SourceError, TenantScope,
};

/// The most answers that read at a time.
const READERS: u32 = 8;
/// How long a reader may take nothing before its answer is given up.
const STALL: Duration = Duration::from_secs(30);

/// A store that snapshots are imported into.
#[derive(Clone, Debug)]
pub struct SqliteSource {
    pool: SqlitePool,
    name: String,
}

impl SqliteSource {
    /// Opens an existing store.
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        let failed = |error| OpenError::Failed { path: path.to_owned(), error };
        if !path.is_file() {
            return Err(OpenError::Missing(path.to_owned()));
        }
        let pool = SqlitePoolOptions::new().max_connections(READERS).acquire_timeout(PATIENCE);
        let pool = pool.connect_with(connect(path).pragma("query_only", "on")).await.map_err(failed)?;
        let mut connection = pool.acquire().await.map_err(failed)?;
        if is_store(&mut connection).await.map_err(failed)? != Some(true) {
            return Err(OpenError::Foreign(path.to_owned()));
        }
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        Ok(Self { pool, name: format!("store {name}") })
    }

    async fn session(&self) -> Result<Lease<Sqlite>, SourceError> {
        let connection = self.pool.acquire().await.map_err(|error| {
            if matches!(error, sqlx::Error::PoolTimedOut) {
                SourceError::Busy
            } else {
                SourceError::failed(error)
            }
        })?;
        let mut lease = Lease::new(connection);
        sqlx::raw_sql("BEGIN").execute(&mut *lease).await.map_err(SourceError::failed)?;
        Ok(lease)
    }
}

async fn end(mut lease: Lease<Sqlite>) -> Result<(), SourceError> {
    sqlx::raw_sql("COMMIT").execute(&mut *lease).await.map_err(SourceError::failed)?;
    lease.release();
    Ok(())
}

/// A workspace's mark and head, after checking that the query's tenant exists. On an error about the evidence the connection is released.
async fn state(
    mut lease: Lease<Sqlite>,
    query: &Query,
) -> Result<(Lease<Sqlite>, Mark, String), SourceError> {
    match read_state(&mut lease, query).await {
        Ok((mark, head)) => Ok((lease, mark, head)),
        Err(error) if error.is_of_evidence() => {
            end(lease).await?;
            Err(error)
        }
        Err(error) => Err(error),
    }
}

async fn read_state(lease: &mut Lease<Sqlite>, query: &Query) -> Result<(Mark, String), SourceError> {
    let asked =
        sqlx::query("SELECT digest, head FROM workspaces WHERE id = $1").bind(number(query.workspace));
    let row = asked
        .fetch_optional(&mut **lease)
        .await
        .map_err(SourceError::failed)?
        .ok_or(SourceError::UnknownWorkspace)?;
    if let Extent::Tenant(external_id) = &query.extent {
        let found = sqlx::query(
            "SELECT 1 FROM tenants WHERE workspace_id = $1 AND external_id = $2 \
             AND ($3 IS NULL OR id IN (SELECT value FROM json_each($3))) LIMIT 1",
        );
        let found = found.bind(number(query.workspace)).bind(external_id).bind(ids(&query.tenants));
        found
            .fetch_optional(&mut **lease)
            .await
            .map_err(SourceError::failed)?
            .ok_or(SourceError::UnknownTenant)?;
    }
    let read = |row: &SqliteRow| Ok((Mark(row.try_get("digest")?), row.try_get("head")?));
    read(&row).map_err(|error: sqlx::Error| SourceError::failed(error))
}

async fn send(
    lease: &mut Lease<Sqlite>,
    query: &Query,
    sender: &TenantSender,
) -> Result<Result<(), ReaderGone>, SourceError> {
    let (asked, external_id) = match &query.extent {
        Extent::Slim => (
            "SELECT slim FROM tenants WHERE workspace_id = $1 AND ($2 IS NULL OR id IN (SELECT value FROM json_each($2))) ORDER BY place",
            None,
        ),
        Extent::SlimSince(_) | Extent::Verdicts(_) => (
            "SELECT whole FROM tenants WHERE workspace_id = $1 AND ($2 IS NULL OR id IN (SELECT value FROM json_each($2))) ORDER BY place",
            None,
        ),
        // If several have the route key, it is the first that can be read, else the first.
        Extent::Tenant(external_id) => (
            "SELECT whole FROM tenants WHERE workspace_id = $1 AND ($2 IS NULL OR id IN (SELECT value FROM json_each($2))) \
             AND external_id = $3 ORDER BY is_readable DESC, place LIMIT 1",
            Some(external_id),
        ),
    };
    let mut asked = sqlx::query(asked).bind(number(query.workspace)).bind(ids(&query.tenants));
    if let Some(external_id) = external_id {
        asked = asked.bind(external_id);
    }
    let mut rows = asked.fetch(&mut **lease);
    while let Some(row) =
        timeout(STALL, rows.try_next()).await.map_err(SourceError::failed)?.map_err(SourceError::failed)?
    {
        let text: Vec<u8> = row.try_get(0).map_err(SourceError::failed)?;
        if let Err(gone) = sender.tenant(text).await {
            return Ok(Err(gone));
        }
    }
    Ok(Ok(()))
}

#[async_trait]
impl EvidenceSource for SqliteSource {
    async fn workspaces(&self, reach: &Reach) -> Result<Vec<Listing>, SourceError> {
        let mut lease = self.session().await?;
        let rows = sqlx::query("SELECT id, name, slug, exported_at FROM workspaces ORDER BY id")
            .fetch_all(&mut *lease)
            .await;
        let mut listings = Vec::new();
        for row in rows.map_err(SourceError::failed)? {
            let workspace = workspace(&row).map_err(SourceError::failed)?;
            let Some(scope) = reach.of(workspace.as_ref().map(|(workspace, _)| workspace.id)) else {
                continue;
            };
            let Some((workspace, exported_at)) = workspace else { continue };
            let count = sqlx::query_scalar(
                "SELECT count(*) FROM tenants WHERE workspace_id = $1 AND ($2 IS NULL OR id IN (SELECT value FROM json_each($2)))",
            );
            let count = count.bind(number(workspace.id)).bind(ids(scope));
            let tenants: i64 = count.fetch_one(&mut *lease).await.map_err(SourceError::failed)?;
            let workspace_id = Some(workspace.id);
            let served = Some(Served { workspace, tenants: tenants.unsigned_abs(), exported_at });
            listings.push(Listing { served, workspace_id, source: self.name.clone(), refusal: None });
        }
        end(lease).await?;
        Ok(listings)
    }

    async fn mark(&self, query: &Query) -> Result<Mark, SourceError> {
        let (lease, mark, _) = state(self.session().await?, query).await?;
        end(lease).await?;
        Ok(mark)
    }

    async fn open(&self, query: &Query) -> Result<Evidence, SourceError> {
        let (mut lease, mark, head) = state(self.session().await?, query).await?;
        let (sender, receiver) = tenant_stream(STALL);
        let (query, asked) = (query.clone(), query.extent.clone());
        tokio::spawn(async move {
            let outcome = match send(&mut lease, &query, &sender).await {
                Ok(Ok(())) => end(lease).await.map(Ok),
                other => other,
            };
            sender.end(outcome).await;
        });
        let frame = frame_of(&head).map_err(|refusal| SourceError::Refused(refusal.to_string()))?;
        let since = since(&asked, &frame)?;
        let evidence = Evidence { mark, head, since, tenants: receiver.tenants().await? };
        Ok(match asked {
            Extent::SlimSince(_) => slimmed(evidence, frame),
            Extent::Slim | Extent::Verdicts(_) | Extent::Tenant(_) => evidence,
        })
    }

    async fn check(&self) -> Result<(), SourceError> {
        end(self.session().await?).await
    }
}

/// A workspace's row; `None` if no import wrote it.
fn workspace(row: &SqliteRow) -> Result<Option<(Workspace, Timestamp)>, sqlx::Error> {
    let (id, exported_at): (i64, String) = (row.try_get("id")?, row.try_get("exported_at")?);
    let (id, exported_at) = (u64::try_from(id).ok().and_then(Id::new), Timestamp::parse(&exported_at));
    let (Some(id), Some(exported_at)) = (id, exported_at) else { return Ok(None) };
    Ok(Some((Workspace { id, name: row.try_get("name")?, slug: row.try_get("slug")? }, exported_at)))
}

/// The ids in scope as a JSON array; `None` for all.
fn ids(scope: &TenantScope) -> Option<String> {
    match scope {
        TenantScope::All => None,
        TenantScope::Only(ids) => {
            let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
            Some(format!("[{}]", ids.join(",")))
        }
    }
}
