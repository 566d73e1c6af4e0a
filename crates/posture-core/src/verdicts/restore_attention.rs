//! What one restore run has shown (contract, section 6). The state is the first row that applies:
//!
//! | row | state | when |
//! |---|---|---|
//! | 1 | not_executed | a dry run, or a run that was never started |
//! | 2 | failed | the run, its operation, or every outcome failed |
//! | 3 | not_executed | still running, stuck in its queue, or ended before it could apply anything; not for a stalled run or a partly succeeded operation |
//! | 4 | partial | stalled, partly applied, cancelled, or some outcomes failed |
//! | 5 | completed_with_follow_up | something was skipped, not applied, unrecognised, or left unresolved or unread |
//! | 6 | completed | none of these |

use crate::policy::Frame;
use crate::reading::snapshot::RestoreRun;
use crate::timestamp::Timestamp;
use crate::verdicts::rules::TenantFrame;
pub use crate::verdicts::run_outcomes::OutcomeCounts;
use crate::verdicts::run_outcomes::RunOutcomes;
use crate::vocabulary::{OperationOutcome, OperationStatus, RestoreRunStatus, vocabulary};

vocabulary! {
    /// What a restore run has shown.
    pub enum AttentionState {
        NotExecuted = "not_executed",
        Failed = "failed",
        Partial = "partial",
        CompletedWithFollowUp = "completed_with_follow_up",
        Completed = "completed",
    }
}

vocabulary! {
    /// Why a run is in its state.
    pub enum AttentionCause {
        PreviewOnly = "preview_only",
        NotStarted = "not_started",
        RunFailed = "run_failed",
        OperationFailed = "operation_failed",
        AllOutcomesFailed = "all_outcomes_failed",
        InProgress = "in_progress",
        StuckInQueue = "stuck_in_queue",
        CancelledBeforeResults = "cancelled_before_results",
        RunStalled = "run_stalled",
        RunPartial = "run_partial",
        RunCancelled = "run_cancelled",
        OperationPartial = "operation_partial",
        OutcomesFailed = "outcomes_failed",
        OutcomesPartial = "outcomes_partial",
        OutcomesSkipped = "outcomes_skipped",
        OutcomesUnrecognised = "outcomes_unrecognised",
        OutcomesUnread = "outcomes_unread",
        NonApplied = "non_applied",
        OperationUnresolved = "operation_unresolved",
        UnrecognisedStatus = "unrecognised_status",
    }
}

vocabulary! {
    /// What a run's state never claims.
    pub enum RecoveryClaimBoundary {
        PreviewOnlyNoExecutionProven = "preview_only_no_execution_proven",
        ExecutionFailedNoRecoveryClaim = "execution_failed_no_recovery_claim",
        TenantRecoveryNotProven = "tenant_recovery_not_proven",
    }
}

vocabulary! {
    /// What to do about a run.
    pub enum NextAction {
        ReviewFailures = "review_failures",
        ReviewPartialItems = "review_partial_items",
        ReviewSkippedItems = "review_skipped_items",
        NoActionNeeded = "no_action_needed",
        ReviewPreview = "review_preview",
        ViewOperationProgress = "view_operation_progress",
    }
}

/// What the rows are decided from.
struct Facts<'r, 'a> {
    run: &'r RestoreRun<'a>,
    outcomes: &'r RunOutcomes<'r>,
    is_stalled: bool,
    is_stuck: bool,
    operation_goes_on: bool,
}

/// What one restore run has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RunVerdict {
    pub(crate) state: AttentionState,
    /// Every cause of the state's row that applies, in the contract's order.
    pub(crate) causes: Vec<AttentionCause>,
    /// Outcomes by what they say; `None` if none are on record.
    pub(crate) counts: Option<OutcomeCounts>,
    pub(crate) recovery_claim_boundary: RecoveryClaimBoundary,
    pub(crate) primary_next_action: NextAction,
}

/// Derives what a run has shown.
pub(crate) fn verdict(
    run: &RestoreRun<'_>,
    outcomes: &RunOutcomes<'_>,
    frame: &TenantFrame<'_>,
) -> RunVerdict {
    let (state, causes) = decide(run, outcomes, frame);
    let is_on_its_way =
        causes.contains(&AttentionCause::InProgress) || causes.contains(&AttentionCause::StuckInQueue);
    let (recovery_claim_boundary, primary_next_action) = match state {
        AttentionState::NotExecuted => (
            RecoveryClaimBoundary::PreviewOnlyNoExecutionProven,
            if is_on_its_way { NextAction::ViewOperationProgress } else { NextAction::ReviewPreview },
        ),
        AttentionState::Failed => {
            (RecoveryClaimBoundary::ExecutionFailedNoRecoveryClaim, NextAction::ReviewFailures)
        }
        AttentionState::Partial => {
            (RecoveryClaimBoundary::TenantRecoveryNotProven, NextAction::ReviewPartialItems)
        }
        AttentionState::CompletedWithFollowUp => {
            (RecoveryClaimBoundary::TenantRecoveryNotProven, NextAction::ReviewSkippedItems)
        }
        AttentionState::Completed => {
            (RecoveryClaimBoundary::TenantRecoveryNotProven, NextAction::NoActionNeeded)
        }
    };
    RunVerdict {
        state,
        causes,
        counts: outcomes.are_on_record.then_some(outcomes.counts),
        recovery_claim_boundary,
        primary_next_action,
    }
}

/// The state of a run, and nothing else about it.
pub(crate) fn state_of(
    run: &RestoreRun<'_>,
    outcomes: &RunOutcomes<'_>,
    frame: &TenantFrame<'_>,
) -> AttentionState {
    decide(run, outcomes, frame).0
}

/// The state of a run, and every cause of its row.
fn decide(
    run: &RestoreRun<'_>,
    outcomes: &RunOutcomes<'_>,
    frame: &TenantFrame<'_>,
) -> (AttentionState, Vec<AttentionCause>) {
    let facts = Facts {
        run,
        outcomes,
        is_stalled: is_over(stalls_after(run, outcomes, frame), frame),
        is_stuck: is_over(sticks_after(run, outcomes, frame), frame),
        operation_goes_on: operation_goes_on(run, outcomes)
            && !is_over(Wait::Until(operation_goes_on_until(run, frame)), frame),
    };
    facts.decide()
}

/// How long a run may go on before it counts as stalled or stuck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    /// It does not wait for anything.
    Not,
    /// Up to this instant; without one, no longer.
    Until(Option<Timestamp>),
}

fn is_over(wait: Wait, frame: &Frame) -> bool {
    match wait {
        Wait::Not => false,
        Wait::Until(until) => until.is_none_or(|until| frame.as_of > until),
    }
}

/// The first of these timestamps that a right clock can have written, and the tenant's freshness window after it.
fn window_after(times: [Option<Timestamp>; 3], frame: &TenantFrame<'_>) -> Option<Timestamp> {
    let believed = times.into_iter().flatten().find(|at| !frame.is_after_export(*at));
    believed.map(|at| at.plus(frame.rules.freshness_seconds()))
}

/// Until when a run that began is not yet stalled: it is running, or it is pending or queued and has outcomes.
fn stalls_after(run: &RestoreRun<'_>, outcomes: &RunOutcomes<'_>, frame: &TenantFrame<'_>) -> Wait {
    use RestoreRunStatus::{Pending, Queued, Running};
    let has_begun = run.status.is(Running) || (run.status.is_any(&[Pending, Queued]) && has_any(outcomes));
    if !has_begun {
        return Wait::Not;
    }
    Wait::Until(window_after([run.started_at, run.created_at, run.completed_at], frame))
}

/// Until when a run that was requested is not yet stuck: it is pending or queued, without outcomes.
fn sticks_after(run: &RestoreRun<'_>, outcomes: &RunOutcomes<'_>, frame: &TenantFrame<'_>) -> Wait {
    use RestoreRunStatus::{Pending, Queued};
    if !run.status.is_any(&[Pending, Queued]) || has_any(outcomes) {
        return Wait::Not;
    }
    Wait::Until(window_after([run.created_at, run.started_at, run.completed_at], frame))
}

/// Whether a run has outcomes, read or not.
fn has_any(outcomes: &RunOutcomes<'_>) -> bool {
    outcomes.counts.total() > 0 || outcomes.are_unread
}

/// Whether the operation still runs while the run says it is done, and nothing failed yet.
fn operation_goes_on(run: &RestoreRun<'_>, outcomes: &RunOutcomes<'_>) -> bool {
    let Some(operation) = run.operation() else { return false };
    let run_seems_done = run.status.is(RestoreRunStatus::Completed) || run.status.is_unrecognised();
    operation.status.is_any(&[OperationStatus::Queued, OperationStatus::Running])
        && run_seems_done
        && outcomes.counts.failed == 0
        && outcomes.counts.partial == 0
}

/// Until when an operation that still runs counts as progress.
fn operation_goes_on_until(run: &RestoreRun<'_>, frame: &TenantFrame<'_>) -> Option<Timestamp> {
    let at = run.effective_at().filter(|at| !frame.is_after_export(*at))?;
    Some(at.plus(frame.rules.freshness_seconds()))
}

/// The causes that a run will have as time passes, and the last instant before that, if its state or causes then differ from now.
pub(crate) fn turns_after(
    run: &RestoreRun<'_>,
    outcomes: &RunOutcomes<'_>,
    frame: &TenantFrame<'_>,
) -> Option<(Timestamp, Vec<AttentionCause>)> {
    let waits = [stalls_after(run, outcomes, frame), sticks_after(run, outcomes, frame)];
    let operation = operation_goes_on(run, outcomes).then(|| operation_goes_on_until(run, frame)).flatten();
    let until = waits.into_iter().filter_map(|wait| match wait {
        Wait::Until(until) => until,
        Wait::Not => None,
    });
    let after = until.chain(operation).find(|after| *after >= frame.as_of)?;
    let later = Frame { as_of: after.plus(1), ..(**frame).clone() };
    let (now, then) = (decide(run, outcomes, frame), decide(run, outcomes, &frame.at(&later)));
    (now != then).then_some((after, then.1))
}

/// Whether a state needs follow-up and weakens recovery evidence.
pub fn is_weakening(state: AttentionState) -> bool {
    match state {
        AttentionState::Failed | AttentionState::Partial | AttentionState::CompletedWithFollowUp => true,
        AttentionState::NotExecuted | AttentionState::Completed => false,
    }
}

/// When a run took effect, as far as it can be believed: bad news dated after the export counts as having no time, so that a wrong clock
/// never loses it.
pub fn effective_at(run: &RestoreRun<'_>, state: AttentionState, frame: &Frame) -> Option<Timestamp> {
    run.effective_at().filter(|at| !(is_weakening(state) && frame.is_after_export(*at)))
}

impl Facts<'_, '_> {
    fn decide(&self) -> (AttentionState, Vec<AttentionCause>) {
        use AttentionCause as C;
        let was_executed = self.is_stalled || self.operation_ended(OperationOutcome::PartiallySucceeded);
        let not_executed: &[C] = if was_executed {
            &[]
        } else {
            &[C::InProgress, C::StuckInQueue, C::CancelledBeforeResults, C::UnrecognisedStatus]
        };
        let rows: [(AttentionState, &[C]); 5] = [
            (AttentionState::NotExecuted, &[C::PreviewOnly, C::NotStarted]),
            (AttentionState::Failed, &[C::RunFailed, C::OperationFailed, C::AllOutcomesFailed]),
            (AttentionState::NotExecuted, not_executed),
            (
                AttentionState::Partial,
                &[
                    C::RunStalled,
                    C::RunPartial,
                    C::RunCancelled,
                    C::OperationPartial,
                    C::OutcomesFailed,
                    C::OutcomesPartial,
                ],
            ),
            (
                AttentionState::CompletedWithFollowUp,
                &[
                    C::OutcomesSkipped,
                    C::OutcomesUnrecognised,
                    C::OutcomesUnread,
                    C::NonApplied,
                    C::OperationUnresolved,
                    C::UnrecognisedStatus,
                ],
            ),
        ];
        let row = rows.into_iter().find_map(|(state, causes)| {
            let holding: Vec<_> = causes.iter().copied().filter(|cause| self.holds(*cause, state)).collect();
            (!holding.is_empty()).then_some((state, holding))
        });
        row.unwrap_or((AttentionState::Completed, Vec::new()))
    }

    /// Whether a cause of a state applies. `unrecognised_status` is a cause of two: a run with results was executed.
    fn holds(&self, cause: AttentionCause, state: AttentionState) -> bool {
        use RestoreRunStatus as S;
        let status = &self.run.status;
        let counts = &self.outcomes.counts;
        match cause {
            AttentionCause::PreviewOnly => self.run.is_dry_run,
            AttentionCause::NotStarted => status.is_any(&[S::Draft, S::Scoped, S::Checked, S::Previewed]),
            AttentionCause::RunFailed => status.is(S::Failed),
            AttentionCause::OperationFailed => self.operation_ended(OperationOutcome::Failed),
            AttentionCause::AllOutcomesFailed => {
                let only_failed = OutcomeCounts { failed: counts.failed, ..OutcomeCounts::default() };
                counts.failed > 0
                    && *counts == only_failed
                    && !status.is_any(&[S::Pending, S::Queued, S::Running])
            }
            AttentionCause::InProgress => {
                let is_open = status.is_any(&[S::Pending, S::Queued, S::Running]) && !self.is_stuck;
                is_open || self.operation_goes_on
            }
            AttentionCause::StuckInQueue => self.is_stuck,
            AttentionCause::CancelledBeforeResults => {
                status.is_any(&[S::Canceled, S::Aborted]) && !has_any(self.outcomes)
            }
            AttentionCause::RunStalled => self.is_stalled,
            AttentionCause::RunPartial => status.is_any(&[S::Partial, S::CompletedWithErrors]),
            AttentionCause::RunCancelled => status.is_any(&[S::Canceled, S::Aborted]),
            AttentionCause::OperationPartial => self.operation_ended(OperationOutcome::PartiallySucceeded),
            AttentionCause::OutcomesFailed => counts.failed > 0,
            AttentionCause::OutcomesPartial => counts.partial > 0,
            AttentionCause::OutcomesSkipped => counts.skipped > 0,
            AttentionCause::OutcomesUnrecognised => counts.unrecognised > 0,
            AttentionCause::OutcomesUnread => self.outcomes.are_unread,
            AttentionCause::NonApplied => self.run.non_applied().is_some_and(|count| count > 0),
            AttentionCause::OperationUnresolved => self.operation_is_unresolved(),
            AttentionCause::UnrecognisedStatus => {
                let has_results = self.run.completed_at.is_some() || has_any(self.outcomes);
                status.is_unrecognised() && !(state == AttentionState::NotExecuted && has_results)
            }
        }
    }

    fn operation_ended(&self, outcome: OperationOutcome) -> bool {
        let operation = self.run.operation();
        operation.and_then(|operation| operation.outcome.as_ref()).is_some_and(|word| word.is(outcome))
    }

    fn operation_is_unresolved(&self) -> bool {
        let Some(operation) = self.run.operation() else { return false };
        let ended_otherwise =
            operation.outcome.as_ref().is_some_and(|outcome| !outcome.is(OperationOutcome::Succeeded));
        ended_otherwise || !operation.status.is(OperationStatus::Completed)
    }
}
