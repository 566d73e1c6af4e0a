//! The snapshot files that are there, and which of them is served.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use posture_core::compare::replacement::{WrongReplacement, check_replacement, seconds_ahead};
use posture_core::{Form, Id, Timestamp};
use posture_engine::{DeriveError, input};
use serde::Deserialize;

use super::memory::MemorySnapshot;

/// Endings of files that may hold evidence but are not read.
const ARCHIVES: [&str; 8] = ["zip", "zst", "xz", "bz2", "7z", "tar", "tgz", "gz"];
const NOT_READ: &str = "Not read: a snapshot's name ends in .json, .ndjson or .jsonl, with or without .gz.";
const AHEAD: &str = "Not served, because it is dated ahead of this machine's clock and another file of this workspace is not. \
     Check the exporter's clock and export again.";
const REMEDY: &str = "Remove the wrong file, or restart with allow-replacement.";
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

/// Which files are served.
pub(super) struct Serving<'f> {
    /// The file that serves each workspace.
    pub(super) files: BTreeMap<Id, &'f PathBuf>,
    /// Why each other readable file is not served.
    pub(super) passed_over: BTreeMap<&'f PathBuf, String>,
}

/// Of the files of a workspace, the latest export is served, and among equals the last by name.
///
/// An export ahead of the clock is served only if there is no other. One that names the workspace differently than an earlier export
/// does not replace that unless replacement is allowed.
pub(super) fn serving(found: &Found, now: Option<Timestamp>, allow_replacement: bool) -> Serving<'_> {
    let is_ahead = |document: &MemorySnapshot| {
        now.is_some_and(|now| {
            seconds_ahead(document.exported_at, now, document.clock_skew_seconds()).is_some()
        })
    };
    let mut candidates: BTreeMap<Id, Vec<(&PathBuf, &MemorySnapshot)>> = BTreeMap::new();
    for (path, file) in found {
        let Some(document) = &file.document else { continue };
        candidates.entry(document.workspace.id).or_default().push((path, document));
    }
    let mut serving = Serving { files: BTreeMap::new(), passed_over: BTreeMap::new() };
    for (id, mut candidates) in candidates {
        candidates.sort_by_key(|(path, document)| (document.exported_at, *path));
        let has_one_not_ahead = candidates.iter().any(|(_, document)| !is_ahead(document));
        let mut served: Option<(&PathBuf, &MemorySnapshot)> = None;
        for (path, document) in candidates {
            if has_one_not_ahead && is_ahead(document) {
                serving.passed_over.insert(path, AHEAD.to_owned());
                continue;
            }
            if let Some((by, current)) = served {
                let checked = check_replacement(current.export(), document.export());
                if let (Err(wrong), false) = (checked, allow_replacement) {
                    serving
                        .passed_over
                        .insert(path, format!("Not served in place of {}. {wrong} {REMEDY}", name(by)));
                    continue;
                }
                let superseded = format!(
                    "Not served, because {} is a later export of this workspace. Remove the file that is out of date.",
                    name(path)
                );
                serving.passed_over.insert(by, superseded);
            }
            served = Some((path, document));
        }
        serving.files.extend(served.map(|(path, _)| (id, path)));
    }
    serving
}

/// Finds the files, reading those that changed. What looks like evidence but is not read is found with the reason.
pub(super) fn look(root: &Path, before: &Found, allow_replacement: bool) -> io::Result<Found> {
    let look_at = |path: &Path| look_at(path, before.get(path), allow_replacement);
    if !fs::metadata(root)?.is_dir() {
        return Ok(Found::from([(root.to_owned(), look_at(root))]));
    }
    let mut found = Found::new();
    for entry in fs::read_dir(root)? {
        let path = entry?.path();
        let file = match kind(&path) {
            Kind::Snapshot => look_at(&path),
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

fn look_at(path: &Path, before: Option<&FoundFile>, allow_replacement: bool) -> FoundFile {
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
        Ok(document) => {
            let wrong =
                last_good.as_ref().filter(|_| !allow_replacement).and_then(|last| wrong(last, &document));
            match wrong {
                Some(wrong) => {
                    let refusal = Some(format!("Its former state is still served. {wrong} {REMEDY}"));
                    FoundFile { stamp, document: last_good, refusal, names }
                }
                None => FoundFile { stamp, document: Some(Arc::new(document)), refusal: None, names },
            }
        }
        Err(error) => FoundFile { stamp, document: last_good, refusal: Some(error.to_string()), names },
    }
}

/// Why a file that served a workspace should not serve what it holds now. Another id is another workspace, and replaces nothing.
fn wrong(last: &MemorySnapshot, document: &MemorySnapshot) -> Option<WrongReplacement> {
    let is_same = last.workspace.id == document.workspace.id;
    check_replacement(last.export(), document.export()).err().filter(|_| is_same)
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
