//! Velero: what `kubectl get backups,schedules,restores -o json` returns. A cluster is a tenant.

use std::collections::BTreeMap;

use posture_core::export::snapshot::{
    BackupSchedule, BackupSet, Counts, QualitySummary, RestoreRun, Results, Text,
};
use serde_json::Value;

use super::shared::values::{count, flag, get, text, time};
use super::shared::{natural_key, news};
use crate::cron::{Cron, Frequency, frequency};
use crate::ids::Ids;
use crate::kind::Kind;
use crate::notes::quoted;
use crate::pace::Pace;
use crate::records::Gathered;
use crate::sliced_json;
use crate::source::Source;
use crate::times;
use crate::tree::{Tree, stem_and_extension};

/// The row of the table of kinds.
pub const KIND: Kind = Kind {
    name: "velero",
    title: "Velero",
    docs: "docs/gather/velero.md",
    keys: &[],
    reads_history: false,
    gives_backups: true,
    detect: |tree, pace| Box::pin(detect(tree, pace)),
    gather: |source, gathered| Box::pin(gather(source, gathered)),
};

/// Velero's resources by `namespace/name`.
#[derive(Default)]
struct Found {
    backups: BTreeMap<String, Value>,
    schedules: BTreeMap<String, Value>,
    restores: BTreeMap<String, Value>,
}

/// The objects of an answer of kubectl: a list, one object, or several answers.
fn objects(document: Value, depth: usize, found: &mut Vec<Value>) {
    match document {
        Value::Array(values) if depth < 4 => {
            values.into_iter().for_each(|value| objects(value, depth + 1, found))
        }
        Value::Object(object) => {
            let value = Value::Object(object);
            match get(&value, "items").filter(|items| items.is_array()).cloned() {
                Some(items) => objects(items, depth + 1, found),
                None => found.push(value),
            }
        }
        Value::Array(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_velero(value: &Value) -> bool {
    text(value, "apiVersion").is_some_and(|version| version.starts_with("velero.io/"))
}

async fn detect(tree: &dyn Tree, pace: &dyn Pace) -> Option<String> {
    let json = tree.entries().iter().filter(|entry| stem_and_extension(entry.name()).1 == "json");
    for entry in json.take(20) {
        let Some(value) = sliced_json::of_file(pace, tree, &entry.path).await else { continue };
        let mut found = Vec::new();
        objects(value, 0, &mut found);
        if found.iter().any(is_velero) {
            return Some(format!("{} holds resources of velero.io", entry.path));
        }
    }
    None
}

async fn gather(source: &Source<'_>, gathered: &mut Gathered) {
    let mut found = Found::default();
    for entry in source.tree.entries() {
        source.pause().await;
        let path = entry.path.as_str();
        if stem_and_extension(entry.name()).1 != "json" {
            news::skipped(gathered, path, "it is not a .json file");
            continue;
        }
        match source.read_json(path).await {
            Ok(document) => found.read(path, document, gathered),
            Err(why) => news::unreadable(source, gathered, path, &why.to_string()),
        }
    }
    let sets = backups(source, &found, gathered);
    schedules(source, &found, gathered);
    restores(source, &found, &sets, gathered);
}

impl Found {
    fn read(&mut self, path: &str, document: Value, gathered: &mut Gathered) {
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
                _ => {
                    others += 1;
                    continue;
                }
            };
            if !is_velero(&value) || key == "/" {
                others += 1;
                continue;
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

fn schedule_of(backup: &Value) -> Option<&str> {
    let labels = get(get(backup, "metadata")?, "labels")?;
    text(labels, "velero.io/schedule-name")
}

fn phase(value: &Value) -> &str {
    get(value, "status").and_then(|status| text(status, "phase")).unwrap_or("New")
}

/// The contract's word for a phase, of a backup or a restore. One that is not known stays as it is.
fn status(phase: &str, waiting: &'static str) -> Text {
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

type Sets = BTreeMap<String, u64>;

fn backups(source: &Source<'_>, found: &Found, gathered: &mut Gathered) -> Sets {
    let mut ids = Ids::default();
    let mut sets = Sets::new();
    let has_schedules = found.backups.values().any(|backup| schedule_of(backup).is_some());
    let mut unscheduled = 0;
    for (key, backup) in &found.backups {
        let schedule = schedule_of(backup);
        if schedule.is_none() && has_schedules {
            unscheduled += 1;
            continue;
        }
        let (id, _) = ids.claim("velero backup", &natural_key(source, key));
        sets.insert(key.clone(), id);
        // Schedules cover different things, so a set of one never replaces a set of another.
        let scope =
            schedule.map_or_else(|| source.scope.to_owned(), |name| format!("{}/{name}", source.scope));
        gathered.records.sets.push(set(id, key, backup, scope));
    }
    if unscheduled > 0 {
        let message =
            format!("{unscheduled} backups were made by hand, next to schedules, and were skipped.");
        gathered.notes.info("unscheduled", None, message);
    }
    sets
}

fn set(id: u64, key: &str, backup: &Value, scope: String) -> BackupSet {
    let nothing = Value::Null;
    let (status_of, metadata) =
        (get(backup, "status").unwrap_or(&nothing), get(backup, "metadata").unwrap_or(&nothing));
    let phase = phase(backup);
    let mut set = BackupSet {
        id,
        name: Some(key.to_owned().into()),
        scope: Some(scope.into()),
        status: if phase == "Deleting" { "archived".into() } else { status(phase, "queued") },
        created_at: times::written(
            time(status_of, "startTimestamp").or_else(|| time(metadata, "creationTimestamp")),
        ),
        completed_at: times::written(time(status_of, "completionTimestamp")),
        deleted_at: times::written(time(metadata, "deletionTimestamp")),
        ..BackupSet::default()
    };
    let Some(progress) = get(status_of, "progress") else {
        set.opaque = Some(true);
        return set;
    };
    // Kubernetes leaves out numbers that are 0.
    let number = |value: &Value, key| count(value, key).unwrap_or(0);
    let lost: u64 = [
        ("volumeSnapshotsAttempted", "volumeSnapshotsCompleted"),
        ("csiVolumeSnapshotsAttempted", "csiVolumeSnapshotsCompleted"),
    ]
    .into_iter()
    .map(|(attempted, completed)| number(status_of, attempted).saturating_sub(number(status_of, completed)))
    .fold(0, u64::saturating_add)
    .min(1 << 52);
    let (errors, warnings) = (number(status_of, "errors"), number(status_of, "warnings"));
    let total_items = number(progress, "itemsBackedUp");
    set.item_count = Some(number(progress, "totalItems").max(total_items));
    let mut quality =
        QualitySummary { total_items, degraded_items: errors.max(lost), ..QualitySummary::default() };
    if errors.max(lost) > 0 {
        quality.families.insert("integrity_warning".into(), errors.max(lost));
    }
    if warnings > 0 {
        // They are in the backup's log, not here.
        quality.unknowns.insert("warnings_unread".into(), warnings);
    }
    set.quality = Some(quality);
    set
}

fn schedules(source: &Source<'_>, found: &Found, gathered: &mut Gathered) {
    let mut ids = Ids::default();
    for (key, schedule) in &found.schedules {
        let nothing = Value::Null;
        let part = |key| get(schedule, key).unwrap_or(&nothing);
        let written = text(part("spec"), "schedule").unwrap_or_default();
        let name = key.rsplit_once('/').map_or(key.as_str(), |(_, name)| name);
        let newest = found
            .backups
            .values()
            .filter(|backup| schedule_of(backup) == Some(name))
            .max_by_key(|backup| get(backup, "status").and_then(|status| time(status, "startTimestamp")));
        let last_run_status = if text(part("status"), "phase") == Some("FailedValidation") {
            Some("failed".into())
        } else {
            newest.map(|backup| match status(phase(backup), "running") {
                word if word == "completed" => "success".into(),
                word => word,
            })
        };
        let (frequency, interval_minutes, days_of_week) = how_often(written).unwrap_or_else(|| {
            let message =
                format!("The schedule {} of {key} is not known; it counts as daily.", quoted(written));
            gathered.notes.warning("unknown_schedule", None, message);
            (
                Text::from(if written.is_empty() { "not stated".to_owned() } else { written.to_owned() }),
                None,
                Vec::new(),
            )
        });
        gathered.records.schedules.push(BackupSchedule {
            id: ids.claim("velero schedule", &natural_key(source, key)).0,
            name: Some(key.clone().into()),
            is_enabled: flag(part("spec"), "paused") != Some(true),
            frequency,
            interval_minutes,
            days_of_week,
            last_run_at: times::written(time(part("status"), "lastBackup")),
            last_run_status,
            created_at: times::written(time(part("metadata"), "creationTimestamp")),
            ..BackupSchedule::default()
        });
    }
}

/// The frequency of a cron expression, or of one of its short forms such as `@every 6h`.
fn how_often(written: &str) -> Option<(Text, Option<u64>, Vec<u64>)> {
    const GREATEST: u64 = 527_040;
    let written = written.trim();
    let written = match written.strip_prefix("CRON_TZ=").or_else(|| written.strip_prefix("TZ=")) {
        Some(rest) => rest.split_once(' ')?.1.trim(),
        None => written,
    };
    if let Some(duration) = written.strip_prefix("@every ") {
        let minutes = minutes(duration.trim()).filter(|minutes| (1..=GREATEST).contains(minutes))?;
        return Some(("interval".into(), Some(minutes), Vec::new()));
    }
    let cron = match written {
        "@hourly" => "0 * * * *",
        "@daily" | "@midnight" => "0 0 * * *",
        "@weekly" => "0 0 * * 0",
        "@monthly" => "0 0 1 * *",
        _ => written,
    };
    Some(match frequency(&[Cron::parse(cron)?])? {
        Frequency::Daily => ("daily".into(), None, Vec::new()),
        Frequency::Weekly(days) => ("weekly".into(), None, days),
        Frequency::Monthly => ("monthly".into(), None, Vec::new()),
        Frequency::Interval(minutes) => {
            ("interval".into(), Some(minutes).filter(|minutes| (1..=GREATEST).contains(minutes)), Vec::new())
        }
    })
}

/// The whole minutes of a duration such as `24h`, `1h30m` or `90m0s`.
fn minutes(duration: &str) -> Option<u64> {
    let mut seconds: u64 = 0;
    let mut rest = duration;
    while !rest.is_empty() {
        let end = rest.find(|char: char| !char.is_ascii_digit())?;
        let number: u64 = rest.get(..end)?.parse().ok()?;
        let unit = match rest.as_bytes().get(end)? {
            b'h' => 3600,
            b'm' => 60,
            b's' => 1,
            _ => return None,
        };
        seconds = seconds.checked_add(number.checked_mul(unit)?)?;
        rest = rest.get(end + 1..)?;
    }
    (seconds > 0).then(|| seconds.div_ceil(60))
}

fn restores(source: &Source<'_>, found: &Found, sets: &Sets, gathered: &mut Gathered) {
    let mut ids = Ids::default();
    for (key, restore) in &found.restores {
        let nothing = Value::Null;
        let part = |key| get(restore, key).unwrap_or(&nothing);
        let (status_of, phase) = (part("status"), phase(restore));
        let status = status(phase, "pending");
        let number = |value: &Value, key| count(value, key).unwrap_or(0);
        let (errors, warnings) = (number(status_of, "errors"), number(status_of, "warnings"));
        let mut results = Results::default();
        match get(status_of, "progress") {
            Some(progress) => {
                results.counts = Some(Counts {
                    applied: Some(number(progress, "itemsRestored")),
                    failed: Some(errors),
                    // Most say that a resource exists already and differs; they are in the restore's log, not here.
                    unrecognised: (warnings > 0).then_some(warnings),
                    ..Counts::default()
                });
            }
            None if errors > 0 => results.counts = Some(Counts { failed: Some(errors), ..Counts::default() }),
            None if status == "completed" => {
                results.unread.insert("velero_status".into(), serde_json::json!([phase]));
            }
            None => {}
        }
        let namespace = key.split_once('/').map_or("", |(namespace, _)| namespace);
        let backup = text(part("spec"), "backupName").map(|name| format!("{namespace}/{name}"));
        gathered.records.runs.push(RestoreRun {
            id: ids.claim("velero restore", &natural_key(source, key)).0,
            backup_set_id: backup.and_then(|key| sets.get(&key).copied()),
            status,
            is_dry_run: false,
            results: Some(results),
            created_at: times::written(time(part("metadata"), "creationTimestamp")),
            started_at: times::written(time(status_of, "startTimestamp")),
            completed_at: times::written(time(status_of, "completionTimestamp")),
            deleted_at: times::written(time(part("metadata"), "deletionTimestamp")),
            ..RestoreRun::default()
        });
    }
}
