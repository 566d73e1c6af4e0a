//! CIPP: scheduled backup files, and the answers of its list of scheduled tasks.
//!
//! What a file holds is recognised by its content: a backup, a list of backups, a list of tasks, or the details of one task.

mod backups;
mod restores;
mod tasks;
mod tenants;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::shared::detection::first_json;
use super::shared::news;
use super::shared::values::{get, text};
use crate::kind::{Key, Kind};
use crate::pace::Pace;
use crate::records::Gathered;
use crate::source::{Source, TENANT_FILTER};
use crate::tree::{Tree, is_json};

use tenants::Tenants;

/// The row of the table of kinds.
pub const KIND: Kind = Kind {
    name: "cipp",
    title: "CIPP",
    docs: "docs/gather/cipp.md",
    keys: &[Key {
        name: TENANT_FILTER,
        about: "The tenant's name in CIPP, when the files hold several tenants.",
        example: "\"contoso.onmicrosoft.com\"",
        is_file: false,
        check: Key::is_text,
    }],
    reads_history: false,
    gives_backups: true,
    names_tenants: true,
    detect: |tree, pace| Box::pin(detect(tree, pace)),
    gather: |source, gathered| Box::pin(gather(source, gathered)),
};

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Document {
    /// A backup of one tenant.
    Backup,
    /// A task of the scheduler, with or without its details.
    Task,
    /// The name of a backup, without its content.
    BackupName,
    /// A backup of CIPP's own settings.
    OwnBackup,
}

fn document(value: &Value) -> Option<Document> {
    let is_own = text(value, "PartitionKey").is_some_and(|key| key.eq_ignore_ascii_case("CIPPBackup"));
    if is_own || (get(value, "table").is_some() && get(value, "PartitionKey").is_some()) {
        return Some(Document::OwnBackup);
    }
    let is_task = get(value, "Task").is_some_and(Value::is_object)
        || (get(value, "Command").is_some() && get(value, "TaskState").is_some());
    if is_task {
        return Some(Document::Task);
    }
    if get(value, "BackupName").is_some() {
        return Some(Document::BackupName);
    }
    let is_named = get(value, "RowKey").is_some() && get(value, "TenantFilter").is_some();
    let is_backup =
        text(value, "PartitionKey").is_some_and(|key| key.eq_ignore_ascii_case("ScheduledBackup"));
    (is_backup || is_named || backups::has_area(value)).then_some(Document::Backup)
}

/// Everything read, before it is given to tenants.
#[derive(Default)]
struct Found {
    backups: BTreeMap<String, backups::Backup>,
    tasks: BTreeMap<String, tasks::Task>,
}

impl Found {
    /// Adds a backup, unless the same one is known in more detail.
    fn add(&mut self, backup: backups::Backup) {
        match self.backups.get(backup.row_key()) {
            Some(known) if known.tells_more_than(&backup) => {}
            _ => {
                self.backups.insert(backup.row_key().to_owned(), backup);
            }
        }
    }

    /// The lower-case names of the tenants in the files.
    fn tenants(&self) -> BTreeSet<String> {
        let of_backups = self.backups.values().map(|backup| backup.tenant().to_lowercase());
        let of_tasks = self.tasks.values().filter_map(|task| task.tenant().map(str::to_lowercase));
        of_backups.chain(of_tasks).filter(|word| !word.is_empty()).collect()
    }
}

async fn detect(tree: &dyn Tree, pace: &dyn Pace) -> Option<String> {
    first_json(tree, pace, |name, value| {
        let first = value.as_array().map_or(Some(&value), |values| values.first());
        match first.and_then(document)? {
            Document::Backup => backups::named_time(name).map(|_| "is a scheduled backup of CIPP"),
            Document::Task => Some("lists scheduled tasks of CIPP"),
            Document::BackupName => Some("lists CIPP's backups"),
            Document::OwnBackup => None,
        }
    })
    .await
}

async fn gather(source: &Source<'_>, gathered: &mut Gathered) {
    let mut found = Found::default();
    for entry in source.tree.entries() {
        source.pause().await;
        let path = entry.path.as_str();
        if !is_json(entry.name()) {
            news::skipped(gathered, path, "it is not a .json file");
            continue;
        }
        match source.read_json(path).await {
            Ok(value) => read(path, value, &mut found, gathered),
            Err(why) if backups::named_time(entry.name()).is_some() => {
                let message = format!("Failed to read the backup: {why}.");
                gathered.notes.error("unreadable_file", Some(path), message);
                let backup = backups::Backup::unreadable(path, &why.to_string());
                found.add(backup);
            }
            Err(why) => news::unreadable(source, gathered, path, &why.to_string()),
        }
    }
    let tenants = Tenants::new(source, &found.tenants(), gathered);
    let Found { backups, tasks } = found;
    let requested = tasks::requested_areas(&tasks);
    let sets = backups::records(source, &tenants, backups, &requested, gathered);
    tasks::records(source, &tenants, tasks, &sets, gathered);
}

fn read(path: &str, value: Value, found: &mut Found, gathered: &mut Gathered) {
    let values = match value {
        Value::Array(values) => values,
        Value::Object(_) => vec![value],
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            news::skipped(gathered, path, "it holds neither an object nor a list");
            return;
        }
    };
    let (mut read, mut unknown, mut own) = (0, 0, 0);
    for value in values {
        match document(&value) {
            Some(Document::Backup | Document::BackupName) => {
                let backup = backups::Backup::read(path, value, gathered);
                found.add(backup);
            }
            Some(Document::Task) => tasks::Task::read(path, value, &mut found.tasks, gathered),
            Some(Document::OwnBackup) => {
                own += 1;
                continue;
            }
            None => {
                unknown += 1;
                continue;
            }
        }
        read += 1;
    }
    gathered.notes.info("read", Some(path), format!("Backups and tasks read: {read}."));
    if own > 0 {
        news::skipped(gathered, path, "it is a backup of CIPP's own settings, not of a tenant");
    }
    if unknown > 0 {
        let message = format!("{unknown} entries are neither backups nor scheduled tasks and were not read.");
        gathered.notes.warning("unknown_entry", Some(path), message);
    }
}
