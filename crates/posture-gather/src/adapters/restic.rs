//! restic: what `restic snapshots --json` returns. A repository is a tenant, and each host with its paths is a scope.

use std::collections::BTreeMap;

use posture_core::export::snapshot::BackupSet;
use serde_json::Value;

use super::shared::values::{count, get, text, time};
use super::shared::{natural_key, news};
use crate::ids::Ids;
use crate::kind::Kind;
use crate::pace::Pace;
use crate::records::Gathered;
use crate::sliced_json;
use crate::source::Source;
use crate::times;
use crate::tree::{Tree, stem_and_extension};

/// The row of the table of kinds.
pub const KIND: Kind = Kind {
    name: "restic",
    title: "restic",
    docs: "docs/gather/restic.md",
    keys: &[],
    reads_history: false,
    gives_backups: true,
    detect: |tree, pace| Box::pin(detect(tree, pace)),
    gather: |source, gathered| Box::pin(gather(source, gathered)),
};

fn is_snapshot(value: &Value) -> bool {
    get(value, "time").is_some() && get(value, "paths").is_some() && get(value, "tree").is_some()
}

/// The snapshots of an answer, in groups or not.
fn snapshots(value: Value, depth: usize, found: &mut Vec<Value>) {
    if is_snapshot(&value) {
        found.push(value);
        return;
    }
    match value {
        Value::Array(values) if depth < 4 => {
            values.into_iter().for_each(|value| snapshots(value, depth + 1, found))
        }
        Value::Object(mut object) => {
            if let Some(group) = object.remove("snapshots").filter(|_| depth < 4) {
                snapshots(group, depth + 1, found);
            }
        }
        Value::Array(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

async fn detect(tree: &dyn Tree, pace: &dyn Pace) -> Option<String> {
    let json = tree.entries().iter().filter(|entry| stem_and_extension(entry.name()).1 == "json");
    for entry in json.take(20) {
        let Some(value) = sliced_json::of_file(pace, tree, &entry.path).await else { continue };
        let mut found = Vec::new();
        snapshots(value, 0, &mut found);
        if found.iter().any(|value| get(value, "hostname").is_some()) {
            return Some(format!("{} lists snapshots of restic", entry.path));
        }
    }
    None
}

async fn gather(source: &Source<'_>, gathered: &mut Gathered) {
    let mut found: BTreeMap<String, Value> = BTreeMap::new();
    for entry in source.tree.entries() {
        source.pause().await;
        let path = entry.path.as_str();
        if stem_and_extension(entry.name()).1 != "json" {
            news::skipped(gathered, path, "it is not a .json file");
            continue;
        }
        match source.read_json(path).await {
            Ok(value) if text(&value, "message_type").is_some_and(|kind| kind.contains("error")) => {
                let why = format!(
                    "restic said {}",
                    crate::notes::quoted(text(&value, "message").unwrap_or_default())
                );
                news::unreadable(source, gathered, path, &why);
            }
            Ok(value) => {
                let mut read = Vec::new();
                snapshots(value, 0, &mut read);
                gathered.notes.info("read", Some(path), format!("Snapshots read: {}.", read.len()));
                for snapshot in read {
                    let key =
                        text(&snapshot, "id").or_else(|| text(&snapshot, "time")).map(ToOwned::to_owned);
                    match key {
                        Some(key) => {
                            found.insert(key, snapshot);
                        }
                        None => gathered.notes.error(
                            "no_id",
                            Some(path),
                            "A snapshot has no id; it was not read.",
                        ),
                    }
                }
            }
            Err(why) => news::unreadable(source, gathered, path, &why.to_string()),
        }
    }
    let mut ids = Ids::default();
    for (key, snapshot) in found {
        let (id, _) = ids.claim("restic snapshot", &natural_key(source, &key));
        gathered.records.sets.push(set(source, id, &key, &snapshot));
    }
}

fn set(source: &Source<'_>, id: u64, key: &str, snapshot: &Value) -> BackupSet {
    let nothing = Value::Null;
    let summary = get(snapshot, "summary").unwrap_or(&nothing);
    let host = text(snapshot, "hostname").unwrap_or("unknown host");
    let mut paths: Vec<_> = get(snapshot, "paths")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    paths.sort_unstable();
    BackupSet {
        id,
        name: Some(text(snapshot, "short_id").unwrap_or(key).to_owned().into()),
        scope: Some(format!("{}/{host}:{}", source.scope, paths.join(",")).into()),
        status: "completed".into(),
        item_count: count(summary, "total_files_processed"),
        created_at: times::written(time(summary, "backup_start")),
        // Before restic 0.17 a snapshot has only the time of its start.
        completed_at: times::written(time(summary, "backup_end").or_else(|| time(snapshot, "time"))),
        opaque: Some(true),
        ..BackupSet::default()
    }
}
