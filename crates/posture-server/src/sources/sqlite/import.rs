//! Importing a snapshot into a store: all of it, or nothing.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use posture_core::compare::replacement::{Export, WrongReplacement, check_replacement};
use posture_core::policy::seconds_ahead;
use posture_core::reading::reader::Workspace;
use posture_core::{Form, Id, Timestamp};
use posture_engine::DeriveError;
use posture_engine::snapshot_cache::{self, CachedHead, CachedTenant, TenantSink};
use sqlx::sqlite::SqliteLockingMode;
use sqlx::{Connection as _, Row as _, SqliteConnection};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::migrations::bring_up_to_date;
use super::store::{
    OpenError, bound, check_name, check_own_files, connect, connect_as_it_is, tenant_sum, workspace_sum,
};
use crate::clock;
use crate::sources::ids::number;

/// How many tenants are buffered between reading and writing.
const TENANTS_AHEAD: usize = 64;

/// SQLite's code for a file that is not a database.
const NOT_A_DATABASE: &str = "26";

/// The result of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The workspace.
    pub workspace: Id,
    /// Its name.
    pub name: String,
    /// How many tenants were imported, including unreadable ones.
    pub tenants: u64,
    /// When the snapshot was exported.
    pub exported_at: Timestamp,
    /// By how many seconds the export is ahead of this machine's clock, if by more than the allowed skew.
    pub seconds_ahead: Option<u64>,
    /// When the replaced snapshot was exported, if there was one.
    pub replaced: Option<Timestamp>,
    /// How many marks of another workspace, which had the id before, were removed.
    pub removed_marks: u64,
}

/// Why nothing was imported. The store is then unchanged.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The snapshot is refused, or cannot be read to its end.
    #[error(transparent)]
    Snapshot(DeriveError),
    /// It is not the next export of the workspace in the store.
    #[error("{0} Nothing was imported.")]
    Replacement(WrongReplacement),
    /// The file is not a store.
    #[error(transparent)]
    Store(OpenError),
    /// The store did not exist and could not be created.
    #[error("Failed to write the store {}: {error}. It is unchanged. Check that its folder exists and that you may write to it.", path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The store could not be written.
    #[error("Failed to write the store {}: {error}. It is unchanged. Check that the disk has space and that no other import is running.", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The error from SQLite.
        error: sqlx::Error,
    },
}

/// Replaces a workspace's evidence by a newer snapshot of it, creating the store if needed. All or nothing: on failure the store is
/// unchanged. Fails if the store has a later export, or another workspace under the same id, or if only the new export is ahead of the clock.
pub async fn import(
    store: &Path,
    input: impl Read + Send + 'static,
    form: Form,
) -> Result<Imported, ImportError> {
    import_checked(store, input, form, check_replacement).await
}

/// Like [`import`], but replaces a later export and another workspace too.
pub async fn import_any(
    store: &Path,
    input: impl Read + Send + 'static,
    form: Form,
) -> Result<Imported, ImportError> {
    import_checked(store, input, form, |_, _, _| Ok(())).await
}

/// Whether a new export may replace the current one.
type Check = fn(Export<'_>, Export<'_>, Option<Timestamp>) -> Result<(), WrongReplacement>;

async fn import_checked(
    store: &Path,
    input: impl Read + Send + 'static,
    form: Form,
    check: Check,
) -> Result<Imported, ImportError> {
    check_own_files(store)
        .map_err(|error| ImportError::Write { path: store.to_owned(), error: error.into() })?;
    let created = create(store).await?;
    let outcome = import_into(store, input, form, check).await;
    if outcome.is_err() && created {
        remove_unused(store).await;
    }
    outcome
}

/// Creates an empty store that only its owner can read; false if there is a file. It appears whole, because processes that make a store
/// of the same empty file at the same time would disturb each other.
async fn create(store: &Path) -> Result<bool, ImportError> {
    let refused = |error| ImportError::Create { path: store.to_owned(), error };
    check_name(store).map_err(refused)?;
    match store.metadata() {
        Ok(found) if found.is_dir() => return Err(refused(io::ErrorKind::IsADirectory.into())),
        Ok(_) => return Ok(false),
        // It may be a link to a file that is not there.
        Err(error) if store.is_symlink() => return Err(refused(error)),
        Err(_) => {}
    }
    let folder = store.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Only the kind of the error: its text names the temporary file.
    let new = tempfile::Builder::new().prefix(".posture-").tempfile_in(folder);
    let new = new.map_err(|error| refused(error.kind().into()))?;
    let failed = |error| ImportError::Write { path: store.to_owned(), error };
    let mut connection = SqliteConnection::connect_with(&connect(new.path())).await.map_err(failed)?;
    prepare(&mut connection, store).await?;
    connection.close().await.map_err(failed)?;
    match new.persist_noclobber(store) {
        Ok(_) => Ok(true),
        Err(kept) if kept.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(kept) => Err(refused(kept.error)),
    }
}

/// Removes an empty store that was created for an import that failed, unless another process uses it by now.
async fn remove_unused(store: &Path) {
    let alone =
        connect_as_it_is(store).locking_mode(SqliteLockingMode::Exclusive).busy_timeout(Duration::ZERO);
    let Ok(mut connection) = SqliteConnection::connect_with(&alone).await else { return };
    // Fails if another connection is open; until this one is closed, no other can begin.
    let workspaces: Result<i64, _> =
        sqlx::query_scalar("SELECT count(*) FROM workspaces").fetch_one(&mut connection).await;
    if workspaces.is_ok_and(|workspaces| workspaces == 0) {
        for ending in ["", "-wal", "-shm"] {
            let mut path = store.as_os_str().to_owned();
            path.push(ending);
            // What cannot be removed is an empty store, which the next import fills.
            let _removed = std::fs::remove_file(path);
        }
    }
    // What cannot be closed is closed with the process.
    let _closed = connection.close().await;
}

async fn import_into(
    store: &Path,
    input: impl Read + Send + 'static,
    form: Form,
    check: Check,
) -> Result<Imported, ImportError> {
    let write = |error| ImportError::Write { path: store.to_owned(), error };
    let mut connection = SqliteConnection::connect_with(&connect(store)).await.map_err(|error| {
        let is_foreign =
            error.as_database_error().and_then(|error| error.code()).as_deref() == Some(NOT_A_DATABASE);
        if is_foreign { ImportError::Store(OpenError::Foreign(store.to_owned())) } else { write(error) }
    })?;
    prepare(&mut connection, store).await?;
    let (tenants, mut arriving) = mpsc::channel(TENANTS_AHEAD);
    let reading =
        tokio::task::spawn_blocking(move || snapshot_cache::read(input, form, &mut Arrivals { tenants }));
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut connection).await.map_err(write)?;
    let written = replace(&mut connection, &mut arriving, reading, check, write).await;
    let outcome = match &written {
        Ok(_) => sqlx::raw_sql("COMMIT").execute(&mut connection).await.map(drop).map_err(write),
        Err(_) => Ok(()),
    };
    if outcome.is_ok() {
        // Where somebody always reads, SQLite would only ever append to the log. If a reader takes longer, the next import shortens it.
        let shorten = "PRAGMA busy_timeout = 1000; PRAGMA wal_checkpoint(TRUNCATE)";
        let _shortened = sqlx::raw_sql(shorten).execute(&mut connection).await;
    }
    // Closing the connection rolls back an uncommitted transaction.
    let closed = connection.close().await.map_err(write);
    outcome?;
    let imported = written?;
    closed?;
    Ok(imported)
}

async fn prepare(connection: &mut SqliteConnection, store: &Path) -> Result<(), ImportError> {
    let write = |error| ImportError::Write { path: store.to_owned(), error };
    bring_up_to_date(connection).await.map_err(write)?.check(store).map(drop).map_err(ImportError::Store)
}

/// Sends tenants to the writer as they are read.
struct Arrivals {
    tenants: mpsc::Sender<CachedTenant>,
}

impl TenantSink for Arrivals {
    fn take(&mut self, tenant: CachedTenant) -> Result<(), DeriveError> {
        self.tenants
            .blocking_send(tenant)
            .map_err(|_| DeriveError::Unreadable(io::ErrorKind::BrokenPipe.into()))
    }
}

async fn replace(
    connection: &mut SqliteConnection,
    arriving: &mut mpsc::Receiver<CachedTenant>,
    reading: JoinHandle<Result<CachedHead, DeriveError>>,
    check: Check,
    write: impl Fn(sqlx::Error) -> ImportError,
) -> Result<Imported, ImportError> {
    let mut place: i64 = 0;
    while let Some(tenant) = arriving.recv().await {
        if place == 0 {
            delete_tenants(connection, tenant.workspace).await.map_err(&write)?;
        }
        let insert = sqlx::query(
            "INSERT INTO tenants (workspace_id, place, id, external_id, is_readable, slim, whole, slim_sum, whole_sum) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        );
        let id = tenant.id.map(number);
        let sum = |text: &[u8]| {
            tenant_sum(tenant.workspace, place, id, tenant.external_id.as_deref(), tenant.is_readable, text)
        };
        let (slim_sum, whole_sum) = (sum(tenant.slim.as_bytes()), sum(&tenant.full));
        let insert = insert.bind(number(tenant.workspace)).bind(place).bind(id).bind(tenant.external_id);
        let insert =
            insert.bind(tenant.is_readable).bind(tenant.slim.into_bytes()).bind(Vec::from(tenant.full));
        let insert = insert.bind(slim_sum).bind(whole_sum);
        insert.execute(&mut *connection).await.map_err(&write)?;
        place += 1;
    }
    let read = reading
        .await
        .map_err(|panicked| ImportError::Snapshot(DeriveError::Unreadable(io::Error::other(panicked))))?;
    let CachedHead { preamble, digest } = read.map_err(ImportError::Snapshot)?;
    let workspace = preamble.workspace;
    if place == 0 {
        delete_tenants(connection, workspace.id).await.map_err(&write)?;
    }
    let exported_at = preamble.frame.exported_at;
    let current = current(connection, workspace.id).await.map_err(&write)?;
    let (now, clock_skew_seconds) = (clock::now(), preamble.frame.policy.clock_skew_seconds);
    if let Some((current, current_at)) = &current {
        let current = Export { workspace: current, exported_at: *current_at, clock_skew_seconds };
        let new = Export { workspace: &workspace, exported_at, clock_skew_seconds };
        check(current, new, now).map_err(ImportError::Replacement)?;
    }
    let removed_marks = match &current {
        Some((current, _)) if !is_same(current, &workspace) => {
            let delete =
                sqlx::query("DELETE FROM reviews WHERE workspace_id = $1").bind(number(workspace.id));
            delete.execute(&mut *connection).await.map_err(&write)?.rows_affected()
        }
        Some(_) | None => 0,
    };
    let insert = "INSERT OR REPLACE INTO workspaces (id, name, slug, exported_at, head, digest, tenants, sum) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let sum = workspace_sum(&workspace, &exported_at.to_string(), &preamble.head, &digest, place);
    let insert = sqlx::query(insert).bind(number(workspace.id)).bind(&workspace.name).bind(&workspace.slug);
    let insert = insert.bind(exported_at.to_string()).bind(&preamble.head).bind(&digest);
    let insert = insert.bind(place).bind(sum);
    insert.execute(&mut *connection).await.map_err(&write)?;
    Ok(Imported {
        workspace: workspace.id,
        name: workspace.name,
        tenants: place.unsigned_abs(),
        exported_at,
        seconds_ahead: now.and_then(|now| seconds_ahead(exported_at, now, clock_skew_seconds)),
        replaced: current.map(|(_, exported_at)| exported_at),
        removed_marks,
    })
}

/// The workspace in the store, and when its export was made.
async fn current(
    connection: &mut SqliteConnection,
    workspace: Id,
) -> Result<Option<(Workspace, Timestamp)>, sqlx::Error> {
    let row = sqlx::query("SELECT name, slug, exported_at FROM workspaces WHERE id = $1")
        .bind(number(workspace))
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let exported_at: String = row.try_get("exported_at")?;
    let workspace = Workspace { id: workspace, name: row.try_get("name")?, slug: row.try_get("slug")? };
    Ok(Timestamp::parse(&exported_at).map(|exported_at| (workspace, exported_at)))
}

/// Whether two workspaces with one id are the same one, which may have another name now. The members of another one may be others,
/// so its marks are not shown to them.
fn is_same(former: &Workspace, new: &Workspace) -> bool {
    match (&former.slug, &new.slug) {
        (Some(former), Some(new)) => former == new,
        (Some(_), None) | (None, Some(_)) | (None, None) => former.name == new.name,
    }
}

async fn delete_tenants(connection: &mut SqliteConnection, workspace: Id) -> Result<(), sqlx::Error> {
    bound(connection).await?;
    let delete = sqlx::query("DELETE FROM tenants WHERE workspace_id = $1").bind(number(workspace));
    delete.execute(&mut *connection).await?;
    // The limit on steps comes from the store's size, and the new workspace may be larger.
    connection.lock_handle().await?.remove_progress_handler();
    Ok(())
}
