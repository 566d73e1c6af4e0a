//! What a restore run has shown, as the report writes it: the verdict and its summary.

use crate::report::model::RestoreResultAttention;
use crate::report::tone;
use crate::verdicts::recovery_evidence::AttendedRun;
use crate::verdicts::restore_attention::{effective_at, is_weakening};
use crate::verdicts::rules::TenantFrame;
use crate::words;

/// Writes what a run has shown.
pub(crate) fn restore_attention(
    attended: AttendedRun<'_, '_>,
    frame: &TenantFrame<'_>,
) -> RestoreResultAttention {
    let AttendedRun { run, verdict, .. } = attended;
    let age = words::evidence_age(effective_at(run, verdict.state, frame), frame);
    RestoreResultAttention {
        summary: words::restore_summary(verdict.state, &verdict.causes, verdict.counts.as_ref(), age),
        causes: verdict.causes,
        counts: verdict.counts,
        follow_up_required: is_weakening(verdict.state),
        primary_next_action: verdict.primary_next_action,
        recovery_claim_boundary: verdict.recovery_claim_boundary,
        restore_run_id: run.id,
        state: verdict.state,
        tone: tone::attention_state(verdict.state),
    }
}
