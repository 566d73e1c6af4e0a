//! A tenant's recovery evidence as the report writes it: the verdict, its texts and where to follow it up.

use crate::paths;
use crate::reading::snapshot::Tenant;
use crate::report::model::{Action, RecoveryEvidence};
use crate::verdicts::backup_health::BackupPosture;
use crate::verdicts::recovery_evidence::{AttendedRun, OpenRestoreNames, RecoveryState, RecoveryVerdict};
use crate::verdicts::restore_attention::AttentionState;
use crate::verdicts::rules::TenantFrame;
use crate::vocabulary::Capability;
use crate::words;

/// Writes a tenant's recovery evidence with its texts. `open` is what restores leave open besides.
pub(crate) fn recovery_evidence(
    verdict: &RecoveryVerdict<'_, '_, '_>,
    tenant: &Tenant<'_>,
    posture: BackupPosture,
    attended: &[AttendedRun<'_, '_>],
    open: &OpenRestoreNames<'_>,
    frame: &TenantFrame<'_>,
) -> RecoveryEvidence {
    let RecoveryVerdict { latest, state: overview_state, reason } = *verdict;
    let key = &tenant.external_id.0;
    let weakened_by = latest.filter(|_| overview_state == RecoveryState::Weakened);
    let url = match weakened_by {
        Some(latest) => paths::restore_run(key, latest.run.id, Some(reason)),
        None => paths::restore_runs(key, Some(reason)),
    };
    let executed = attended.iter().filter(|one| one.verdict.state != AttentionState::NotExecuted);
    let runs = words::RunsOnRecord {
        all: attended.len() as u64,
        ahead: if latest.is_none() { executed.count() as u64 } else { 0 },
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
        headline: words::recovery_headline(reason, runs, open),
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
            runs,
            open,
            frame.rules.restore_evidence_days,
        ),
        tenant_id: tenant.id,
    }
}
