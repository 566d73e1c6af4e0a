//! Restores: their phase and the numbers of their outcomes.

use posture_core::export::snapshot::{Counts, RestoreRun, Results};
use serde_json::Value;

use super::backups::Sets;
use super::objects::{Found, phase, status};
use crate::adapters::shared::natural_key;
use crate::adapters::shared::values::{count, get, text, time};
use crate::ids::Ids;
use crate::records::Gathered;
use crate::source::Source;
use crate::times;

pub(super) fn records(source: &Source<'_>, found: &Found, sets: &Sets, gathered: &mut Gathered) {
    let mut ids = Ids::default();
    for (key, restore) in &found.restores {
        let nothing = Value::Null;
        let part = |key| get(restore, key).unwrap_or(&nothing);
        let (status_of, phase) = (part("status"), phase(restore));
        let status = status(phase, "pending");
        let number = |value: &Value, key| count(value, key).unwrap_or(0);
        let errors = number(status_of, "errors").max(number(status_of, "restoreItemOperationsFailed"));
        let warnings = number(status_of, "warnings");
        let hooks = get(status_of, "hookStatus").map_or(0, |hooks| number(hooks, "hooksFailed"));
        let mut results = Results::default();
        match get(status_of, "progress") {
            Some(progress) => {
                results.counts = Some(Counts {
                    applied: Some(number(progress, "itemsRestored")),
                    failed: Some(errors),
                    partial: (hooks > 0).then_some(hooks),
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
