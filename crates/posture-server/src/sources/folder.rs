//! The snapshot files that are there, and which of them is served.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use posture_core::{Form, Id};
use posture_engine::{DeriveError, input};
use serde::Deserialize;

use super::memory::MemorySnapshot;

/// Endings of files that may hold evidence but are not read.
const ARCHIVES: [&str; 8] = ["zip", "zst", "xz", "bz2", "7z", "tar", "tgz", "gz"];
const NOT_READ: &str = "Not read: a snapshot's name ends in .json, .ndjson or .jsonl, with or without .gz.";
const FOLDER_NOT_READ: &str = "Not read: only files directly in the served folder are. Move its snapshots there, or serve it on its own.";

pub(super) type Found = BTreeMap<PathBuf, FoundFile>;

/// One file as it was last found.
#[derive(Clone, Debug, Default)]
pub(super) struct FoundFile {
    stamp: Option<Stamp>,
    /// Its last good state.
    pub(super) document: Option<Arc<MemorySnapshot>>,
    /// Why it is not served as it is now.
    pub(super) refusal: Option<String>,
    /// The workspace it names, if it was never good.
    pub(super) names: Option<Id>,
}

/// What changes when a file does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
}

/// The file that serves each workspace: the latest export, and among equals the last by name.
pub(super) fn serving(found: &Found) -> BTreeMap<Id, &PathBuf> {
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

/// Finds the files, reading those that changed. What looks like evidence but is not read is found with the reason.
pub(super) fn look(root: &Path, before: &Found) -> io::Result<Found> {
    if !fs::metadata(root)?.is_dir() {
        return Ok(Found::from([(root.to_owned(), look_at(root, before.get(root)))]));
    }
    let mut found = Found::new();
    for entry in fs::read_dir(root)? {
        let path = entry?.path();
        let file = match kind(&path) {
            Kind::Snapshot => look_at(&path, before.get(&path)),
            Kind::NotRead(reason) => FoundFile { refusal: Some(reason.to_owned()), ..FoundFile::default() },
            Kind::Other => continue,
        };
        found.insert(path, file);
    }
    Ok(found)
}

enum Kind {
    Snapshot,
    /// It may hold evidence, and is not read for this reason.
    NotRead(&'static str),
    Other,
}

/// What an entry of a folder is, by its name. Hidden entries are ignored: tools keep their temporary files in them.
fn kind(path: &Path) -> Kind {
    let name = name(path).to_ascii_lowercase();
    if name.starts_with('.') {
        Kind::Other
    } else if path.is_dir() {
        Kind::NotRead(FOLDER_NOT_READ)
    } else if Form::of_name(&name).is_some() {
        Kind::Snapshot
    } else if name.rsplit_once('.').is_some_and(|(_, ending)| ARCHIVES.contains(&ending)) {
        Kind::NotRead(NOT_READ)
    } else {
        Kind::Other
    }
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

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input::decompressed(input::open_regular(path)?)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The workspace that a document names, if that much can be read, so that a refused document is listed under its id.
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

pub(super) fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
