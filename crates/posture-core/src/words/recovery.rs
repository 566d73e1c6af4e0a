//! Recovery evidence in words. It is about what executed restores showed, and always says how old that is.

use std::borrow::Cow;

use crate::id::Id;
use crate::report::model::RecoveryEvidence;
use crate::verdicts::recovery_evidence::{OpenRestoreNames, RecoveryReason, RecoveryState};
use crate::verdicts::restore_attention::{AttentionCause, AttentionState, OutcomeCounts};
use crate::words::{EvidenceAge, ItemTexts, Text, attention_cause_label, between};

/// What most summaries take no more than.
const SUMMARY_BYTES: usize = 160;

/// What a recovery state does not mean.
pub fn recovery_boundary(state: RecoveryState) -> &'static str {
    match state {
        RecoveryState::Unvalidated => "Without a restore that counts, nothing is known about recovery.",
        RecoveryState::Weakened => "This describes the latest restore only, not what another one would do.",
        RecoveryState::NoRecentIssuesVisible => {
            "A restore shows what it restored at that time. It is not proven that the whole tenant can be recovered."
        }
    }
}

/// A recovery state in a line. What restores leave open is named in place of a calm one.
pub(crate) fn recovery_headline(
    reason: RecoveryReason,
    runs: RunsOnRecord,
    open: &OpenRestoreNames<'_>,
) -> Cow<'static, str> {
    match reason {
        RecoveryReason::NoHistory if runs.ahead > 0 => {
            "Latest restore is dated after the as-of instant (unvalidated)".into()
        }
        RecoveryReason::NoHistory => "Never tested: no executed restore on record (unvalidated)".into(),
        RecoveryReason::HistoryTooOld => "Latest restore is too old to count (unvalidated)".into(),
        RecoveryReason::Failed => "Latest restore failed".into(),
        RecoveryReason::Partial => "Latest restore was only partly applied".into(),
        RecoveryReason::CompletedWithFollowUp => "Latest restore needs follow-up".into(),
        RecoveryReason::NoRecentIssuesVisible => match (&*open.stuck, open.unresolved) {
            ([], []) => "No recent restore issues visible".into(),
            ([], unresolved) => {
                let mut headline = Text::new(SUMMARY_BYTES);
                headline.put("Not restored since a failure: ").policy_types(unresolved).take().into()
            }
            (stuck, _) => {
                let mut headline = Text::new(SUMMARY_BYTES);
                headline.put("Stuck in the queue: ").runs(stuck).take().into()
            }
        },
    }
}

/// The restore that a recovery state rests on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LatestRestore {
    pub(crate) run: Id,
    pub(crate) age: EvidenceAge,
    /// Whether its outcomes are on record.
    pub(crate) has_counts: bool,
}

/// The restore runs of a tenant without a restore that counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RunsOnRecord {
    pub(crate) all: u64,
    /// Those that were executed, but are dated after the as-of instant.
    pub(crate) ahead: u64,
}

/// What a recovery state rests on, and how old that is.
pub(crate) fn recovery_summary(
    reason: RecoveryReason,
    latest: Option<LatestRestore>,
    runs: RunsOnRecord,
    open: &OpenRestoreNames<'_>,
    limit_days: Option<u64>,
) -> String {
    let mut summary = Text::new(SUMMARY_BYTES);
    let Some(LatestRestore { run, age, has_counts }) = latest else {
        summary.runs_on_record(runs);
        return summary.open_restores(open).take();
    };
    let what = match reason {
        RecoveryReason::NoHistory => "was not executed",
        RecoveryReason::Failed => "failed",
        RecoveryReason::Partial => "was only partly applied",
        RecoveryReason::CompletedWithFollowUp => "completed, but needs follow-up",
        RecoveryReason::HistoryTooOld | RecoveryReason::NoRecentIssuesVisible => {
            "completed, and no follow-up is visible"
        }
    };
    summary.put("Restore run ").number(run.get()).put(" ").put(what).put(". ");
    if !has_counts {
        summary.put("Its outcomes are not on record. ");
    }
    summary.age(age);
    if let Some(days) = limit_days.filter(|_| reason == RecoveryReason::HistoryTooOld) {
        summary.put(" It counts for ").counted(days, "day", "days").put(".");
    }
    summary.open_restores(open).take()
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
        RecoveryReason::HistoryTooOld => "Evidence too old",
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
        AttentionState::NotExecuted if causes.contains(&AttentionCause::InProgress) => "Not finished",
        AttentionState::NotExecuted => "Not executed",
        AttentionState::Failed => "Failed",
        AttentionState::Partial => "Partly applied",
        AttentionState::CompletedWithFollowUp => "Completed, with follow-up",
        AttentionState::Completed => "Completed, and no follow-up is visible",
    };
    let mut summary = Text::new(SUMMARY_BYTES);
    summary.put(lead);
    for (place, cause) in causes.iter().enumerate() {
        summary.put(if place == 0 { ": " } else { "; " }).put(attention_cause_label(*cause));
    }
    summary.put(". ").counts(counts).put(" ").age(age).take()
}

/// Outcome rows in words, or that there are none.
pub fn counts_sentence(counts: Option<&OutcomeCounts>) -> String {
    Text::new(0).counts(counts).take()
}

/// How many runs or policy types a sentence names before it counts the rest.
const NAMED: usize = 3;

impl Text {
    fn policy_types(&mut self, types: &[String]) -> &mut Self {
        self.first(types, NAMED, ("policy type", "policy types"), &mut |text, name| {
            text.policy_type(name);
        })
    }

    /// Runs that do not count: previews, queued runs, and runs that are dated ahead.
    fn runs_on_record(&mut self, RunsOnRecord { all, ahead }: RunsOnRecord) -> &mut Self {
        if all == 0 {
            return self.put("No restore run is on record, so there is no recovery evidence.");
        }
        self.counted(all, "restore run is", "restore runs are").put(" on record, but ");
        match (all, ahead) {
            (1, 0) => self.put("it has not been executed"),
            (_, 0) => self.put("none has been executed"),
            (1, _) => self.put("it is dated after the as-of instant"),
            _ => self.put("none counts: ").counted(ahead, "is", "are").put(" dated after the as-of instant"),
        };
        self.put(", so there is no recovery evidence.")
    }

    fn runs(&mut self, runs: &[Id]) -> &mut Self {
        self.first(runs, NAMED, ("run", "runs"), &mut |text, run| {
            text.put("restore run ").number(run.get());
        })
    }

    /// What restores leave open besides the latest one.
    fn open_restores(&mut self, open: &OpenRestoreNames<'_>) -> &mut Self {
        if !open.stuck.is_empty() {
            self.put(" Waiting in a queue, and may never start: ").runs(&open.stuck).put(".");
        }
        if !open.unresolved.is_empty() {
            self.put(" Failed or only partly applied, and not restored since: ")
                .policy_types(open.unresolved)
                .put(".");
        }
        self
    }

    fn counts(&mut self, counts: Option<&OutcomeCounts>) -> &mut Self {
        let Some(counts) = counts else { return self.put("Its outcomes are not on record.") };
        if counts.total() == 0 {
            return self.put("No outcomes counted.");
        }
        let named = [
            (counts.applied, "applied"),
            (counts.failed, "failed"),
            (counts.partial, "partial"),
            (counts.skipped, "skipped"),
            (counts.unrecognised, "unrecognised"),
        ];
        let parts = named.iter().filter(|(count, _)| *count > 0).count();
        if parts == 1 {
            self.number(counts.total()).put(" of ");
        }
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
