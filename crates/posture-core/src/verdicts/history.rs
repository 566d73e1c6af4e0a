//! One tenant's verdicts at many instants, from records that are read once.
//!
//! A verdict changes only at instants that the records state: something happens, is deleted or is confirmed, or a limit after such an
//! instant passes. Between two of these it is the same, so an instant needs the records only if one of them is before it.
//! Schedules and signals have no past in an export, so they are left out.

use std::collections::BTreeMap;

use crate::policy::{Frame, hours};
use crate::reading::snapshot::{BackupSet, RestoreRun, Spanned, Tenant};
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

/// The verdicts of a tenant at each of these instants, which are in order. `None` before the tenant's first record.
///
/// Whether the evidence covers an instant is not looked at: a document may say so after its tenants.
pub(crate) fn states_at(
    tenant: &Tenant<'_>,
    frame: &Frame,
    instants: &[Timestamp],
) -> Vec<Option<TenantState>> {
    let judged = TenantFrame::new(tenant, frame);
    let runs = runs(tenant);
    let mut history = History::start(tenant, &runs, &judged, instants);
    while history.judge_next(tenant, &runs, &judged, instants) {}
    history.states
}

/// The verdicts of a tenant at the first of some instants, which are in order. It borrows nothing, so that whoever judges can pause.
pub(crate) struct History {
    /// Whether a verdict may change between the instant before and this one.
    turns: Vec<bool>,
    first: Option<Timestamp>,
    /// Whether the content of the export's own backup is in the evidence.
    has_content: bool,
    before: Option<Plain>,
    pub(crate) states: Vec<Option<TenantState>>,
}

impl History {
    /// Starts with no instant judged.
    pub(crate) fn start(
        tenant: &Tenant<'_>,
        runs: &Runs<'_>,
        judged: &TenantFrame<'_>,
        instants: &[Timestamp],
    ) -> Self {
        let first = recorded(tenant).filter(|at| !judged.is_after_export(*at)).min();
        let at_export = plain(tenant, runs, first, judged, judged.exported_at);
        let has_content = !at_export.is_some_and(|plain| plain.is_content_unknown);
        Self { turns: turns(tenant, judged, instants), first, has_content, before: None, states: Vec::new() }
    }

    /// Judges the next instant; false if none is left.
    pub(crate) fn judge_next(
        &mut self,
        tenant: &Tenant<'_>,
        runs: &Runs<'_>,
        judged: &TenantFrame<'_>,
        instants: &[Timestamp],
    ) -> bool {
        let place = self.states.len();
        let Some(at) = instants.get(place) else { return false };
        if place == 0 || self.turns.get(place) != Some(&false) {
            self.before = plain(tenant, runs, self.first, judged, *at);
        }
        self.states.push(self.before.map(|plain| TenantState {
            posture: Some(plain.posture).filter(|_| !(plain.is_content_unknown && self.has_content)),
            recovery: plain.recovery,
        }));
        true
    }
}

/// Restore runs with their outcomes.
pub(crate) type Runs<'t> = [(&'t RestoreRun<'t>, RunOutcomes<'t>)];

/// A tenant's restore runs with their outcomes.
pub(crate) fn runs<'t>(tenant: &'t Tenant<'t>) -> Vec<(&'t RestoreRun<'t>, RunOutcomes<'t>)> {
    tenant.runs().iter().map(|run| (&**run, run_outcomes(run))).collect()
}

fn plain(
    tenant: &Tenant<'_>,
    runs: &Runs<'_>,
    first: Option<Timestamp>,
    judged: &TenantFrame<'_>,
    as_of: Timestamp,
) -> Option<Plain> {
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

/// For each of these instants, which are in order, whether a verdict may change between the one before and it: whether an instant at which,
/// or right after which, one may change is one of the two or between them.
fn turns(tenant: &Tenant<'_>, frame: &TenantFrame<'_>, instants: &[Timestamp]) -> Vec<bool> {
    let mut turns = vec![false; instants.len()];
    let mut turn = |at: Timestamp| {
        let mut place = instants.partition_point(|instant| *instant < at);
        // At an instant itself, what follows it may differ too.
        while let Some(turn) = turns.get_mut(place) {
            *turn = true;
            if instants.get(place) != Some(&at) {
                break;
            }
            place += 1;
        }
    };
    let skew = frame.policy.clock_skew_seconds.cast_signed();
    let freshness = frame.rules.freshness_seconds();
    let evidence_lasts = frame.rules.restore_evidence_days.map(|days| hours(days * 24));
    let mut windows: BTreeMap<&str, i64> = BTreeMap::new();
    recorded(tenant).for_each(|at| turn(at.plus(-skew)));
    for set in tenant.sets() {
        let window =
            *windows.entry(set.scope()).or_insert_with_key(|scope| hours(frame.scope(scope).freshness_hours));
        fresh_from(set).flat_map(|at| [at.plus(-skew), at.plus(window)]).for_each(&mut turn);
        let deleted = set.items().iter().filter_map(|item| item.deleted_at).chain(set.deleted_at);
        deleted.for_each(|at| turn(at.plus(-skew)));
    }
    for run in tenant.runs() {
        let times = [run.created_at, run.started_at, run.completed_at].into_iter().flatten();
        let after = times.flat_map(|at| [Some(freshness), evidence_lasts].map(|limit| (at, limit)));
        after.filter_map(|(at, limit)| Some(at.plus(limit?))).for_each(&mut turn);
        run.deleted_at.into_iter().for_each(|at| turn(at.plus(-skew)));
    }
    turns
}

/// The instants a set may be fresh from.
fn fresh_from<'s>(set: &'s Spanned<BackupSet<'_>>) -> impl Iterator<Item = Timestamp> + use<'s> {
    let confirmations = set.confirmations.as_deref().unwrap_or_default();
    set.completed_at.into_iter().chain(confirmations.iter().copied())
}
