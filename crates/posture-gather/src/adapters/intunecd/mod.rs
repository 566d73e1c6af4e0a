//! IntuneCD: a folder that the tool wrote, or a git repository with its history.

mod as_built;
mod commits;
mod content;
mod evidence;
mod item;
mod layout;
mod refs;
mod restores;
mod runs;
mod schedule;
mod sets;
mod workflow;

use std::collections::BTreeSet;
use std::future::ready;

use posture_core::export::snapshot::BackupSet;
use regex_lite::Regex;
use serde_json::Value;

use crate::adapters::shared::folder_time::date_in;
use crate::history::{Commit, History, Ref};
use crate::ids::id;
use crate::kind::{Key, Kind};
use crate::notes::quoted;
use crate::records::Gathered;
use crate::source::Source;
use crate::times;
use crate::tree::{Tree, below, folder_of, name_of};

use content::{Contents, Place, items_of_tree};
use layout::{Class, clean};

/// The row of the table of kinds.
pub const KIND: Kind = Kind {
    name: "intunecd",
    title: "IntuneCD",
    docs: "docs/gather/intunecd.md",
    keys: &[
        Key {
            name: "folder",
            about: "The folder of the backup below the path. It is found by itself if only one folder looks like a backup.",
            example: "\"prod-backup\"",
            is_file: false,
            check: Key::is_text,
        },
        Key {
            name: "refs",
            about: "The commits that count: \"HEAD\", \"all\" branches, or the name of one branch.",
            example: "\"HEAD\"",
            is_file: false,
            check: Key::is_text,
        },
        Key {
            name: "runs",
            about: "The pipeline's runs, as `gh run list --json …` or `az pipelines runs list` writes them.",
            example: "\"runs.json\"",
            is_file: true,
            check: Key::is_text,
        },
        Key {
            name: "workflow",
            about: "The name of the workflow or pipeline that runs the backup, if the list has several.",
            example: "\"Backup Intune config\"",
            is_file: false,
            check: Key::is_text,
        },
        Key {
            name: "restore_before",
            about: "Pattern of the subject of the commit before a restore.",
            example: "\"^PRE Prod\"",
            is_file: false,
            check: is_pattern,
        },
        Key {
            name: "restore_after",
            about: "Pattern of the subject of the commit after a restore.",
            example: "\"^POST Prod\"",
            is_file: false,
            check: is_pattern,
        },
        Key {
            name: "restore_from",
            about: "The folder that restores are made from.",
            example: "\"prod-restore\"",
            is_file: false,
            check: Key::is_text,
        },
        Key {
            name: "history_days",
            about: "Backups older than this many days are left out, except the newest two. The default is 400.",
            example: "400",
            is_file: false,
            check: Key::is_number,
        },
    ],
    reads_history: true,
    gives_backups: true,
    names_tenants: false,
    detect: |tree, _| Box::pin(ready(detect(tree))),
    gather: |source, gathered| Box::pin(gather(source, gathered)),
};

fn is_pattern(value: &Value) -> Result<(), &'static str> {
    match value.as_str().map(Regex::new) {
        Some(Ok(_)) => Ok(()),
        _ => Err("write a regular expression"),
    }
}

/// Folders that IntuneBackupAndRestore writes and IntuneCD does not.
const OF_OTHER_TOOL: [&str; 8] = [
    "Administrative Templates",
    "App Protection Policies",
    "Autopilot Deployment Profiles",
    "Client Apps",
    "Device Compliance Policies",
    "Device Health Scripts",
    "Device Management Intents",
    "Device Management Scripts",
];

fn detect(tree: &dyn Tree) -> Option<String> {
    let folders = layout::backup_folders(tree.entries().iter().map(|entry| entry.path.as_str()));
    let (folder, types) = folders.first()?;
    // IntuneBackupAndRestore has folders of the same names and of others, and the assignments in folders of their own.
    let is_of_other_tool = |path: &str| {
        let mut parts = below(path, folder).into_iter().flat_map(|path| path.split('/'));
        parts.next().is_some_and(|folder| OF_OTHER_TOOL.contains(&folder))
            || parts.next() == Some("Assignments")
    };
    if tree.entries().iter().any(|entry| is_of_other_tool(&entry.path)) {
        return None;
    }
    let place =
        if folder.is_empty() { "the root".to_owned() } else { format!("the folder {}", quoted(folder)) };
    (*types >= 2).then(|| format!("{place} has {types} of IntuneCD's type folders"))
}

/// The folders of a tree that look like backups, without those that only have a few names in common with one.
pub fn folders_of(tree: &dyn Tree) -> Vec<String> {
    let found = layout::backup_folders(tree.entries().iter().map(|entry| entry.path.as_str()));
    found.into_iter().filter(|(_, types)| *types > 1).map(|(folder, _)| folder).collect()
}

/// Says which files of the backup folder are not items. At the root of a repository, a folder that the tool does not write is not of the
/// backup; one with JSON files may be of a newer version of the tool.
fn note_other_files(source: &Source<'_>, place: &Place, gathered: &mut Gathered) {
    let (mut others, mut unknown) = (0, BTreeSet::new());
    for entry in source.tree.entries() {
        let Some(path) = below(&entry.path, &place.folder) else { continue };
        match place.classify(path) {
            Class::Item(_) | Class::Archived | Class::Report => {}
            Class::Other => {
                others += 1;
                if let (Class::Item(_), Some((folder, _))) = (layout::classify(path), path.split_once('/')) {
                    unknown.insert(folder);
                }
            }
        }
    }
    if others > 0 {
        let message =
            format!("Files that are not items of the backup, such as scripts and documents: {others}.");
        gathered.notes.info("not_items", Some(&place.folder), message);
    }
    if !unknown.is_empty() {
        let names = unknown.into_iter().collect::<Vec<_>>().join(", ");
        let message = format!(
            "Folders with JSON or YAML at the root of the repository that IntuneCD is not known to write, so they were not read: {}.",
            quoted(&names)
        );
        gathered.notes.info("unknown_folders", None, message);
    }
}

async fn gather(source: &Source<'_>, gathered: &mut Gathered) {
    let refs = source.text("refs").unwrap_or("HEAD");
    match source.tree.history() {
        Some(history) => {
            let Some(from) = refs::chosen(history, refs, gathered) else { return };
            let Some(place) = place(source, gathered) else { return };
            if refs == "HEAD" {
                note_other_files(source, &place, gathered);
            }
            evidence::of_history(source, history, &from, place, gathered).await;
        }
        None => {
            let Some(place) = place(source, gathered) else { return };
            note_other_files(source, &place, gathered);
            of_folder(source, &place, gathered).await;
        }
    }
}

/// The backup folder: the configured one, or the only one that looks like a backup.
fn place(source: &Source<'_>, gathered: &mut Gathered) -> Option<Place> {
    let mut folders = folders(source);
    if let Some(folder) = source.text("folder").map(clean) {
        let is_backup = folders.iter().any(|(known, _)| *known == folder);
        folders.retain(|(known, _)| below(known, &folder).is_some());
        // The folder of a tenant may have its backup in a folder of its own.
        if is_backup || folders.is_empty() {
            return Some(Place { folder });
        }
    }
    if let Some(from) = source.text("restore_from").map(clean) {
        folders.retain(|(folder, _)| *folder != from);
    }
    let names: Vec<_> =
        folders.iter().map(|(folder, _)| if folder.is_empty() { "." } else { folder.as_str() }).collect();
    let only = |word: &str| {
        let mut matching = names.iter().filter(|folder| name_of(folder).to_lowercase().contains(word));
        matching.next().filter(|_| matching.next().is_none()).copied()
    };
    let chosen = match names.as_slice() {
        [] => None,
        [one] => Some(*one),
        // Next to a folder to restore from, the backup; next to a backup of a test tenant, that of production.
        several => newest_dated(several).or_else(|| only("backup")).or_else(|| only("prod")),
    };
    let Some(chosen) = chosen else {
        let elsewhere = if names.is_empty() { branches_with_backup(source) } else { Vec::new() };
        let body = if !elsewhere.is_empty() {
            format!(
                "No folder of the commits that count looks like an IntuneCD backup, but these branches have one: {}. Name the branch with the key refs.",
                quoted(&elsewhere.join(", "))
            )
        } else if names.is_empty() {
            "No folder looks like an IntuneCD backup: none has type folders such as \"Settings Catalog\". Name the folder with the key folder.".to_owned()
        } else {
            format!(
                "Several folders look like a backup: {}. Name the one to read with the key folder, or let `posture init` write a tenant for each.",
                quoted(&names.join(", "))
            )
        };
        gathered.bad_news("source_unreadable", "high", "The IntuneCD backup was not found", body);
        return None;
    };
    gathered.notes.info("backup_folder", Some(chosen), format!("The backup folder is {}.", quoted(chosen)));
    let others: Vec<_> = names.iter().filter(|name| **name != chosen).copied().collect();
    if !others.is_empty() {
        gathered.notes.warning(
            "other_folders",
            None,
            format!("Not read, although they look like a backup: {}.", quoted(&others.join(", "))),
        );
    }
    Some(Place { folder: if chosen == "." { String::new() } else { chosen.to_owned() } })
}

/// The newest of folders that are next to each other and all have a date in their names: somebody keeps a folder for each backup.
fn newest_dated<'n>(folders: &[&'n str]) -> Option<&'n str> {
    let first = folder_of(folders.first()?);
    let dated = |folder: &&'n str| {
        date_in(name_of(folder)).filter(|_| folder_of(folder) == first).map(|at| (at, *folder))
    };
    let dated: Option<Vec<_>> = folders.iter().map(dated).collect();
    dated?.into_iter().max().map(|(_, folder)| folder)
}

/// The folders that look like backups, in the files of `HEAD`, or of the newest of the commits that count.
fn folders(source: &Source<'_>) -> Vec<(String, usize)> {
    let of_tree = || layout::backup_folders(source.tree.entries().iter().map(|entry| entry.path.as_str()));
    let refs = source.text("refs").unwrap_or("HEAD");
    let Some(history) = source.tree.history().filter(|_| refs != "HEAD") else { return of_tree() };
    let commits = refs::commits(history, refs).into_iter().filter_map(|id| history.commit(&id).ok());
    let newest = commits
        .filter_map(|commit| Some((commit.committed_at, folders_at(history, &commit)?)))
        .max_by_key(|(at, _)| *at);
    newest.map_or_else(of_tree, |(_, folders)| folders)
}

/// The folders that look like backups at a commit; `None` if there are none.
fn folders_at(history: &dyn History, commit: &Commit) -> Option<Vec<(String, usize)>> {
    let files = Contents::new(history, Place { folder: String::new() }).files(Some(&commit.root)).ok()?;
    let folders = layout::backup_folders(files.iter().map(|file| file.path.as_str()));
    (!folders.is_empty()).then_some(folders)
}

/// The branches that have a backup, for an error that says what to write.
fn branches_with_backup<'s>(source: &'s Source<'_>) -> Vec<&'s str> {
    const MOST: usize = 50;
    let Some(history) = source.tree.history() else { return Vec::new() };
    let has_backup = |branch: &&Ref| {
        let commit = history.commit(&branch.commit).ok();
        commit.is_some_and(|commit| folders_at(history, &commit).is_some())
    };
    history.refs().iter().take(MOST).filter(has_backup).map(|branch| branch.name.as_str()).collect()
}

/// A folder without history does not say when the backup was made; only an as-built document does.
async fn of_folder(source: &Source<'_>, place: &Place, gathered: &mut Gathered) {
    let items = items_of_tree(source, place).await;
    if items.is_empty() {
        let body = format!("The folder {} has no items of an IntuneCD backup.", quoted(&place.folder));
        gathered.bad_news("source_unreadable", "high", "The IntuneCD backup was not found", body);
        return;
    }
    let documented = as_built::documented_at(source).await;
    let (name, completed_at) = match documented {
        Some((path, at)) => {
            gathered.notes.warning(
                "time_of_as_built",
                Some(&path),
                format!("The backup's time is the document's, {at}, taken as UTC."),
            );
            (format!("Folder; time from {path}"), Some(at))
        }
        None => {
            let body = "The folder has no git history and no as-built document, so nothing says when the backup was made. \
                        Gather the git repository instead of a copy of its files.";
            gathered.bad_news("backup_time_unknown", "high", "The time of the backup is not known", body);
            ("Folder of unknown time".to_owned(), None)
        }
    };
    gathered.notes.info("read", None, format!("Items read: {}.", items.len()));
    gathered.records.sets.push(BackupSet {
        id: id(
            "intunecd set",
            &format!(
                "{}\nfolder\n{}",
                source.scope,
                completed_at.map(|at| at.to_string()).unwrap_or_default()
            ),
        ),
        name: Some(name.into()),
        scope: Some(source.scope.to_owned().into()),
        status: "completed".into(),
        item_count: Some(items.len() as u64),
        completed_at: times::written(completed_at),
        items: Some(items),
        ..BackupSet::default()
    });
}
