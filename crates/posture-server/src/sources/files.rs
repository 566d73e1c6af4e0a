//! Evidence from snapshot files: one file, or a folder in which each file is one workspace.
//!
//! Files are checked on every request and read again when their length or modification time changes. A file that can no longer be
//! read, such as one half written, is listed with the reason and still served in its last good state.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use posture_core::{Id, Timestamp};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::folder::{Found, FoundFile, Serving, look, name, serving};
use super::memory::MemorySnapshot;
use super::{Evidence, EvidenceSource, Listing, Mark, Query, Reach, SourceError};
use crate::clock;

/// How long a request waits for the files to be read before it is answered with their last known state.
const PATIENCE: Duration = Duration::from_secs(10);

/// Options for serving files.
#[derive(Clone, Copy, Debug)]
pub struct FileOptions {
    /// Whether a file may replace a later export, or another workspace under the same id.
    pub allow_replacement: bool,
    /// The current time: an export ahead of it never takes the place of one that is not.
    pub now: fn() -> Option<Timestamp>,
}

impl Default for FileOptions {
    fn default() -> Self {
        Self { allow_replacement: false, now: clock::now }
    }
}

/// A snapshot file, or a folder of them.
#[derive(Debug)]
pub struct FileSource {
    root: PathBuf,
    options: FileOptions,
    /// The files as last found; replaced as a whole.
    found: RwLock<Arc<Found>>,
    /// Held while files are read, so that one thread reads them however many requests wait.
    reading: Arc<Mutex<()>>,
    patience: Duration,
}

impl FileSource {
    /// Opens a file or a folder. Fails if it is neither; its contents may be refused later.
    pub fn open(root: PathBuf) -> io::Result<Self> {
        Self::open_with(root, FileOptions::default())
    }

    /// Like [`FileSource::open`], with options.
    pub fn open_with(root: PathBuf, options: FileOptions) -> io::Result<Self> {
        fs::metadata(&root)?;
        let found = look(&root, &Found::new(), options.allow_replacement)?;
        Ok(Self {
            root,
            options,
            found: RwLock::new(Arc::new(found)),
            reading: Arc::default(),
            patience: PATIENCE,
        })
    }

    /// The files that are not served as they are now, with the reason.
    pub fn refusals(&self) -> Vec<(String, String)> {
        let found = self.last_found();
        let refused = found.iter().filter_map(|(path, file)| Some((name(path), file.refusal.clone()?)));
        refused.collect()
    }

    fn last_found(&self) -> Arc<Found> {
        match self.found.read() {
            Ok(found) => Arc::clone(&found),
            Err(poisoned) => Arc::clone(&poisoned.into_inner()),
        }
    }

    /// The files as they are now, or as last found while they are being read.
    async fn current(&self) -> Result<Arc<Found>, SourceError> {
        let Ok(guard) = Arc::clone(&self.reading).try_lock_owned() else { return Ok(self.last_found()) };
        let (root, before) = (self.root.clone(), self.last_found());
        let allow_replacement = self.options.allow_replacement;
        // The guard goes with the work, not with the request: a file system that hangs holds one thread, however many requests give up.
        let looked = tokio::task::spawn_blocking(move || {
            let found = look(&root, &before, allow_replacement);
            drop(guard);
            found
        });
        let Ok(looked) = timeout(self.patience, looked).await else { return Ok(self.last_found()) };
        let found = Arc::new(looked.map_err(SourceError::failed)?.map_err(SourceError::failed)?);
        match self.found.write() {
            Ok(mut last) => *last = Arc::clone(&found),
            Err(poisoned) => *poisoned.into_inner() = Arc::clone(&found),
        }
        Ok(found)
    }

    fn serving<'f>(&self, found: &'f Found) -> Serving<'f> {
        serving(found, (self.options.now)(), self.options.allow_replacement)
    }

    async fn document(&self, workspace: Id) -> Result<Arc<MemorySnapshot>, SourceError> {
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
                refusal: file.refusal.clone().or(passed_over),
            })
        };
        Ok(found.iter().filter_map(listing).collect())
    }

    async fn mark(&self, query: &Query) -> Result<Mark, SourceError> {
        self.document(query.workspace).await?.mark(query)
    }

    async fn open(&self, query: &Query) -> Result<Evidence, SourceError> {
        self.document(query.workspace).await?.open(query)
    }

    async fn check(&self) -> Result<(), SourceError> {
        let root = self.root.clone();
        let checked = tokio::task::spawn_blocking(move || fs::metadata(&root).map(drop)).await;
        checked.map_err(SourceError::failed)?.map_err(SourceError::failed)
    }
}
