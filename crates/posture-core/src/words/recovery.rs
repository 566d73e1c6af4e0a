//! Recovery evidence in words. It speaks of what executed restores showed, and always of how old that is.

use crate::fit::Id;
use crate::recovery_evidence::{RecoveryEvidence, RecoveryReason, RecoveryState};
use crate::restore_attention::{AttentionCause, AttentionState, OutcomeCounts};
use crate::words::{EvidenceAge, ItemTexts, attention_cause_label, counted, listed};

/// What a recovery state does not mean.
pub fn recovery_boundary(state: RecoveryState) -> &'static str {
    match state {
        RecoveryState::Unvalidated => "Without an executed restore, nothing is known about recovery; backups alone do not show it.",
        RecoveryState::Weakened => {
            "This speaks of the latest executed restore only. It makes no claim about what another restore would do."
        }
        RecoveryState::NoRecentIssuesVisible => {
            "An executed restore shows what it restored, then. That the whole tenant can be recovered is not proven by it."
        }
    }
}

/// A recovery state in a line.
pub fn recovery_headline(reason: RecoveryReason) -> &'static str {
    match reason {
        RecoveryReason::NoHistory => "Recovery evidence is unvalidated",
        RecoveryReason::Failed => "Latest executed restore failed",
        RecoveryReason::Partial => "Latest executed restore applied only in part",
        RecoveryReason::CompletedWithFollowUp => "Latest executed restore left follow-up",
        RecoveryReason::NoRecentIssuesVisible => "No recent restore issues visible",
    }
}

/// What a recovery state rests on, and how old that is.
pub fn recovery_summary(reason: RecoveryReason, latest: Option<(Id, EvidenceAge)>) -> String {
    let Some((run, age)) = latest else {
        return "No executed restore is on record, so there is no evidence of any age.".to_owned();
    };
    let what = match reason {
        RecoveryReason::NoHistory => "was not executed",
        RecoveryReason::Failed => "failed",
        RecoveryReason::Partial => "applied only a part",
        RecoveryReason::CompletedWithFollowUp => "completed, and left something to follow up",
        RecoveryReason::NoRecentIssuesVisible => "completed, and no follow-up is visible",
    };
    format!("Restore run {run} {what}. {}", age.sentence())
}

/// What the way to the restore history is called.
pub fn recovery_action(state: RecoveryState) -> &'static str {
    match state {
        RecoveryState::Weakened => "Review restore run",
        RecoveryState::Unvalidated | RecoveryState::NoRecentIssuesVisible => "Open restore history",
    }
}

/// A recovery reason in a word or two, on a badge.
pub fn recovery_badge(reason: RecoveryReason) -> &'static str {
    match reason {
        RecoveryReason::NoHistory => "Unvalidated",
        RecoveryReason::Failed => "Recovery failed",
        RecoveryReason::Partial => "Recovery partial",
        RecoveryReason::CompletedWithFollowUp => "Recovery follow-up",
        RecoveryReason::NoRecentIssuesVisible => "No recent issues",
    }
}

/// What one restore run has shown.
pub fn restore_summary(state: AttentionState, causes: &[AttentionCause], counts: Option<&OutcomeCounts>, age: EvidenceAge) -> String {
    let lead = match state {
        AttentionState::NotExecuted => "Not executed",
        AttentionState::Failed => "Failed",
        AttentionState::Partial => "Applied only in part",
        AttentionState::CompletedWithFollowUp => "Completed, with follow-up",
        AttentionState::Completed => "Completed, and no follow-up is visible",
    };
    let causes: Vec<_> = causes.iter().map(|cause| attention_cause_label(*cause)).collect();
    let colon = if causes.is_empty() { "" } else { ": " };
    [lead, colon, &listed(&causes), ". ", &counts_sentence(counts), " ", &age.sentence()].concat()
}

/// Outcome rows in words; where there are none, that is said.
pub fn counts_sentence(counts: Option<&OutcomeCounts>) -> String {
    let Some(counts) = counts else { return "A summary of outcomes is unavailable.".to_owned() };
    let named = [
        (counts.applied, "applied"),
        (counts.failed, "failed"),
        (counts.partial, "partial"),
        (counts.skipped, "skipped"),
        (counts.unrecognised, "unrecognised"),
    ];
    let parts: Vec<_> = named.iter().filter(|(count, _)| *count > 0).map(|(count, name)| count.to_string() + " " + name).collect();
    ["Of ", &counted(counts.total(), "outcome", "outcomes"), ": ", &listed(&parts), "."].concat()
}

/// A tenant's recovery item on the workspace overview.
pub fn tenant_recovery_item(tenant: &str, evidence: &RecoveryEvidence) -> ItemTexts {
    let what = super::recovery_reason_label(evidence.reason);
    ItemTexts {
        badge: recovery_badge(evidence.reason).to_owned(),
        title: format!("{tenant}: {what}"),
        body: evidence.summary.clone(),
        supporting_message: Some(evidence.claim_boundary.clone()),
    }
}
