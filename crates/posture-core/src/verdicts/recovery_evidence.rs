//! What executed restores have shown of a tenant (contract, section 7). No state here is ever read as proof that recovery works.

use serde::Serialize;

use crate::paths;
use crate::policy::Frame;
use crate::reading::decode::Id;
use crate::reading::snapshot::{RestoreRun, Tenant};
use crate::timestamp::Timestamp;
use crate::verdicts::backup_health::BackupPosture;
use crate::verdicts::restore_attention::{
    AttentionState, RestoreResultAttention, effective_at, is_weakening,
};
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
            Self::CompletedWithFollowUp | Self::NoHistory => Some(Urgency::Medium),
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
    pub headline: &'static str,
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
    pub(crate) state: AttentionState,
    pub(crate) at: Option<Timestamp>,
}

/// The runs that count as restore history. `attention` holds every run that is not deleted, in any order.
pub(crate) fn relevant_runs<'r, 'a>(
    attention: &[(&'r RestoreRun<'a>, RestoreResultAttention)],
    frame: &Frame,
) -> Vec<RelevantRun<'r, 'a>> {
    let relevant = |(run, attention): &(&'r RestoreRun<'a>, RestoreResultAttention)| {
        let at = effective_at(run, attention.state, frame);
        let counts =
            attention.state != AttentionState::NotExecuted && at.is_none_or(|at| frame.has_happened(at));
        counts.then_some(RelevantRun { run, state: attention.state, at })
    };
    attention.iter().filter_map(relevant).collect()
}

/// The relevant run that governs. One without any time counts as the newest.
pub(crate) fn latest_run<'l, 'r, 'a>(relevant: &'l [RelevantRun<'r, 'a>]) -> Option<&'l RelevantRun<'r, 'a>> {
    relevant.iter().max_by_key(|one| (one.at.is_none(), one.at, one.run.id))
}

/// Projects a tenant's recovery evidence from its relevant runs.
pub(crate) fn project(
    tenant: &Tenant<'_>,
    posture: BackupPosture,
    relevant: &[RelevantRun<'_, '_>],
    frame: &Frame,
) -> RecoveryEvidence {
    let latest = latest_run(relevant);
    let reason = match latest.map(|latest| latest.state) {
        None | Some(AttentionState::NotExecuted) => RecoveryReason::NoHistory,
        Some(AttentionState::Failed) => RecoveryReason::Failed,
        Some(AttentionState::Partial) => RecoveryReason::Partial,
        Some(AttentionState::CompletedWithFollowUp) => RecoveryReason::CompletedWithFollowUp,
        Some(AttentionState::Completed) => RecoveryReason::NoRecentIssuesVisible,
    };
    let overview_state = match latest.map(|latest| latest.state) {
        None => RecoveryState::Unvalidated,
        Some(state) if is_weakening(state) => RecoveryState::Weakened,
        Some(_) => RecoveryState::NoRecentIssuesVisible,
    };
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
        headline: words::recovery_headline(reason),
        latest_relevant_at: latest.and_then(|latest| latest.at),
        latest_relevant_attention_state: latest.map(|latest| latest.state),
        latest_relevant_restore_run_id: latest.map(|latest| latest.run.id),
        overview_state,
        reason,
        relevant_restore_history_present: latest.is_some(),
        summary: words::recovery_summary(
            reason,
            latest.map(|latest| (latest.run.id, words::evidence_age(latest.at, frame))),
        ),
        tenant_id: tenant.id,
    }
}
