//! The history of a backup folder: one set per commit that changed an item.

use std::collections::{BTreeSet, HashSet};

use posture_core::Timestamp;

use super::content::{Change, Contents};
use super::layout::Class;
use crate::history::{Commit, History, ObjectId};
use crate::tree::{ReadError, name_of};

/// A history with more commits than this is read from its newest ones.
const MOST_COMMITS: usize = 500_000;

/// A commit that changed an item below the backup folder.
#[derive(Clone, Debug)]
pub(super) struct Capture {
    pub(super) commit: Commit,
    /// The backup folder at the commit.
    pub(super) root: Option<ObjectId>,
    /// The types of which every file moved to the archive in this commit.
    pub(super) archived_types: Vec<String>,
}

/// What a walk through the history found.
#[derive(Default)]
pub(super) struct Walk {
    /// The commits that changed an item, oldest first.
    pub(super) captures: Vec<Capture>,
    /// The commits of backups that found no changed item: only the tool's report differs.
    pub(super) reports: Vec<Capture>,
    /// Every commit that was visited, oldest first.
    pub(super) commits: Vec<Commit>,
    /// Merge commits whose content is that of none of their parents.
    pub(super) mixed_merges: usize,
    /// The commits at which a shallow clone ends.
    pub(super) cuts: Vec<Commit>,
    /// Commits that could not be read, and why.
    pub(super) unreadable: Vec<(ObjectId, ReadError)>,
}

/// Walks everything that can be reached from some commits, except what was seen before, which grows.
pub(super) fn walk(
    history: &dyn History,
    contents: &Contents<'_>,
    from: &[ObjectId],
    seen: &mut HashSet<ObjectId>,
) -> Walk {
    let mut walk = Walk::default();
    let mut next: Vec<ObjectId> = from.to_vec();
    while let Some(id) = next.pop() {
        if walk.commits.len() >= MOST_COMMITS || !seen.insert(id.clone()) {
            continue;
        }
        match history.commit(&id) {
            Ok(commit) => {
                next.extend(commit.parents.iter().cloned());
                walk.commits.push(commit);
            }
            Err(error) => walk.unreadable.push((id, error)),
        }
    }
    walk.commits.sort_by(|one, other| (one.committed_at, &one.id).cmp(&(other.committed_at, &other.id)));
    let commits = std::mem::take(&mut walk.commits);
    for commit in &commits {
        if let Err(error) = judge(history, contents, commit, &mut walk) {
            walk.unreadable.push((commit.id.clone(), error));
        }
    }
    walk.commits = commits;
    walk
}

fn judge(
    history: &dyn History,
    contents: &Contents<'_>,
    commit: &Commit,
    walk: &mut Walk,
) -> Result<(), ReadError> {
    let root = contents.root(commit)?;
    if commit.is_cut {
        walk.cuts.push(commit.clone());
    }
    let parents = commit.parents.iter().map(|id| history.commit(id)).collect::<Result<Vec<_>, _>>()?;
    let mut changes = Vec::new();
    for parent in &parents {
        let change = contents.change(contents.root(parent)?.as_ref(), root.as_ref())?;
        if !contents.touches_items(&change) {
            if parents.len() == 1 && contents.touches_report(&change) {
                walk.reports.push(Capture { commit: commit.clone(), root, archived_types: Vec::new() });
            }
            // The items came with that parent, at that parent's time.
            return Ok(());
        }
        changes.push(change);
    }
    match changes.as_slice() {
        [] => {
            let change = contents.change(None, root.as_ref())?;
            if contents.touches_items(&change) {
                walk.captures.push(Capture { commit: commit.clone(), root, archived_types: Vec::new() });
            }
        }
        [change] => {
            let archived_types = archived_types(contents, change, root.as_ref())?;
            walk.captures.push(Capture { commit: commit.clone(), root, archived_types });
        }
        // A merge is made of earlier captures; it is none itself.
        _ => walk.mixed_merges += 1,
    }
    Ok(())
}

/// The types that a commit emptied by moving all their files to the archive.
fn archived_types(
    contents: &Contents<'_>,
    change: &Change,
    root: Option<&ObjectId>,
) -> Result<Vec<String>, ReadError> {
    let place = contents.place();
    let archived: HashSet<&str> = change
        .added
        .iter()
        .filter(|file| place.classify(&file.path) == Class::Archived)
        .map(|file| name_of(&file.path))
        .collect();
    if archived.is_empty() {
        return Ok(Vec::new());
    }
    let mut emptied: BTreeSet<&str> = BTreeSet::new();
    let mut lost: HashSet<&str> = HashSet::new();
    for file in &change.removed {
        let Class::Item(policy_type) = place.classify(&file.path) else { continue };
        emptied.insert(policy_type);
        if !archived.contains(name_of(&file.path)) {
            lost.insert(policy_type);
        }
    }
    for file in contents.files(root)? {
        if let Class::Item(policy_type) = place.classify(&file.path) {
            emptied.remove(policy_type);
        }
    }
    Ok(emptied.into_iter().filter(|policy_type| !lost.contains(policy_type)).map(ToOwned::to_owned).collect())
}

impl Capture {
    /// What orders the sets of a scope.
    pub(super) fn at(&self) -> Timestamp {
        self.commit.committed_at
    }
}
