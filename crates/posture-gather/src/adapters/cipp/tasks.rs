//! Scheduled tasks: the schedule of backups, backups that failed although their task is green, and restores.

use std::collections::{BTreeMap, BTreeSet};

use posture_core::Timestamp;
use posture_core::export::snapshot::{BackupSchedule, BackupSet, Text};
use serde_json::Value;

use super::backups::{Sets, area};
use super::restores;
use super::tenants::Tenants;
use crate::adapters::shared::natural_key;
use crate::adapters::shared::values::{flag, get, text, time};
use crate::ids;
use crate::notes::quoted;
use crate::records::Gathered;
use crate::source::Source;
use crate::times;

/// A task of the scheduler.
pub(super) struct Task {
    value: Value,
    /// What the task said when it ran, line by line. `None` if the files do not have it.
    lines: Option<Vec<String>>,
    finished_at: Option<Timestamp>,
    /// Whether it was read with its details.
    has_details: bool,
    /// The tenant as the list of tasks names it. The details may have its id instead of its name.
    listed_tenant: Option<Value>,
    path: String,
}

impl Task {
    /// Keeps a task under its row key; its details tell more than the list does.
    pub(super) fn read(
        path: &str,
        value: Value,
        tasks: &mut BTreeMap<String, Self>,
        gathered: &mut Gathered,
    ) {
        let details = get(&value, "Details").cloned();
        let task = get(&value, "Task").cloned().unwrap_or(value);
        let Some(key) = text(&task, "RowKey").or_else(|| text(&task, "Name")).map(ToOwned::to_owned) else {
            gathered.notes.error(
                "no_id",
                Some(path),
                "A task has neither a RowKey nor a name; it was not read.",
            );
            return;
        };
        let lines_of = |results: &Value| {
            let mut lines = Vec::new();
            restores::lines(results, 0, &mut lines);
            lines
        };
        let has_details = details.is_some();
        let lines = match &details {
            Some(details) => Some(lines_of(details)),
            None => get(&task, "Results").map(lines_of),
        };
        let finished_at = details
            .as_ref()
            .and_then(Value::as_array)
            .and_then(|details| details.iter().filter_map(|detail| time(detail, "Timestamp")).max());
        let listed_tenant = get(&task, "Tenant").filter(|_| !has_details).cloned();
        let read =
            Self { value: task, lines, finished_at, has_details, listed_tenant, path: path.to_owned() };
        let task = match tasks.remove(&key) {
            Some(known) => known.merged(read),
            None => read,
        };
        tasks.insert(key, task);
    }

    /// The first of two records of a task, unless only the second has the details.
    fn merged(self, other: Self) -> Self {
        let (kept, other) = if other.has_details { (other, self) } else { (self, other) };
        let listed_tenant = kept.listed_tenant.or(other.listed_tenant);
        Self { listed_tenant, ..kept }
    }

    /// The tenant that CIPP runs the task for; `None` for a group of tenants.
    pub(super) fn tenant(&self) -> Option<&str> {
        let tenant = self.listed_tenant.as_ref().or_else(|| get(&self.value, "Tenant"));
        let is_group = tenant
            .and_then(|tenant| text(tenant, "type"))
            .is_some_and(|kind| kind.eq_ignore_ascii_case("group"));
        if is_group {
            return None;
        }
        let word = tenant
            .and_then(|tenant| tenant.as_str().or_else(|| text(tenant, "value")))
            .or_else(|| text(self.parameters()?, "TenantFilter"))?;
        (!word.eq_ignore_ascii_case("AllTenants") && !word.eq_ignore_ascii_case("None")).then_some(word)
    }

    fn parameters(&self) -> Option<&Value> {
        get(&self.value, "Parameters")
    }

    fn is(&self, command: &str) -> bool {
        text(&self.value, "Command").is_some_and(|written| written.eq_ignore_ascii_case(command))
    }

    fn state(&self) -> String {
        text(&self.value, "TaskState").unwrap_or_default().to_lowercase()
    }

    fn executed_at(&self) -> Option<Timestamp> {
        time(&self.value, "ExecutedTime")
    }

    /// The line that says that a run failed, whatever the state says.
    fn failure(&self) -> Option<&str> {
        const FAILURES: [&str; 4] =
            ["backup creation failed", "blob upload failed", "task failed", "task blocked"];
        let lines = self.lines.as_deref().unwrap_or_default();
        lines.iter().map(String::as_str).find(|line| {
            let line = line.to_lowercase();
            FAILURES.iter().any(|failure| line.contains(failure))
        })
    }
}

/// What the backup tasks request now, by tenant in lower case.
pub(super) fn requested_areas(tasks: &BTreeMap<String, Task>) -> BTreeMap<String, BTreeSet<&'static str>> {
    let mut requested: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for task in tasks.values().filter(|task| task.is("New-CIPPBackup")) {
        let Some(tenant) = task.tenant() else { continue };
        let values = task.parameters().and_then(|parameters| get(parameters, "ScheduledBackupValues"));
        for (key, _) in values.and_then(Value::as_object).into_iter().flatten() {
            let is_off = values.is_some_and(|values| flag(values, key) == Some(false));
            if let Some(area) = area(key).filter(|_| !is_off) {
                requested.entry(tenant.to_lowercase()).or_default().insert(area);
            }
        }
    }
    requested
}

pub(super) fn records(
    source: &Source<'_>,
    tenants: &Tenants<'_>,
    tasks: BTreeMap<String, Task>,
    sets: &Sets,
    gathered: &mut Gathered,
) {
    for (key, task) in tasks {
        if task.is("New-CIPPBackup") {
            backup_task(source, tenants, &key, &task, gathered);
        } else if task.is("New-CIPPRestore") {
            let Some(tenant) = task.tenant() else {
                without_tenant(&task, gathered);
                continue;
            };
            let (state, parameters) = (task.state(), task.parameters());
            let run = restores::run(
                ids::id("cipp restore", &natural_key(source, &key)),
                &state,
                task.lines.as_deref(),
                parameters
                    .and_then(|all| get(all, "RestoreValues"))
                    .and_then(|values| text(values, "backup"))
                    .and_then(|name| sets.get(name).copied()),
                task.executed_at(),
                task.finished_at,
            );
            if let Some(records) = tenants.records(source, tenant, gathered) {
                records.runs.push(run);
            }
        } else {
            let command = text(&task.value, "Command").unwrap_or_default();
            let message = format!("The task {} runs {}; it was skipped.", quoted(&key), quoted(command));
            gathered.notes.info("other_task", Some(&task.path), message);
        }
    }
}

fn without_tenant(task: &Task, gathered: &mut Gathered) {
    let name = text(&task.value, "Name").unwrap_or_default();
    let message = format!(
        "The task {} runs for several tenants; the list does not say which, so it was skipped.",
        quoted(name)
    );
    gathered.notes.warning("several_tenants", Some(&task.path), message);
}

fn backup_task(source: &Source<'_>, tenants: &Tenants<'_>, key: &str, task: &Task, gathered: &mut Gathered) {
    let kind = task.parameters().and_then(|parameters| text(parameters, "backupType"));
    if kind.is_some_and(|kind| kind.eq_ignore_ascii_case("CIPP")) {
        let message = format!("The task {} backs up CIPP's own settings; it was skipped.", quoted(key));
        gathered.notes.info("own_backup", Some(&task.path), message);
        return;
    }
    let Some(tenant) = task.tenant().map(ToOwned::to_owned) else {
        without_tenant(task, gathered);
        return;
    };
    let failure = task.failure().map(ToOwned::to_owned);
    if let Some(failure) = &failure {
        let message =
            format!("The task's state is {}; its result says {}.", quoted(&task.state()), quoted(failure));
        gathered.notes.error("failed_backup", Some(&task.path), message);
    }
    let executed_at = task.executed_at();
    let schedule = schedule(source, key, task, failure.is_some(), gathered);
    let Some(records) = tenants.records(source, &tenant, gathered) else { return };
    if failure.is_some() {
        let run = format!("{key}\n{}", executed_at.map(|at| at.to_string()).unwrap_or_default());
        let wanted = ids::id("cipp failed backup", &natural_key(source, &run));
        let is_free = |id: &u64| records.sets.iter().all(|set| set.id != *id);
        let id = (wanted..).find(is_free).unwrap_or(wanted);
        records.sets.push(BackupSet {
            id,
            name: Some("Failed backup, from the task's result".into()),
            scope: Some(source.scope.to_owned().into()),
            status: "failed".into(),
            created_at: times::written(executed_at),
            ..BackupSet::default()
        });
    }
    records.schedules.extend(schedule);
}

fn schedule(
    source: &Source<'_>,
    key: &str,
    task: &Task,
    has_failed: bool,
    gathered: &mut Gathered,
) -> Option<BackupSchedule> {
    let written = get(&task.value, "Recurrence")
        .map(|value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned))
        .unwrap_or_default();
    let written = written.trim();
    if written.is_empty() || written == "0" || written.eq_ignore_ascii_case("once") {
        let message = format!("The backup task {} runs once; it is not a schedule.", quoted(key));
        gathered.notes.info("runs_once", Some(&task.path), message);
        return None;
    }
    let interval_minutes = minutes(written);
    if interval_minutes.is_none() {
        let message =
            format!("The recurrence {} is not known; the schedule counts as daily.", quoted(written));
        gathered.notes.warning("unknown_recurrence", Some(&task.path), message);
    }
    let state = task.state();
    let executed_at = task.executed_at();
    let last_run_status: Option<Text> = match state.as_str() {
        _ if has_failed => Some("failed".into()),
        "failed" | "failed - planned" => Some("failed".into()),
        "running" | "pending" | "processing" => Some("running".into()),
        "planned" | "completed" if executed_at.is_some() => Some("success".into()),
        "planned" | "completed" => None,
        _ => Some(state.clone().into()),
    };
    Some(BackupSchedule {
        id: ids::id("cipp schedule", &natural_key(source, key)),
        name: text(&task.value, "Name").map(|name| name.to_owned().into()),
        is_enabled: state != "completed",
        frequency: if interval_minutes.is_some() { "interval".into() } else { written.to_owned().into() },
        interval_minutes,
        last_run_at: times::written(executed_at),
        last_run_status,
        next_run_at: times::written(time(&task.value, "ScheduledTime")),
        ..BackupSchedule::default()
    })
}

/// The minutes of a recurrence: `1d`, `4h`, `30m`, or a number of days.
fn minutes(written: &str) -> Option<u64> {
    const GREATEST: u64 = 527_040;
    let digits = written.trim_end_matches(|char: char| char.is_ascii_alphabetic());
    let number: u64 = digits.parse().ok()?;
    let unit = match written[digits.len()..].to_ascii_lowercase().as_str() {
        "m" => 1,
        "h" => 60,
        "d" | "" => 24 * 60,
        _ => return None,
    };
    number.checked_mul(unit).filter(|minutes| (1..=GREATEST).contains(minutes))
}
