//! What happened when tenants were restored from.

use std::collections::BTreeMap;

use posture_core::export::snapshot::{Operation, Outcome, RestoreRun, Results, RunMetadata, Tenant};
use serde_json::json;

use super::clock::{Clock, DAY, HOUR, MINUTE};
use super::shapes::{Policy, executed_restore, outcome, policies};

pub(super) fn only_previews_were_run(tenant: &mut Tenant, clock: Clock) {
    for (number, ago) in [(301, 9 * DAY), (302, 2 * DAY)] {
        add(tenant, clock, number, ago, |run, _| {
            run.is_dry_run = true;
            run.status = "previewed".into();
            run.operation_run = None;
        });
    }
}

pub(super) fn restore_was_drafted_and_left(tenant: &mut Tenant, clock: Clock) {
    add(tenant, clock, 303, 5 * DAY, |run, _| {
        run.status = "draft".into();
        (run.started_at, run.completed_at, run.operation_run) = (None, None, None);
    });
}

pub(super) fn restore_failed_on_a_missing_permission(tenant: &mut Tenant, clock: Clock) {
    add(tenant, clock, 304, 20 * HOUR, |run, policies| {
        run.status = "failed".into();
        run.results = Some(rows(
            &["applied", "failed", "failed"],
            policies,
            "Forbidden: DeviceManagementConfiguration.ReadWrite.All",
        ));
        set_outcome(run, "failed");
    });
}

pub(super) fn restore_said_completed_while_its_operation_failed(tenant: &mut Tenant, clock: Clock) {
    add(tenant, clock, 305, 30 * HOUR, |run, policies| {
        run.results = Some(rows(&["applied", "applied"], policies, ""));
        set_outcome(run, "failed");
    });
}

pub(super) fn every_item_was_rejected(tenant: &mut Tenant, clock: Clock) {
    add(tenant, clock, 306, 40 * DAY, |run, policies| {
        run.status = "completed_with_errors".into();
        run.results = Some(rows(
            &["failed", "error", "failed"],
            policies,
            "Bad request: the policy refers to a deleted template",
        ));
        set_outcome(run, "partially_succeeded");
    });
}

pub(super) fn restore_is_under_way(tenant: &mut Tenant, clock: Clock) {
    add(tenant, clock, 307, 0, |run, _| {
        run.status = "running".into();
        run.completed_at = None;
        run.operation_run =
            Some(Operation { id: Some(run.id), status: "running".into(), outcome: Some("pending".into()) });
    });
}

pub(super) fn restore_was_cancelled_before_it_began(tenant: &mut Tenant, clock: Clock) {
    add(tenant, clock, 308, 6 * DAY, |run, _| {
        run.status = "cancelled".into();
        set_outcome(run, "cancelled");
    });
}

pub(super) fn restore_stopped_reporting_yesterday(tenant: &mut Tenant, clock: Clock) {
    add(tenant, clock, 309, 33 * HOUR, |run, policies| {
        run.status = "running".into();
        run.completed_at = None;
        run.results = Some(rows(&["applied", "applied"], policies, ""));
        run.operation_run = Some(Operation { id: Some(run.id), status: "running".into(), outcome: None });
    });
}

pub(super) fn some_policies_were_applied_only_in_part(tenant: &mut Tenant, clock: Clock) {
    add(tenant, clock, 310, 22 * HOUR, |run, policies| {
        run.status = "partial".into();
        run.results = Some(rows(
            &["applied", "partial", "failed", "applied"],
            policies,
            "Settings rejected by Microsoft Graph",
        ));
        set_outcome(run, "partially_succeeded");
    });
}

pub(super) fn restore_was_aborted_midway(tenant: &mut Tenant, clock: Clock) {
    add(tenant, clock, 311, 12 * DAY, |run, policies| {
        run.status = "aborted".into();
        run.results = Some(rows(&["applied", "applied", "skipped"], policies, "Stopped by the operator"));
        set_outcome(run, "cancelled");
    });
}

pub(super) fn groups_without_a_mapping_were_skipped(tenant: &mut Tenant, clock: Clock) {
    add(tenant, clock, 312, 18 * HOUR, |run, policies| {
        let mut results = rows(&["applied", "applied", "applied"], policies, "");
        results.assignments =
            rows(&["applied", "skipped", "skipped"], policies, "missing_group_mapping").items;
        run.results = Some(results);
    });
}

pub(super) fn newer_release_wrote_outcomes_not_known_here(tenant: &mut Tenant, clock: Clock) {
    add(tenant, clock, 313, 26 * HOUR, |run, policies| {
        run.results = Some(rows(&["applied", "reconciled"], policies, ""));
    });
}

pub(super) fn three_settings_were_left_for_manual_work(tenant: &mut Tenant, clock: Clock) {
    add(tenant, clock, 314, 3 * DAY, |run, policies| {
        run.results = Some(rows(&["applied", "applied"], policies, ""));
        run.metadata = Some(RunMetadata { non_applied: Some(3) });
    });
}

pub(super) fn operation_was_blocked_by_an_approval(tenant: &mut Tenant, clock: Clock) {
    add(tenant, clock, 315, 15 * DAY, |run, policies| {
        run.results = Some(rows(&["applied"], policies, ""));
        set_outcome(run, "blocked");
    });
}

pub(super) fn newer_release_wrote_a_run_status_not_known_here(tenant: &mut Tenant, clock: Clock) {
    add(tenant, clock, 316, 50 * HOUR, |run, policies| {
        run.status = "awaiting_confirmation".into();
        run.results = Some(rows(&["applied", "applied"], policies, ""));
    });
}

pub(super) fn last_restore_is_seven_months_old(tenant: &mut Tenant, clock: Clock) {
    add(tenant, clock, 317, 212 * DAY, |run, policies| {
        let mut results = rows(&["applied", "created", "updated"], policies, "");
        results.foundations = rows(&["mapped_existing", "created_copy"], policies, "").items;
        run.results = Some(results);
    });
}

pub(super) fn restore_was_queued_two_days_ago_and_never_began(tenant: &mut Tenant, clock: Clock) {
    add(tenant, clock, 318, 2 * DAY, |run, _| {
        run.status = "queued".into();
        (run.started_at, run.completed_at) = (None, None);
        run.operation_run =
            Some(Operation { id: Some(run.id), status: "queued".into(), outcome: Some("pending".into()) });
    });
}

pub(super) fn newer_release_wrote_outcomes_under_a_key_not_known_here(tenant: &mut Tenant, clock: Clock) {
    add(tenant, clock, 319, 5 * HOUR, |run, _| {
        let unread = BTreeMap::from([("scripts".into(), json!([{ "outcome": "applied" }]))]);
        run.results = Some(Results { unread, ..Results::default() });
    });
}

pub(super) fn one_type_failed_and_was_never_restored_since(tenant: &mut Tenant, clock: Clock) {
    add(tenant, clock, 320, 60 * DAY, |run, policies| {
        run.status = "partial".into();
        run.results = Some(rows(&["applied", "failed"], policies, "Forbidden"));
        set_outcome(run, "partially_succeeded");
    });
    add(tenant, clock, 321, 2 * DAY, |run, policies| {
        run.results = Some(rows(&["applied"], policies, ""));
    });
}

pub(super) fn last_restore_is_two_years_old(tenant: &mut Tenant, clock: Clock) {
    add(tenant, clock, 322, 730 * DAY, |run, policies| {
        run.results = Some(rows(&["applied", "applied"], policies, ""));
    });
}

/// Adds a restore that ended this long before the export, changed as told.
fn add(
    tenant: &mut Tenant,
    clock: Clock,
    number: u64,
    ago: i64,
    change: impl FnOnce(&mut RestoreRun, &[Policy]),
) {
    let mut run = executed_restore(tenant, clock, number, ago + 10 * MINUTE);
    change(&mut run, policies(tenant));
    tenant.restore_runs.push(run);
}

fn set_outcome(run: &mut RestoreRun, outcome: &'static str) {
    if let Some(operation) = &mut run.operation_run {
        operation.outcome = Some(outcome.into());
    }
}

/// One row for each word; those that were not applied carry the reason.
fn rows(words: &[&'static str], policies: &[Policy], reason: &'static str) -> Results {
    let row = |(word, policy): (&&'static str, &Policy)| {
        let is_applied =
            matches!(*word, "applied" | "created" | "updated" | "created_copy" | "mapped_existing");
        let reason = (!is_applied && !reason.is_empty()).then(|| reason.into());
        Outcome { reason, ..outcome(word, policy) }
    };
    Results { items: words.iter().zip(policies).map(row).collect(), ..Results::default() }
}
