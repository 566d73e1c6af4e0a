//! Recovery evidence in words. It speaks of what executed restores showed, and always of how old that is.

use crate::reading::decode::Id;
use crate::verdicts::recovery_evidence::{RecoveryEvidence, RecoveryReason, RecoveryState};
use crate::verdicts::restore_attention::{AttentionCause, AttentionState, OutcomeCounts};
use crate::words::{EvidenceAge, ItemTexts, Text, attention_cause_label, between};

/// What most summaries take no more than.
const SUMMARY_BYTES: usize = 160;

/// What a recovery state does not mean.
pub fn recovery_boundary(state: RecoveryState) -> &'static str {
    match state {
        RecoveryState::Unvalidated => {
            "Without an executed restore, nothing is known about recovery; backups alone do not show it."
        }
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
    Text::new(SUMMARY_BYTES)
        .put("Restore run ")
        .number(run.get())
        .put(" ")
        .put(what)
        .put(". ")
        .age(age)
        .take()
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
pub fn restore_summary(
    state: AttentionState,
    causes: &[AttentionCause],
    counts: Option<&OutcomeCounts>,
    age: EvidenceAge,
) -> String {
    let lead = match state {
        AttentionState::NotExecuted => "Not executed",
        AttentionState::Failed => "Failed",
        AttentionState::Partial => "Applied only in part",
        AttentionState::CompletedWithFollowUp => "Completed, with follow-up",
        AttentionState::Completed => "Completed, and no follow-up is visible",
    };
    let mut summary = Text::new(SUMMARY_BYTES);
    summary.put(lead);
    for (place, cause) in causes.iter().enumerate() {
        summary
            .put(if place == 0 { ": " } else { between(place, causes.len()) })
            .put(attention_cause_label(*cause));
    }
    summary.put(". ").counts(counts).put(" ").age(age).take()
}

/// Outcome rows in words; where there are none, that is said.
pub fn counts_sentence(counts: Option<&OutcomeCounts>) -> String {
    Text::new(0).counts(counts).take()
}

impl Text {
    fn counts(&mut self, counts: Option<&OutcomeCounts>) -> &mut Self {
        let Some(counts) = counts else { return self.put("A summary of outcomes is unavailable.") };
        let named = [
            (counts.applied, "applied"),
            (counts.failed, "failed"),
            (counts.partial, "partial"),
            (counts.skipped, "skipped"),
            (counts.unrecognised, "unrecognised"),
        ];
        let parts = named.iter().filter(|(count, _)| *count > 0).count();
        self.put("Of ").counted(counts.total(), "outcome", "outcomes").put(": ");
        for (place, (count, name)) in named.iter().filter(|(count, _)| *count > 0).enumerate() {
            self.put(between(place, parts)).number(*count).put(" ").put(name);
        }
        self.put(".")
    }
}

/// A tenant's recovery item on the workspace overview.
pub fn tenant_recovery_item(tenant: &str, evidence: &RecoveryEvidence) -> ItemTexts {
    let what = super::recovery_reason_label(evidence.reason);
    ItemTexts {
        badge: recovery_badge(evidence.reason),
        title: format!("{tenant}: {what}"),
        body: evidence.summary.clone(),
        supporting_message: Some(evidence.claim_boundary),
    }
}
