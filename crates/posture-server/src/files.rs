//! Evidence from snapshot files: one file, or a folder in which each file is one workspace.
//!
//! Files are looked at on every request and read again when their length or time of modification changed. A file that can no longer be
//! read, such as one half written, goes on being served as it last was, and is listed with the reason.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};
use std::time::SystemTime;

use async_trait::async_trait;
use posture_core::{Form, Id};
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::derivation::DeriveError;
use crate::input;
use crate::memory::MemorySnapshot;
use crate::source::{Evidence, EvidenceSource, Listing, Mark, Query, Reach, SourceError};

/// A file, or a folder of files, of snapshots.
#[derive(Debug)]
pub struct FileSource {
    root: PathBuf,
    /// What was last found; replaced as a whole.
    found: RwLock<Arc<Found>>,
    /// Held while looking, so that files are read once however many requests wait.
    looking: Mutex<()>,
}

type Found = BTreeMap<PathBuf, FoundFile>;

/// One file as it was last found.
#[derive(Clone, Debug)]
struct FoundFile {
    stamp: Option<Stamp>,
    /// Its last good state.
    document: Option<Arc<MemorySnapshot>>,
    /// Why it is not served as it is now.
    refusal: Option<String>,
    /// The workspace it names, where it was never good.
    names: Option<Id>,
}

/// What changes when a file does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
}

impl FileSource {
    /// Opens a file or a folder. Fails where it is neither; what is in it may be refused later.
    pub fn open(root: PathBuf) -> io::Result<Self> {
        fs::metadata(&root)?;
        let found = look(&root, &Found::new())?;
        Ok(Self { root, found: RwLock::new(Arc::new(found)), looking: Mutex::new(()) })
    }

    /// The files that are refused as they are now, with the reason.
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

    /// The files as they are now; while another request is looking, as they last were.
    async fn current(&self) -> Result<Arc<Found>, SourceError> {
        let Ok(_looking) = self.looking.try_lock() else { return Ok(self.last_found()) };
        let (root, before) = (self.root.clone(), self.last_found());
        let looked = tokio::task::spawn_blocking(move || look(&root, &before)).await;
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
                    "The workspace is served from {}: of several files the latest export governs. Remove the file that is out of date.",
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
}

/// Which file serves each workspace: the one exported last, and of those the last by name.
fn serving(found: &Found) -> BTreeMap<Id, &PathBuf> {
    let mut serving: BTreeMap<Id, (&PathBuf, &MemorySnapshot)> = BTreeMap::new();
    for (path, file) in found {
        let Some(document) = &file.document else { continue };
        let governs = |other: &MemorySnapshot| document.exported_at >= other.exported_at;
        let id = document.workspace.id;
        if serving.get(&id).is_none_or(|(_, other)| governs(other)) {
            serving.insert(id, (path, document));
        }
    }
    serving.into_iter().map(|(id, (path, _))| (id, path)).collect()
}

/// Looks at the files, reading those that changed.
fn look(root: &Path, before: &Found) -> io::Result<Found> {
    let files = if fs::metadata(root)?.is_dir() { snapshot_files(root)? } else { vec![root.to_owned()] };
    let found = files.into_iter().map(|path| {
        let file = look_at(&path, before.get(&path));
        (path, file)
    });
    Ok(found.collect())
}

fn snapshot_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if Form::of_name(&name(&path)).is_some() && !path.is_dir() {
            files.push(path);
        }
    }
    Ok(files)
}

fn look_at(path: &Path, before: Option<&FoundFile>) -> FoundFile {
    let stamp = fs::metadata(path)
        .ok()
        .map(|metadata| Stamp { length: metadata.len(), modified: metadata.modified().ok() });
    if let Some(same) = before.filter(|before| before.stamp == stamp && stamp.is_some()) {
        return same.clone();
    }
    let last_good = before.and_then(|before| before.document.clone());
    let form = Form::of_name(&name(path)).unwrap_or_default();
    let bytes = match read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let refusal = Some(DeriveError::Unreadable(error).to_string());
            return FoundFile {
                stamp,
                document: last_good,
                refusal,
                names: before.and_then(|before| before.names),
            };
        }
    };
    let names = named_workspace(&bytes, form);
    match MemorySnapshot::read(bytes.as_slice(), form) {
        Ok(document) => FoundFile { stamp, document: Some(Arc::new(document)), refusal: None, names },
        Err(error) => FoundFile { stamp, document: last_good, refusal: Some(error.to_string()), names },
    }
}

#[expect(clippy::disallowed_methods, reason = "this source's evidence is files")]
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input::decompressed(fs::File::open(path)?)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The workspace a document names, where that much of it can be read, so that a refused document is told under its address.
fn named_workspace(bytes: &[u8], form: Form) -> Option<Id> {
    #[derive(Deserialize)]
    struct Named {
        workspace: NamedWorkspace,
    }
    #[derive(Deserialize)]
    struct NamedWorkspace {
        id: u64,
    }
    let head = match form {
        Form::Json => bytes,
        Form::Ndjson => bytes.split(|byte| *byte == b'\n').next().unwrap_or_default(),
    };
    let named: Named = serde_json::from_slice(head).ok()?;
    Id::new(named.workspace.id)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
