//! The history of a backup folder: one set per commit that changed an item.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use posture_core::Timestamp;

use super::content::{Change, Contents, File, Place};
use super::layout::{Class, backup_folders};
use crate::adapters::shared::folder_time::date_in;
use crate::history::{Commit, History, ObjectId};
use crate::read_error::ReadError;
use crate::tree::{below, name_of};

/// Of a history with more commits, a part is not read.
const MOST_COMMITS: usize = if cfg!(test) { 1000 } else { 500_000 };
/// No pipeline makes more commits within a second; a rewritten history may.
const MOST_OF_SECOND: usize = 1000;

/// A commit that changed an item below the backup folder.
#[derive(Clone, Debug)]
pub(super) struct Capture {
    pub(super) commit: Commit,
    /// The backup folder at the commit.
    pub(super) root: Option<ObjectId>,
    /// The types that this commit emptied.
    pub(super) emptied: Emptied,
}

/// The types that a commit emptied, by where their files went.
#[derive(Clone, Debug, Default)]
pub(super) struct Emptied {
    /// Every file moved to the archive.
    pub(super) archived: Vec<String>,
    /// At least one file was deleted.
    pub(super) deleted: Vec<String>,
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
    /// Commits that moved the backup from another folder: the commit before, and that folder.
    pub(super) moves: Vec<(ObjectId, String)>,
    /// The folders in which the backup was before.
    pub(super) former_folders: BTreeSet<String>,
}

/// How often a backup may move to another folder; a longer chain is cut.
const MOST_MOVES: usize = 16;

/// Walks everything that can be reached from some commits, except what was seen before, which grows. Follows the backup into the
/// folders in which it was before.
pub(super) fn walk(
    history: &dyn History,
    contents: &Contents<'_>,
    from: &[ObjectId],
    seen: &mut HashSet<ObjectId>,
) -> Walk {
    let mut whole = walk_folder(history, contents, from, seen);
    let mut moves = std::mem::take(&mut whole.moves);
    for _ in 0..MOST_MOVES {
        let Some((before, folder)) = moves.pop() else { break };
        let former = Contents::new(history, Place { folder: folder.clone() });
        let walked = walk_folder(history, &former, &[before], &mut HashSet::new());
        whole.captures.extend(walked.captures);
        whole.reports.extend(walked.reports);
        whole.unreadable.extend(walked.unreadable);
        whole.former_folders.insert(folder);
        moves.extend(walked.moves);
    }
    for captures in [&mut whole.captures, &mut whole.reports] {
        captures.sort_by(|one, other| (one.at(), &one.commit.id).cmp(&(other.at(), &other.commit.id)));
        captures.dedup_by(|one, other| one.commit.id == other.commit.id);
    }
    whole
}

fn walk_folder(
    history: &dyn History,
    contents: &Contents<'_>,
    from: &[ObjectId],
    seen: &mut HashSet<ObjectId>,
) -> Walk {
    let mut walk = Walk::default();
    let mut next: Vec<ObjectId> = from.to_vec();
    while let Some(id) = next.pop() {
        if !seen.insert(id.clone()) {
            continue;
        }
        if walk.commits.len() >= MOST_COMMITS {
            let why =
                format!("the history has more than {MOST_COMMITS} commits, and the others were not read");
            walk.unreadable.push((id, ReadError::Failed(why)));
            break;
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
    merge_seconds(contents, &commits, &mut walk);
    walk.commits = commits;
    walk
}

/// Pipelines that commit per author make several commits within a second, which are one backup: its last commit has all of it.
fn merge_seconds(contents: &Contents<'_>, commits: &[Commit], walk: &mut Walk) {
    let known: HashMap<&ObjectId, &Commit> = commits.iter().map(|commit| (&commit.id, commit)).collect();
    let captured: HashMap<ObjectId, usize> =
        walk.captures.iter().enumerate().map(|(at, capture)| (capture.commit.id.clone(), at)).collect();
    let mut merged: BTreeSet<usize> = BTreeSet::new();
    for at in 0..walk.captures.len() {
        let last = &walk.captures[at].commit;
        let mut next: Vec<&ObjectId> = last.parents.iter().collect();
        let mut seen: HashSet<&ObjectId> = HashSet::new();
        let mut earlier: BTreeSet<usize> = BTreeSet::new();
        while let Some(id) = next.pop() {
            let commit = known.get(id).filter(|one| one.committed_at == last.committed_at);
            let Some(commit) = commit.filter(|_| seen.len() < MOST_OF_SECOND && seen.insert(id)) else {
                continue;
            };
            earlier.extend(captured.get(id));
            next.extend(&commit.parents);
        }
        for index in &earlier {
            walk.hand_over(contents, *index, at);
        }
        merged.extend(earlier);
    }
    walk.leave_out(&merged);
}

impl Walk {
    /// Makes the captures within each of these runs one backup: the last of them. The runs are sorted by their start.
    pub(super) fn merge_runs(&mut self, contents: &Contents<'_>, runs: &[(Timestamp, Timestamp)]) {
        let run_of = |at: Timestamp| {
            let index = runs.partition_point(|(start, _)| *start <= at).checked_sub(1)?;
            runs.get(index).filter(|(_, end)| at <= *end).map(|_| index)
        };
        let mut last: HashMap<usize, usize> = HashMap::new();
        for (at, capture) in self.captures.iter().enumerate() {
            if let Some(run) = run_of(capture.at()) {
                let known = last.entry(run).or_insert(at);
                if self.captures[*known].at() <= capture.at() {
                    *known = at;
                }
            }
        }
        let mut merged = BTreeSet::new();
        for at in 0..self.captures.len() {
            let last = run_of(self.captures[at].at()).and_then(|run| last.get(&run).copied());
            if let Some(last) = last.filter(|last| *last != at) {
                self.hand_over(contents, at, last);
                merged.insert(at);
            }
        }
        self.leave_out(&merged);
    }

    /// Keeps what a capture emptied that becomes a part of a later one.
    fn hand_over(&mut self, contents: &Contents<'_>, from: usize, to: usize) {
        let Emptied { archived, deleted } = self.captures[from].emptied.clone();
        let root = self.captures[to].root.clone();
        let is_empty = |one: &String| !contents.has_type(root.as_ref(), one).unwrap_or(false);
        let emptied = &mut self.captures[to].emptied;
        emptied.archived.extend(archived.into_iter().filter(is_empty));
        emptied.deleted.extend(deleted.into_iter().filter(is_empty));
    }

    fn leave_out(&mut self, merged: &BTreeSet<usize>) {
        let mut index = 0;
        self.captures.retain(|_| {
            index += 1;
            !merged.contains(&(index - 1))
        });
    }
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
                walk.reports.push(Capture { commit: commit.clone(), root, emptied: Emptied::default() });
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
                walk.captures.push(Capture { commit: commit.clone(), root, emptied: Emptied::default() });
            }
        }
        [change] => {
            if let Some(parent) = parents.first()
                && let Some(folder) = moved_from(history, contents, change, (parent, commit))?
            {
                walk.moves.push((parent.id.clone(), folder));
                return Ok(());
            }
            let emptied = emptied(contents, change, root.as_ref())?;
            walk.captures.push(Capture { commit: commit.clone(), root, emptied });
        }
        // A merge is made of earlier captures; it is none itself.
        _ => walk.mixed_merges += 1,
    }
    Ok(())
}

/// The folder that a commit moved the backup from, if it moved the backup and changed no item.
///
/// The folder must be gone: next to a backup that stays, an equal one is of another tenant.
fn moved_from(
    history: &dyn History,
    contents: &Contents<'_>,
    change: &Change,
    (parent, commit): (&Commit, &Commit),
) -> Result<Option<String>, ReadError> {
    const MOST_CANDIDATES: usize = 16;
    let place = contents.place();
    let is_item = |file: &File| matches!(place.classify(&file.path), Class::Item(_));
    if change.removed.iter().any(is_item) || contents.has_items(contents.root(parent)?.as_ref())? {
        return Ok(None);
    }
    let root = contents.root(commit)?;
    let now: BTreeSet<File> = contents.files(root.as_ref())?.into_iter().filter(is_item).collect();
    let before = contents.files(Some(&parent.root))?;
    let candidates = backup_folders(before.iter().map(|file| file.path.as_str()));
    let has_moved = |folder: &str| {
        let place = Place { folder: folder.to_owned() };
        let items = before.iter().filter_map(|file| {
            let path = below(&file.path, folder)?;
            matches!(place.classify(path), Class::Item(_))
                .then(|| File { path: path.to_owned(), id: file.id.clone() })
        });
        items.collect::<BTreeSet<_>>() == now
    };
    let is_gone = |folder: &str| {
        let former = Contents::new(history, Place { folder: folder.to_owned() });
        former.root(commit).and_then(|root| former.has_items(root.as_ref())).is_ok_and(|has_items| !has_items)
    };
    let mut folders = candidates.into_iter().take(MOST_CANDIDATES).map(|(folder, _)| folder);
    // A folder with a later date in place of an earlier one is the next backup.
    let is_next = |folder: &str| {
        date_in(name_of(folder))
            .is_some_and(|then| date_in(name_of(&place.folder)).is_some_and(|at| at > then))
    };
    Ok(folders
        .find(|folder| *folder != place.folder && !is_next(folder) && is_gone(folder) && has_moved(folder)))
}

/// The types that a commit emptied.
fn emptied(contents: &Contents<'_>, change: &Change, root: Option<&ObjectId>) -> Result<Emptied, ReadError> {
    let place = contents.place();
    let archived: HashSet<&str> = change
        .added
        .iter()
        .filter(|file| place.classify(&file.path) == Class::Archived)
        .map(|file| name_of(&file.path))
        .collect();
    // Whether every removed file of the type is in the archive now.
    let mut types: BTreeMap<&str, bool> = BTreeMap::new();
    for file in &change.removed {
        if let Class::Item(policy_type) = place.classify(&file.path) {
            *types.entry(policy_type).or_insert(true) &= archived.contains(name_of(&file.path));
        }
    }
    for file in &change.added {
        if let Class::Item(policy_type) = place.classify(&file.path) {
            types.remove(policy_type);
        }
    }
    let mut emptied = Emptied::default();
    if types.is_empty() || !contents.has_items(root)? {
        // A backup that was removed as a whole is other news.
        return Ok(emptied);
    }
    for (policy_type, is_archived) in types {
        if !contents.has_type(root, policy_type)? {
            let list = if is_archived { &mut emptied.archived } else { &mut emptied.deleted };
            list.push(policy_type.to_owned());
        }
    }
    Ok(emptied)
}

impl Capture {
    /// What orders the sets of a scope.
    pub(super) fn at(&self) -> Timestamp {
        self.commit.committed_at
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};

    use posture_core::Timestamp;

    use super::{Contents, MOST_COMMITS, Place, walk};
    use crate::history::MemoryHistory;

    /// GA-9: the commits beyond the bound may hold backups, so the history counts as unreadable in part.
    #[test]
    fn a_history_with_too_many_commits_says_so() {
        let start = Timestamp::parse("2026-01-01T00:00:00Z").unwrap().unix_seconds();
        let walked = |commits: usize| {
            let (mut history, mut parents) = (MemoryHistory::new(), Vec::new());
            for minute in 0..commits {
                let at = Timestamp::from_unix_seconds(start + 60 * i64::try_from(minute).unwrap()).unwrap();
                parents = vec![history.commit_files(&parents, at, "Backup", &BTreeMap::new())];
            }
            walk(
                &history,
                &Contents::new(&history, Place { folder: String::new() }),
                &parents,
                &mut HashSet::new(),
            )
        };
        assert!(walked(MOST_COMMITS).unreadable.is_empty());
        let beyond = walked(MOST_COMMITS + 1);
        assert_eq!((beyond.commits.len(), beyond.unreadable.len()), (MOST_COMMITS, 1));
        assert!(beyond.unreadable[0].1.to_string().contains("more than 1000 commits"));
    }
}
