//! The commits and branches of a repository.

use gix::objs::tree::EntryKind;
use posture_core::Timestamp;
use posture_gather::read_error::LARGEST_FILE;
use posture_gather::{Commit, History, Note, ObjectId, ReadError, Ref, Severity, TreeEntry};

use super::{GitTree, MOST_PARENTS, MOST_REFS, NO_FOLDER, RawEntry, caused, failed};

impl GitTree {
    /// The branches. One that cannot be read may have newer backups, so it is an error.
    pub(super) fn branches(&mut self) -> Result<Vec<Ref>, ReadError> {
        let platform = self.repository.references().map_err(failed)?;
        let (mut refs, mut unreadable) = (Vec::new(), Vec::new());
        for (count, reference) in platform.all().map_err(failed)?.enumerate() {
            if count >= MOST_REFS {
                return Err(failed(format!(
                    "it has more than {MOST_REFS} branches and tags; delete those that nobody needs"
                )));
            }
            let mut reference = match reference {
                Ok(reference) => reference,
                Err(error) => {
                    unreadable.push((None, format!("A branch cannot be read: {error}.")));
                    continue;
                }
            };
            let name = reference.name().as_bstr().to_string();
            let short = name.strip_prefix("refs/heads/").or_else(|| name.strip_prefix("refs/remotes/"));
            let Some(short) = short.filter(|short| !short.ends_with("/HEAD")) else { continue };
            let short = short.to_owned();
            let pointed_at = reference.follow_to_object().map_err(|error| error.to_string());
            let commit = pointed_at.and_then(|id| {
                let kind = id.header().map_err(|error| error.to_string())?.kind();
                let is_commit = kind == gix::objs::Kind::Commit;
                if is_commit { Ok(id) } else { Err(format!("it points at a {kind} and not at a commit")) }
            });
            match commit {
                Ok(id) => refs.push(Ref { name: short, commit: ObjectId::new(&id.to_hex().to_string()) }),
                Err(error) => unreadable.push((Some(short), format!("The branch cannot be read: {error}."))),
            }
        }
        drop(platform);
        for (path, message) in unreadable {
            self.notes.push(Note { severity: Severity::Error, code: "unreadable_branch", path, message });
        }
        refs.sort();
        Ok(refs)
    }
}

impl History for GitTree {
    fn head(&self) -> Option<ObjectId> {
        let id = self.repository.head().ok()?.id()?;
        Some(ObjectId::new(&id.to_hex().to_string()))
    }

    fn refs(&self) -> &[Ref] {
        &self.refs
    }

    fn commit(&self, id: &ObjectId) -> Result<Commit, ReadError> {
        let own = Self::id(id)?;
        let commit = self.repository.find_commit(own).map_err(caused)?;
        let committer = commit.committer().map_err(failed)?;
        let seconds = committer.time().map_err(failed)?.seconds;
        let committed_at = Timestamp::from_unix_seconds(seconds)
            .ok_or_else(|| ReadError::Failed("its time is outside the calendar".to_owned()))?;
        let message = commit.message_raw().map_err(failed)?.to_string();
        let subject = message.lines().next().unwrap_or_default().trim().to_owned();
        let is_cut = self.cuts.contains(&own);
        let parents: Vec<_> = if is_cut {
            Vec::new()
        } else {
            let parents = commit.parent_ids().take(MOST_PARENTS + 1);
            parents.map(|parent| ObjectId::new(&parent.to_hex().to_string())).collect()
        };
        if parents.len() > MOST_PARENTS {
            return Err(ReadError::Failed(format!("it has more than {MOST_PARENTS} parents")));
        }
        let mut root = ObjectId::new(&commit.tree_id().map_err(failed)?.to_hex().to_string());
        for part in &self.below {
            root = self.step(&root, part, true)?.unwrap_or_else(|| ObjectId::new(NO_FOLDER));
        }
        Ok(Commit { id: id.clone(), parents, is_cut, committed_at, subject, root })
    }

    fn folder(&self, id: &ObjectId) -> Result<Vec<TreeEntry>, ReadError> {
        let entries = self.raw(id)?.into_iter();
        // A link may lead out of the repository; a submodule is another one.
        let entries = entries.filter(|entry| !matches!(entry.kind, EntryKind::Link | EntryKind::Commit));
        let entries = entries.map(|RawEntry { name, id, kind }| TreeEntry {
            name: name.to_string(),
            id,
            is_folder: kind == EntryKind::Tree,
        });
        Ok(entries.collect())
    }

    fn file(&self, id: &ObjectId) -> Result<Vec<u8>, ReadError> {
        let bytes = self.size(id)?;
        if bytes > LARGEST_FILE {
            return Err(ReadError::TooLarge { bytes });
        }
        let mut object = self.repository.find_object(Self::id(id)?).map_err(caused)?;
        Ok(std::mem::take(&mut object.data))
    }
}
