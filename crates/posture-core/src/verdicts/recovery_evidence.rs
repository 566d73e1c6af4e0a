//! What executed restores have shown of a tenant (contract, section 7). No state here is ever read as proof that recovery works.

use std::borrow::Cow;

use serde::Serialize;

use crate::paths;
use crate::policy::{Frame, hours};
use crate::reading::decode::Id;
use crate::reading::snapshot::{RestoreRun, Spanned, Tenant};
use crate::sorting::sort_by_key;
use crate::timestamp::Timestamp;
use crate::verdicts::backup_health::BackupPosture;
use crate::verdicts::restore_attention::{
    AttentionCause, AttentionState, RestoreResultAttention, attention_by, effective_at,
};
use crate::verdicts::rules::TenantFrame;
use crate::verdicts::run_outcomes::{RunOutcomes, run_outcomes};
use crate::verdicts::unsettled::OpenRestores;
use crate::vocabulary::{Capability, Urgency, vocabulary};
use crate::words;

vocabulary! {
    /// State of a tenant's recovery evidence.
    pub enum RecoveryState {
        Weakened = "weakened",
        Unvalidated = "unvalidated",
        NoRecentIssuesVisible = "no_recent_issues_visible",
    }
}

vocabulary! {
    /// Why recovery evidence is in its state.
    pub enum RecoveryReason {
        NoHistory = "no_history",
        HistoryTooOld = "history_too_old",
        Failed = "failed",
        Partial = "partial",
        CompletedWithFollowUp = "completed_with_follow_up",
        NoRecentIssuesVisible = "no_recent_issues_visible",
    }
}

impl RecoveryReason {
    /// How soon it wants a person; `None` where it does not.
    pub fn urgency(self) -> Option<Urgency> {
        match self {
            Self::Failed => Some(Urgency::Critical),
            Self::Partial => Some(Urgency::High),
            Self::CompletedWithFollowUp | Self::NoHistory | Self::HistoryTooOld => Some(Urgency::Medium),
            Self::NoRecentIssuesVisible => None,
        }
    }
}

/// Something a person can follow, or is told why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Action {
    /// Whether it cannot be followed.
    pub disabled: bool,
    /// Why it is disabled.
    pub helper_text: Option<String>,
    /// What it is called.
    pub label: &'static str,
    /// Whether it leads to a link of the evidence's own, not to a page of this product.
    pub leads_out: bool,
    /// Where it leads; null where disabled.
    pub url: Option<String>,
}

/// The recovery evidence of one tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RecoveryEvidence {
    /// What to do next.
    pub action: Action,
    /// The tenant's backup posture, carried beside.
    pub backup_posture: BackupPosture,
    /// What the state does not mean.
    pub claim_boundary: &'static str,
    /// The state in a line.
    pub headline: Cow<'static, str>,
    /// When the latest relevant run took effect; null where it has no time.
    pub latest_relevant_at: Option<Timestamp>,
    /// What the latest relevant run has shown.
    pub latest_relevant_attention_state: Option<AttentionState>,
    /// The latest relevant run.
    pub latest_relevant_restore_run_id: Option<Id>,
    /// The state.
    pub overview_state: RecoveryState,
    /// Why.
    pub reason: RecoveryReason,
    /// Whether any restore was executed.
    pub relevant_restore_history_present: bool,
    /// More about the state, always with the age of the evidence.
    pub summary: String,
    /// The tenant.
    pub tenant_id: Id,
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
    pub(crate) attention: RestoreResultAttention,
}

/// What each run of a tenant that is not deleted has shown, by id.
pub(crate) fn attended_runs<'r, 'a>(
    tenant: &'r Tenant<'a>,
    frame: &TenantFrame<'_>,
) -> Vec<AttendedRun<'r, 'a>> {
    let live = tenant.runs().iter().filter(|run| !frame.is_deleted(run.deleted_at));
    let attend = |run: &'r Spanned<RestoreRun<'a>>| {
        let outcomes = run_outcomes(run);
        let attention = attention_by(run, &outcomes, frame);
        AttendedRun { run, outcomes, attention }
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
    let relevant = |one: &'r AttendedRun<'r, 'a>| {
        let state = one.attention.state;
        let at = effective_at(one.run, state, frame);
        let counts = state != AttentionState::NotExecuted && at.is_none_or(|at| frame.has_happened(at));
        counts.then_some(RelevantRun { run: one.run, outcomes: &one.outcomes, state, at })
    };
    attended.iter().filter_map(relevant).collect()
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

fn reason(latest: Option<&RelevantRun<'_, '_>>, frame: &TenantFrame<'_>) -> RecoveryReason {
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

fn overview_state(reason: RecoveryReason) -> RecoveryState {
    match reason {
        RecoveryReason::NoHistory | RecoveryReason::HistoryTooOld => RecoveryState::Unvalidated,
        RecoveryReason::Failed | RecoveryReason::Partial | RecoveryReason::CompletedWithFollowUp => {
            RecoveryState::Weakened
        }
        RecoveryReason::NoRecentIssuesVisible => RecoveryState::NoRecentIssuesVisible,
    }
}

/// Projects a tenant's recovery evidence from its relevant runs. `open` is what restores leave open besides.
pub(crate) fn project(
    tenant: &Tenant<'_>,
    posture: BackupPosture,
    relevant: &[RelevantRun<'_, '_>],
    open: &OpenRestoreNames<'_>,
    frame: &TenantFrame<'_>,
) -> RecoveryEvidence {
    let latest = latest_run(relevant);
    let reason = reason(latest, frame);
    let overview_state = overview_state(reason);
    let key = &tenant.external_id.0;
    let weakened_by = latest.filter(|_| overview_state == RecoveryState::Weakened);
    let url = match weakened_by {
        Some(latest) => paths::restore_run(key, latest.run.id, Some(reason)),
        None => paths::restore_runs(key, Some(reason)),
    };
    let allowed = tenant.allows(Capability::RestoreRunsView);
    RecoveryEvidence {
        action: Action {
            disabled: !allowed,
            helper_text: (!allowed).then(|| words::missing_capability(Capability::RestoreRunsView)),
            label: words::recovery_action(overview_state),
            leads_out: false,
            url: allowed.then_some(url),
        },
        backup_posture: posture,
        claim_boundary: words::recovery_boundary(overview_state),
        headline: words::recovery_headline(reason, open),
        latest_relevant_at: latest.and_then(|latest| latest.at),
        latest_relevant_attention_state: latest.map(|latest| latest.state),
        latest_relevant_restore_run_id: latest.map(|latest| latest.run.id),
        overview_state,
        reason,
        relevant_restore_history_present: latest.is_some(),
        summary: words::recovery_summary(
            reason,
            latest.map(|latest| words::LatestRestore {
                run: latest.run.id,
                age: words::evidence_age(latest.at, frame),
                has_counts: latest.outcomes.are_on_record,
            }),
            open,
            frame.rules.restore_evidence_days,
        ),
        tenant_id: tenant.id,
    }
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
    let is_stuck = |one: &&AttendedRun<'_, '_>| one.attention.causes.contains(&AttentionCause::StuckInQueue);
    attended.iter().filter(is_stuck).map(|one| one.run.id).collect()
}
