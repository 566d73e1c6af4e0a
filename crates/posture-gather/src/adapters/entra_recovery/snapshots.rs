//! Snapshots: opaque backup sets, and the daily schedule that makes them.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use posture_core::Timestamp;
use posture_core::export::snapshot::{BackupSchedule, BackupSet};
use serde_json::Value;

use crate::adapters::shared::values::{get, text, time, time_of};
use crate::adapters::shared::{natural_key, news};
use crate::ids::Ids;
use crate::records::Gathered;
use crate::source::Source;
use crate::times;

/// The sets by the instant at which they were made, for the jobs that restore to one.
pub(super) type Sets = BTreeMap<Timestamp, u64>;

/// Keeps a snapshot under its natural key.
pub(super) fn add(
    path: &str,
    value: &Value,
    snapshots: &mut BTreeMap<String, Value>,
    gathered: &mut Gathered,
) {
    let key = text(value, "id").or_else(|| text(value, "createdDateTime"));
    let Some(key) = key else {
        gathered.notes.error(
            "no_id",
            Some(path),
            "A snapshot has neither an id nor a time; it was not read.",
        );
        return;
    };
    if created_at(value).is_none() {
        let found = get(value, "createdDateTime").map(ToString::to_string).unwrap_or_default();
        let message = format!(
            "createdDateTime of the snapshot {key} is {}, which is not a time; the snapshot counts as not completed.",
            crate::notes::quoted(&found)
        );
        gathered.notes.error("invalid_time", Some(path), message);
    }
    let known = snapshots.entry(key.to_owned()).or_insert_with(|| value.clone());
    if created_at(known).is_none() {
        *known = value.clone();
    }
}

/// The instant of a snapshot: `createdDateTime`, else the one in its id.
fn created_at(value: &Value) -> Option<Timestamp> {
    time(value, "createdDateTime").or_else(|| instant_in(text(value, "id")?))
}

/// The instant in a snapshot's id, which is base64 of it, written as a time or in seconds since 1970.
pub(super) fn instant_in(id: &str) -> Option<Timestamp> {
    let decoded = STANDARD_NO_PAD.decode(id.trim_end_matches('=')).ok()?;
    time_of(str::from_utf8(&decoded).ok()?)
}

pub(super) fn records(
    source: &Source<'_>,
    snapshots: BTreeMap<String, Value>,
    gathered: &mut Gathered,
) -> Sets {
    let mut ids = Ids::default();
    let mut sets = Sets::new();
    for (key, value) in snapshots {
        let (id, is_own) = ids.claim("entra-recovery snapshot", &natural_key(source, &key));
        if !is_own {
            gathered.notes.warning("id_collision", None, format!("The snapshot {key} got the next free id."));
        }
        let completed_at = created_at(&value);
        if let Some(at) = completed_at {
            sets.insert(at, id);
        }
        gathered.records.sets.push(BackupSet {
            id,
            name: Some(key.into()),
            scope: Some(source.scope.to_owned().into()),
            status: "completed".into(),
            completed_at: times::written(completed_at),
            opaque: Some(true),
            ..BackupSet::default()
        });
    }
    gathered.records.sets.sort_by_key(|set| set.id);
    if let Some(newest) = sets.last_key_value().map(|(at, _)| *at) {
        gathered.records.schedules.push(BackupSchedule {
            id: crate::ids::id("entra-recovery schedule", &natural_key(source, "daily")),
            name: Some("Microsoft Entra Backup, daily".into()),
            is_enabled: true,
            frequency: "daily".into(),
            last_run_at: times::written(Some(newest)),
            last_run_status: Some("success".into()),
            ..BackupSchedule::default()
        });
    } else {
        news::expect_scope(source, &mut gathered.records);
    }
    sets
}
