//! Which commits count, and which backups are on branches that do not.

use std::collections::{BTreeSet, HashSet};

use posture_core::Timestamp;
use posture_core::words::nearest;

use super::commits::{Capture, walk};
use super::content::{Contents, Place};
use crate::history::{History, ObjectId};
use crate::notes::quoted;
use crate::records::Gathered;

/// The commits that a value of the key `refs` names.
pub(super) fn commits(history: &dyn History, refs: &str) -> Vec<ObjectId> {
    match refs {
        "HEAD" => history.head().into_iter().collect(),
        "all" => history
            .head()
            .into_iter()
            .chain(history.refs().iter().map(|known| known.commit.clone()))
            .collect(),
        name => {
            let remote = format!("origin/{name}");
            let found = history.refs().iter().find(|known| known.name == name || known.name == remote);
            found.map(|known| known.commit.clone()).into_iter().collect()
        }
    }
}

/// The commits from which the history is read.
pub(super) fn chosen(history: &dyn History, refs: &str, gathered: &mut Gathered) -> Option<Vec<ObjectId>> {
    let commits = commits(history, refs);
    if commits.is_empty() && history.head().is_none() && history.refs().is_empty() {
        let body = "The repository has no commits. Commit the backup, and gather again.";
        gathered.bad_news("source_unreadable", "high", "The git history is empty", body);
        return None;
    }
    if commits.is_empty() {
        let known: Vec<_> = history.refs().iter().map(|known| known.name.as_str()).collect();
        let near = nearest(refs, known.iter().copied());
        let near = near.map(|near| format!(" Did you mean {near}?")).unwrap_or_default();
        let body = format!(
            "refs is {}, which leads to no commit.{near} The branches are {}.",
            quoted(refs),
            quoted(&known.join(", "))
        );
        gathered.bad_news("source_unreadable", "high", "The git history has no such commit", body);
        return None;
    }
    Some(commits)
}

/// Backups on branches that do not count.
#[derive(Default)]
pub(super) struct Unmerged {
    pub(super) captures: Vec<Capture>,
}

/// The contents of a branch on which the backup is still in a folder in which it was before.
fn former<'h>(
    history: &'h dyn History,
    contents: &Contents<'_>,
    folders: &BTreeSet<String>,
    branch: &ObjectId,
) -> Option<Contents<'h>> {
    let commit = history.commit(branch).ok()?;
    let has_items = |contents: &Contents<'_>| {
        let root = contents.root(&commit).ok().flatten();
        contents.has_items(root.as_ref()).unwrap_or(false)
    };
    if folders.is_empty() || has_items(contents) {
        return None;
    }
    let candidates = folders.iter().map(|folder| Contents::new(history, Place { folder: folder.clone() }));
    candidates.into_iter().find(|former| has_items(former))
}

/// Looks for backups on the other branches, and says how many are newer than the newest that counts.
pub(super) fn unmerged(
    history: &dyn History,
    contents: &Contents<'_>,
    former_folders: &BTreeSet<String>,
    seen: &mut HashSet<ObjectId>,
    newest: Option<Timestamp>,
    gathered: &mut Gathered,
) -> Unmerged {
    let mut unmerged = Unmerged::default();
    let mut branches: BTreeSet<&str> = BTreeSet::new();
    let mut newer = 0;
    for branch in history.refs() {
        let former = former(history, contents, former_folders, &branch.commit);
        let contents = former.as_ref().unwrap_or(contents);
        let walked = walk(history, contents, std::slice::from_ref(&branch.commit), seen);
        let backups = walked.captures.iter().chain(&walked.reports);
        let count = backups.filter(|capture| newest.is_none_or(|newest| capture.at() > newest)).count();
        if count > 0 {
            branches.insert(&branch.name);
        }
        newer += count;
        unmerged.captures.extend(walked.captures);
    }
    if newer > 0 {
        const NAMED: usize = 5;
        let named: Vec<_> = branches.iter().take(NAMED).copied().collect();
        let (are, branch) = if newer == 1 {
            ("1 newer backup is", "a branch that is")
        } else {
            ("newer backups are", "branches that are")
        };
        let count = if newer == 1 { String::new() } else { format!("{newer} ") };
        let more = if branches.len() > NAMED {
            format!(" and {} more", branches.len() - NAMED)
        } else {
            String::new()
        };
        let body = format!(
            "{count}{are} on {branch} not merged: {}{more}. Merge them, or set refs = \"all\".",
            named.join(", ")
        );
        gathered.bad_news("backups_not_merged", "medium", "Newer backups are not merged", body);
    }
    unmerged
}
