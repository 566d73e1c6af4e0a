//! A store as a source of evidence.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::TryStreamExt as _;
use posture_core::reading::reader::Workspace;
use posture_core::{Id, Timestamp};
use posture_engine::snapshot_cache::frame_of;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions, SqliteRow};
use sqlx::{Row as _, Sqlite};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::store::{
    Kind, MOST_WORKSPACES, OpenError, PATIENCE, bounded, check_is_file, check_own_files, connect,
    connect_as_it_is, has_log, kind, tenant_sum, workspace_sum,
};
use crate::sources::file_stamp::Stamp;
use crate::sources::ids::{id, number};
use crate::sources::slimming::{since, slimmed};
use crate::sources::tenant_stream::{Lease, ReaderGone, TenantSender, tenant_stream};
use crate::sources::{
    Evidence, EvidenceSource, EvidenceVersion, Extent, Listing, Query, Reach, Served, SourceError,
    TenantScope,
};

/// The most answers that read at a time.
const READERS: u32 = 8;
const ALTERED: &str = "The store's bytes changed after the import, so this workspace is not served. Import its snapshot again, \
     and check the disk and who may write to the file.";
/// Why a store is not read, or written to, any more.
pub(super) const REPLACED: &str = "The store was removed or replaced while it was served. Restart posture serve. \
     To replace a store, stop posture serve first.";
/// The same, if its tables or its version changed.
pub(super) const OTHER_TABLES: &str = "The tables or the version of the store changed while it was served. Restart posture serve, \
     which says what is wrong.";
/// How long a reader may take nothing before its answer is given up.
const STALL: Duration = Duration::from_secs(30);

/// A store that snapshots are imported into.
#[derive(Clone, Debug)]
pub struct SqliteSource {
    path: PathBuf,
    reading: Arc<Mutex<Reading>>,
    name: String,
    /// Workspaces that have a row which was found altered.
    altered: Arc<Mutex<BTreeMap<Id, AlteredRow>>>,
}

/// How the store is read.
#[derive(Debug)]
struct Reading {
    pool: SqlitePool,
    /// The file as it was when it was opened.
    opened: Stamp,
    way: Way,
}

/// How a file is opened.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// Imports and marks may be written to it, with a log next to it.
    Writable,
    /// Others may write to it.
    ReadOnly,
    /// It never changes.
    Fixed,
}

impl SqliteSource {
    /// Opens an existing store, also in a read-only place.
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        check_is_file(path)?;
        let reading = Reading::new(path).await?;
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        Ok(Self {
            path: path.to_owned(),
            reading: Arc::new(Mutex::new(reading)),
            name: format!("store {name}"),
            altered: Arc::default(),
        })
    }

    async fn session(&self) -> Result<Lease<Sqlite>, SourceError> {
        let pool = self.pool().await?;
        let connection = pool.acquire().await.map_err(|error| {
            if matches!(error, sqlx::Error::PoolTimedOut) {
                SourceError::Busy
            } else {
                SourceError::failed(error)
            }
        })?;
        let mut lease = Lease::new(connection);
        sqlx::raw_sql("BEGIN").execute(&mut *lease).await.map_err(SourceError::failed)?;
        // Somebody may have changed the tables since the store was opened.
        if !matches!(kind(&mut lease).await.map_err(SourceError::failed)?, Kind::Store(_)) {
            end(lease).await?;
            return Err(SourceError::Unready(OTHER_TABLES.to_owned()));
        }
        Ok(lease)
    }

    /// The connections; new ones if another file is in the store's place. If the former one is written to, its log is next to the new
    /// one, which SQLite would mix with it, so nothing is read.
    async fn pool(&self) -> Result<SqlitePool, SourceError> {
        let mut reading = self.reading.lock().await;
        let is_another = match reading.way {
            Way::Fixed => stamp(&self.path).map_err(SourceError::failed)? != reading.opened,
            Way::ReadOnly | Way::Writable => is_replaced(&self.path, reading.opened),
        };
        match reading.way {
            Way::Writable if is_another => return Err(SourceError::Unready(REPLACED.to_owned())),
            Way::Fixed | Way::ReadOnly if is_another => {
                *reading = Reading::new(&self.path).await.map_err(SourceError::failed)?;
            }
            Way::Fixed | Way::ReadOnly | Way::Writable => {}
        }
        Ok(reading.pool.clone())
    }

    /// Fails if a row of a workspace was found altered, and is so still: an import of the same evidence repairs it.
    async fn check_unaltered(&self, lease: &mut Lease<Sqlite>, workspace: Id) -> Result<(), SourceError> {
        let mut altered = self.altered.lock().await;
        let Some(row) = altered.get(&workspace) else { return Ok(()) };
        let asked = format!("{} WHERE workspace_id = $1 AND place = $2", tenant_rows(row.text));
        // The statement is made of constants.
        let asked = sqlx::query(sqlx::AssertSqlSafe(asked)).bind(number(workspace)).bind(row.place);
        let now = asked.fetch_optional(&mut **lease).await.map_err(SourceError::failed)?;
        let text = now.map(|now| checked_text(&now, workspace)).transpose().map_err(SourceError::failed)?;
        if text == Some(None) {
            return Err(SourceError::Refused(ALTERED.to_owned()));
        }
        altered.remove(&workspace);
        Ok(())
    }
}

impl Reading {
    /// Reads a store as one that imports may change; if its place cannot be written to, as it is there.
    async fn new(path: &Path) -> Result<Self, OpenError> {
        let failed = |error| OpenError::Failed { path: path.to_owned(), error };
        let opened = stamp(path).map_err(|error| failed(error.into()))?;
        check_own_files(path).map_err(|error| failed(error.into()))?;
        let changing = connect(path).pragma("query_only", "on");
        let first = match open(changing).await {
            Ok(pool) => return Self { pool, opened, way: Way::Writable }.checked(path).await,
            Err(error) => error,
        };
        if let Ok(pool) = open(connect_as_it_is(path).read_only(true)).await {
            return Self { pool, opened, way: Way::ReadOnly }.checked(path).await;
        }
        if has_log(path) {
            return Err(failed(first));
        }
        let unchanging = connect_as_it_is(path).read_only(true).immutable(true);
        let pool = open(unchanging).await.map_err(|_| failed(first))?;
        Self { pool, opened, way: Way::Fixed }.checked(path).await
    }

    async fn checked(self, path: &Path) -> Result<Self, OpenError> {
        let failed = |error| OpenError::Failed { path: path.to_owned(), error };
        let mut connection = self.pool.acquire().await.map_err(failed)?;
        let kind = kind(&mut connection).await.map_err(failed)?.check(path)?;
        drop(connection);
        if kind == Kind::Empty { Err(OpenError::Foreign(path.to_owned())) } else { Ok(self) }
    }
}

/// Connections to a store, at least one of which can read it.
async fn open(options: SqliteConnectOptions) -> Result<SqlitePool, sqlx::Error> {
    let pool = bounded(SqlitePoolOptions::new().max_connections(READERS).acquire_timeout(PATIENCE));
    let pool = pool.connect_with(options).await?;
    sqlx::raw_sql("SELECT count(*) FROM sqlite_master").execute(&pool).await?;
    Ok(pool)
}

pub(super) fn stamp(path: &Path) -> io::Result<Stamp> {
    std::fs::metadata(path).map(|metadata| Stamp::of(&metadata))
}

/// Whether another file, or none, is in the place of one that was opened.
pub(super) fn is_replaced(path: &Path, opened: Stamp) -> bool {
    !stamp(path).is_ok_and(|now| now.is_of_same_file(opened))
}

async fn end(mut lease: Lease<Sqlite>) -> Result<(), SourceError> {
    sqlx::raw_sql("COMMIT").execute(&mut *lease).await.map_err(SourceError::failed)?;
    lease.release();
    Ok(())
}

/// A workspace's version and head, after checking that the query's tenant exists. On an error about the evidence the connection is released.
async fn state(
    mut lease: Lease<Sqlite>,
    query: &Query,
) -> Result<(Lease<Sqlite>, EvidenceVersion, String), SourceError> {
    match read_state(&mut lease, query).await {
        Ok((evidence_version, head)) => Ok((lease, evidence_version, head)),
        Err(error) if error.is_of_evidence() => {
            end(lease).await?;
            Err(error)
        }
        Err(error) => Err(error),
    }
}

/// Selects a column. In the place of a value larger than any that is imported, which somebody else wrote, it reads an empty one,
/// whose checksum does not match.
macro_rules! up_to {
    ($bytes:literal, $column:literal) => {
        concat!("iif(octet_length(", $column, ") > ", $bytes, ", '', ", $column, ") AS ", $column)
    };
}

/// Selects workspaces.
macro_rules! workspaces {
    () => {
        concat!(
            "SELECT id, tenants, ",
            up_to!(16_777_216, "name"),
            ", ",
            up_to!(16_777_216, "slug"),
            ", ",
            up_to!(16_777_216, "head"),
            ", ",
            up_to!(64, "exported_at"),
            ", ",
            up_to!(64, "digest"),
            ", ",
            up_to!(32, "sum"),
            ", (SELECT count(*) FROM tenants WHERE workspace_id = workspaces.id) AS held FROM workspaces",
        )
    };
}

async fn read_state(
    lease: &mut Lease<Sqlite>,
    query: &Query,
) -> Result<(EvidenceVersion, String), SourceError> {
    let asked = sqlx::query(concat!(workspaces!(), " WHERE id = $1"));
    let asked = asked.bind(number(query.workspace));
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
    checked_state(&row).map_err(SourceError::failed)?.ok_or_else(|| SourceError::Refused(ALTERED.to_owned()))
}

/// A workspace's version and head; `None` if its row is not as it was imported, or not all of its tenants are there.
fn checked_state(row: &SqliteRow) -> Result<Option<(EvidenceVersion, String)>, sqlx::Error> {
    let (digest, head): (String, String) = (row.try_get("digest")?, row.try_get("head")?);
    let exported_at: String = row.try_get("exported_at")?;
    let (tenants, sum): (i64, Vec<u8>) = (row.try_get("tenants")?, row.try_get("sum")?);
    let Some((workspace, _)) = workspace(row)? else { return Ok(None) };
    let held: i64 = row.try_get("held")?;
    let is_unaltered =
        held == tenants && workspace_sum(&workspace, &exported_at, &head, &digest, tenants) == sum;
    Ok(is_unaltered.then_some((EvidenceVersion(digest), head)))
}

/// A row that is not as it was imported.
#[derive(Debug)]
struct AlteredRow {
    place: i64,
    /// Which of its texts.
    text: &'static str,
}

/// How sending tenants ended.
enum Sent {
    All,
    ReaderGone,
    Altered(AlteredRow),
}

/// The statement that reads tenants, up to its conditions.
fn tenant_rows(text: &str) -> String {
    let external_id = up_to!(4_194_304, "external_id");
    format!(
        "SELECT {text} AS text, iif(octet_length({text}_sum) > 32, '', {text}_sum) AS sum, place, id, {external_id}, is_readable \
         FROM tenants"
    )
}

async fn send(lease: &mut Lease<Sqlite>, query: &Query, sender: &TenantSender) -> Result<Sent, SourceError> {
    const IN_SCOPE: &str = "workspace_id = $1 AND ($2 IS NULL OR id IN (SELECT value FROM json_each($2)))";
    let (text, only) = match &query.extent {
        Extent::Slim => ("slim", None),
        Extent::SlimSince(_) | Extent::Verdicts(_) | Extent::Whole => ("whole", None),
        Extent::Tenant(external_id) => ("whole", Some(external_id)),
    };
    // If several tenants have the route key, it is the first that can be read, else the first.
    let which = match only {
        None => "ORDER BY place",
        Some(_) => "AND external_id = $3 ORDER BY is_readable DESC, place LIMIT 1",
    };
    let asked = format!("{} WHERE {IN_SCOPE} {which}", tenant_rows(text));
    // The statement is made of constants.
    let mut asked =
        sqlx::query(sqlx::AssertSqlSafe(asked)).bind(number(query.workspace)).bind(ids(&query.tenants));
    if let Some(external_id) = only {
        asked = asked.bind(external_id);
    }
    let mut rows = asked.fetch(&mut **lease);
    while let Some(row) =
        timeout(STALL, rows.try_next()).await.map_err(SourceError::failed)?.map_err(SourceError::failed)?
    {
        let Some(whole) = checked_text(&row, query.workspace).map_err(SourceError::failed)? else {
            let place = row.try_get("place").map_err(SourceError::failed)?;
            return Ok(Sent::Altered(AlteredRow { place, text }));
        };
        if let Err(ReaderGone) = sender.tenant(whole).await {
            return Ok(Sent::ReaderGone);
        }
    }
    Ok(Sent::All)
}

/// A tenant's text; `None` if its row is not as it was imported.
fn checked_text(row: &SqliteRow, workspace: Id) -> Result<Option<Vec<u8>>, sqlx::Error> {
    let (text, sum): (Vec<u8>, Vec<u8>) = (row.try_get("text")?, row.try_get("sum")?);
    let (place, id): (i64, Option<i64>) = (row.try_get("place")?, row.try_get("id")?);
    let (external_id, is_readable): (Option<String>, bool) =
        (row.try_get("external_id")?, row.try_get("is_readable")?);
    let is_unaltered = tenant_sum(workspace, place, id, external_id.as_deref(), is_readable, &text) == sum;
    Ok(is_unaltered.then_some(text))
}

#[async_trait]
impl EvidenceSource for SqliteSource {
    async fn workspaces(&self, reach: &Reach) -> Result<Vec<Listing>, SourceError> {
        let mut lease = self.session().await?;
        let rows = sqlx::query(concat!(workspaces!(), " ORDER BY id LIMIT $1"))
            .bind(MOST_WORKSPACES + 1)
            .fetch_all(&mut *lease)
            .await;
        let rows = rows.map_err(SourceError::failed)?;
        if rows.len() > MOST_WORKSPACES as usize {
            return Err(SourceError::Unready(format!(
                "The store has more than {MOST_WORKSPACES} workspaces."
            )));
        }
        let mut listings = Vec::new();
        for row in rows {
            let workspace_id = id(row.try_get("id").map_err(SourceError::failed)?);
            let Some(scope) = reach.of(workspace_id) else { continue };
            let mut listing = Listing {
                served: None,
                workspace_id,
                source: self.name.clone(),
                is_shared_source: true,
                refusal: Some(ALTERED.to_owned()),
            };
            let state = checked_state(&row).map_err(SourceError::failed)?;
            let workspace = workspace(&row).map_err(SourceError::failed)?;
            if let (Some(_), Some((workspace, exported_at))) = (state, workspace)
                && self.check_unaltered(&mut lease, workspace.id).await.is_ok()
            {
                let count = sqlx::query_scalar(
                    "SELECT count(*) FROM tenants WHERE workspace_id = $1 AND ($2 IS NULL OR id IN (SELECT value FROM json_each($2)))",
                );
                let count = count.bind(number(workspace.id)).bind(ids(scope));
                let tenants: i64 = count.fetch_one(&mut *lease).await.map_err(SourceError::failed)?;
                listing.served = Some(Served { workspace, tenants: tenants.unsigned_abs(), exported_at });
                listing.refusal = None;
            }
            listings.push(listing);
        }
        end(lease).await?;
        Ok(listings)
    }

    async fn version(&self, query: &Query) -> Result<EvidenceVersion, SourceError> {
        let (mut lease, evidence_version, _) = state(self.session().await?, query).await?;
        self.check_unaltered(&mut lease, query.workspace).await?;
        end(lease).await?;
        Ok(evidence_version)
    }

    async fn open(&self, query: &Query) -> Result<Evidence, SourceError> {
        let (mut lease, evidence_version, head) = state(self.session().await?, query).await?;
        let (sender, receiver) = tenant_stream(STALL);
        let (query, asked, altered) = (query.clone(), query.extent.clone(), Arc::clone(&self.altered));
        tokio::spawn(async move {
            let outcome = match send(&mut lease, &query, &sender).await {
                Ok(Sent::All) => end(lease).await.map(Ok),
                Ok(Sent::ReaderGone) => Ok(Err(ReaderGone)),
                Ok(Sent::Altered(row)) => {
                    altered.lock().await.insert(query.workspace, row);
                    Err(SourceError::Refused(ALTERED.to_owned()))
                }
                Err(error) => Err(error),
            };
            sender.end(outcome).await;
        });
        let frame = frame_of(&head).map_err(|refusal| SourceError::Refused(refusal.to_string()))?;
        let since = since(&asked, &frame)?;
        let evidence =
            Evidence { version: evidence_version, head, since, tenants: receiver.tenants().await? };
        Ok(match asked {
            Extent::SlimSince(_) => slimmed(evidence, frame),
            Extent::Slim | Extent::Verdicts(_) | Extent::Whole | Extent::Tenant(_) => evidence,
        })
    }

    async fn check(&self) -> Result<(), SourceError> {
        let unready = |error: &dyn std::fmt::Display| {
            SourceError::Unready(format!("The store cannot be read: {error}."))
        };
        tokio::fs::metadata(&self.path).await.map_err(|error| unready(&error))?;
        let mut lease = self.session().await?;
        sqlx::raw_sql("SELECT 1 FROM workspaces LIMIT 1")
            .execute(&mut *lease)
            .await
            .map_err(SourceError::failed)?;
        end(lease).await
    }
}

/// A workspace's row; `None` if no import wrote it.
fn workspace(row: &SqliteRow) -> Result<Option<(Workspace, Timestamp)>, sqlx::Error> {
    let (number, exported_at): (i64, String) = (row.try_get("id")?, row.try_get("exported_at")?);
    let (id, exported_at) = (id(number), Timestamp::parse(&exported_at));
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
