//! The file of what was announced and what waits to be sent. It is replaced as a whole, so that a reader sees the former or the new one.

use std::collections::{BTreeMap, VecDeque};
use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use posture_core::Timestamp;
use posture_core::notify::announced::Announced;
use posture_core::notify::message::Message;
use serde::{Deserialize, Serialize};

/// The `format` of the file.
pub const STATE_FORMAT: &str = "recovery-posture/notify-state";
/// The version written here.
pub const STATE_VERSION: u64 = 1;
/// The most bytes of the file. It keeps about 650 for each tenant.
pub const STATE_BYTES: u64 = 1 << 30;

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// Another process uses it.
    #[error("Another process sends notifications from {}. Use one state file for each.", .0.display())]
    InUse(PathBuf),
    /// It cannot be read or written.
    #[error("Failed to {action} the notification state {}: {error}. Check that its folder exists and that you may write to it.", path.display())]
    Io {
        /// What failed.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The error from the system.
        error: io::Error,
    },
    /// It is not such a file.
    #[error("{} is not a notification state: {error}. Name another file, or remove it to start from the beginning.", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Where and why.
        error: serde_json::Error,
    },
    /// It is larger than its bound.
    #[error("{} has more than {} GB, the limit of a notification state. Name another file, or remove it to start from the beginning.", .0.display(), STATE_BYTES >> 30)]
    TooLarge(PathBuf),
    /// It is of another version.
    #[error("{} is a notification state of version {found}; this version of Posture reads version {STATE_VERSION}.", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u64,
    },
}

/// The content of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) format: String,
    pub(crate) version: u64,
    pub(crate) announced: Option<Announced>,
    /// When the last message of any kind was made.
    pub(crate) last_message: Option<Timestamp>,
    /// When the last message about news was made.
    pub(crate) last_news: Option<Timestamp>,
    /// How many messages were made.
    pub(crate) messages: u64,
    /// What waits, by the target's name.
    pub(crate) waiting: BTreeMap<String, Waiting>,
}

/// What waits for one target.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Waiting {
    /// Failed attempts since the last delivery.
    pub(crate) failures: u32,
    /// Messages that were given up since the last delivery.
    pub(crate) given_up: u64,
    /// When to try again, if an attempt failed.
    pub(crate) not_before: Option<Timestamp>,
    /// When the last attempt failed.
    #[serde(default)]
    pub(crate) failed_at: Option<Timestamp>,
    pub(crate) queue: VecDeque<Queued>,
}

/// A message that waits. Its id stays the same for every attempt, so that a receiver can drop a repeat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Queued {
    pub(crate) id: String,
    pub(crate) message: Message,
}

impl Default for State {
    fn default() -> Self {
        Self {
            format: STATE_FORMAT.to_owned(),
            version: STATE_VERSION,
            announced: None,
            last_message: None,
            last_news: None,
            messages: 0,
            waiting: BTreeMap::new(),
        }
    }
}

/// The file, locked for this process.
#[derive(Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
    /// Held until the process ends.
    _lock: File,
}

impl StateFile {
    /// Locks the file and reads it. If there is none, notifications start.
    pub(crate) fn open(path: &Path) -> Result<(Self, State), StateError> {
        let io_error = |action| move |error| StateError::Io { action, path: path.to_owned(), error };
        let mut lock_path = path.as_os_str().to_owned();
        lock_path.push(".lock");
        for file in [path, Path::new(&lock_path)] {
            // A pipe would be waited for without end, and a link may lead to anything.
            if file.symlink_metadata().is_ok_and(|metadata| !metadata.is_file()) {
                let error = io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file");
                return Err(StateError::Io { action: "open", path: file.to_owned(), error });
            }
        }
        let lock = File::options().create(true).truncate(false).write(true).open(PathBuf::from(lock_path));
        let lock = lock.map_err(io_error("lock"))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => StateError::InUse(path.to_owned()),
            TryLockError::Error(error) => io_error("lock")(error),
        })?;
        let state = match bounded(path) {
            Ok(Some(bytes)) => read(path, &bytes)?,
            Ok(None) => return Err(StateError::TooLarge(path.to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => State::default(),
            Err(error) => return Err(io_error("read")(error)),
        };
        Ok((Self { path: path.to_owned(), _lock: lock }, state))
    }

    /// Replaces the file. It stays as it is if it could not be read again.
    pub(crate) fn write(&self, state: &State) -> Result<(), StateError> {
        let failed = |error| StateError::Io { action: "write", path: self.path.clone(), error };
        let bytes = serde_json::to_vec(state).map_err(|error| failed(error.into()))?;
        if bytes.len() as u64 > STATE_BYTES {
            return Err(StateError::TooLarge(self.path.clone()));
        }
        self.replace(&bytes).map_err(failed)
    }

    #[expect(clippy::disallowed_methods, reason = "the folder of the file the operator named")]
    fn replace(&self, bytes: &[u8]) -> io::Result<()> {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        // Only the owner can read it: it names tenants and what is wrong with them.
        let mut file = tempfile::Builder::new().prefix(".notify.").suffix(".tmp").tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(&self.path)?;
        // The new name is durable only after its folder, which Windows does not open as a file.
        if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
    }
}

/// The bytes of the file; `None` if there are too many.
#[expect(clippy::disallowed_methods, reason = "the file the operator named")]
fn bounded(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = File::open(path)?;
    let expected = file.metadata()?.len();
    if expected > STATE_BYTES {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or_default());
    // It may grow while it is read.
    file.take(STATE_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes).filter(|bytes| bytes.len() as u64 <= STATE_BYTES))
}

fn read(path: &Path, bytes: &[u8]) -> Result<State, StateError> {
    #[derive(Deserialize)]
    struct Head {
        version: u64,
    }
    let invalid = |error| StateError::Invalid { path: path.to_owned(), error };
    let Head { version } = serde_json::from_slice(bytes).map_err(invalid)?;
    if version != STATE_VERSION {
        return Err(StateError::Version { path: path.to_owned(), found: version });
    }
    serde_json::from_slice(bytes).map_err(invalid)
}
