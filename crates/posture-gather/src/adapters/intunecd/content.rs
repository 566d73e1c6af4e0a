//! The content of a backup folder: its items, or its summary.

use std::collections::{BTreeMap, HashMap};

use posture_core::export::snapshot::{BackupItem, QualitySummary};

use super::item::{Facts, facts, facts_in_slices};
use super::layout::{Class, classify, is_of_tool};
use crate::history::{Commit, History, ObjectId, TreeEntry};
use crate::ids::Ids;
use crate::read_error::ReadError;
use crate::source::Source;
use crate::tree::below;

/// The sums over a part of a backup.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Summary {
    pub(super) items: u64,
    pub(super) problems: u64,
    pub(super) unknown_assignments: u64,
    pub(super) policy_types: BTreeMap<String, u64>,
}

impl Summary {
    fn add(&mut self, other: &Self) {
        self.items += other.items;
        self.problems += other.problems;
        self.unknown_assignments += other.unknown_assignments;
        for (policy_type, count) in &other.policy_types {
            *self.policy_types.entry(policy_type.clone()).or_default() += count;
        }
    }

    fn add_item(&mut self, policy_type: &str, facts: &Facts) {
        self.items += 1;
        self.problems += u64::from(facts.problem.is_some());
        self.unknown_assignments += u64::from(facts.assignment_capture(policy_type) == Some("unknown"));
        *self.policy_types.entry(policy_type.to_owned()).or_default() += 1;
    }

    pub(super) fn quality(&self) -> QualitySummary {
        let entry = |name: &'static str, count: u64| (count > 0).then(|| (name.into(), count));
        QualitySummary {
            total_items: self.items,
            degraded_items: self.problems,
            families: entry("integrity_warning", self.problems).into_iter().collect(),
            unknowns: entry("assignments_unknown", self.unknown_assignments).into_iter().collect(),
            policy_types: Some(
                self.policy_types.iter().map(|(name, count)| (name.clone().into(), *count)).collect(),
            ),
        }
    }
}

/// Where the backup is in its tree.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The backup folder; empty for the root.
    pub(super) folder: String,
}

impl Place {
    /// What a file below the backup folder is. At the root of a repository, only the tool's own folders belong to the backup.
    pub(super) fn classify<'p>(&self, path: &'p str) -> Class<'p> {
        if self.folder.is_empty() && !is_of_tool(path) { Class::Other } else { classify(path) }
    }
}

/// The items of a folder without history, in the order of their paths.
pub(super) async fn items_of_tree(source: &Source<'_>, place: &Place) -> Vec<BackupItem> {
    let mut ids = Ids::default();
    let mut items = Vec::new();
    for entry in source.tree.entries() {
        source.pause().await;
        let Some(path) = below(&entry.path, &place.folder) else { continue };
        let Class::Item(policy_type) = place.classify(path) else { continue };
        let (id, _) = ids.claim("intunecd item", path);
        items.push(facts_in_slices(source, &entry.path).await.item(id, path, policy_type));
    }
    items
}

/// A file below the backup folder at some commit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct File {
    /// The path below the backup folder.
    pub(super) path: String,
    pub(super) id: ObjectId,
}

/// How the files below the backup folder differ between two commits.
#[derive(Clone, Debug, Default)]
pub(super) struct Change {
    pub(super) added: Vec<File>,
    pub(super) removed: Vec<File>,
}

/// Reads contents from a history. Every file is read once, however many commits have it.
pub(super) struct Contents<'a> {
    history: &'a dyn History,
    place: Place,
    facts: HashMap<(ObjectId, bool), Facts>,
    summaries: HashMap<(ObjectId, String), Summary>,
}

impl<'a> Contents<'a> {
    pub(super) fn new(history: &'a dyn History, place: Place) -> Self {
        Self { history, place, facts: HashMap::new(), summaries: HashMap::new() }
    }

    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// The backup folder at a commit; `None` if it does not exist there.
    pub(super) fn root(&self, commit: &Commit) -> Result<Option<ObjectId>, ReadError> {
        self.folder(commit, &self.place.folder)
    }

    /// A folder at a commit; `None` if it does not exist there.
    pub(super) fn folder(&self, commit: &Commit, path: &str) -> Result<Option<ObjectId>, ReadError> {
        let mut at = commit.root.clone();
        for part in path.split('/').filter(|part| !part.is_empty()) {
            let entries = self.history.folder(&at)?;
            match entries.into_iter().find(|entry| entry.is_folder && entry.name == part) {
                Some(entry) => at = entry.id,
                None => return Ok(None),
            }
        }
        Ok(Some(at))
    }

    /// The files of a folder at every depth, in the order of their paths.
    pub(super) fn files(&self, root: Option<&ObjectId>) -> Result<Vec<File>, ReadError> {
        let mut files = Vec::new();
        if let Some(root) = root {
            self.collect(root, "", &mut files)?;
        }
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(files)
    }

    fn collect(&self, id: &ObjectId, prefix: &str, files: &mut Vec<File>) -> Result<(), ReadError> {
        for entry in self.history.folder(id)? {
            let path = enter(prefix, &entry.name)?;
            if entry.is_folder {
                self.collect(&entry.id, &path, files)?;
            } else {
                files.push(File { path, id: entry.id });
            }
        }
        Ok(())
    }

    /// What changed from one folder to another. A changed file is both removed and added.
    pub(super) fn change(&self, from: Option<&ObjectId>, to: Option<&ObjectId>) -> Result<Change, ReadError> {
        let mut change = Change::default();
        self.compare(from, to, "", &mut change)?;
        Ok(change)
    }

    fn compare(
        &self,
        from: Option<&ObjectId>,
        to: Option<&ObjectId>,
        prefix: &str,
        change: &mut Change,
    ) -> Result<(), ReadError> {
        if from == to {
            return Ok(());
        }
        let entries = |id: Option<&ObjectId>| -> Result<BTreeMap<(String, bool), ObjectId>, ReadError> {
            let entries = id.map(|id| self.history.folder(id)).transpose()?.unwrap_or_default();
            Ok(entries.into_iter().map(|entry| ((entry.name, entry.is_folder), entry.id)).collect())
        };
        let (from, mut to) = (entries(from)?, entries(to)?);
        for (key, old) in from {
            let new = to.remove(&key);
            if new.as_ref() == Some(&old) {
                continue;
            }
            let path = enter(prefix, &key.0)?;
            if key.1 {
                self.compare(Some(&old), new.as_ref(), &path, change)?;
                continue;
            }
            change.removed.push(File { path: path.clone(), id: old });
            change.added.extend(new.map(|id| File { path, id }));
        }
        for ((name, is_folder), new) in to {
            let path = enter(prefix, &name)?;
            if is_folder {
                self.compare(None, Some(&new), &path, change)?;
            } else {
                change.added.push(File { path, id: new });
            }
        }
        Ok(())
    }

    /// Whether a folder has an item. It stops at the first one.
    pub(super) fn has_items(&self, root: Option<&ObjectId>) -> Result<bool, ReadError> {
        root.map_or(Ok(false), |root| self.has_items_below(root, ""))
    }

    fn has_items_below(&self, id: &ObjectId, prefix: &str) -> Result<bool, ReadError> {
        for entry in self.history.folder(id)? {
            let path = enter(prefix, &entry.name)?;
            let has = if entry.is_folder {
                self.has_items_below(&entry.id, &path)?
            } else {
                matches!(self.place.classify(&path), Class::Item(_))
            };
            if has {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a type has an item in a backup folder.
    pub(super) fn has_type(&self, root: Option<&ObjectId>, policy_type: &str) -> Result<bool, ReadError> {
        let Some(mut at) = root.cloned() else { return Ok(false) };
        for part in policy_type.split('/') {
            match self.history.folder(&at)?.into_iter().find(|entry| entry.is_folder && entry.name == part) {
                Some(entry) => at = entry.id,
                None => return Ok(false),
            }
        }
        let is_item = |entry: &TreeEntry| {
            !entry.is_folder
                && self.place.classify(&join(policy_type, &entry.name)) == Class::Item(policy_type)
        };
        Ok(self.history.folder(&at)?.iter().any(is_item))
    }

    /// Whether a change touches an item.
    pub(super) fn touches_items(&self, change: &Change) -> bool {
        change
            .added
            .iter()
            .chain(&change.removed)
            .any(|file| matches!(self.place.classify(&file.path), Class::Item(_)))
    }

    /// Whether a change touches the report that a backup writes.
    pub(super) fn touches_report(&self, change: &Change) -> bool {
        change.added.iter().any(|file| self.place.classify(&file.path) == Class::Report)
    }

    /// The bytes of a file.
    pub(super) fn read(&self, id: &ObjectId) -> Result<Vec<u8>, ReadError> {
        self.history.file(id)
    }

    fn facts(&mut self, path: &str, id: &ObjectId) -> &Facts {
        let is_json = path.ends_with(".json");
        let history = self.history;
        self.facts
            .entry((id.clone(), is_json))
            .or_insert_with(|| facts(if is_json { "a.json" } else { "a.yaml" }, history.file(id)))
    }

    /// The items of a backup folder.
    pub(super) fn items(&mut self, root: Option<&ObjectId>) -> Result<Vec<BackupItem>, ReadError> {
        let mut ids = Ids::default();
        let mut items = Vec::new();
        for file in self.files(root)? {
            let Class::Item(policy_type) = self.place.clone().classify(&file.path) else { continue };
            let (id, _) = ids.claim("intunecd item", &file.path);
            items.push(self.facts(&file.path, &file.id).clone().item(id, &file.path, policy_type));
        }
        Ok(items)
    }

    /// The sums of a backup folder. A folder that did not change is summed once.
    pub(super) fn summary(&mut self, root: Option<&ObjectId>) -> Result<Summary, ReadError> {
        match root {
            Some(root) => self.summary_below(root, ""),
            None => Ok(Summary::default()),
        }
    }

    fn summary_below(&mut self, id: &ObjectId, prefix: &str) -> Result<Summary, ReadError> {
        let key = (id.clone(), prefix.to_owned());
        if let Some(summary) = self.summaries.get(&key) {
            return Ok(summary.clone());
        }
        let mut summary = Summary::default();
        for entry in self.history.folder(id)? {
            let path = enter(prefix, &entry.name)?;
            if entry.is_folder {
                summary.add(&self.summary_below(&entry.id, &path)?);
            } else if let Class::Item(policy_type) = self.place.clone().classify(&path) {
                let facts = self.facts(&path, &entry.id);
                summary.add_item(policy_type, facts);
            }
        }
        self.summaries.insert(key, summary.clone());
        Ok(summary)
    }
}

/// The path of an entry. A history whose folders never end is not followed.
fn enter(prefix: &str, name: &str) -> Result<String, ReadError> {
    const DEEPEST: usize = 64;
    if prefix.matches('/').count() >= DEEPEST {
        return Err(ReadError::Failed(format!("its folders are nested more than {DEEPEST} levels deep")));
    }
    Ok(join(prefix, name))
}

fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") }
}
