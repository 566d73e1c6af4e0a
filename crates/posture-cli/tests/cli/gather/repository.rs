//! A git repository on disk for one test.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gix::objs::tree::{Entry, EntryKind};

pub(crate) struct Repository {
    repository: gix::Repository,
    files: BTreeMap<String, Vec<u8>>,
}

impl Repository {
    /// A repository without commits. It is bare: a checkout would add nothing to its history.
    pub(crate) fn new(path: &Path) -> Self {
        Self { repository: gix::init_bare(path).unwrap(), files: BTreeMap::new() }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.repository.path().to_owned()
    }

    pub(crate) fn write(&mut self, path: &str, content: impl AsRef<[u8]>) {
        self.files.insert(path.to_owned(), content.as_ref().to_vec());
    }

    /// Commits the files to the branch that `HEAD` names.
    pub(crate) fn commit(&self, at: &str, subject: &str) -> gix::ObjectId {
        let files: Vec<_> =
            self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
        let tree = self.folder(&files);
        let parents: Vec<_> = self.repository.head_id().ok().map(gix::Id::detach).into_iter().collect();
        let seconds = posture_core::Timestamp::parse(at).unwrap().unix_seconds();
        let time = format!("{seconds} +0200");
        let who = gix::actor::SignatureRef {
            name: "Backup".into(),
            email: "backup@example.org".into(),
            time: &time,
        };
        self.repository.commit_as(who, who, "HEAD", subject, tree, parents).unwrap().detach()
    }

    /// The commit before another one.
    pub(crate) fn parent(&self, commit: gix::ObjectId) -> gix::ObjectId {
        self.repository.find_commit(commit).unwrap().parent_ids().next().unwrap().detach()
    }

    fn folder(&self, files: &[(&str, &[u8])]) -> gix::ObjectId {
        let mut entries = Vec::new();
        let mut folders: BTreeMap<&str, Vec<(&str, &[u8])>> = BTreeMap::new();
        for (path, bytes) in files {
            match path.split_once('/') {
                Some((folder, rest)) => folders.entry(folder).or_default().push((rest, bytes)),
                None => {
                    let oid = self.repository.write_blob(bytes).unwrap().detach();
                    entries.push(Entry { mode: EntryKind::Blob.into(), filename: (*path).into(), oid });
                }
            }
        }
        for (name, files) in folders {
            let oid = self.folder(&files);
            entries.push(Entry { mode: EntryKind::Tree.into(), filename: name.into(), oid });
        }
        entries.sort();
        self.repository.write_object(gix::objs::Tree { entries }).unwrap().detach()
    }
}
