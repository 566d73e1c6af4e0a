//! Velero's objects in the answers of kubectl, and what all of them state.

use std::collections::BTreeMap;

use posture_core::Timestamp;
use posture_core::export::snapshot::Text;
use serde_json::Value;

use crate::adapters::shared::news;
use crate::adapters::shared::values::{get, text, time};
use crate::notes::quoted;
use crate::records::Gathered;

/// Velero's resources by `namespace/name`.
#[derive(Default)]
pub(super) struct Found {
    pub(super) backups: BTreeMap<String, Value>,
    pub(super) schedules: BTreeMap<String, Value>,
    pub(super) restores: BTreeMap<String, Value>,
    /// Objects of one name that are not the same object.
    pub(super) ambiguous: Option<String>,
}

/// The objects of an answer of kubectl: a list, one object, or several answers.
pub(super) fn objects(document: Value, depth: usize, found: &mut Vec<Value>) {
    match document {
        Value::Array(values) if depth < 4 => {
            values.into_iter().for_each(|value| objects(value, depth + 1, found))
        }
        Value::Object(mut object) => match object.remove("items") {
            Some(Value::Array(items)) if depth < 4 => {
                // The API itself names the kind of its items only once, as `BackupList`.
                let kind = object.get("kind").and_then(|kind| kind.as_str()?.strip_suffix("List"));
                let version = object.get("apiVersion").cloned().unwrap_or_default();
                let named = kind
                    .filter(|kind| !kind.is_empty())
                    .map(|kind| [("kind", kind.into()), ("apiVersion", version)]);
                for mut item in items {
                    if let (Some(item), Some(named)) = (item.as_object_mut(), named.clone())
                        && !item.contains_key("kind")
                    {
                        item.extend(named.map(|(key, value): (&str, Value)| (key.to_owned(), value)));
                    }
                    objects(item, depth + 1, found);
                }
            }
            _ => found.push(Value::Object(object)),
        },
        Value::Array(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

pub(super) fn is_velero(value: &Value) -> bool {
    text(value, "apiVersion").is_some_and(|version| version.starts_with("velero.io/"))
}

impl Found {
    pub(super) fn read(&mut self, path: &str, document: Value, gathered: &mut Gathered) {
        let mut values = Vec::new();
        objects(document, 0, &mut values);
        let mut others = 0;
        for value in values {
            let kind = text(&value, "kind").unwrap_or_default().to_owned();
            let metadata = get(&value, "metadata");
            let part = |key| metadata.and_then(|metadata| text(metadata, key)).unwrap_or_default();
            let key = format!("{}/{}", part("namespace"), part("name"));
            let kinds = match kind.as_str() {
                "Backup" => &mut self.backups,
                "Schedule" => &mut self.schedules,
                "Restore" => &mut self.restores,
                "BackupStorageLocation" if is_velero(&value) => {
                    storage(path, &key, &value, gathered);
                    continue;
                }
                _ => {
                    others += 1;
                    continue;
                }
            };
            if !is_velero(&value) || key == "/" {
                others += 1;
                continue;
            }
            match kinds.get(&key) {
                Some(known)
                    if uid(known).is_some_and(|known| uid(&value).is_some_and(|uid| uid != known)) =>
                {
                    self.ambiguous.get_or_insert_with(|| key.clone());
                }
                // Another answer of kubectl may show the object at an earlier time.
                Some(known) if progress_of(known) > progress_of(&value) => continue,
                _ => {}
            }
            kinds.insert(key, value);
        }
        let message = "Backups, schedules and restores were read.";
        gathered.notes.info("read", Some(path), message);
        if others > 0 {
            let message = format!(
                "{others} objects are not backups, schedules or restores of velero.io and were not read."
            );
            gathered.notes.warning("unknown_object", Some(path), message);
        }
    }
}

fn uid(value: &Value) -> Option<&str> {
    text(get(value, "metadata")?, "uid")
}

/// What changes in the life of an object, in the order in which it does.
fn progress_of(value: &Value) -> [Option<Timestamp>; 4] {
    let of = |part, key| get(value, part).and_then(|part| time(part, key));
    [
        of("metadata", "deletionTimestamp"),
        of("status", "completionTimestamp"),
        of("status", "lastBackup"),
        of("status", "startTimestamp"),
    ]
}

/// A place that Velero cannot reach holds backups that nobody can restore now.
fn storage(path: &str, key: &str, location: &Value, gathered: &mut Gathered) {
    let nothing = Value::Null;
    let status = get(location, "status").unwrap_or(&nothing);
    let phase = text(status, "phase").unwrap_or("not stated");
    if phase == "Available" {
        gathered.notes.info("storage", Some(path), format!("The storage location {key} is available."));
        return;
    }
    let why = text(status, "message").map(|message| format!(": {}", quoted(message))).unwrap_or_default();
    let message = format!("The phase of the storage location {key} is {}{why}.", quoted(phase));
    gathered.notes.error("storage_unavailable", Some(path), message.clone());
    let title = format!("Velero cannot use the storage location {key}");
    news::signal_once(&mut gathered.records, "storage_unavailable", "high", title, message);
}

pub(super) fn schedule_of(backup: &Value) -> Option<&str> {
    let labels = get(get(backup, "metadata")?, "labels")?;
    text(labels, "velero.io/schedule-name")
}

pub(super) fn phase(value: &Value) -> &str {
    get(value, "status").and_then(|status| text(status, "phase")).unwrap_or("New")
}

/// The contract's word for a phase, of a backup or a restore. One that is not known stays as it is.
pub(super) fn status(phase: &str, waiting: &'static str) -> Text {
    match phase {
        "New" | "Queued" | "ReadyToStart" => waiting.into(),
        "InProgress"
        | "WaitingForPluginOperations"
        | "WaitingForPluginOperationsPartiallyFailed"
        | "Finalizing"
        | "FinalizingPartiallyFailed" => "running".into(),
        "Completed" => "completed".into(),
        "PartiallyFailed" => "partial".into(),
        "Failed" | "FailedValidation" => "failed".into(),
        _ => phase.to_owned().into(),
    }
}
