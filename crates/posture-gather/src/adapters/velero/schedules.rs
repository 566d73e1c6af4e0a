//! Schedules: how often they run, and how their newest backup ended.

use std::collections::HashMap;

use posture_core::Timestamp;
use posture_core::export::snapshot::{BackupSchedule, Text};
use serde_json::Value;

use super::objects::{Found, phase, schedule_of, status};
use crate::adapters::shared::natural_key;
use crate::adapters::shared::values::{flag, get, text, time};
use crate::cron::{Cron, Frequency, frequency};
use crate::ids::Ids;
use crate::notes::quoted;
use crate::records::Gathered;
use crate::source::Source;
use crate::times;

/// The most characters that Kubernetes allows in the value of a label.
const LONGEST_LABEL: usize = 63;

/// The newest backup of each schedule, by the schedule's key, `namespace/name`.
fn newest_backups(found: &Found) -> HashMap<(&str, &str), &Value> {
    let mut newest: HashMap<_, &Value> = HashMap::new();
    for (key, backup) in &found.backups {
        let namespace = key.split_once('/').map(|(namespace, _)| namespace);
        let (Some(namespace), Some(schedule)) = (namespace, schedule_of(backup)) else { continue };
        let last = newest.entry((namespace, schedule)).or_insert(backup);
        if begun(backup) >= begun(last) {
            *last = backup;
        }
    }
    newest
}

/// When a backup began. One that failed its validation never started.
fn begun(backup: &Value) -> Option<Timestamp> {
    let of = |part, key| get(backup, part).and_then(|part| time(part, key));
    of("status", "startTimestamp").or_else(|| of("metadata", "creationTimestamp"))
}

pub(super) fn records(source: &Source<'_>, found: &Found, gathered: &mut Gathered) {
    let mut ids = Ids::default();
    let newest_backups = newest_backups(found);
    for (key, schedule) in &found.schedules {
        let nothing = Value::Null;
        let part = |key| get(schedule, key).unwrap_or(&nothing);
        let written = text(part("spec"), "schedule").unwrap_or_default();
        let newest = key.split_once('/').and_then(|key| newest_backups.get(&key)).copied();
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
        let last_run_at = time(part("status"), "lastBackup");
        let is_enabled = flag(part("spec"), "paused") != Some(true);
        let name = key.split_once('/').map_or(key.as_str(), |(_, name)| name);
        // Velero shortens a longer name in the label of its backups.
        let is_label = name.len() <= LONGEST_LABEL;
        if is_enabled && last_run_at.is_some() && newest.is_none() && is_label {
            // It ran, so its backups expired or were deleted. Backups of another schedule are not theirs.
            gathered.records.expected_scopes.push(format!("{}/{name}", source.scope));
            let message =
                format!("The schedule {key} ran, but none of its backups is here; it should have one.");
            gathered.notes.error("backups_gone", None, message);
        }
        gathered.records.schedules.push(BackupSchedule {
            id: ids.claim("velero schedule", &natural_key(source, key)).0,
            name: Some(key.clone().into()),
            is_enabled,
            frequency,
            interval_minutes,
            days_of_week,
            last_run_at: times::written(last_run_at),
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
