//! Restore evidence: the content before and after a restore, as commits around `IntuneCD-startupdate`.

use std::collections::{BTreeMap, HashMap};

use posture_core::export::snapshot::{Outcome, RestoreRun, Results};
use regex_lite::Regex;
use serde_json::Value;

use super::content::{Contents, File, Place};
use super::item::value;
use super::layout::{Class, is_restorable, split_id};
use crate::history::Commit;
use crate::ids::Ids;
use crate::notes::Notes;
use crate::read_error::ReadError;
use crate::times;
use crate::tree::{folder_of, name_of, stem_and_extension};

/// How the commits of a restore are recognised, and what was restored.
pub(super) struct Marks {
    pub(super) before: Regex,
    pub(super) after: Regex,
    pub(super) from: String,
}

/// The restores in a history, oldest first.
pub(super) fn restores(
    contents: &Contents<'_>,
    commits: &[Commit],
    marks: &Marks,
    scope: &str,
    notes: &mut Notes,
) -> Vec<RestoreRun> {
    let mut ids = Ids::default();
    let mut runs = Vec::new();
    let mut begun: Option<&Commit> = None;
    for commit in commits {
        if marks.before.is_match(&commit.subject) {
            if let Some(abandoned) = begun.replace(commit) {
                runs.push(unfinished(abandoned, scope, &mut ids, notes));
            }
        } else if marks.after.is_match(&commit.subject) {
            let started_at = begun.take().map(|before| before.committed_at);
            let (id, _) = ids.claim("intunecd restore", &format!("{scope}\n{}", commit.id));
            let results = compare(contents, commit, &marks.from).unwrap_or_else(|error| {
                let message =
                    format!("The restore of commit {} cannot be compared: {error}.", commit.id.short());
                notes.error("unreadable_restore", None, message);
                unread("unreadable", &error.to_string())
            });
            if started_at.is_none() {
                let message = format!(
                    "Commit {} ends a restore, but no commit before it begins one.",
                    commit.id.short()
                );
                notes.warning("restore_without_before", None, message);
            }
            runs.push(RestoreRun {
                id,
                status: "completed".into(),
                results: Some(results),
                started_at: times::written(started_at),
                completed_at: times::written(Some(commit.committed_at)),
                ..RestoreRun::default()
            });
        }
    }
    runs.extend(begun.map(|commit| unfinished(commit, scope, &mut ids, notes)));
    runs
}

/// A restore that began, and no commit says that it ended: it changed nothing, or it stopped.
/// Either way its outcome is not known.
fn unfinished(before: &Commit, scope: &str, ids: &mut Ids, notes: &mut Notes) -> RestoreRun {
    let message = format!("Commit {} begins a restore, but no commit after it ends it.", before.id.short());
    notes.warning("restore_without_after", None, message.clone());
    let (id, _) = ids.claim("intunecd restore", &format!("{scope}\n{}", before.id));
    let outcome =
        Outcome { outcome: "end_not_recorded".into(), reason: Some(message.into()), ..Outcome::default() };
    RestoreRun {
        id,
        status: "end_not_recorded".into(),
        results: Some(Results { items: vec![outcome], ..Results::default() }),
        started_at: times::written(Some(before.committed_at)),
        ..RestoreRun::default()
    }
}

/// Outcomes that nobody can read need follow-up.
fn unread(key: &'static str, what: &str) -> Results {
    Results { unread: [(key.into(), Value::Array(vec![Value::from(what)]))].into(), ..Results::default() }
}

/// An item's identity across tenants: its folder, and its name without the id of the tenant's object.
fn key(path: &str) -> (String, String) {
    let (stem, _) = stem_and_extension(name_of(path));
    (folder_of(path).to_owned(), split_id(stem, None).0.to_owned())
}

fn compare(contents: &Contents<'_>, commit: &Commit, from: &str) -> Result<Results, ReadError> {
    let place = Place { folder: from.to_owned() };
    let wanted = contents.files(contents.folder(commit, from)?.as_ref())?;
    let mut present: HashMap<(String, String), Vec<File>> = HashMap::new();
    for file in contents.files(contents.root(commit)?.as_ref())? {
        if let Class::Item(_) = contents.place().classify(&file.path) {
            present.entry(key(&file.path)).or_default().push(file);
        }
    }
    let mut items = Vec::new();
    for file in wanted {
        let Class::Item(policy_type) = place.classify(&file.path) else { continue };
        let candidates = present.get_mut(&key(&file.path)).filter(|files| !files.is_empty());
        let (outcome, reason) = match candidates {
            None if is_restorable(policy_type) => {
                ("failed", Some("It is not in the backup that was made after the restore."))
            }
            None => ("not_applied", Some("IntuneCD does not restore this type.")),
            Some(candidates) => outcome(contents, &file, candidates)?,
        };
        items.push(Outcome {
            outcome: outcome.into(),
            policy_type: Some(policy_type.to_owned().into()),
            label: Some(key(&file.path).1.into()),
            reason: reason.map(Into::into),
        });
    }
    if items.is_empty() {
        // Nothing to compare is not a success.
        return Ok(unread("nothing_to_compare", from));
    }
    Ok(Results { items, ..Results::default() })
}

/// Compares an item with what the tenant holds under its name; of several, the most alike, which no other item can have then.
fn outcome(
    contents: &Contents<'_>,
    file: &File,
    candidates: &mut Vec<File>,
) -> Result<(&'static str, Option<&'static str>), ReadError> {
    let read = |file: &File| value(name_of(&file.path), contents.read(&file.id));
    let Ok(wanted) = read(file) else {
        return Ok(("partially_applied", Some("The file that was restored cannot be read.")));
    };
    let found: Vec<_> = candidates.iter().map(read).collect();
    if let Some(at) = found.iter().position(|found| found.as_ref() == Ok(&wanted)) {
        candidates.remove(at);
        return Ok(("unchanged", None));
    }
    let without = without_assignments(&wanted);
    let alike = found
        .iter()
        .position(|found| found.as_ref().is_ok_and(|found| without_assignments(found) == without));
    candidates.remove(alike.unwrap_or(0));
    let reason = if alike.is_some() {
        "Its assignments differ after the restore."
    } else {
        "Its content differs after the restore."
    };
    Ok(("partially_applied", Some(reason)))
}

fn without_assignments(value: &Value) -> BTreeMap<&str, &Value> {
    let members = value.as_object().into_iter().flatten();
    members
        .filter(|(key, _)| *key != "assignments" && *key != "roleAssignments")
        .map(|(key, value)| (key.as_str(), value))
        .collect()
}
