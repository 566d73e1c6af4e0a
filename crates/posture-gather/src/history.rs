//! A git history as data: commits, refs, folders and files by their object ids.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use posture_core::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::read_error::ReadError;

/// The id of a commit, a folder or a file, in lower-case hex. Equal ids mean equal content.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(Arc<str>);

impl ObjectId {
    /// An id from its hex text.
    pub fn new(hex: &str) -> Self {
        Self(hex.to_ascii_lowercase().into())
    }

    /// The hex text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first seven digits, as people quote a commit.
    pub fn short(&self) -> &str {
        self.0.get(..7).unwrap_or(&self.0)
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The commit's id.
    pub id: ObjectId,
    /// Its parents, in order. A parent that a shallow clone lacks is not among them; see `is_cut`.
    pub parents: Vec<ObjectId>,
    /// Whether its parents exist but are not in this clone, so that what the commit changed is unknown.
    pub is_cut: bool,
    /// The committer's time.
    pub committed_at: Timestamp,
    /// The first line of the message.
    pub subject: String,
    /// The id of the root folder.
    pub root: ObjectId,
}

/// A branch, and the commit it points at. Tags are not listed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ref {
    /// The short name, for instance `main` or `origin/backup`.
    pub name: String,
    /// The commit.
    pub commit: ObjectId,
}

/// What a folder holds under one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeEntry {
    /// The name: one part of a path.
    pub name: String,
    /// The id of the folder or file.
    pub id: ObjectId,
    /// Whether it is a folder.
    pub is_folder: bool,
}

/// A git history. Links and submodules are not among the entries of a folder.
pub trait History {
    /// The commit of `HEAD`; `None` in a repository without commits.
    fn head(&self) -> Option<ObjectId>;

    /// The local and remote branches, sorted by name.
    fn refs(&self) -> &[Ref];

    /// A commit.
    fn commit(&self, id: &ObjectId) -> Result<Commit, ReadError>;

    /// The entries of a folder, in the repository's order.
    fn folder(&self, id: &ObjectId) -> Result<Vec<TreeEntry>, ReadError>;

    /// The bytes of a file; at most [`crate::read_error::LARGEST_FILE`].
    fn file(&self, id: &ObjectId) -> Result<Vec<u8>, ReadError>;
}

/// A history in memory, for tests.
#[derive(Clone, Debug, Default)]
pub struct MemoryHistory {
    head: Option<ObjectId>,
    refs: Vec<Ref>,
    commits: HashMap<ObjectId, Commit>,
    folders: HashMap<ObjectId, Vec<TreeEntry>>,
    files: HashMap<ObjectId, Vec<u8>>,
}

impl MemoryHistory {
    /// A repository without commits.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a commit that holds exactly these files, and returns its id.
    pub fn commit_files(
        &mut self,
        parents: &[ObjectId],
        committed_at: Timestamp,
        subject: &str,
        files: &BTreeMap<String, Vec<u8>>,
    ) -> ObjectId {
        let paths: Vec<_> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
        let root = self.add_folder(&paths);
        let text = format!("{root}{committed_at}{subject}{parents:?}");
        let id = hash(text.as_bytes());
        let commit = Commit {
            id: id.clone(),
            parents: parents.to_vec(),
            is_cut: false,
            committed_at,
            subject: subject.to_owned(),
            root,
        };
        self.commits.insert(id.clone(), commit);
        id
    }

    /// Points a branch at a commit.
    pub fn set_ref(&mut self, name: &str, commit: &ObjectId) {
        self.refs.retain(|other| other.name != name);
        self.refs.push(Ref { name: name.to_owned(), commit: commit.clone() });
        self.refs.sort();
    }

    /// Points `HEAD` at a commit.
    pub fn set_head(&mut self, commit: &ObjectId) {
        self.head = Some(commit.clone());
    }

    /// Ends the history at a commit, as a shallow clone does.
    pub fn cut(&mut self, commit: &ObjectId) {
        if let Some(commit) = self.commits.get_mut(commit) {
            commit.parents.clear();
            commit.is_cut = true;
        }
    }

    fn add_folder(&mut self, files: &[(&str, &[u8])]) -> ObjectId {
        let mut entries = Vec::new();
        let mut folders: BTreeMap<&str, Vec<(&str, &[u8])>> = BTreeMap::new();
        for (path, bytes) in files {
            if let Some((folder, rest)) = path.split_once('/') {
                folders.entry(folder).or_default().push((rest, bytes));
                continue;
            }
            let id = hash(bytes);
            self.files.insert(id.clone(), bytes.to_vec());
            entries.push(TreeEntry { name: (*path).to_owned(), id, is_folder: false });
        }
        for (name, files) in folders {
            let id = self.add_folder(&files);
            entries.push(TreeEntry { name: name.to_owned(), id, is_folder: true });
        }
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        let id = hash(format!("{entries:?}").as_bytes());
        self.folders.insert(id.clone(), entries);
        id
    }
}

fn hash(bytes: &[u8]) -> ObjectId {
    let digest = Sha256::digest(bytes);
    ObjectId::new(&hex::encode(digest.get(..20).unwrap_or(&digest)))
}

impl History for MemoryHistory {
    fn head(&self) -> Option<ObjectId> {
        self.head.clone()
    }

    fn refs(&self) -> &[Ref] {
        &self.refs
    }

    fn commit(&self, id: &ObjectId) -> Result<Commit, ReadError> {
        self.commits.get(id).cloned().ok_or(ReadError::Missing)
    }

    fn folder(&self, id: &ObjectId) -> Result<Vec<TreeEntry>, ReadError> {
        self.folders.get(id).cloned().ok_or(ReadError::Missing)
    }

    fn file(&self, id: &ObjectId) -> Result<Vec<u8>, ReadError> {
        self.files.get(id).cloned().ok_or(ReadError::Missing)
    }
}
