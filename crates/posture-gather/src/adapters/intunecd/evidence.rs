//! The evidence in a git repository.

use std::collections::HashSet;

use posture_core::Timestamp;
use posture_core::export::snapshot::{BackupSet, Instant};
use regex_lite::Regex;

use super::commits::{Capture, Walk, walk};
use super::content::{Contents, Place};
use super::layout::clean;
use super::restores::{Marks, restores};
use super::runs::{Ending, Run, RunList, Service};
use super::{as_built, refs, runs, schedule, sets, workflow};
use crate::history::{History, ObjectId};
use crate::ids::Ids;
use crate::notes::quoted;
use crate::records::Gathered;
use crate::source::Source;
use crate::text;
use crate::times;

/// Reads a repository.
pub(super) async fn of_history(
    source: &Source<'_>,
    history: &dyn History,
    from: &[ObjectId],
    place: Place,
    gathered: &mut Gathered,
) {
    let mut contents = Contents::new(history, place);
    let mut seen = HashSet::new();
    let mut walked = walk(history, &contents, from, &mut seen);
    let list = run_list(source, &contents, gathered);
    if let Some(list) = &list {
        walked.merge_runs(&contents, &list.spans());
    }
    report_walk(&walked, source.now, gathered);
    if walked.captures.is_empty() {
        let body = format!("No commit changed an item below {}.", quoted(&contents.place().folder));
        gathered.bad_news("source_unreadable", "high", "The IntuneCD backup was not found", body);
    } else {
        report_removed_backup(source, history, &contents, from, gathered);
    }
    sets::add(source, &mut contents, &walked.captures, gathered);
    let newest = newest(&walked.captures, source.now);
    let (former, at) = (&walked.former_folders, newest.map(Capture::at));
    let unmerged = refs::unmerged(history, &contents, former, &mut seen, at, gathered);
    add_restores(source, &contents, &walked, gathered);
    confirm_by_reports(&contents, newest, &walked.reports, gathered);
    match list {
        Some(list) => {
            let all: Vec<_> = walked.captures.iter().chain(&unmerged.captures).map(Capture::at).collect();
            confirm_by_runs(history, &contents, newest, &all, &list, gathered);
            add_failed_runs(source, &list, gathered);
            schedule::add(source, &contents.place().folder, &list, gathered);
        }
        None => confirm_by_document(source, history, gathered).await,
    }
}

/// The capture whose set is the latest of those that have happened.
fn newest(captures: &[Capture], now: Timestamp) -> Option<&Capture> {
    captures.iter().filter(|capture| capture.at() <= now).max_by_key(|capture| capture.at())
}

/// A backup whose folder is empty now was removed, whatever its last commit held.
fn report_removed_backup(
    source: &Source<'_>,
    history: &dyn History,
    contents: &Contents<'_>,
    from: &[ObjectId],
    gathered: &mut Gathered,
) {
    let has_items = |commit: &ObjectId| {
        let root = history.commit(commit).and_then(|commit| contents.root(&commit));
        root.and_then(|root| contents.has_items(root.as_ref())).unwrap_or(true)
    };
    if !from.iter().any(has_items) {
        let body = format!(
            "The folder {} has no item any more. Its last backups are in the history.",
            quoted(&contents.place().folder)
        );
        gathered.records.expected_scopes.push(source.scope.to_owned());
        gathered.bad_news("source_unreadable", "high", "The IntuneCD backup was removed", body);
    }
}

fn report_walk(walked: &Walk, now: Timestamp, gathered: &mut Gathered) {
    let (captures, commits) = (walked.captures.len(), walked.commits.len());
    gathered.notes.info(
        "read",
        None,
        format!("{captures} of {commits} commits changed an item of the backup."),
    );
    if walked.mixed_merges > 0 {
        let message = match walked.mixed_merges {
            1 => "1 merge commit mixes the items of several backups; it is not a backup itself.".to_owned(),
            many => format!(
                "{many} merge commits mix the items of several backups; they are not backups themselves."
            ),
        };
        gathered.notes.info("merges", None, message);
    }
    for folder in &walked.former_folders {
        let message =
            format!("The backup was in the folder {} before. Moving it was not a backup.", quoted(folder));
        gathered.notes.info("former_folder", None, message);
    }
    let later = walked.captures.iter().filter(|capture| capture.at() > now).count();
    if later > 0 {
        let message = format!("Backups dated after the export, which do not count yet: {later}.");
        gathered.notes.warning("future_commits", None, message);
    }
    for (id, error) in &walked.unreadable {
        gathered.notes.error(
            "unreadable_commit",
            None,
            format!("Commit {} cannot be read: {error}.", id.short()),
        );
    }
    if let Some((id, error)) = walked.unreadable.first() {
        let body = format!(
            "Commits that cannot be read: {}; the first is {}: {error}. Clone the repository again.",
            walked.unreadable.len(),
            id.short()
        );
        gathered.bad_news("history_unreadable", "high", "Part of the git history cannot be read", body);
    }
    if let Some(cut) = walked.cuts.iter().max_by_key(|commit| commit.committed_at)
        && newest(&walked.captures, now).is_none_or(|newest| newest.commit.is_cut)
    {
        let body = format!(
            "The clone is shallow and ends at commit {}, so nothing says when its backup was made. Fetch the whole history (fetch-depth: 0).",
            cut.id.short()
        );
        gathered.bad_news("history_shallow", "high", "The git history is incomplete", body);
    }
}

fn add_restores(source: &Source<'_>, contents: &Contents<'_>, walked: &Walk, gathered: &mut Gathered) {
    let (before, after, from) =
        (source.text("restore_before"), source.text("restore_after"), source.text("restore_from"));
    let (Some(before), Some(after), Some(from)) = (before, after, from) else {
        if [before, after, from].iter().any(Option::is_some) {
            let body = "restore_before, restore_after and restore_from belong together; state all three to get restore evidence.";
            gathered.bad_news("restores_unread", "medium", "Restores are not read", body);
        }
        return;
    };
    let (Ok(before), Ok(after)) = (Regex::new(before), Regex::new(after)) else { return };
    let marks = Marks { before, after, from: clean(from) };
    let runs = restores(contents, &walked.commits, &marks, source.scope, &mut gathered.notes);
    if runs.is_empty() {
        gathered.notes.warning("no_restores", None, "No commit matches restore_before or restore_after.");
    }
    gathered.records.runs.extend(runs);
}

/// The runs of the backup's workflow: of the file the configuration names, or of `runs.json` at the root.
fn run_list(source: &Source<'_>, contents: &Contents<'_>, gathered: &mut Gathered) -> Option<RunList> {
    let path = source.text("runs").unwrap_or("runs.json");
    let bytes = match source.files.get("runs") {
        Some(bytes) => bytes.clone(),
        None if source.tree.entries().iter().any(|entry| entry.path == path) => source.tree.read(path),
        None if source.text("runs").is_some() => Err(crate::ReadError::Missing),
        None => return None,
    };
    let list = bytes.map_err(text::TextError::Read).and_then(text::json).map_err(|error| error.to_string());
    let list = match list.and_then(|value| runs::read(&value)) {
        Ok(list) => list,
        Err(why) => {
            gathered.bad_news(
                "runs_unreadable",
                "high",
                "The list of runs cannot be read",
                format!("Failed to read {path}: {why}."),
            );
            return None;
        }
    };
    if list.unreadable > 0 {
        let body = format!("{} entries of {path} are not runs with an id and a status.", list.unreadable);
        gathered.bad_news("runs_unreadable", "medium", "Runs cannot be read", body);
    }
    let workflow = chosen_workflow(source, contents, &list)?;
    let workflow = match workflow {
        Ok(workflow) => workflow,
        Err(body) => {
            gathered.bad_news(
                "runs_ambiguous",
                "medium",
                "The backup's runs were not found in the list",
                body,
            );
            return None;
        }
    };
    let list = list.of_workflow(&workflow);
    gathered.notes.info(
        "runs",
        Some(path),
        format!("Runs of {} read: {}.", quoted(&workflow), list.runs.len()),
    );
    Some(list)
}

/// The workflow whose runs count; `None` if the list is empty.
fn chosen_workflow(
    source: &Source<'_>,
    contents: &Contents<'_>,
    list: &RunList,
) -> Option<Result<String, String>> {
    let names = list.workflows();
    let listed = || names.iter().copied().collect::<Vec<_>>().join(", ");
    if let Some(wanted) = source.text("workflow") {
        let found = names.iter().find(|name| name.eq_ignore_ascii_case(wanted));
        return Some(match found {
            Some(name) => Ok((*name).to_owned()),
            None => Err(format!(
                "workflow is {}, but the list has runs of {}.",
                quoted(wanted),
                quoted(&listed())
            )),
        });
    }
    let first = names.iter().next()?;
    let workflows = workflow::workflows(source, &contents.place().folder);
    // If the backup's workflow has a name and these runs are of another one, they say nothing about the backup. A pipeline of Azure DevOps
    // does not know its own name.
    let is_another = list.service == Service::GitHub
        && !first.is_empty()
        && workflows.iter().any(|workflow| workflow.service == Service::GitHub)
        && workflows
            .iter()
            .all(|workflow| workflow.name.is_some() && !workflow.is_called(first) && !workflow.is_reusable);
    if names.len() == 1 && !is_another {
        return Some(Ok((*first).to_owned()));
    }
    let of_backup: Vec<_> =
        names.iter().filter(|name| workflows.iter().any(|workflow| workflow.is_called(name))).collect();
    Some(match of_backup.as_slice() {
        [one] => Ok((**one).to_owned()),
        _ => Err(format!(
            "The list has runs of {}. Name the one that runs the backup with the key workflow.",
            quoted(&listed())
        )),
    })
}

/// A successful run that started from the latest content and wrote nothing new confirms it.
fn confirm_by_runs(
    history: &dyn History,
    contents: &Contents<'_>,
    newest: Option<&Capture>,
    captured_at: &[Timestamp],
    list: &RunList,
    gathered: &mut Gathered,
) {
    let Some(newest) = newest else { return };
    let mut unknown_heads = 0;
    let mut confirmations: Vec<Timestamp> = Vec::new();
    for run in &list.runs {
        let (Ending::Succeeded, Some(ended_at)) = (&run.ending, run.ended_at) else { continue };
        if ended_at <= newest.at() || wrote_something(run, captured_at) {
            continue;
        }
        match run.head.as_ref().map(|head| holds(history, contents, head, newest)) {
            Some(Some(true)) => confirmations.push(ended_at),
            Some(Some(false)) => {}
            None | Some(None) => unknown_heads += 1,
        }
    }
    confirmations.sort_unstable();
    confirmations.dedup();
    if unknown_heads > 0 {
        let message = format!(
            "Successful runs from commits that are not in this clone, which confirm nothing: {unknown_heads}."
        );
        gathered.notes.warning("unknown_heads", None, message);
    }
    gathered.notes.info(
        "confirmations",
        None,
        format!("Runs that confirm the latest backup: {}.", confirmations.len()),
    );
    confirm(gathered, newest.at(), &confirmations);
}

/// A backup that committed only its report found exactly the items of the backup before it.
fn confirm_by_reports(
    contents: &Contents<'_>,
    newest: Option<&Capture>,
    reports: &[Capture],
    gathered: &mut Gathered,
) {
    let Some(newest) = newest else { return };
    let has_same_items = |report: &&Capture| {
        let change = contents.change(newest.root.as_ref(), report.root.as_ref());
        report.at() > newest.at() && change.is_ok_and(|change| !contents.touches_items(&change))
    };
    let confirmations: Vec<_> = reports.iter().filter(has_same_items).map(Capture::at).collect();
    confirm(gathered, newest.at(), &confirmations);
}

/// Whether a backup was committed while the run ran, on any branch.
fn wrote_something(run: &Run, captured_at: &[Timestamp]) -> bool {
    let (Some(started_at), Some(ended_at)) = (run.started_at, run.ended_at) else { return false };
    captured_at.iter().any(|at| (started_at..=ended_at).contains(at))
}

/// Whether a commit holds the items of a capture; `None` if the commit cannot be read.
fn holds(history: &dyn History, contents: &Contents<'_>, head: &ObjectId, capture: &Capture) -> Option<bool> {
    let commit = history.commit(head).ok()?;
    let root = contents.root(&commit).ok()?;
    let change = contents.change(capture.root.as_ref(), root.as_ref()).ok()?;
    Some(!contents.touches_items(&change))
}

/// A failed run is a set that failed, so that it is never mistaken for a quiet day.
fn add_failed_runs(source: &Source<'_>, list: &RunList, gathered: &mut Gathered) {
    let mut ids = Ids::default();
    for run in &list.runs {
        let word = match &run.ending {
            Ending::Failed(word) | Ending::Other(word) => word,
            Ending::Succeeded | Ending::Canceled | Ending::Skipped | Ending::Running => continue,
        };
        let (id, _) = ids.claim("intunecd run", &format!("{}\n{}", source.scope, run.id));
        gathered.records.sets.push(BackupSet {
            id,
            name: Some(format!("Run {}: {word}", run.id).into()),
            scope: Some(source.scope.to_owned().into()),
            status: "failed".into(),
            created_at: times::written(run.started_at.or(run.ended_at)),
            ..BackupSet::default()
        });
    }
}

/// Without a list of runs, a document that is newer than the backup confirms it.
async fn confirm_by_document(source: &Source<'_>, history: &dyn History, gathered: &mut Gathered) {
    let Some((path, documented_at)) = as_built::documented_at(source).await else {
        let message = "There is no list of runs and no as-built document, so a day without changes looks like a day without a backup. \
                       See docs/gather/intunecd.md on the key runs.";
        gathered.notes.warning("nothing_confirms", None, message);
        return;
    };
    // The document's time is local; it cannot be later than the commit that holds it.
    let committed_at =
        history.head().and_then(|head| history.commit(&head).ok()).map(|commit| commit.committed_at);
    let at = committed_at.map_or(documented_at, |committed_at| committed_at.min(documented_at));
    let latest = gathered.records.sets.iter().filter_map(|set| set.completed_at.as_ref()?.timestamp()).max();
    if let Some(latest) = latest.filter(|latest| at > *latest) {
        gathered.notes.warning(
            "time_of_as_built",
            Some(&path),
            format!("The document confirms the latest backup at {at}, taken as UTC."),
        );
        confirm(gathered, latest, &[at]);
    }
}

/// Confirms the latest set. It is the last of those that completed then, as the resolver orders them.
fn confirm(gathered: &mut Gathered, latest: Timestamp, at: &[Timestamp]) {
    let completed = |set: &BackupSet| set.completed_at.as_ref().and_then(Instant::timestamp);
    let sets = gathered.records.sets.iter_mut().filter(|set| completed(set) == Some(latest));
    if let Some(set) = sets.max_by_key(|set| set.id) {
        let before = set.confirmations.iter().filter_map(Instant::timestamp);
        let mut all: Vec<_> = before.chain(at.iter().copied()).collect();
        all.sort_unstable();
        all.dedup();
        set.confirmations = all.into_iter().map(Instant::At).collect();
    }
}
