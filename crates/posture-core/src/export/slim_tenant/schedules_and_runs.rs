//! How much of each schedule and restore run stays.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Slimming;
use crate::export::snapshot::Counts as Numbers;
use crate::json::cursor::TENANT_LEVEL;
use crate::json::rewrite::{Edit, json, object, rewrite_object};
use crate::reading::snapshot::{BackupSchedule, RestoreRun, Spanned};
use crate::verdicts::run_outcomes::{OutcomeCounts, run_outcomes};
use crate::vocabulary::{Frequency, RestoreRunStatus};

impl Slimming<'_, '_> {
    pub(super) fn schedules(&self, at: usize) -> Edit {
        let cut = |schedule: &Spanned<BackupSchedule<'_>>| {
            (!self.is_past(schedule.deleted_at)).then(|| self.schedule(schedule))
        };
        let stays = |schedule: &Spanned<BackupSchedule<'_>>| self.schedule(schedule);
        self.records(at, self.evidence.tenant.schedules(), |schedule| schedule.id, cut, stays)
    }

    fn schedule(&self, schedule: &Spanned<BackupSchedule<'_>>) -> String {
        let is_judged = schedule.is_enabled;
        let ran = self.is_past(schedule.last_run_at);
        let members = self.members(schedule.start..schedule.end, |key| match key {
            "id" | "is_enabled" | "frequency" => Edit::Keep,
            "deleted_at" if schedule.deleted_at.is_some() => Edit::Keep,
            "interval_minutes" if schedule.frequency.is(Frequency::Interval) => Edit::Keep,
            "days_of_week" if is_judged && schedule.frequency.is(Frequency::Weekly) => Edit::Keep,
            "last_run_at" if is_judged && schedule.last_run_at.is_some() => Edit::Keep,
            "last_run_status" if is_judged && schedule.last_run_status.is_some() => Edit::Keep,
            "next_run_at" if is_judged && schedule.next_run_at.is_some() => Edit::Keep,
            "created_at" if is_judged && schedule.created_at.is_some() && !ran => Edit::Keep,
            _ => Edit::Drop,
        });
        object(&members)
    }

    pub(super) fn runs(&self, at: usize) -> Edit {
        let cut = |run: &Spanned<RestoreRun<'_>>| (!self.is_past(run.deleted_at)).then(|| self.run(run));
        let stays = |run: &Spanned<RestoreRun<'_>>| self.run(run);
        self.records(at, self.evidence.tenant.runs(), |run| run.id, cut, stays)
    }

    fn run(&self, run: &Spanned<RestoreRun<'_>>) -> String {
        use RestoreRunStatus::{Pending, Queued, Running};
        let is_open = run.status.is_any(&[Pending, Queued, Running]);
        let results = results_of(run);
        let non_applied = run.non_applied().filter(|count| *count > 0);
        let operation = run.operation();
        let members =
            rewrite_object(&self.text[run.start..run.end], TENANT_LEVEL + 2, |key, value| match key {
                "id" | "status" | "is_dry_run" => Edit::Keep,
                "results" => results.clone().map_or(Edit::Drop, Edit::Replace),
                "metadata" => match non_applied {
                    Some(count) => Edit::Replace(format!(r#"{{"non_applied":{count}}}"#)),
                    None => Edit::Drop,
                },
                "operation_run" if operation.is_some() => {
                    let place = run.start + value.start..run.start + value.end;
                    Edit::Replace(object(&self.members(place, |key| match key {
                        "status" | "outcome" => Edit::Keep,
                        _ => Edit::Drop,
                    })))
                }
                "completed_at" if run.completed_at.is_some() => Edit::Keep,
                "deleted_at" if run.deleted_at.is_some() => Edit::Keep,
                "started_at" if run.started_at.is_some() && (is_open || run.completed_at.is_none()) => {
                    Edit::Keep
                }
                "created_at"
                    if run.created_at.is_some()
                        && (is_open || (run.completed_at.is_none() && run.started_at.is_none())) =>
                {
                    Edit::Keep
                }
                _ => Edit::Drop,
            });
        object(&members.unwrap_or_default())
    }
}

/// A run's outcomes by kind and by policy type; `None` if none are on record.
fn results_of(run: &RestoreRun<'_>) -> Option<String> {
    #[derive(Serialize)]
    struct Stated<'r> {
        #[serde(skip_serializing_if = "Option::is_none")]
        counts: Option<Numbers>,
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        policy_types: BTreeMap<&'r str, Numbers>,
    }
    let numbers = |counts: &OutcomeCounts| {
        let some = |count: u64| Some(count).filter(|count| *count > 0);
        Numbers {
            applied: some(counts.applied),
            skipped: some(counts.skipped),
            failed: some(counts.failed),
            partial: some(counts.partial),
            unrecognised: some(counts.unrecognised),
        }
    };
    let outcomes = run_outcomes(run);
    if !outcomes.are_on_record {
        return None;
    }
    let types = outcomes.by_type().filter(|(_, counts)| counts.total() > 0);
    let counts = match outcomes.counts.total() {
        // That the numbers are on record matters too.
        0 => Some(Numbers { applied: Some(0), ..numbers(&outcomes.counts) }),
        // The types say it all.
        _ if outcomes.counts == outcomes.of_types() => None,
        _ => Some(numbers(&outcomes.counts)),
    };
    Some(json(&Stated {
        counts,
        policy_types: types.map(|(name, counts)| (name, numbers(counts))).collect(),
    }))
}
