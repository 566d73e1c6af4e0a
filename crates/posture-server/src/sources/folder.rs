//! The snapshot files that are there, and which of them is served.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use posture_core::compare::replacement::{WrongReplacement, check_replacement};
use posture_core::policy::seconds_ahead;
use posture_core::{Form, Id, Timestamp, words};
use posture_engine::DeriveError;
use posture_engine::input::{self, DocumentLimits, open_regular, open_within};
use posture_engine::spool::SpoolSpace;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::file_stamp::Stamp;
use super::held_snapshot::HeldSnapshot;

/// Endings of files that may hold evidence but are not read.
const ARCHIVES: [&str; 8] = ["zip", "zst", "xz", "bz2", "7z", "tar", "tgz", "gz"];
const NOT_READ: &str = "Not read: a snapshot's name ends in .json, .ndjson or .jsonl, with or without .gz.";
const REMEDY: &str = "Remove the wrong file, or restart with allow-replacement.";
const FOLDER_NOT_READ: &str = "Not read: only files directly in the served folder are read. Move its snapshots there, or serve it on its own.";

/// How many files of a folder are looked at. Each is a workspace, or is listed with the reason why it is none.
const MOST_FILES: usize = 1_000;

/// How many entries of a folder are looked at to find its newest files.
const MOST_ENTRIES: usize = 100_000;

/// How many bytes of a refused document are searched for the workspace that it names.
const NAMED_WITHIN: u64 = 1 << 24;

/// Seconds after which a file that the system failed to read is read again.
const AGAIN_AFTER: i64 = 10;

pub(super) type Found = BTreeMap<PathBuf, FoundFile>;

/// One file as it was last found.
#[derive(Clone, Debug, Default)]
pub(super) struct FoundFile {
    stamp: Option<Stamp>,
    /// When the system failed to read it. It is read again although it did not change.
    failed_at: Option<Timestamp>,
    /// Its last good state.
    pub(super) document: Option<Arc<HeldSnapshot>>,
    /// Why it is not served as it is now.
    pub(super) refusal: Option<String>,
    /// The workspace it names, if it was never good.
    pub(super) names: Option<Id>,
}

impl FoundFile {
    /// A file that is not served, for this reason.
    fn refused(refusal: String) -> Self {
        Self { refusal: Some(refusal), ..Self::default() }
    }

    /// Whether it is time to read it again, because the system failed before. Not on each request, as it may be large.
    fn is_due_again(&self, now: Option<Timestamp>) -> bool {
        let since = |failed_at: Timestamp| Some(now?.unix_seconds() - failed_at.unix_seconds());
        self.failed_at.and_then(since).is_some_and(|seconds| !(0..AGAIN_AFTER).contains(&seconds))
    }
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
    let is_ahead = |document: &HeldSnapshot| {
        now.is_some_and(|now| {
            seconds_ahead(document.exported_at, now, document.clock_skew_seconds()).is_some()
        })
    };
    let mut candidates: BTreeMap<Id, Vec<(&PathBuf, &HeldSnapshot)>> = BTreeMap::new();
    for (path, file) in found {
        let Some(document) = &file.document else { continue };
        candidates.entry(document.workspace.id).or_default().push((path, document));
    }
    let mut serving = Serving { files: BTreeMap::new(), passed_over: BTreeMap::new() };
    for (id, mut candidates) in candidates {
        candidates.sort_by_key(|(path, document)| (document.exported_at, *path));
        let has_one_not_ahead = candidates.iter().any(|(_, document)| !is_ahead(document));
        let mut ahead = Vec::new();
        let mut served: Option<(&PathBuf, &HeldSnapshot)> = None;
        for (path, document) in candidates {
            if has_one_not_ahead && is_ahead(document) {
                ahead.push((path, document.exported_at));
                continue;
            }
            if let Some((by, current)) = served {
                let checked = check_replacement(current.export(), document.export(), now);
                if let (Err(wrong), false) = (checked, allow_replacement) {
                    serving
                        .passed_over
                        .insert(path, format!("Not served in place of {}. {wrong} {REMEDY}", name(by)));
                    continue;
                }
                let superseded = if document.exported_at == current.exported_at {
                    format!(
                        "Not served, because {} is an export of this workspace of the same instant, and comes later by name. \
                         Remove one of the two.",
                        name(path)
                    )
                } else {
                    format!(
                        "Not served, because {} is a later export of this workspace ({}; this one: {}). \
                         Remove the file that is out of date.",
                        name(path),
                        words::instant(document.exported_at),
                        words::instant(current.exported_at),
                    )
                };
                serving.passed_over.insert(by, superseded);
            }
            served = Some((path, document));
        }
        if let Some((by, current)) = served {
            for (path, exported_at) in ahead {
                let passed_over = format!(
                    "Not served, because it is dated {}, ahead of this machine's clock. {} is served ({}). \
                     Check the exporter's clock and export again.",
                    words::instant(exported_at),
                    name(by),
                    words::instant(current.exported_at),
                );
                serving.passed_over.insert(path, passed_over);
            }
        }
        serving.files.extend(served.map(|(path, _)| (id, path)));
    }
    serving
}

/// How files are looked for.
pub(super) struct Looking {
    /// A file, or a folder of them.
    pub(super) root: PathBuf,
    pub(super) allow_replacement: bool,
    pub(super) limits: DocumentLimits,
    pub(super) space: Arc<SpoolSpace>,
    pub(super) now: fn() -> Option<Timestamp>,
}

impl Looking {
    /// Finds the files, reading those that changed. What looks like evidence but is not read is found with the reason.
    pub(super) fn look(&self, before: &Found) -> io::Result<Found> {
        let look_at = |path: &Path| self.look_at(path, before.get(path));
        if !self.is_folder()? {
            return Ok(Found::from([(self.root.clone(), look_at(&self.root))]));
        }
        let (newest, others) = match self.newest()? {
            Newest::Files(newest, others) => (newest, others),
            Newest::TooManyEntries => {
                let refusal = format!(
                    "The folder has more than {MOST_ENTRIES} entries, so none of its files is read. Move other files and old exports elsewhere."
                );
                return Ok(Found::from([(self.root.clone(), FoundFile::refused(refusal))]));
            }
        };
        let mut found = Found::new();
        for ((_, path), kind) in newest {
            let file = match kind {
                Kind::Snapshot => look_at(&path),
                Kind::NotRead(reason) => FoundFile::refused(reason.to_owned()),
                Kind::Other => continue,
            };
            found.insert(path, file);
        }
        if others > 0 {
            let refusal = format!(
                "The folder has more than {MOST_FILES} files. Only the newest are read; number left out: {others}. \
                 Move old exports elsewhere."
            );
            found.insert(self.root.clone(), FoundFile::refused(refusal));
        }
        Ok(found)
    }

    /// The files of the folder that may be evidence and were modified last, whatever was found before: an older export must not hide a
    /// newer one. Of those modified at one time, the last by name are among them.
    fn newest(&self) -> io::Result<Newest> {
        let (mut newest, mut others) = (BTreeMap::new(), 0);
        for (place, entry) in fs::read_dir(&self.root)?.enumerate() {
            let path = entry?.path();
            if place >= MOST_ENTRIES {
                return Ok(Newest::TooManyEntries);
            }
            let metadata = fs::metadata(&path).ok();
            let kind = kind(&path, metadata.as_ref().is_some_and(fs::Metadata::is_dir));
            if matches!(kind, Kind::Other) {
                continue;
            }
            let modified = metadata.and_then(|metadata| metadata.modified().ok()).unwrap_or(UNIX_EPOCH);
            newest.insert((modified, path), kind);
            if newest.len() > MOST_FILES {
                newest.pop_first();
                others += 1;
            }
        }
        Ok(Newest::Files(newest, others))
    }

    fn is_folder(&self) -> io::Result<bool> {
        Ok(fs::metadata(&self.root)?.is_dir())
    }

    fn look_at(&self, path: &Path, before: Option<&FoundFile>) -> FoundFile {
        let stamp = fs::metadata(path).ok().map(|metadata| Stamp::of(&metadata));
        let is_same = |before: &&FoundFile| {
            before.stamp == stamp && stamp.is_some() && !before.is_due_again((self.now)())
        };
        if let Some(same) = before.filter(is_same) {
            return same.clone();
        }
        let last_good = before.and_then(|before| before.document.clone());
        let form = Form::of_name(&name(path)).unwrap_or_default();
        let opened = match self.open(path) {
            // Not a file that may be read, whatever is in it.
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
                let refusal = Some(format!("Not read: {error}."));
                return FoundFile { stamp, document: last_good, refusal, ..FoundFile::default() };
            }
            opened => opened.map_err(DeriveError::from),
        };
        match opened.and_then(|input| HeldSnapshot::read(input, form, &self.space)) {
            Ok(document) => {
                let names = Some(document.workspace.id);
                let wrong = last_good
                    .as_ref()
                    .filter(|_| !self.allow_replacement)
                    .and_then(|last| wrong(last, &document, (self.now)()));
                match wrong {
                    Some(wrong) => {
                        let refusal = Some(format!("Its former state is still served. {wrong} {REMEDY}"));
                        FoundFile { stamp, document: last_good, refusal, names, ..FoundFile::default() }
                    }
                    None => {
                        FoundFile { stamp, document: Some(Arc::new(document)), names, ..FoundFile::default() }
                    }
                }
            }
            Err(error) => {
                // Its content did not fail, but the system: too many open files, a full disk, a server that did not answer.
                let failed_at = is_of_system(&error).then(|| (self.now)()).flatten();
                let named = match error {
                    DeriveError::Refused(_) => {
                        self.open(path).ok().and_then(|input| named_workspace(input, form))
                    }
                    DeriveError::Unreadable(_) | DeriveError::TooLarge(_) => None,
                };
                let names = named.or_else(|| before.and_then(|before| before.names));
                FoundFile { stamp, failed_at, document: last_good, refusal: Some(error.to_string()), names }
            }
        }
    }

    /// The plain bytes of a file, within the limits.
    fn open(&self, path: &Path) -> io::Result<impl Read + Send + use<>> {
        let file = if path == self.root { open_regular(path) } else { open_within(&self.root, path) }?;
        input::decompressed_within(file, self.limits)
    }
}

/// What is looked at in a folder.
enum Newest {
    /// Files by the time of their modification, and how many older ones there are.
    Files(BTreeMap<(SystemTime, PathBuf), Kind>, usize),
    TooManyEntries,
}

enum Kind {
    Snapshot,
    /// It may hold evidence, and is not read for this reason.
    NotRead(&'static str),
    Other,
}

/// What an entry of a folder is, by its name. Hidden entries are ignored: tools keep their temporary files in them.
fn kind(path: &Path, is_folder: bool) -> Kind {
    let name = name(path).to_ascii_lowercase();
    if name.starts_with('.') {
        Kind::Other
    } else if is_folder {
        Kind::NotRead(FOLDER_NOT_READ)
    } else if Form::of_name(&name).is_some() {
        Kind::Snapshot
    } else if name.rsplit_once('.').is_some_and(|(_, ending)| ARCHIVES.contains(&ending)) {
        Kind::NotRead(NOT_READ)
    } else {
        Kind::Other
    }
}

/// Whether the system failed rather than the content of a file.
fn is_of_system(error: &DeriveError) -> bool {
    let DeriveError::Unreadable(error) = error else { return false };
    error.raw_os_error().is_some() || error.kind() == io::ErrorKind::StorageFull
}

/// Why a file that served a workspace should not serve what it holds now. Another id is another workspace, and replaces nothing.
fn wrong(last: &HeldSnapshot, document: &HeldSnapshot, now: Option<Timestamp>) -> Option<WrongReplacement> {
    let is_same = last.workspace.id == document.workspace.id;
    check_replacement(last.export(), document.export(), now).err().filter(|_| is_same)
}

/// The workspace that a document names near its start, if that much can be read, so that a refused document is listed under its id.
fn named_workspace(input: impl Read, form: Form) -> Option<Id> {
    let mut input = BufReader::new(input.take(NAMED_WITHIN));
    let mut line = Vec::new();
    let found = &mut None;
    let sought = Sought(found);
    // An error after the workspace was found does not matter.
    let _rest = match form {
        Form::Json => sought.deserialize(&mut serde_json::Deserializer::from_reader(input)),
        Form::Ndjson => {
            input.read_until(b'\n', &mut line).ok()?;
            sought.deserialize(&mut serde_json::Deserializer::from_slice(&line))
        }
    };
    *found
}

/// Finds the id of the workspace in a document, however the document continues.
struct Sought<'f>(&'f mut Option<Id>);

impl<'de> DeserializeSeed<'de> for Sought<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, document: D) -> Result<(), D::Error> {
        document.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Sought<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut document: A) -> Result<(), A::Error> {
        #[derive(Deserialize)]
        struct Named {
            id: u64,
        }
        while let Some(key) = document.next_key::<String>()? {
            if key == "workspace" {
                *self.0 = Id::new(document.next_value::<Named>()?.id);
            } else {
                document.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

pub(super) fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
