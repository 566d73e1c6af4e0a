//! What a store is: a SQLite file with our application id and version.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use posture_core::Id;
use posture_core::reading::reader::Workspace;
use sha2::{Digest as _, Sha256};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{ConnectOptions as _, SqliteConnection};

use super::layout::is_ours;
use super::versions::{FIRST, VERSION};

/// The application id that marks a SQLite file as a store: `post` in ASCII.
pub(super) const APPLICATION: i64 = 0x706f_7374;
/// How long to wait for a connection or a lock.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Creates a file that only its owner can read; on Windows, whoever can read the folder. An existing file is an error.
pub(super) fn create_private(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Why a file cannot be used as a store.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It does not exist.
    #[error("There is no store at {}. Create it with `posture import FILE`.", .0.display())]
    Missing(PathBuf),
    /// It is another kind of file, or a store of a version that cannot be brought up to date.
    #[error("{} is not a store of this version of Posture. Import the snapshots into a new file.", .0.display())]
    Foreign(PathBuf),
    /// A later version of Posture wrote it.
    #[error(
        "{} is a store of version {version}, and this version of Posture reads stores up to version {VERSION}. Install the \
         version of Posture that wrote it, or a later one.",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The version of its schema.
        version: i64,
    },
    /// It has the mark of a store, and other tables.
    #[error(
        "{} has tables, views or triggers that Posture did not create, so it was not read. Import the snapshots into a new file, \
         or restore a backup of the store.",
        .0.display()
    )]
    Altered(PathBuf),
    /// It cannot be opened.
    #[error("Failed to open the store {}: {}.", path.display(), said(error))]
    Failed {
        /// The file.
        path: PathBuf,
        /// The error from SQLite.
        error: sqlx::Error,
    },
}

/// What the system or SQLite says, without the driver's words.
pub(super) fn said(error: &sqlx::Error) -> String {
    if let sqlx::Error::Io(error) = error { error.to_string() } else { error.to_string() }
}

/// Fails if the file does not exist or cannot be looked up.
pub(super) fn check_is_file(store: &Path) -> Result<(), OpenError> {
    match std::fs::metadata(store) {
        Ok(found) if found.is_file() => Ok(()),
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(OpenError::Failed { path: store.to_owned(), error: error.into() })
        }
        Ok(_) | Err(_) => Err(OpenError::Missing(store.to_owned())),
    }
}

/// Whether a store has several names. What an import leaves in the log next to one of them is missing by the others.
#[cfg(unix)]
pub fn has_several_names(store: &Path) -> bool {
    std::fs::metadata(store).is_ok_and(|found| std::os::unix::fs::MetadataExt::nlink(&found) > 1)
}

/// Whether a store has several names, which is not known on this system.
#[cfg(not(unix))]
pub fn has_several_names(_store: &Path) -> bool {
    false
}

/// A connection to a store that is written, or read while it is written.
pub(super) fn connect(path: &Path) -> SqliteConnectOptions {
    connect_as_it_is(path).journal_mode(SqliteJournalMode::Wal)
}

/// A connection that changes nothing about the file.
pub(super) fn connect_as_it_is(path: &Path) -> SqliteConnectOptions {
    // Reading a large workspace takes long; do not log that as a slow statement with its whole text.
    let options = SqliteConnectOptions::new().disable_statement_logging();
    let options = options.filename(plain(path)).busy_timeout(PATIENCE);
    // A store may come from anyone: nothing in it is called, and a malformed page is an error.
    options.pragma("trusted_schema", "off").pragma("cell_size_check", "on")
}

/// Fails if SQLite cannot have a path, which is then never created either.
pub(super) fn check_name(path: &Path) -> io::Result<()> {
    let refused = || io::Error::new(io::ErrorKind::InvalidInput, "its name is not UTF-8");
    path.to_str().map(drop).ok_or_else(refused)
}

/// The path in a spelling that SQLite takes for a file's name only: `file:…` and `:memory:` mean something else to it.
pub(super) fn plain(path: &Path) -> PathBuf {
    if path.is_absolute() { path.to_owned() } else { Path::new(".").join(path) }
}

/// The files that SQLite keeps next to a store.
pub(super) fn own_files(store: &Path) -> [PathBuf; 3] {
    ["-journal", "-wal", "-shm"].map(|ending| {
        let mut own = store.as_os_str().to_owned();
        own.push(ending);
        own.into()
    })
}

/// Fails if something else than a regular file is in the place of one that SQLite keeps next to a store: it would wait for a pipe for ever.
pub(super) fn check_own_files(store: &Path) -> io::Result<()> {
    let store = std::fs::canonicalize(store).unwrap_or_else(|_| store.to_owned());
    for own in own_files(&store) {
        if std::fs::symlink_metadata(&own).is_ok_and(|found| !found.is_file()) {
            let why = format!("{} is not a regular file", own.display());
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
    }
    Ok(())
}

/// Whether an import left rows in the log next to a store. A store that is read as a file that does not change would miss them.
pub(super) fn has_log(store: &Path) -> bool {
    let [_, log, _] = own_files(store);
    std::fs::metadata(log).is_ok_and(|log| log.len() > 0)
}

/// How many workspaces are read of a store.
pub(super) const MOST_WORKSPACES: u32 = 10_000;
/// How many steps SQLite takes from one look at the bound to the next.
const STEPS: i32 = 1_000_000;
/// How many steps a connection may take for each page of the file: some hundred times as many as the rows of a full page need.
const STEPS_OF_PAGE: i64 = 40_000;

/// Bounds what a connection does by the size of the file. In a store that somebody else made, pages can lead to each other, so that a short
/// file has more rows than anyone can read.
pub(super) async fn bound(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let pages: i64 = sqlx::query_scalar("PRAGMA page_count").fetch_one(&mut *connection).await?;
    let mut left = 3 + pages.saturating_mul(STEPS_OF_PAGE) / i64::from(STEPS);
    connection.lock_handle().await?.set_progress_handler(STEPS, move || {
        left -= 1;
        left > 0
    });
    Ok(())
}

/// The same for each connection of a pool, every time it is taken.
pub(super) fn bounded(pool: SqlitePoolOptions) -> SqlitePoolOptions {
    pool.after_connect(|connection, _| Box::pin(bound(connection)))
        .before_acquire(|connection, _| Box::pin(async { bound(connection).await.map(|()| true) }))
}

/// What an open file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An empty file, which can become a store.
    Empty,
    /// A store that can be read. It has this version, which may be earlier than the current one.
    Store(i64),
    /// A store of a later version.
    Newer(i64),
    /// It has the mark of a store that can be read, and other tables.
    Altered,
    /// Anything else.
    Foreign,
}

impl Kind {
    /// Fails unless the file is a store that can be read, or empty.
    pub(super) fn check(self, path: &Path) -> Result<Self, OpenError> {
        match self {
            Self::Empty | Self::Store(_) => Ok(self),
            Self::Newer(version) => Err(OpenError::Newer { path: path.to_owned(), version }),
            Self::Altered => Err(OpenError::Altered(path.to_owned())),
            Self::Foreign => Err(OpenError::Foreign(path.to_owned())),
        }
    }
}

/// Finds out what an open file is. Reads none of its tables, because each may be a view that never ends.
pub(super) async fn kind(connection: &mut SqliteConnection) -> Result<Kind, sqlx::Error> {
    // At one instant, so that a store that is being created is seen before or after, never in between. A transaction may be open already.
    sqlx::raw_sql("SAVEPOINT kind").execute(&mut *connection).await?;
    let number = async |pragma: &'static str, connection: &mut SqliteConnection| {
        sqlx::query_scalar::<_, i64>(pragma).fetch_one(connection).await
    };
    let statements = statements(connection).await?;
    let application = number("PRAGMA application_id", connection).await?;
    let version = number("PRAGMA user_version", connection).await?;
    sqlx::raw_sql("RELEASE kind").execute(&mut *connection).await?;
    Ok(match version {
        _ if statements.is_empty() => Kind::Empty,
        _ if application != APPLICATION => Kind::Foreign,
        FIRST..=VERSION if is_ours(&statements, version) => Kind::Store(version),
        FIRST..=VERSION => Kind::Altered,
        _ if version > VERSION => Kind::Newer(version),
        _ => Kind::Foreign,
    })
}

/// The statements that created what is in a file, or the first of them if there are more than any store has.
async fn statements(connection: &mut SqliteConnection) -> Result<Vec<String>, sqlx::Error> {
    // Under this name, the schema is never something else: a file cannot have a table or a view that is called so.
    sqlx::query_scalar("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL LIMIT 20")
        .fetch_all(connection)
        .await
}

/// The checksum of a tenant's row, over what identifies it and one of its texts.
pub(super) fn tenant_sum(
    workspace: Id,
    place: i64,
    id: Option<i64>,
    external_id: Option<&str>,
    is_readable: bool,
    text: &[u8],
) -> Vec<u8> {
    let external_id = optional(external_id);
    let row = format!("{workspace} {place} {id:?} {external_id} {is_readable} ");
    Sha256::new().chain_update(row).chain_update(text).finalize().to_vec()
}

/// The checksum of a workspace's row.
pub(super) fn workspace_sum(
    workspace: &Workspace,
    exported_at: &str,
    head: &str,
    digest: &str,
    tenants: i64,
) -> Vec<u8> {
    let Workspace { id, name, slug } = workspace;
    let (name, slug) = (quoted(name), optional(slug.as_deref()));
    let row = format!("{id} {name} {slug} {exported_at} {digest} {tenants} ");
    Sha256::new().chain_update(row).chain_update(head).finalize().to_vec()
}

/// A text as checksums have it. Not `{:?}`: what that escapes depends on the version of Unicode, and so of the compiler.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn optional(text: Option<&str>) -> String {
    text.map_or_else(|| "None".to_owned(), |text| format!("Some({})", quoted(text)))
}

#[cfg(test)]
mod tests {
    use super::{optional, quoted};

    /// ES-33: a store of one release is not taken for altered by a release that another compiler built.
    #[test]
    fn checksums_have_texts_as_they_are() {
        assert_eq!(quoted("Contoso \"Öst\"\n"), r#""Contoso \"Öst\"\n""#);
        let later_characters = "ก\u{e34} e\u{301} \u{1faea} \u{378}";
        assert_eq!(optional(Some(later_characters)), format!("Some(\"{later_characters}\")"));
        assert_eq!(optional(None), "None");
    }
}
