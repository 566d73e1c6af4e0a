//! restic: what `restic snapshots --json` returns. A repository is a tenant, and each host with its paths is a scope.

use std::collections::BTreeMap;

use posture_core::export::snapshot::BackupSet;
use serde_json::Value;

use super::shared::detection::first_json;
use super::shared::values::{count, get, text, time};
use super::shared::{natural_key, news};
use crate::ids::Ids;
use crate::kind::{Key, Kind};
use crate::notes::quoted;
use crate::pace::Pace;
use crate::records::Gathered;
use crate::source::Source;
use crate::text::TextError;
use crate::times;
use crate::tree::{Tree, is_json};

/// The row of the table of kinds.
pub const KIND: Kind = Kind {
    name: "restic",
    title: "restic",
    docs: "docs/gather/restic.md",
    keys: &[Key {
        name: "group_by",
        about: "What distinguishes scopes: host, paths or tags, or several of them, as for `restic forget`.",
        example: "\"host,paths\"",
        is_file: false,
        check: is_grouping,
    }],
    reads_history: false,
    gives_backups: true,
    names_tenants: false,
    detect: |tree, pace| Box::pin(detect(tree, pace)),
    gather: |source, gathered| Box::pin(gather(source, gathered)),
};

/// The groups that a source can have: restic's own words.
const GROUPS: [&str; 3] = ["host", "paths", "tags"];

fn is_grouping(value: &Value) -> Result<(), &'static str> {
    let is_known = |word: &str| GROUPS.contains(&word.trim());
    if value.as_str().is_some_and(|text| text.split(',').all(is_known)) {
        Ok(())
    } else {
        Err("write host, paths, tags, or several of them with commas")
    }
}

/// What a file of restic's JSON holds.
#[derive(Default)]
struct Found {
    snapshots: Vec<Value>,
    /// Entries that are not snapshots, nor the keys of groups of them.
    others: usize,
}

impl Found {
    fn add(&mut self, value: Value, depth: usize) {
        if is_snapshot(&value) {
            self.snapshots.push(value);
            return;
        }
        match value {
            Value::Array(values) if depth < 4 => {
                values.into_iter().for_each(|value| self.add(value, depth + 1));
            }
            Value::Object(mut object) => match object.remove("snapshots") {
                Some(group) if depth < 4 => self.add(group, depth + 1),
                // rustic writes a group as a pair of its key and its snapshots.
                _ => self.others += usize::from(depth < 2),
            },
            Value::Null => {}
            Value::Array(_) | Value::Bool(_) | Value::Number(_) | Value::String(_) => self.others += 1,
        }
    }
}

fn is_snapshot(value: &Value) -> bool {
    let has = |key| get(value, key).is_some();
    // Some people keep only the keys that they need, with jq.
    has("time") && ((has("tree") && has("hostname")) || (has("paths") && (has("id") || has("short_id"))))
}

async fn detect(tree: &dyn Tree, pace: &dyn Pace) -> Option<String> {
    first_json(tree, pace, |_, value| {
        let mut found = Found::default();
        found.add(value, 0);
        let is_known = found.snapshots.iter().any(|value| get(value, "hostname").is_some());
        is_known.then_some("lists snapshots of restic")
    })
    .await
}

async fn gather(source: &Source<'_>, gathered: &mut Gathered) {
    let mut snapshots: BTreeMap<String, Value> = BTreeMap::new();
    for entry in source.tree.entries() {
        source.pause().await;
        let path = entry.path.as_str();
        if !is_json(entry.name()) {
            news::skipped(gathered, path, "it is not a .json file");
            continue;
        }
        let mut found = Found::default();
        match values(source, path).await {
            Ok(values) => {
                for value in values {
                    if !message(source, path, &value, gathered) {
                        found.add(value, 0);
                    }
                }
            }
            Err(why) => {
                news::unreadable(source, gathered, path, &why.to_string());
                continue;
            }
        }
        gathered.notes.info("read", Some(path), format!("Snapshots read: {}.", found.snapshots.len()));
        if found.others > 0 {
            let message = format!(
                "{} entries are not snapshots and were not read. Save the output of `restic snapshots --json`.",
                found.others
            );
            gathered.notes.warning("unknown_entry", Some(path), message);
        }
        for snapshot in found.snapshots {
            let key = ["id", "short_id", "time"].into_iter().find_map(|key| text(&snapshot, key));
            let key = key.map(ToOwned::to_owned);
            match key {
                Some(key) => {
                    if time(&snapshot, "time").is_none() {
                        let message = format!(
                            "The snapshot {} does not say when it was made; it does not count.",
                            quoted(&key)
                        );
                        gathered.notes.error("no_time", Some(path), message);
                    }
                    snapshots.insert(key, snapshot);
                }
                None => {
                    let message = "A snapshot has no id; it was not read.";
                    gathered.notes.error("no_id", Some(path), message);
                }
            }
        }
    }
    let mut ids = Ids::default();
    let mut sizes: BTreeMap<String, usize> = BTreeMap::new();
    for (key, snapshot) in snapshots {
        let (id, _) = ids.claim("restic snapshot", &natural_key(source, &key));
        let scope = scope(source, &snapshot);
        *sizes.entry(scope.clone()).or_default() += 1;
        gathered.records.sets.push(set(id, &key, scope, &snapshot));
    }
    let single = sizes.values().filter(|size| **size == 1).count();
    if single > 2 {
        let message = format!(
            "{single} of {} scopes have only one snapshot. If paths or tags change with each backup, state what \
             does not, for instance group_by = \"host\".",
            sizes.len()
        );
        gathered.notes.info("single_snapshots", None, message);
    }
}

/// The values of a file: one, or one a line, as restic writes messages.
async fn values(source: &Source<'_>, path: &str) -> Result<Vec<Value>, TextError> {
    let text = source.read_text(path).await?;
    match source.json_of(&text).await {
        Ok(value) => Ok(vec![value]),
        Err(why @ TextError::TooManyValues) => Err(why),
        Err(why) => serde_json::Deserializer::from_str(&text)
            .into_iter()
            .collect::<Result<Vec<_>, _>>()
            .ok()
            .filter(|values| !values.is_empty())
            .ok_or(why),
    }
}

/// Reads a message of restic, if the value is one.
fn message(source: &Source<'_>, path: &str, value: &Value, gathered: &mut Gathered) -> bool {
    let Some(kind) = text(value, "message_type") else { return false };
    if kind.contains("error") {
        let said = text(value, "message").or_else(|| text(get(value, "error")?, "message"));
        let why = format!("restic printed {}", quoted(said.unwrap_or_default()));
        news::unreadable(source, gathered, path, &why);
        return true;
    }
    match get(value, "num_errors").map(|_| count(value, "num_errors")) {
        Some(Some(0)) => {
            gathered.notes.info("check", Some(path), "`restic check` found no errors.");
        }
        Some(errors) => {
            let message = format!(
                "`restic check` found {} errors, so snapshots may not restore. Repair the repository.",
                errors.map_or_else(|| "an unknown number of".to_owned(), |errors| errors.to_string())
            );
            gathered.notes.error("repository_damaged", Some(path), message.clone());
            let title = format!("The repository of {} is damaged", source.scope);
            news::signal_once(&mut gathered.records, "repository_damaged", "high", title, message);
        }
        None => return false,
    }
    true
}

/// The host with its paths, or the group that the source states.
fn scope(source: &Source<'_>, snapshot: &Value) -> String {
    let list = |key| {
        let values = get(snapshot, key).and_then(Value::as_array).into_iter().flatten();
        let mut words: Vec<_> = values.filter_map(Value::as_str).collect();
        words.sort_unstable();
        words.join(",")
    };
    let wanted = source.text("group_by").unwrap_or("host,paths");
    let is_wanted = |group: &str| wanted.split(',').any(|word| word.trim() == group);
    let parts = GROUPS.into_iter().filter(|group| is_wanted(group)).map(|group| match group {
        "host" => text(snapshot, "hostname").unwrap_or("unknown host").to_owned(),
        group => list(group),
    });
    format!("{}/{}", source.scope, parts.collect::<Vec<_>>().join(":"))
}

fn set(id: u64, key: &str, scope: String, snapshot: &Value) -> BackupSet {
    let nothing = Value::Null;
    let summary = get(snapshot, "summary").unwrap_or(&nothing);
    BackupSet {
        id,
        name: Some(text(snapshot, "short_id").unwrap_or(key).to_owned().into()),
        scope: Some(scope.into()),
        status: "completed".into(),
        item_count: count(summary, "total_files_processed"),
        created_at: times::written(time(summary, "backup_start")),
        // Before restic 0.17 a snapshot has only the time of its start.
        completed_at: times::written(time(summary, "backup_end").or_else(|| time(snapshot, "time"))),
        opaque: Some(true),
        ..BackupSet::default()
    }
}
