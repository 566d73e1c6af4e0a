//! The files an adapter reads: a tree of named bytes.

use std::collections::BTreeMap;

use posture_core::Timestamp;

use crate::history::History;
use crate::notes::Note;
use crate::read_error::{LARGEST_FILE, ReadError};

/// A file of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The path below the root, with `/` between its parts and without a leading one.
    pub path: String,
    /// How many bytes the file has.
    pub bytes: u64,
    /// When the file was last modified, if the shell knows. Most adapters must not take it for a capture time.
    pub modified: Option<Timestamp>,
}

impl Entry {
    /// The last part of the path.
    pub fn name(&self) -> &str {
        name_of(&self.path)
    }
}

/// The last part of a path.
pub fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Everything before the last part of a path, without the `/`; empty at the root.
pub fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The path below a folder, or `None` if it is not below it. The empty folder is the root.
pub fn below<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    if folder.is_empty() {
        return Some(path);
    }
    path.strip_prefix(folder)?.strip_prefix('/')
}

/// A file's name without its extension, and the extension in lower case; the extension is empty if there is none.
///
/// A name that starts with `._` has none, because macOS keeps attributes of another file there, not what the extension says.
pub fn stem_and_extension(name: &str) -> (&str, String) {
    if name.starts_with("._") {
        return (name, String::new());
    }
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => (stem, extension.to_lowercase()),
        _ => (name, String::new()),
    }
}

/// Whether a file of this name is JSON.
pub(crate) fn is_json(name: &str) -> bool {
    stem_and_extension(name).1 == "json"
}

/// A tree of named bytes.
///
/// A shell lists regular files only: it follows no link out of the tree, and says in [`Tree::notes`] what it left out. Memory holds one
/// file at a time, because an adapter reads, takes what it needs, and drops the bytes.
pub trait Tree {
    /// The files, sorted by path.
    fn entries(&self) -> &[Entry];

    /// The bytes of a file. A shell returns at most [`LARGEST_FILE`].
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError>;

    /// What the shell left out and why, for instance links and names that are not UTF-8.
    fn notes(&self) -> &[Note] {
        &[]
    }

    /// The git history of the tree, if it is a repository. Its root is the root of the repository, and the entries of the tree are
    /// those of `HEAD`.
    fn history(&self) -> Option<&dyn History> {
        None
    }
}

/// A tree in memory: in tests, and for files that a browser handed over.
#[derive(Default)]
pub struct MemoryTree {
    entries: Vec<Entry>,
    files: BTreeMap<String, Vec<u8>>,
    history: Option<Box<dyn History>>,
    notes: Vec<Note>,
}

impl MemoryTree {
    /// An empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces a file without a modification time.
    #[must_use]
    pub fn with(self, path: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.with_modified(path, bytes, None)
    }

    /// Adds or replaces a file.
    #[must_use]
    pub fn with_modified(mut self, path: &str, bytes: impl AsRef<[u8]>, modified: Option<Timestamp>) -> Self {
        let bytes = bytes.as_ref().to_vec();
        let entry = Entry { path: path.to_owned(), bytes: bytes.len() as u64, modified };
        match self.entries.binary_search_by(|other| other.path.as_str().cmp(path)) {
            Ok(at) => self.entries[at] = entry,
            Err(at) => self.entries.insert(at, entry),
        }
        self.files.insert(path.to_owned(), bytes);
        self
    }

    /// Gives the tree a history.
    #[must_use]
    pub fn with_history(mut self, history: impl History + 'static) -> Self {
        self.history = Some(Box::new(history));
        self
    }

    /// Adds a note of the shell.
    #[must_use]
    pub fn with_note(mut self, note: Note) -> Self {
        self.notes.push(note);
        self
    }
}

impl Tree for MemoryTree {
    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let bytes = self.files.get(path).ok_or(ReadError::Missing)?;
        if bytes.len() as u64 > LARGEST_FILE {
            return Err(ReadError::TooLarge { bytes: bytes.len() as u64 });
        }
        Ok(bytes.clone())
    }

    fn notes(&self) -> &[Note] {
        &self.notes
    }

    fn history(&self) -> Option<&dyn History> {
        self.history.as_deref()
    }
}
