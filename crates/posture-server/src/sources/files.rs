//! Evidence from snapshot files: one file, or a folder in which each file is one workspace.
//!
//! Files are checked on every request and read again, as a stream, when they change. Their tenants are kept in temporary files, so that
//! no document is ever in memory, and a file that can no longer be read, such as one half written, is listed with the reason and still
//! served in its last good state.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use posture_core::{Id, Timestamp};
use posture_engine::input::{DocumentLimits, open_regular};
use posture_engine::spool::SpoolSpace;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::folder::{Found, FoundFile, Looking, Serving, name, serving};
use super::held_snapshot::HeldSnapshot;
use super::{Evidence, EvidenceSource, EvidenceVersion, Listing, Query, Reach, SourceError};
use crate::clock;

/// The answer until the files were read once.
const STARTING: &str = "The served files are being read for the first time. Try again in a moment.";

/// Options for serving files.
#[derive(Clone, Debug)]
pub struct FileOptions {
    /// Whether a file may replace a later export, or another workspace under the same id.
    pub allow_replacement: bool,
    /// How large a file may be.
    pub limits: DocumentLimits,
    /// Where tenants are kept.
    pub space: Arc<SpoolSpace>,
    /// The current time: an export ahead of it never takes the place of one that is not.
    pub now: fn() -> Option<Timestamp>,
    /// How long a request waits for the files to be read before it is answered with their last known state.
    pub patience: Duration,
}

impl Default for FileOptions {
    fn default() -> Self {
        Self {
            allow_replacement: false,
            limits: DocumentLimits::default(),
            space: SpoolSpace::new(std::env::temp_dir(), u64::MAX),
            now: clock::now,
            patience: Duration::from_secs(10),
        }
    }
}

/// A snapshot file, or a folder of them.
#[derive(Debug)]
pub struct FileSource {
    root: PathBuf,
    options: FileOptions,
    /// The files as last found; replaced as a whole. `None` until they were read once.
    found: Arc<RwLock<Option<Arc<Found>>>>,
    /// Held while files are read, so that one thread reads them however many requests wait.
    reading: Arc<Mutex<()>>,
    /// Held while somebody checks whether the root can be read.
    checking: Arc<Mutex<()>>,
    /// Whether the root was a folder when it was opened.
    is_folder: bool,
}

impl FileSource {
    /// Opens a file or a folder, and reads it. Fails if it is neither; its contents may be refused later.
    pub fn open(root: PathBuf) -> io::Result<Self> {
        Self::open_with(root, FileOptions::default())
    }

    /// Like [`FileSource::open`], with options.
    pub fn open_with(root: PathBuf, options: FileOptions) -> io::Result<Self> {
        let source = Self::open_unread(root, options)?;
        set(&source.found, source.looking().look(&Found::new())?);
        Ok(source)
    }

    /// Like [`FileSource::open_with`], but reads nothing yet. [`FileSource::read`] or the first query does.
    pub fn open_unread(root: PathBuf, options: FileOptions) -> io::Result<Self> {
        let is_folder = fs::metadata(&root)?.is_dir();
        let (found, reading, checking) = (Arc::default(), Arc::default(), Arc::default());
        Ok(Self { root, options, found, reading, checking, is_folder })
    }

    /// Reads the files that changed, however long it takes.
    pub async fn read(&self) -> Result<(), SourceError> {
        self.look().await.map(drop)
    }

    /// The files that are not served as they are now, with the reason.
    pub fn refusals(&self) -> Vec<(String, String)> {
        let found = get(&self.found).unwrap_or_default();
        let refused = found.iter().filter_map(|(path, file)| Some((name(path), file.refusal.clone()?)));
        refused.collect()
    }

    fn looking(&self) -> Looking {
        Looking {
            root: self.root.clone(),
            allow_replacement: self.options.allow_replacement,
            limits: self.options.limits,
            space: Arc::clone(&self.options.space),
            now: self.options.now,
        }
    }

    /// The files as they are now, or as last found if reading them takes long.
    async fn current(&self) -> Result<Arc<Found>, SourceError> {
        match timeout(self.options.patience, self.look()).await {
            Ok(found) => found,
            Err(_late) => get(&self.found).ok_or(SourceError::Starting(STARTING)),
        }
    }

    /// Looks at the files, and reads those that changed. While somebody else does, gives them as last found, or waits for the first time.
    async fn look(&self) -> Result<Arc<Found>, SourceError> {
        let guard = match Arc::clone(&self.reading).try_lock_owned() {
            Ok(guard) => guard,
            Err(_) => match get(&self.found) {
                Some(found) => return Ok(found),
                None => Arc::clone(&self.reading).lock_owned().await,
            },
        };
        let (looking, held) = (self.looking(), Arc::clone(&self.found));
        // The guard and the result go with the work, not with the request: a file system that hangs holds one thread, however many
        // requests give up, and what takes longer than any request waits is served in the end.
        let looked = tokio::task::spawn_blocking(move || {
            let before = get(&held).unwrap_or_default();
            let found = looking.look(&before).inspect(|found| log_refusals(&before, found));
            let found = found.map(|found| set(&held, found));
            drop(guard);
            found
        });
        looked.await.map_err(SourceError::failed)?.map_err(SourceError::failed)
    }

    fn serving<'f>(&self, found: &'f Found) -> Serving<'f> {
        serving(found, (self.options.now)(), self.options.allow_replacement)
    }

    async fn document(&self, workspace: Id) -> Result<Arc<HeldSnapshot>, SourceError> {
        let found = self.current().await?;
        if let Some(path) = self.serving(&found).files.get(&workspace)
            && let Some(document) = &found[*path].document
        {
            return Ok(Arc::clone(document));
        }
        let refused = found.iter().find(|(_, file)| file.names == Some(workspace));
        Err(match refused.and_then(|(path, file)| Some((path, file.refusal.as_ref()?))) {
            Some((path, refusal)) => SourceError::Refused(format!("{}: {refusal}", name(path))),
            None => SourceError::UnknownWorkspace,
        })
    }
}

#[async_trait]
impl EvidenceSource for FileSource {
    async fn workspaces(&self, reach: &Reach) -> Result<Vec<Listing>, SourceError> {
        let found = self.current().await?;
        let serving = self.serving(&found);
        let listing = |(path, file): (&PathBuf, &FoundFile)| {
            let document = file.document.as_ref();
            let id = document.map(|document| document.workspace.id);
            let scope = reach.of(id.or(file.names))?;
            let is_served = id.and_then(|id| serving.files.get(&id)).copied() == Some(path);
            let passed_over = serving.passed_over.get(path).cloned();
            Some(Listing {
                served: document.filter(|_| is_served).map(|document| document.served(scope)),
                workspace_id: id.or(file.names),
                source: name(path),
                is_shared_source: false,
                refusal: file.refusal.clone().or(passed_over),
            })
        };
        Ok(found.iter().filter_map(listing).collect())
    }

    async fn version(&self, query: &Query) -> Result<EvidenceVersion, SourceError> {
        self.document(query.workspace).await?.version(query)
    }

    async fn open(&self, query: &Query) -> Result<Evidence, SourceError> {
        self.document(query.workspace).await?.open(query)
    }

    async fn check(&self) -> Result<(), SourceError> {
        if get(&self.found).is_none() {
            return Err(SourceError::Starting(STARTING));
        }
        let Ok(guard) = Arc::clone(&self.checking).try_lock_owned() else {
            return Err(SourceError::Unready("The served files do not answer.".to_owned()));
        };
        let (root, is_folder) = (self.root.clone(), self.is_folder);
        let checked = tokio::task::spawn_blocking(move || {
            let checked = can_be_read(&root, is_folder);
            drop(guard);
            checked
        });
        // The system's message names no path.
        let unready = |error| SourceError::Unready(format!("The served files cannot be read: {error}."));
        checked.await.map_err(SourceError::failed)?.map_err(unready)
    }
}

/// Logs why files are not served as they are now, if that is new.
fn log_refusals(before: &Found, found: &Found) {
    for (path, file) in found {
        let Some(refusal) = &file.refusal else { continue };
        if before.get(path).is_none_or(|before| before.refusal.as_ref() != Some(refusal)) {
            tracing::warn!(file = name(path), refusal, "a file is not served");
        }
    }
}

/// The files as last found.
fn get(found: &RwLock<Option<Arc<Found>>>) -> Option<Arc<Found>> {
    found.read().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Replaces the files that were last found.
fn set(last: &RwLock<Option<Arc<Found>>>, found: Found) -> Arc<Found> {
    let found = Arc::new(found);
    *last.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&found));
    found
}

fn can_be_read(root: &Path, is_folder: bool) -> io::Result<()> {
    if is_folder { fs::read_dir(root).map(drop) } else { open_regular(root).map(drop) }
}
