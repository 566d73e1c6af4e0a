//! What executed restores have shown of a tenant (contract, section 7). No state here is ever read as proof that recovery works.

use crate::id::Id;
use crate::policy::{Frame, hours};
use crate::reading::snapshot::{RestoreRun, Spanned, Tenant};
use crate::sorting::sort_by_key;
use crate::timestamp::Timestamp;
use crate::verdicts::restore_attention::{AttentionCause, AttentionState, RunVerdict, effective_at, verdict};
use crate::verdicts::rules::TenantFrame;
use crate::verdicts::run_outcomes::{RunOutcomes, run_outcomes};
use crate::verdicts::unsettled::OpenRestores;
pub use crate::vocabulary::RecoveryReason;
use crate::vocabulary::{Urgency, vocabulary};

vocabulary! {
    /// State of a tenant's recovery evidence.
    pub enum RecoveryState {
        Weakened = "weakened",
        Unvalidated = "unvalidated",
        NoRecentIssuesVisible = "no_recent_issues_visible",
    }
}

impl RecoveryReason {
    /// How urgent it is; `None` if nothing is to be done.
    pub fn urgency(self) -> Option<Urgency> {
        match self {
            Self::Failed => Some(Urgency::Critical),
            Self::Partial => Some(Urgency::High),
            Self::CompletedWithFollowUp | Self::NoHistory | Self::HistoryTooOld => Some(Urgency::Medium),
            Self::NoRecentIssuesVisible => None,
        }
    }
}

/// A run that counts as restore history, and when it took effect.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RelevantRun<'r, 'a> {
    pub(crate) run: &'r RestoreRun<'a>,
    pub(crate) outcomes: &'r RunOutcomes<'r>,
    pub(crate) state: AttentionState,
    pub(crate) at: Option<Timestamp>,
}

/// What relevant runs are ordered by: one without any time counts as the newest, then the effective time, then the id.
pub(crate) type RunOrder = (bool, Option<Timestamp>, Id);

impl RelevantRun<'_, '_> {
    pub(crate) fn order(&self) -> RunOrder {
        (self.at.is_none(), self.at, self.run.id)
    }
}

/// A run that is not deleted, and what it has shown.
#[derive(Debug)]
pub(crate) struct AttendedRun<'r, 'a> {
    pub(crate) run: &'r RestoreRun<'a>,
    pub(crate) outcomes: RunOutcomes<'r>,
    pub(crate) verdict: RunVerdict,
}

/// What each run of a tenant that is not deleted has shown, by id.
pub(crate) fn attended_runs<'r, 'a>(
    tenant: &'r Tenant<'a>,
    frame: &TenantFrame<'_>,
) -> Vec<AttendedRun<'r, 'a>> {
    let live = tenant.runs().iter().filter(|run| !frame.is_deleted(run.deleted_at));
    let attend = |run: &'r Spanned<RestoreRun<'a>>| {
        let outcomes = run_outcomes(run);
        let verdict = verdict(run, &outcomes, frame);
        AttendedRun { run, outcomes, verdict }
    };
    let mut attended: Vec<_> = live.map(attend).collect();
    sort_by_key(&mut attended, |attended| attended.run.id);
    attended
}

/// The runs that count as restore history.
pub(crate) fn relevant_runs<'r, 'a>(
    attended: &'r [AttendedRun<'r, 'a>],
    frame: &Frame,
) -> Vec<RelevantRun<'r, 'a>> {
    let relevant =
        |one: &'r AttendedRun<'r, 'a>| relevant_run(one.run, &one.outcomes, one.verdict.state, frame);
    attended.iter().filter_map(relevant).collect()
}

/// A run in this state, if it counts as restore history.
pub(crate) fn relevant_run<'r, 'a>(
    run: &'r RestoreRun<'a>,
    outcomes: &'r RunOutcomes<'r>,
    state: AttentionState,
    frame: &Frame,
) -> Option<RelevantRun<'r, 'a>> {
    let at = effective_at(run, state, frame);
    let counts = state != AttentionState::NotExecuted && at.is_none_or(|at| frame.has_happened(at));
    counts.then_some(RelevantRun { run, outcomes, state, at })
}

/// The relevant run that governs.
pub(crate) fn latest_run<'l, 'r, 'a>(relevant: &'l [RelevantRun<'r, 'a>]) -> Option<&'l RelevantRun<'r, 'a>> {
    relevant.iter().max_by_key(|one| one.order())
}

/// The last instant at which a completed run is not yet too old to show anything; `None` if there is no limit. A run without a time is too
/// old at once.
pub(crate) fn shows_until(at: Option<Timestamp>, frame: &TenantFrame<'_>) -> Option<Option<Timestamp>> {
    let days = frame.rules.restore_evidence_days?;
    Some(at.map(|at| at.plus(hours(days * 24))))
}

/// Why recovery evidence is in its state, by the latest relevant run.
pub(crate) fn reason(latest: Option<&RelevantRun<'_, '_>>, frame: &TenantFrame<'_>) -> RecoveryReason {
    let is_over = |until: Option<Timestamp>| until.is_none_or(|until| frame.as_of > until);
    match latest.map(|latest| latest.state) {
        None | Some(AttentionState::NotExecuted) => RecoveryReason::NoHistory,
        Some(AttentionState::Failed) => RecoveryReason::Failed,
        Some(AttentionState::Partial) => RecoveryReason::Partial,
        Some(AttentionState::CompletedWithFollowUp) => RecoveryReason::CompletedWithFollowUp,
        Some(AttentionState::Completed) => {
            match latest.and_then(|latest| shows_until(latest.at, frame)).is_some_and(is_over) {
                true => RecoveryReason::HistoryTooOld,
                false => RecoveryReason::NoRecentIssuesVisible,
            }
        }
    }
}

/// The state that a reason brings.
pub fn overview_state(reason: RecoveryReason) -> RecoveryState {
    match reason {
        RecoveryReason::NoHistory | RecoveryReason::HistoryTooOld => RecoveryState::Unvalidated,
        RecoveryReason::Failed | RecoveryReason::Partial | RecoveryReason::CompletedWithFollowUp => {
            RecoveryState::Weakened
        }
        RecoveryReason::NoRecentIssuesVisible => RecoveryState::NoRecentIssuesVisible,
    }
}

/// What a tenant's executed restores have shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RecoveryVerdict<'l, 'r, 'a> {
    pub(crate) latest: Option<&'l RelevantRun<'r, 'a>>,
    pub(crate) state: RecoveryState,
    pub(crate) reason: RecoveryReason,
}

/// Judges a tenant's recovery evidence by its relevant runs.
pub(crate) fn recovery<'l, 'r, 'a>(
    relevant: &'l [RelevantRun<'r, 'a>],
    frame: &TenantFrame<'_>,
) -> RecoveryVerdict<'l, 'r, 'a> {
    let latest = latest_run(relevant);
    let reason = reason(latest, frame);
    RecoveryVerdict { latest, state: overview_state(reason), reason }
}

/// What restores leave open, by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct OpenRestoreNames<'r> {
    /// Runs that are stuck in their queue, by id.
    pub(crate) stuck: Vec<Id>,
    /// Policy types that failed and were not applied since, sorted.
    pub(crate) unresolved: &'r [String],
}

impl OpenRestoreNames<'_> {
    pub(crate) fn causes(&self) -> OpenRestores {
        OpenRestores { is_stuck: !self.stuck.is_empty(), is_unresolved: !self.unresolved.is_empty() }
    }
}

/// The runs that are stuck in their queue.
pub(crate) fn stuck_runs(attended: &[AttendedRun<'_, '_>]) -> Vec<Id> {
    let is_stuck = |one: &&AttendedRun<'_, '_>| one.verdict.causes.contains(&AttentionCause::StuckInQueue);
    attended.iter().filter(is_stuck).map(|one| one.run.id).collect()
}
