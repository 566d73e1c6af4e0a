//! What one restore run has shown (contract, section 6). The state is the first row that applies:
//!
//! | row | state | what it takes |
//! |---|---|---|
//! | 1 | not_executed | a dry run, or a run that was never started |
//! | 2 | failed | the run, its operation, or every outcome failed |
//! | 3 | not_executed | still going on, or ended before it could apply anything; not for a stalled run or a partly succeeded operation |
//! | 4 | partial | stalled, partly applied, cancelled, or some outcomes failed |
//! | 5 | completed_with_follow_up | something was skipped, not applied, unrecognised, or left unresolved |
//! | 6 | completed | none of these |

use serde::Serialize;

use crate::policy::Frame;
use crate::reading::decode::Id;
use crate::reading::snapshot::{OutcomeClass, RestoreRun};
use crate::timestamp::Timestamp;
use crate::vocabulary::{OperationOutcome, OperationStatus, RestoreRunStatus, Urgency, vocabulary};
use crate::words;

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
        CancelledBeforeResults = "cancelled_before_results",
        RunStalled = "run_stalled",
        RunPartial = "run_partial",
        RunCancelled = "run_cancelled",
        OperationPartial = "operation_partial",
        OutcomesFailed = "outcomes_failed",
        OutcomesPartial = "outcomes_partial",
        OutcomesSkipped = "outcomes_skipped",
        OutcomesUnrecognised = "outcomes_unrecognised",
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

vocabulary! {
    /// How a state is shown; each tone has a colour and a shape of its own.
    pub enum Tone { Critical = "critical", High = "high", Medium = "medium", Low = "low", Calm = "calm", Unknown = "unknown" }
}

impl From<Urgency> for Tone {
    fn from(urgency: Urgency) -> Self {
        match urgency {
            Urgency::Critical => Self::Critical,
            Urgency::High => Self::High,
            Urgency::Medium => Self::Medium,
            Urgency::Low => Self::Low,
        }
    }
}

/// Outcome rows by what they say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OutcomeCounts {
    /// Applied, or in need of nothing.
    pub applied: u64,
    /// Failed.
    pub failed: u64,
    /// Applied in part.
    pub partial: u64,
    /// Left out.
    pub skipped: u64,
    /// Outside the vocabulary.
    pub unrecognised: u64,
}

impl OutcomeCounts {
    /// All rows.
    pub fn total(&self) -> u64 {
        self.applied + self.failed + self.partial + self.skipped + self.unrecognised
    }

    pub(crate) fn count(&mut self, class: OutcomeClass) {
        match class {
            OutcomeClass::Applied => self.applied += 1,
            OutcomeClass::Failed => self.failed += 1,
            OutcomeClass::Partial => self.partial += 1,
            OutcomeClass::Skipped => self.skipped += 1,
            OutcomeClass::Unrecognised => self.unrecognised += 1,
        }
    }
}

/// What one restore run has shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RestoreResultAttention {
    /// Every cause of the state's row that holds, in the contract's order.
    pub causes: Vec<AttentionCause>,
    /// Outcome rows by what they say; null where the run has none.
    pub counts: Option<OutcomeCounts>,
    /// Whether a person should look.
    pub follow_up_required: bool,
    /// What to do about it.
    pub primary_next_action: NextAction,
    /// What the state never claims.
    pub recovery_claim_boundary: RecoveryClaimBoundary,
    /// The run.
    pub restore_run_id: Id,
    /// The state.
    pub state: AttentionState,
    /// The state in words.
    pub summary: String,
    /// How it is shown.
    pub tone: Tone,
}

/// What the rows are decided from.
struct Facts<'r, 'a> {
    run: &'r RestoreRun<'a>,
    counts: OutcomeCounts,
    has_rows: bool,
    is_stalled: bool,
}

/// Derives what a run has shown.
pub fn attention(run: &RestoreRun<'_>, frame: &Frame) -> RestoreResultAttention {
    let mut counts = OutcomeCounts::default();
    run.outcomes().for_each(|outcome| counts.count(outcome.class));
    let is_stalled = goes_on_until(run, frame).is_some_and(|after| frame.as_of > after);
    let facts = Facts { run, counts, has_rows: counts.total() > 0, is_stalled };
    let (state, causes) = facts.decide();
    let counts = facts.has_rows.then_some(counts);
    let is_in_progress = causes.contains(&AttentionCause::InProgress);
    let (tone, recovery_claim_boundary, primary_next_action) = match state {
        AttentionState::NotExecuted => (
            Tone::Unknown,
            RecoveryClaimBoundary::PreviewOnlyNoExecutionProven,
            if is_in_progress { NextAction::ViewOperationProgress } else { NextAction::ReviewPreview },
        ),
        AttentionState::Failed => (
            Tone::Critical,
            RecoveryClaimBoundary::ExecutionFailedNoRecoveryClaim,
            NextAction::ReviewFailures,
        ),
        AttentionState::Partial => {
            (Tone::High, RecoveryClaimBoundary::TenantRecoveryNotProven, NextAction::ReviewPartialItems)
        }
        AttentionState::CompletedWithFollowUp => {
            (Tone::Medium, RecoveryClaimBoundary::TenantRecoveryNotProven, NextAction::ReviewSkippedItems)
        }
        AttentionState::Completed => {
            (Tone::Calm, RecoveryClaimBoundary::TenantRecoveryNotProven, NextAction::NoActionNeeded)
        }
    };
    RestoreResultAttention {
        summary: words::restore_summary(
            state,
            &causes,
            counts.as_ref(),
            words::evidence_age(effective_at(run, state, frame), frame),
        ),
        causes,
        counts,
        follow_up_required: is_weakening(state),
        primary_next_action,
        recovery_claim_boundary,
        restore_run_id: run.id,
        state,
        tone,
    }
}

/// The last instant at which a running run is not yet stalled; `None` where it is not running, or does not say when it began.
fn goes_on_until(run: &RestoreRun<'_>, frame: &Frame) -> Option<Timestamp> {
    let began_at = run.started_at.or(run.created_at).filter(|_| run.status.is(RestoreRunStatus::Running));
    began_at.map(|at| at.plus(frame.policy.freshness_seconds()))
}

/// The last instant at which a run is not yet partial for being stalled; `None` where no stall decides about it.
pub(crate) fn stalls_after(run: &RestoreRun<'_>, frame: &Frame) -> Option<Timestamp> {
    let after = goes_on_until(run, frame)?;
    let stalled = Frame { as_of: after.plus(1), ..*frame };
    attention(run, &stalled).causes.contains(&AttentionCause::RunStalled).then_some(after)
}

/// Whether a state asks for a person and weakens recovery evidence.
pub fn is_weakening(state: AttentionState) -> bool {
    match state {
        AttentionState::Failed | AttentionState::Partial | AttentionState::CompletedWithFollowUp => true,
        AttentionState::NotExecuted | AttentionState::Completed => false,
    }
}

/// When a run took effect, as far as it can be believed: bad news from beyond the export counts as having no time, so that a wrong clock
/// never loses it.
pub fn effective_at(run: &RestoreRun<'_>, state: AttentionState, frame: &Frame) -> Option<Timestamp> {
    run.effective_at().filter(|at| !(is_weakening(state) && frame.is_after_export(*at)))
}

impl Facts<'_, '_> {
    fn decide(&self) -> (AttentionState, Vec<AttentionCause>) {
        use AttentionCause as C;
        let rows: [(AttentionState, &[AttentionCause]); 5] = [
            (AttentionState::NotExecuted, &[C::PreviewOnly, C::NotStarted]),
            (AttentionState::Failed, &[C::RunFailed, C::OperationFailed, C::AllOutcomesFailed]),
            (AttentionState::NotExecuted, &[C::InProgress, C::CancelledBeforeResults, C::UnrecognisedStatus]),
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
                    C::NonApplied,
                    C::OperationUnresolved,
                    C::UnrecognisedStatus,
                ],
            ),
        ];
        for (row, (state, causes)) in rows.into_iter().enumerate() {
            if row == 2 && (self.is_stalled || self.operation_ended(OperationOutcome::PartiallySucceeded)) {
                continue;
            }
            let before_results = row == 2;
            let holding: Vec<_> =
                causes.iter().copied().filter(|cause| self.holds(*cause, before_results)).collect();
            if !holding.is_empty() {
                return (state, holding);
            }
        }
        (AttentionState::Completed, Vec::new())
    }

    /// Whether a cause's condition holds. `before_results` tells apart the two rows that know an unrecognised status.
    fn holds(&self, cause: AttentionCause, before_results: bool) -> bool {
        use RestoreRunStatus as S;
        let status = &self.run.status;
        match cause {
            AttentionCause::PreviewOnly => self.run.is_dry_run,
            AttentionCause::NotStarted => status.is_any(&[S::Draft, S::Scoped, S::Checked, S::Previewed]),
            AttentionCause::RunFailed => status.is(S::Failed),
            AttentionCause::OperationFailed => self.operation_ended(OperationOutcome::Failed),
            AttentionCause::AllOutcomesFailed => {
                self.has_rows
                    && self.counts.failed == self.counts.total()
                    && !status.is_any(&[S::Pending, S::Queued, S::Running])
            }
            AttentionCause::InProgress => {
                status.is_any(&[S::Pending, S::Queued, S::Running]) || self.operation_goes_on()
            }
            AttentionCause::CancelledBeforeResults => {
                status.is_any(&[S::Canceled, S::Aborted]) && !self.has_rows
            }
            AttentionCause::RunStalled => self.is_stalled,
            AttentionCause::RunPartial => status.is_any(&[S::Partial, S::CompletedWithErrors]),
            AttentionCause::RunCancelled => status.is_any(&[S::Canceled, S::Aborted]),
            AttentionCause::OperationPartial => self.operation_ended(OperationOutcome::PartiallySucceeded),
            AttentionCause::OutcomesFailed => self.counts.failed > 0,
            AttentionCause::OutcomesPartial => self.counts.partial > 0,
            AttentionCause::OutcomesSkipped => self.counts.skipped > 0,
            AttentionCause::OutcomesUnrecognised => self.counts.unrecognised > 0,
            AttentionCause::NonApplied => {
                let non_applied = self.run.metadata.as_ref().and_then(|metadata| metadata.0.non_applied);
                non_applied.is_some_and(|non_applied| non_applied.0 > 0)
            }
            AttentionCause::OperationUnresolved => self.operation_is_unresolved(),
            AttentionCause::UnrecognisedStatus => {
                status.is_unrecognised()
                    && (!before_results || (self.run.completed_at.is_none() && !self.has_rows))
            }
        }
    }

    fn operation_ended(&self, outcome: OperationOutcome) -> bool {
        let operation = self.run.operation_run.as_ref();
        operation.and_then(|operation| operation.outcome.as_ref()).is_some_and(|word| word.is(outcome))
    }

    /// The operation still runs while the run says it is done, and nothing failed yet.
    fn operation_goes_on(&self) -> bool {
        let Some(operation) = &self.run.operation_run else { return false };
        let run_seems_done =
            self.run.status.is(RestoreRunStatus::Completed) || self.run.status.is_unrecognised();
        operation.status.is_any(&[OperationStatus::Queued, OperationStatus::Running])
            && run_seems_done
            && self.counts.failed == 0
            && self.counts.partial == 0
    }

    fn operation_is_unresolved(&self) -> bool {
        let Some(operation) = &self.run.operation_run else { return false };
        let ended_otherwise =
            operation.outcome.as_ref().is_some_and(|outcome| !outcome.is(OperationOutcome::Succeeded));
        ended_otherwise || operation.status.is_unrecognised()
    }
}
