//! Backups: one set each, in the scope of their schedule, else of what they cover.

use std::collections::BTreeMap;

use posture_core::export::snapshot::{BackupSet, QualitySummary};
use serde_json::Value;

use super::objects::{Found, phase, schedule_of, status};
use crate::adapters::shared::natural_key;
use crate::adapters::shared::values::{count, get, time};
use crate::ids::Ids;
use crate::records::Gathered;
use crate::source::Source;
use crate::times;

/// The ids of the sets, by the backup's `namespace/name`.
pub(super) type Sets = BTreeMap<String, u64>;

/// What a backup without a schedule covers. Backups of different namespaces do not replace each other.
fn coverage(backup: &Value) -> String {
    let names = |key| {
        let spec = get(backup, "spec");
        let values = spec.and_then(|spec| get(spec, key)).and_then(Value::as_array).into_iter().flatten();
        let mut names: Vec<_> = values.filter_map(Value::as_str).filter(|name| *name != "*").collect();
        names.sort_unstable();
        names.join(",")
    };
    let labels = get(backup, "spec")
        .and_then(|spec| get(get(spec, "labelSelector")?, "matchLabels")?.as_object())
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
        .collect::<Vec<_>>()
        .join(",");
    let parts = [names("includedNamespaces"), names("includedResources"), labels];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

pub(super) fn records(source: &Source<'_>, found: &Found, gathered: &mut Gathered) -> Sets {
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
        let part = schedule.map_or_else(|| coverage(backup), ToOwned::to_owned);
        let scope =
            if part.is_empty() { source.scope.to_owned() } else { format!("{}/{part}", source.scope) };
        let set = set(id, key, backup, scope);
        if set.completed_at.is_none() && matches!(&*set.status, "completed" | "partial") {
            let message = format!("The backup {key} does not say when it was completed; it does not count.");
            gathered.notes.error("no_time", None, message);
        }
        gathered.records.sets.push(set);
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
    let hooks = get(status_of, "hookStatus").unwrap_or(&nothing);
    let lost: u64 = [
        ("volumeSnapshotsAttempted", "volumeSnapshotsCompleted"),
        ("csiVolumeSnapshotsAttempted", "csiVolumeSnapshotsCompleted"),
    ]
    .into_iter()
    .map(|(attempted, completed)| number(status_of, attempted).saturating_sub(number(status_of, completed)))
    // Without its hook, the data of an application may not be consistent.
    .chain([number(status_of, "backupItemOperationsFailed"), number(hooks, "hooksFailed")])
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
