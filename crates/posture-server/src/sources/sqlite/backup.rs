//! Copying a store while it is served, and checking one row by row.

use std::fs::File;
use std::path::{Path, PathBuf};

use futures_util::TryStreamExt as _;
use posture_core::Id;
use posture_core::reading::reader::Workspace;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, Row as _, SqliteConnection};

use super::store::{
    Kind, MOST_WORKSPACES, OpenError, bound, check_is_file, check_name, check_own_files, connect_as_it_is,
    create_private, has_log, kind, own_files, plain, said, tenant_sum, workspace_sum,
};
use crate::sources::ids;

/// The most faults that are listed; further ones are counted.
const LISTED: usize = 100;

/// Why a store was not copied.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The store cannot be used.
    #[error(transparent)]
    Store(OpenError),
    /// The copy exists already.
    #[error("{} exists already. Name a new file, so that no earlier backup is lost.", .0.display())]
    Exists(PathBuf),
    /// The copy would have the name of one of the store's own files.
    #[error("{} is the name of a file that SQLite keeps next to the store and removes. Name another file.", .0.display())]
    OwnFile(PathBuf),
    /// The copy could not be written.
    #[error("Failed to write the backup {}: {}. Nothing was written. Check that its folder exists and that the disk has space.", path.display(), said(error))]
    Write {
        /// The copy.
        path: PathBuf,
        /// The error from SQLite or the system.
        error: sqlx::Error,
    },
    /// The copy is not what the store holds.
    #[error("The store is damaged, so its backup {} was removed: {}", path.display(), found.faults.join(" "))]
    Damaged {
        /// The copy.
        path: PathBuf,
        /// What is wrong with it.
        found: Checked,
    },
}

/// What a store holds, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// The version of its schema.
    pub version: i64,
    /// How many workspaces it has.
    pub workspaces: u64,
    /// How many tenants it has.
    pub tenants: u64,
    /// What is wrong, in sentences; empty if nothing is.
    pub faults: Vec<String>,
    /// How many more faults there are.
    pub more_faults: u64,
}

impl Checked {
    fn fault(&mut self, sentence: String) {
        if self.faults.len() < LISTED {
            self.faults.push(sentence);
        } else {
            self.more_faults += 1;
        }
    }
}

/// Copies a store to a new file, as it is at one instant. It may be served and imported into meanwhile. The copy is checked.
pub async fn backup(store: &Path, copy: &Path) -> Result<Checked, BackupError> {
    let write = |error| BackupError::Write { path: copy.to_owned(), error };
    let mut connection = open(store, false).await.map_err(BackupError::Store)?;
    if is_own_file(copy, store) {
        return Err(BackupError::OwnFile(copy.to_owned()));
    }
    // SQLite fills an empty file. Created here, it never replaces another, and only its owner can read it.
    match check_name(copy).and_then(|()| create_private(copy)) {
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            return Err(BackupError::Exists(copy.to_owned()));
        }
        Err(error) => return Err(write(error.into())),
    }
    let copied =
        sqlx::query("VACUUM INTO $1").bind(plain(copy).to_string_lossy()).execute(&mut connection).await;
    let outcome = match copied {
        Ok(_) => checked_copy(copy).await,
        Err(error) => Err(write(error)),
    };
    if outcome.is_err() {
        // A copy that cannot be used must not be taken for one.
        let _removed = std::fs::remove_file(copy);
    }
    outcome
}

/// Whether a path names one of the files that SQLite keeps next to a store.
fn is_own_file(path: &Path, store: &Path) -> bool {
    let whole = |path: &Path| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some(folder.canonicalize().ok()?.join(path.file_name()?))
    };
    let (Some(path), Ok(store)) = (whole(path), store.canonicalize()) else { return false };
    own_files(&store).contains(&path)
}

async fn checked_copy(copy: &Path) -> Result<Checked, BackupError> {
    let write = |error: std::io::Error| BackupError::Write { path: copy.to_owned(), error: error.into() };
    File::options().write(true).open(copy).and_then(|file| file.sync_all()).map_err(write)?;
    let found = check(copy).await.map_err(BackupError::Store)?;
    if found.faults.is_empty() {
        Ok(found)
    } else {
        Err(BackupError::Damaged { path: copy.to_owned(), found })
    }
}

/// Checks a store: the file's own structure, and the checksum of every row. Changes nothing.
pub async fn check(store: &Path) -> Result<Checked, OpenError> {
    let failed = |error| OpenError::Failed { path: store.to_owned(), error };
    let mut connection = open(store, true).await?;
    let mut found = Checked::default();
    if let Kind::Store(version) = kind(&mut connection).await.map_err(failed)? {
        found.version = version;
    }
    // One transaction, so that an import meanwhile changes nothing of what is checked.
    sqlx::raw_sql("BEGIN").execute(&mut connection).await.map_err(failed)?;
    match check_rows(&mut connection, &mut found).await {
        Ok(()) => Ok(found),
        // A page that SQLite cannot read ends the check, and is what it found.
        Err(error) if matches!(error, sqlx::Error::Database(_) | sqlx::Error::ColumnDecode { .. }) => {
            found.fault(format!("The file is damaged: {error}."));
            Ok(found)
        }
        Err(error) => Err(failed(error)),
    }
}

/// Whether a store has no workspace, as after a first import that was killed. One that cannot be read may have some.
pub async fn is_empty(store: &Path) -> bool {
    let Ok(mut connection) = open(store, true).await else { return false };
    let first = sqlx::query("SELECT 1 FROM workspaces LIMIT 1").fetch_optional(&mut connection).await;
    matches!(first, Ok(None))
}

/// Opens a store. A copy is written by the connection that reads, so only a check can refuse every write.
async fn open(store: &Path, is_query_only: bool) -> Result<SqliteConnection, OpenError> {
    check_is_file(store)?;
    let failed = |error| OpenError::Failed { path: store.to_owned(), error };
    check_own_files(store).map_err(|error| failed(error.into()))?;
    let options = connect_as_it_is(store).pragma("query_only", if is_query_only { "on" } else { "off" });
    let mut connection = connect_to_read(store, options).await.map_err(failed)?;
    bound(&mut connection).await.map_err(failed)?;
    match kind(&mut connection).await.map_err(failed)?.check(store)? {
        Kind::Store(_) => Ok(connection),
        Kind::Empty | Kind::Newer(_) | Kind::Altered | Kind::Foreign => {
            Err(OpenError::Foreign(store.to_owned()))
        }
    }
}

/// A connection that can read a store, also in a place that cannot be written to.
async fn connect_to_read(
    store: &Path,
    options: SqliteConnectOptions,
) -> Result<SqliteConnection, sqlx::Error> {
    let first = match reading(&options).await {
        Ok(connection) => return Ok(connection),
        Err(error) => error,
    };
    let options = options.read_only(true);
    match reading(&options).await {
        Ok(connection) => Ok(connection),
        Err(_) if has_log(store) => Err(first),
        Err(_) => reading(&options.immutable(true)).await.map_err(|_| first),
    }
}

async fn reading(options: &SqliteConnectOptions) -> Result<SqliteConnection, sqlx::Error> {
    let mut connection = SqliteConnection::connect_with(options).await?;
    sqlx::raw_sql("SELECT count(*) FROM sqlite_master").execute(&mut connection).await?;
    Ok(connection)
}

async fn check_rows(connection: &mut SqliteConnection, found: &mut Checked) -> Result<(), sqlx::Error> {
    let reports: Vec<String> =
        sqlx::query_scalar("PRAGMA integrity_check(20)").fetch_all(&mut *connection).await?;
    for report in reports.iter().filter(|report| *report != "ok") {
        found.fault(format!("The file is damaged: {report}."));
    }
    let workspaces = sqlx::query(
        "SELECT id, name, slug, exported_at, head, digest, tenants, sum FROM workspaces ORDER BY id LIMIT $1",
    )
    .bind(MOST_WORKSPACES + 1)
    .fetch_all(&mut *connection)
    .await?;
    if workspaces.len() > MOST_WORKSPACES as usize {
        found.fault(format!(
            "The store has more than {MOST_WORKSPACES} workspaces. Its rows were not checked."
        ));
        return Ok(());
    }
    for row in &workspaces {
        found.workspaces += 1;
        let id: i64 = row.try_get("id")?;
        let Some(workspace) = ids::id(id) else {
            found.fault(format!("Workspace {id} has an id that no import writes."));
            continue;
        };
        let (exported_at, head, digest): (String, String, String) =
            (row.try_get("exported_at")?, row.try_get("head")?, row.try_get("digest")?);
        let tenants: i64 = row.try_get("tenants")?;
        let named = Workspace { id: workspace, name: row.try_get("name")?, slug: row.try_get("slug")? };
        if workspace_sum(&named, &exported_at, &head, &digest, tenants) != row.try_get::<Vec<u8>, _>("sum")? {
            found.fault(format!(
                "The row of workspace {workspace} was changed after its import. Import its snapshot again."
            ));
        }
        let counted = check_tenants(connection, workspace, found).await?;
        if counted != tenants {
            found.fault(format!(
                "Workspace {workspace} has {counted} tenants, and its import wrote {tenants}. Import its snapshot again."
            ));
        }
    }
    let lost = "SELECT count(*) FROM tenants WHERE workspace_id NOT IN (SELECT id FROM workspaces)";
    let lost: i64 = sqlx::query_scalar(lost).fetch_one(&mut *connection).await?;
    if lost > 0 {
        found.fault(format!("{lost} tenants belong to no workspace of the store."));
    }
    Ok(())
}

/// Checks the tenants of a workspace one at a time, and counts them.
async fn check_tenants(
    connection: &mut SqliteConnection,
    workspace: Id,
    found: &mut Checked,
) -> Result<i64, sqlx::Error> {
    let query = "SELECT place, id, external_id, is_readable, slim, whole, slim_sum, whole_sum FROM tenants \
        WHERE workspace_id = $1 ORDER BY place";
    let mut rows = sqlx::query(query).bind(ids::number(workspace)).fetch(&mut *connection);
    let mut count = 0;
    while let Some(row) = rows.try_next().await? {
        let (place, id): (i64, Option<i64>) = (row.try_get("place")?, row.try_get("id")?);
        let external_id: Option<String> = row.try_get("external_id")?;
        let is_readable: bool = row.try_get("is_readable")?;
        let is_changed = |text: &str, sum: &str| {
            let (text, sum): (Vec<u8>, Vec<u8>) = (row.try_get(text)?, row.try_get(sum)?);
            Ok::<_, sqlx::Error>(
                tenant_sum(workspace, place, id, external_id.as_deref(), is_readable, &text) != sum,
            )
        };
        if is_changed("slim", "slim_sum")? || is_changed("whole", "whole_sum")? {
            let name = id.map_or_else(|| format!("at place {place}"), |id| id.to_string());
            found.fault(format!(
                "The row of tenant {name} of workspace {workspace} was changed after its import. Import its snapshot again."
            ));
        }
        if place != count {
            found.fault(format!(
                "Workspace {workspace} has no tenant at place {count}. Import its snapshot again."
            ));
            count = place;
        }
        count += 1;
        found.tenants += 1;
    }
    Ok(count)
}
