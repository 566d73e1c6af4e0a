//! One tenant's verdicts at many instants, from records that are read once.
//!
//! A verdict changes only at instants that the records state: something happens, is deleted or is confirmed, or a limit after such an
//! instant passes. Between two of these it is the same, so an instant needs the records only if one of them is before it.
//! Schedules and signals have no past in an export, so they are left out.

use crate::policy::{Frame, hours};
use crate::reading::snapshot::{BackupSet, RestoreRun, Spanned, Tenant};
use crate::sorting::sort_by;
use crate::timestamp::Timestamp;
use crate::verdicts::backup_health::BackupPosture;
use crate::verdicts::recovery_evidence::{RecoveryReason, latest_run, reason, relevant_run};
use crate::verdicts::restore_attention::state_of;
use crate::verdicts::rules::TenantFrame;
use crate::verdicts::run_outcomes::{RunOutcomes, run_outcomes};
use crate::verdicts::scope_health::posture_of;
use crate::verdicts::scopes::scopes;

/// A tenant's verdicts at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TenantState {
    /// Its backup posture; `None` if the backup's content is not in the evidence, although that of the export's own backup is.
    pub posture: Option<BackupPosture>,
    /// Why its recovery evidence is in its state.
    pub recovery: RecoveryReason,
}

/// A tenant's verdicts as the contract has them.
#[derive(Clone, Copy)]
struct Plain {
    posture: BackupPosture,
    /// Whether it is degraded only because content is unknown.
    is_content_unknown: bool,
    recovery: RecoveryReason,
}

/// The verdicts of a tenant at each of these instants, which are in order. `None` if nothing is known: at an instant that the evidence
/// does not cover, or before the tenant's first record.
pub(crate) fn states_at(
    tenant: &Tenant<'_>,
    frame: &Frame,
    instants: &[Timestamp],
) -> Vec<Option<TenantState>> {
    let judged = TenantFrame::new(tenant, frame);
    let runs: Vec<_> = tenant.runs().iter().map(|run| (&**run, run_outcomes(run))).collect();
    let turns = turns(tenant, &judged);
    let first = recorded(tenant).filter(|at| !frame.is_after_export(*at)).min();
    let at_export = plain(tenant, &runs, first, &judged, frame.exported_at);
    let has_content = !at_export.is_some_and(|plain| plain.is_content_unknown);
    let mut before: Option<(Timestamp, Option<Plain>)> = None;
    let state_at = |at: &Timestamp| {
        let plain = match before {
            Some((was, plain)) if !has_turn(&turns, was, *at) => plain,
            Some(_) | None => plain(tenant, &runs, first, &judged, *at),
        };
        before = Some((*at, plain));
        plain.map(|plain| TenantState {
            posture: Some(plain.posture).filter(|_| !(plain.is_content_unknown && has_content)),
            recovery: plain.recovery,
        })
    };
    instants.iter().map(state_at).collect()
}

fn plain(
    tenant: &Tenant<'_>,
    runs: &[(&RestoreRun<'_>, RunOutcomes<'_>)],
    first: Option<Timestamp>,
    judged: &TenantFrame<'_>,
    as_of: Timestamp,
) -> Option<Plain> {
    if judged.since.is_some_and(|since| as_of < since) {
        return None;
    }
    let frame = Frame { as_of, ..(**judged).clone() };
    if first.is_some_and(|first| !frame.has_happened(first)) {
        return None;
    }
    let judged = judged.at(&frame);
    let postures: Vec<_> = scopes(tenant, &judged).iter().map(|scope| posture_of(scope, &judged)).collect();
    let posture = postures.iter().map(|(posture, _)| *posture).min().unwrap_or(BackupPosture::Absent);
    let is_unknown =
        |(own, is_unknown): &(BackupPosture, bool)| *own != BackupPosture::Degraded || *is_unknown;
    let live = runs.iter().filter(|(run, _)| !frame.is_deleted(run.deleted_at));
    let relevant = live
        .filter_map(|(run, outcomes)| relevant_run(run, outcomes, state_of(run, outcomes, &judged), &frame));
    Some(Plain {
        posture,
        is_content_unknown: posture == BackupPosture::Degraded && postures.iter().all(is_unknown),
        recovery: reason(latest_run(&relevant.collect::<Vec<_>>()), &judged),
    })
}

/// The earliest instant in the tenant's records that has happened.
pub(crate) fn first_record(tenant: &Tenant<'_>, frame: &Frame) -> Option<Timestamp> {
    recorded(tenant).filter(|at| frame.has_happened(*at)).min()
}

fn recorded(tenant: &Tenant<'_>) -> impl Iterator<Item = Timestamp> {
    let sets = tenant.sets().iter().filter_map(|set| set.completed_at.or(set.created_at));
    let schedules = tenant.schedules().iter().filter_map(|schedule| schedule.last_run_at);
    let runs = tenant.runs().iter().filter_map(|run| run.effective_at());
    sets.chain(schedules).chain(runs)
}

/// Every instant at which, or right after which, a verdict may change, in order.
fn turns(tenant: &Tenant<'_>, frame: &TenantFrame<'_>) -> Vec<Timestamp> {
    let skew = frame.policy.clock_skew_seconds.cast_signed();
    let freshness = frame.rules.freshness_seconds();
    let evidence_lasts = frame.rules.restore_evidence_days.map(|days| hours(days * 24));
    let mut windows: Vec<(&str, i64)> = Vec::new();
    let mut turns: Vec<Timestamp> = recorded(tenant).map(|at| at.plus(-skew)).collect();
    for set in tenant.sets() {
        let window = match windows.iter().find(|(scope, _)| *scope == set.scope()) {
            Some((_, window)) => *window,
            None => {
                let window = hours(frame.scope(set.scope()).freshness_hours);
                windows.push((set.scope(), window));
                window
            }
        };
        turns.extend(fresh_from(set).flat_map(|at| [at.plus(-skew), at.plus(window)]));
        let deleted = set.items().iter().filter_map(|item| item.deleted_at).chain(set.deleted_at);
        turns.extend(deleted.map(|at| at.plus(-skew)));
    }
    for run in tenant.runs() {
        let times = [run.created_at, run.started_at, run.completed_at].into_iter().flatten();
        let after = times.flat_map(|at| [Some(freshness), evidence_lasts].map(|limit| (at, limit)));
        turns.extend(after.filter_map(|(at, limit)| Some(at.plus(limit?))));
        turns.extend(run.deleted_at.map(|at| at.plus(-skew)));
    }
    turns.extend(frame.since);
    sort_by(&mut turns, Ord::cmp);
    turns
}

/// The instants a set may be fresh from.
fn fresh_from<'s>(set: &'s Spanned<BackupSet<'_>>) -> impl Iterator<Item = Timestamp> + use<'s> {
    let confirmations = set.confirmations.as_deref().unwrap_or_default();
    set.completed_at.into_iter().chain(confirmations.iter().copied())
}

/// Whether a verdict may differ between two instants.
fn has_turn(turns: &[Timestamp], one: Timestamp, other: Timestamp) -> bool {
    let (from, until) = (one.min(other), one.max(other));
    turns.get(turns.partition_point(|turn| *turn < from)).is_some_and(|turn| *turn <= until)
}
