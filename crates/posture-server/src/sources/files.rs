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
use posture_core::Id;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::folder::{Found, FoundFile, look, name, serving};
use super::memory::MemorySnapshot;
use super::{Evidence, EvidenceSource, Listing, Mark, Query, Reach, SourceError};

/// How long a request waits for the files to be read before it is answered with their last known state.
const PATIENCE: Duration = Duration::from_secs(10);

/// A snapshot file, or a folder of them.
#[derive(Debug)]
pub struct FileSource {
    root: PathBuf,
    /// The files as last found; replaced as a whole.
    found: RwLock<Arc<Found>>,
    /// Held while files are read, so that one thread reads them however many requests wait.
    reading: Arc<Mutex<()>>,
    patience: Duration,
}

impl FileSource {
    /// Opens a file or a folder. Fails if it is neither; its contents may be refused later.
    pub fn open(root: PathBuf) -> io::Result<Self> {
        fs::metadata(&root)?;
        let found = look(&root, &Found::new())?;
        Ok(Self { root, found: RwLock::new(Arc::new(found)), reading: Arc::default(), patience: PATIENCE })
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
        // The guard goes with the work, not with the request: a file system that hangs holds one thread, however many requests give up.
        let looked = tokio::task::spawn_blocking(move || {
            let found = look(&root, &before);
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

    async fn document(&self, workspace: Id) -> Result<Arc<MemorySnapshot>, SourceError> {
        let found = self.current().await?;
        if let Some(path) = serving(&found).get(&workspace)
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
        let serving = serving(&found);
        let listing = |(path, file): (&PathBuf, &FoundFile)| {
            let document = file.document.as_ref();
            let id = document.map(|document| document.workspace.id);
            let scope = reach.of(id.or(file.names))?;
            let governing = id.and_then(|id| serving.get(&id)).copied();
            let is_served = governing == Some(path);
            let superseded = governing.filter(|_| !is_served).map(|by| {
                format!(
                    "Not served, because {} is a later export of this workspace. Remove the older file.",
                    name(by)
                )
            });
            Some(Listing {
                served: document.filter(|_| is_served).map(|document| document.served(scope)),
                workspace_id: id.or(file.names),
                source: name(path),
                refusal: file.refusal.clone().or(superseded),
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
