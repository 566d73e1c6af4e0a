//! The schedule of the backup: the cron of its workflow, and the last run of the list.

use posture_core::export::snapshot::BackupSchedule;

use super::runs::RunList;
use super::workflow::{Workflow, workflows};
use crate::cron::{self, Frequency};
use crate::ids::id;
use crate::notes::quoted;
use crate::records::Gathered;
use crate::source::Source;
use crate::times;

/// Adds the schedule of the workflow whose runs are listed. Without a list there is none, because it would raise false alarms.
pub(super) fn add(source: &Source<'_>, backup_folder: &str, list: &RunList, gathered: &mut Gathered) {
    let mut found: Vec<_> = workflows(source, backup_folder)
        .into_iter()
        .filter(|workflow| workflow.service == list.service)
        .collect();
    let name = list.runs.first().map(|run| run.workflow.clone()).unwrap_or_default();
    if found.iter().any(|workflow| workflow.is_called(&name)) {
        found.retain(|workflow| workflow.is_called(&name));
    }
    let [workflow] = found.as_slice() else {
        let message = format!(
            "{} files of the repository run IntuneCD-startbackup as {}; no schedule was read.",
            found.len(),
            quoted(&name)
        );
        gathered.notes.warning("no_schedule", None, message);
        return;
    };
    for cron in &workflow.unread_crons {
        let message = format!("The cron expression {} cannot be read.", quoted(cron));
        gathered.notes.error("unread_cron", Some(&workflow.path), message);
    }
    if workflow.needs_changes {
        let message = "The schedule starts the pipeline only if the repository changed since its last run. Add `always: true` to back up every time.";
        gathered.notes.warning("schedule_needs_changes", Some(&workflow.path), message);
    }
    let Some(frequency) = cron::frequency(&workflow.crons) else {
        gathered.notes.warning(
            "no_schedule",
            Some(&workflow.path),
            "The workflow states no schedule that can be read.",
        );
        return;
    };
    gathered.records.schedules.push(schedule(source, workflow, list, frequency));
}

fn schedule(
    source: &Source<'_>,
    workflow: &Workflow,
    list: &RunList,
    frequency: Frequency,
) -> BackupSchedule {
    let (word, interval_minutes, days_of_week) = match frequency {
        Frequency::Daily => ("daily", None, Vec::new()),
        Frequency::Weekly(days) => ("weekly", None, days),
        Frequency::Monthly => ("monthly", None, Vec::new()),
        Frequency::Interval(minutes) => ("interval", Some(minutes), Vec::new()),
    };
    // A run that somebody started does not show that the schedule works.
    let last =
        list.runs.iter().filter(|run| run.is_scheduled != Some(false)).max_by_key(|run| run.started_at);
    BackupSchedule {
        id: id("intunecd schedule", &format!("{}\n{}", source.scope, workflow.path)),
        name: Some(workflow.name.clone().unwrap_or_else(|| workflow.path.clone()).into()),
        is_enabled: true,
        frequency: word.into(),
        interval_minutes,
        days_of_week,
        timezone: Some("UTC".into()),
        last_run_at: times::written(last.and_then(|run| run.started_at)),
        last_run_status: last.map(|run| run.ending.status().into()),
        ..BackupSchedule::default()
    }
}
