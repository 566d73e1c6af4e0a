//! Whether a tenant's backup basis is sound (contract, section 5). The scope with the worst posture governs.

use serde::Serialize;

use crate::id::Id;
use crate::reading::record_filter::Evidence;
use crate::sorting::sort_by_key;
use crate::timestamp::Timestamp;
use crate::verdicts::quality::BackupQuality;
use crate::verdicts::rules::TenantFrame;
use crate::verdicts::schedule::{ScheduleFollowUp, follow_ups};
pub use crate::verdicts::scope_health::{BackupPosture, ScopeHealth};
use crate::verdicts::scope_health::{governing, has_unknown_content, scope_health};
use crate::verdicts::scopes::Scope;
pub use crate::verdicts::scopes::SkipReason;
use crate::verdicts::unsettled::{OpenRestores, UnsettledCause, causes};
pub use crate::vocabulary::BackupReason;

/// The backup health of one tenant. What is known of its latest set is that of the governing scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BackupHealth {
    pub(crate) posture: BackupPosture,
    /// Every reason that applies in any scope, in the contract's order.
    pub(crate) reasons: Vec<BackupReason>,
    pub(crate) healthy_claim_allowed: bool,
    /// Schedules with a cause, by id.
    pub(crate) schedule_follow_ups: Vec<ScheduleFollowUp>,
    pub(crate) schedules_evaluated: bool,
    /// Every scope, by key, the unnamed one first.
    pub(crate) scopes: Vec<ScopeHealth>,
    /// Sets newer than the latest relevant one of their scope that are not relevant, by id; all such if none is relevant.
    pub(crate) skipped_sets: Vec<SkippedSet>,
    /// Why the tenant is unsettled.
    pub(crate) unsettled: Vec<UnsettledCause>,
}

/// A backup set that is not a basis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SkippedSet {
    /// When it completed, else when it started; not written.
    #[serde(skip)]
    pub at: Option<Timestamp>,
    /// The set.
    pub backup_set_id: Id,
    /// The first test that ruled it out.
    pub reason: SkipReason,
}

impl BackupReason {
    /// Whether it applies in a scope. A schedule belongs to no scope.
    pub(crate) fn applies_to(self, scope: &ScopeHealth) -> bool {
        match self {
            Self::NoBackupBasis => scope.posture == BackupPosture::Absent,
            Self::LatestBackupStale => scope.is_stale(),
            Self::LatestBackupDegraded => scope.is_degraded(),
            Self::ScheduleFollowUp => false,
        }
    }
}

/// The skipped sets of all scopes, by id.
fn skipped_sets(scopes: &[Scope<'_, '_>], frame: &TenantFrame<'_>) -> Vec<SkippedSet> {
    let of_scope = |scope: &Scope<'_, '_>| {
        let (basis, _) = scope.basis(frame);
        let skipped = scope.skipped(basis.as_ref());
        skipped
            .filter_map(|judged| {
                let at = judged.set.completed_at.or(judged.set.created_at);
                Some(SkippedSet { at, backup_set_id: judged.set.id, reason: judged.skipped? })
            })
            .collect::<Vec<_>>()
    };
    let mut skipped: Vec<_> = scopes.iter().flat_map(of_scope).collect();
    sort_by_key(&mut skipped, |set| set.backup_set_id);
    skipped
}

/// Assesses a tenant's backup health by the latest relevant set of each scope.
pub(crate) fn assess(
    evidence: &Evidence<'_>,
    scopes: &[Scope<'_, '_>],
    restores: OpenRestores,
    frame: &TenantFrame<'_>,
) -> BackupHealth {
    let schedule_follow_ups =
        follow_ups(evidence.tenant.schedules().iter().map(|schedule| &**schedule), frame);
    let skipped_sets = skipped_sets(scopes, frame);
    let scopes: Vec<_> = scopes.iter().map(|scope| scope_health(scope, frame)).collect();

    let applies = |reason: &BackupReason| match reason {
        BackupReason::NoBackupBasis
        | BackupReason::LatestBackupStale
        | BackupReason::LatestBackupDegraded => scopes.iter().any(|scope| reason.applies_to(scope)),
        BackupReason::ScheduleFollowUp => !schedule_follow_ups.is_empty(),
    };
    let reasons: Vec<_> = BackupReason::ALL.iter().copied().filter(applies).collect();
    let unsettled = causes(|cause| match cause {
        UnsettledCause::ScheduleFollowUp => reasons.contains(&BackupReason::ScheduleFollowUp),
        UnsettledCause::RecordsSetAside => !evidence.set_aside.is_empty(),
        UnsettledCause::NewerSetFailed => skipped_sets.iter().any(|set| set.reason.went_wrong()),
        UnsettledCause::TypesVanished => scopes.iter().any(|scope| !scope.vanished_policy_types.is_empty()),
        UnsettledCause::TypesUnknown => {
            scopes.iter().filter_map(|scope| scope.quality.as_ref()).any(BackupQuality::has_unknown_types)
        }
        UnsettledCause::UnknownProfile => frame.has_unknown_profile,
        UnsettledCause::RestoreStuck => restores.is_stuck,
        UnsettledCause::RestoreUnresolved => restores.is_unresolved,
    });
    let posture = governing(&scopes).map_or(BackupPosture::Absent, |scope| scope.posture);
    let healthy_claim_allowed = posture == BackupPosture::Healthy
        && reasons.is_empty()
        && frame.evaluates_schedules()
        && !has_unknown_content(&scopes)
        && !unsettled.iter().any(|cause| cause.is_of_backups());
    BackupHealth {
        posture,
        reasons,
        healthy_claim_allowed,
        schedule_follow_ups,
        schedules_evaluated: frame.evaluates_schedules(),
        scopes,
        skipped_sets,
        unsettled,
    }
}
