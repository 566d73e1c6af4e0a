//! The audit log: events of restores, and of backups that failed.

use posture_core::export::snapshot::{BackupSet, Counts, Outcome, RestoreRun, Results, Text};
use serde_json::Value;

use super::backups::Sets;
use super::owner::{is_ours, word};
use crate::adapters::shared::natural_key;
use crate::adapters::shared::values::{count, flag, get, text, time};
use crate::ids::{self, Ids};
use crate::records::Gathered;
use crate::source::Source;
use crate::times;
use crate::tree::{folder_of, name_of, stem_and_extension};

/// How deep the events of an export may be nested.
const DEEPEST: usize = 4;

/// The events of a document: one event, a list, or an export that holds the list under a key.
pub(super) fn events(value: Value, depth: usize, found: &mut Vec<Value>) {
    if depth > DEEPEST {
        return;
    }
    if get(&value, "eventType").is_some() {
        found.push(value);
        return;
    }
    match value {
        Value::Array(values) => values.into_iter().for_each(|value| events(value, depth + 1, found)),
        Value::Object(object) => {
            for (_, value) in object.into_iter().filter(|(_, value)| value.is_array() || value.is_object()) {
                events(value, depth + 1, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

pub(super) fn records(source: &Source<'_>, events: Vec<Value>, sets: &Sets, gathered: &mut Gathered) {
    let mut ids = Ids::default();
    let mut seen = std::collections::HashSet::new();
    let mut others = 0;
    for event in events {
        let kind = text(&event, "eventType").unwrap_or_default().to_uppercase().replace(' ', "_");
        let is_failed_backup = is_failed_backup(&kind, &event);
        if !is_failed_backup && !kind.starts_with("RESTORE_") {
            others += 1;
            continue;
        }
        let tenant_id = text(&event, "tenantId").map(str::to_lowercase);
        if !is_ours(source, tenant_id.as_deref()) {
            let message = "An event of another tenant was skipped.";
            gathered.notes.info("other_tenant", None, message);
            continue;
        }
        let at = time(&event, "timestamp");
        let resource = get(&event, "resource").and_then(|resource| text(resource, "id"));
        let key = text(&event, "id").map_or_else(
            || {
                format!(
                    "{}\n{}",
                    at.map(|at| at.to_string()).unwrap_or_default(),
                    resource.unwrap_or_default()
                )
            },
            ToOwned::to_owned,
        );
        if !seen.insert(key.clone()) {
            continue;
        }
        if is_failed_backup {
            let message = format!("A backup failed{}.", at.map(|at| format!(" at {at}")).unwrap_or_default());
            gathered.notes.error("failed_backup", None, message);
            let set = BackupSet {
                id: ids::id("tenuvault failed backup", &natural_key(source, &key)),
                name: Some("Failed backup, from the audit log".into()),
                scope: Some(source.scope.to_owned().into()),
                status: "failed".into(),
                created_at: times::written(at),
                ..BackupSet::default()
            };
            source.records_of(word(source, tenant_id.as_deref()), gathered).sets.push(set);
            continue;
        }
        let (id, _) = ids.claim("tenuvault restore", &natural_key(source, &key));
        let run = run(id, &kind, &event, sets, times::written(at));
        source.records_of(word(source, tenant_id.as_deref()), gathered).runs.push(run);
    }
    if others > 0 {
        gathered.notes.info(
            "other_events",
            None,
            format!("{others} events are neither restores nor failed backups and were skipped."),
        );
    }
}

/// Whether a backup failed. Its folder may not be there, or hold what was written until then.
fn is_failed_backup(kind: &str, event: &Value) -> bool {
    let is_failure = text(event, "result")
        .is_some_and(|result| ["failure", "failed"].iter().any(|word| result.eq_ignore_ascii_case(word)));
    kind == "BACKUP_FAILED" || (is_failure && matches!(kind, "BACKUP_STARTED" | "BACKUP_COMPLETED"))
}

fn run(
    id: u64,
    kind: &str,
    event: &Value,
    sets: &Sets,
    at: Option<posture_core::export::snapshot::Instant>,
) -> RestoreRun {
    let result = text(event, "result").unwrap_or_default();
    let status: Text = match (kind, result.to_lowercase().as_str()) {
        ("RESTORE_STARTED", _) => "running".into(),
        ("RESTORE_FAILED", _) | (_, "failure" | "failed") => "failed".into(),
        (_, "success" | "succeeded") => "completed".into(),
        (_, "partial") => "partial".into(),
        _ => format!("{kind} {result}").into(),
    };
    let nothing = Value::Null;
    let details = get(event, "details").unwrap_or(&nothing);
    let mut results = Results {
        items: get(details, "results").and_then(Value::as_array).into_iter().flatten().map(row).collect(),
        ..Results::default()
    };
    let counts = Counts {
        applied: count(details, "restoredCount"),
        failed: count(details, "failedCount"),
        partial: count(details, "partialCount"),
        ..Counts::default()
    };
    let is_counted = counts != Counts::default();
    results.counts = is_counted.then_some(counts);
    if !is_counted && results.items.is_empty() && status == "completed" {
        // A success without any outcome is not a success that anybody can read.
        results.unread.insert("tenuvault_event".into(), event.clone());
    }
    let backup = text(details, "backupId").and_then(|name| sets.get(name).copied());
    RestoreRun {
        id,
        backup_set_id: backup,
        started_at: (status == "running").then(|| at.clone()).flatten(),
        completed_at: (status != "running").then_some(at).flatten(),
        status,
        is_dry_run: false,
        results: Some(results),
        ..RestoreRun::default()
    }
}

fn row(value: &Value) -> Outcome {
    let path = text(value, "path").unwrap_or_default();
    let owned = |text: &str| Text::from(text.to_owned());
    let type_folder = name_of(folder_of(path));
    Outcome {
        outcome: match flag(value, "success") {
            Some(true) => "applied".into(),
            Some(false) => "failed".into(),
            None => "not stated".into(),
        },
        policy_type: (!type_folder.is_empty()).then(|| owned(type_folder)),
        label: (!path.is_empty()).then(|| owned(stem_and_extension(name_of(path)).0)),
        reason: text(value, "error").map(owned),
    }
}
