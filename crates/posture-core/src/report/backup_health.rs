//! A tenant's backup health as the report writes it: the verdict, its texts and where to follow it up.

use std::borrow::Cow;

use crate::id::Id;
use crate::paths;
use crate::reading::snapshot::Tenant;
use crate::report::model::{ActionTarget, BackupTargetKind, TenantBackupHealthAssessment};
use crate::verdicts::backup_context::BackupContext;
use crate::verdicts::backup_health::{BackupHealth, BackupPosture, ScopeHealth};
use crate::verdicts::scope_health::governing;
use crate::vocabulary::{BackupReason, Capability};
use crate::words;

/// Writes a tenant's backup health with its texts.
pub(crate) fn backup_health(
    health: BackupHealth,
    tenant: &Tenant<'_>,
    context: &BackupContext,
) -> TenantBackupHealthAssessment {
    let is_fresh = |scope: &&ScopeHealth| match scope.posture {
        BackupPosture::Absent | BackupPosture::Stale => false,
        BackupPosture::Degraded | BackupPosture::Healthy => true,
    };
    let next_stale_at = health.scopes.iter().filter(is_fresh).filter_map(|scope| scope.stale_at).min();
    let primary_reason = health.reasons.first().copied();
    let governing = governing(&health.scopes);
    let latest = governing.and_then(|scope| scope.latest_relevant_backup_set_id);
    let mut written = TenantBackupHealthAssessment {
        age_seconds: governing.and_then(|scope| scope.age_seconds),
        explanation: None,
        confirmed_at: governing.and_then(|scope| scope.confirmed_at),
        headline: Cow::default(),
        healthy_claim_allowed: health.healthy_claim_allowed,
        latest_relevant_backup_set_id: latest,
        latest_relevant_completed_at: governing.and_then(|scope| scope.latest_relevant_completed_at),
        next_stale_at,
        positive_claim_boundary: words::BACKUP_CLAIM_BOUNDARY,
        posture: health.posture,
        primary_action_target: primary_reason.map(|reason| action_target(reason, tenant, latest)),
        primary_reason,
        quality: governing.and_then(|scope| scope.quality.clone()),
        scope: governing.and_then(|scope| scope.scope.clone()),
        stale_at: governing.and_then(|scope| scope.stale_at),
        supporting_message: None,
        tenant_id: tenant.id,
        reasons: health.reasons,
        schedule_follow_ups: health.schedule_follow_ups,
        schedules_evaluated: health.schedules_evaluated,
        skipped_sets: health.skipped_sets,
        unsettled: health.unsettled,
        scopes: health.scopes,
    };
    written.headline = words::backup_headline(&written);
    written.explanation = words::backup_explanation(&written, context);
    written.supporting_message = words::backup_supporting_message(&written, context);
    written
}

/// Where a reason is followed up; without the capability the affordance is disabled and says why.
pub(crate) fn action_target(reason: BackupReason, tenant: &Tenant<'_>, latest: Option<Id>) -> ActionTarget {
    let key = &tenant.external_id.0;
    let (kind, capability, url) = match (reason, latest) {
        (BackupReason::LatestBackupStale | BackupReason::LatestBackupDegraded, Some(set)) => (
            BackupTargetKind::BackupSetDetail,
            Capability::BackupSetsView,
            paths::backup_set(key, set, Some(reason)),
        ),
        (BackupReason::ScheduleFollowUp, _) => (
            BackupTargetKind::BackupSchedulesIndex,
            Capability::BackupSchedulesView,
            paths::backup_schedules(key, Some(reason)),
        ),
        (
            BackupReason::NoBackupBasis
            | BackupReason::LatestBackupStale
            | BackupReason::LatestBackupDegraded,
            _,
        ) => (
            BackupTargetKind::BackupSetsIndex,
            Capability::BackupSetsView,
            paths::backup_sets(key, Some(reason)),
        ),
    };
    let allowed = tenant.allows(capability);
    ActionTarget {
        disabled: !allowed,
        helper_text: (!allowed).then(|| words::missing_capability(capability)),
        kind,
        label: words::backup_action(kind),
        url: allowed.then_some(url),
    }
}
