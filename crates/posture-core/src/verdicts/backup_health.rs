//! Whether a tenant's backup basis is sound (contract, section 5). The scope with the worst posture governs.

use std::borrow::Cow;

use serde::Serialize;

use crate::paths;
use crate::reading::decode::Id;
use crate::reading::record_filter::Evidence;
use crate::reading::snapshot::Tenant;
use crate::sorting::sort_by_key;
use crate::timestamp::Timestamp;
use crate::verdicts::quality::BackupQuality;
use crate::verdicts::rules::TenantFrame;
use crate::verdicts::schedule::{ScheduleFollowUp, follow_ups};
use crate::verdicts::scope_health::scope_health;
pub use crate::verdicts::scope_health::{BackupPosture, ScopeHealth};
use crate::verdicts::scopes::Scope;
pub use crate::verdicts::scopes::SkipReason;
use crate::verdicts::unsettled::{OpenRestores, UnsettledCause, causes};
use crate::vocabulary::{Capability, vocabulary};
use crate::words;

vocabulary! {
    /// Why a tenant's backup basis needs a person.
    pub enum BackupReason {
        NoBackupBasis = "no_backup_basis",
        LatestBackupStale = "latest_backup_stale",
        LatestBackupDegraded = "latest_backup_degraded",
        ScheduleFollowUp = "schedule_follow_up",
    }
}

vocabulary! {
    /// Where a backup reason is followed up.
    pub enum BackupTargetKind {
        BackupSetsIndex = "backup_sets_index",
        BackupSetDetail = "backup_set_detail",
        BackupSchedulesIndex = "backup_schedules_index",
    }
}

/// A backup set that is no basis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SkippedSet {
    /// The set.
    pub backup_set_id: Id,
    /// The first test that ruled it out.
    pub reason: SkipReason,
}

/// Where a backup reason is followed up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ActionTarget {
    /// Whether the viewer lacks the capability to go there.
    pub disabled: bool,
    /// Why it is disabled.
    pub helper_text: Option<String>,
    /// What is there.
    pub kind: BackupTargetKind,
    /// What the action is called.
    pub label: &'static str,
    /// Where it is; null where disabled.
    pub url: Option<String>,
}

/// The backup health of one tenant. What is said of a set is said of the governing scope's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TenantBackupHealthAssessment {
    /// Seconds since the latest relevant set is fresh from, at the as-of instant.
    pub age_seconds: Option<u64>,
    /// When a later run last found exactly the content of that set.
    pub confirmed_at: Option<Timestamp>,
    /// The verdict in a line.
    pub headline: Cow<'static, str>,
    /// Whether anything positive may be said.
    pub healthy_claim_allowed: bool,
    /// The latest relevant set.
    pub latest_relevant_backup_set_id: Option<Id>,
    /// When that set completed.
    pub latest_relevant_completed_at: Option<Timestamp>,
    /// When the next scope turns stale by itself.
    pub next_stale_at: Option<Timestamp>,
    /// What a positive word here does not mean.
    pub positive_claim_boundary: &'static str,
    /// The verdict.
    pub posture: BackupPosture,
    /// Where the primary reason is followed up.
    pub primary_action_target: Option<ActionTarget>,
    /// The first of the reasons.
    pub primary_reason: Option<BackupReason>,
    /// The quality of the latest relevant set.
    pub quality: Option<BackupQuality>,
    /// Every reason that applies in any scope, in the contract's order.
    pub reasons: Vec<BackupReason>,
    /// Schedules that need a look, by id.
    pub schedule_follow_ups: Vec<ScheduleFollowUp>,
    /// Whether schedules could be judged at the as-of instant.
    pub schedules_evaluated: bool,
    /// The governing scope; null for the unnamed one.
    pub scope: Option<String>,
    /// Every scope, by key, the unnamed one first.
    pub scopes: Vec<ScopeHealth>,
    /// Sets newer than the latest relevant one of their scope that are not relevant, by id; all such if none is relevant.
    pub skipped_sets: Vec<SkippedSet>,
    /// When the latest relevant set turns stale by itself.
    pub stale_at: Option<Timestamp>,
    /// More about the verdict.
    pub supporting_message: Option<String>,
    /// The tenant.
    pub tenant_id: Id,
    /// Why the tenant is unsettled; the registry row has it in the report.
    #[serde(skip)]
    pub unsettled: Vec<UnsettledCause>,
}

impl TenantBackupHealthAssessment {
    /// The governing scope.
    pub fn governing(&self) -> Option<&ScopeHealth> {
        self.scopes.iter().min_by_key(|scope| scope.governing_order())
    }

    /// The scope whose set a reason leads to: the first in governing order in which the reason applies.
    pub fn scope_of(&self, reason: BackupReason) -> Option<&ScopeHealth> {
        let applies = |scope: &&ScopeHealth| reason.applies_to(scope);
        self.scopes.iter().filter(applies).min_by_key(|scope| scope.governing_order())
    }

    /// Whether texts name scopes: the tenant has more than one.
    pub fn names_scopes(&self) -> bool {
        self.scopes.len() > 1
    }
}

impl BackupReason {
    /// Whether it applies in a scope. A schedule belongs to no scope.
    fn applies_to(self, scope: &ScopeHealth) -> bool {
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
            .filter_map(|judged| Some(SkippedSet { backup_set_id: judged.set.id, reason: judged.skipped? }))
            .collect::<Vec<_>>()
    };
    let mut skipped: Vec<_> = scopes.iter().flat_map(of_scope).collect();
    sort_by_key(&mut skipped, |set| set.backup_set_id);
    skipped
}

/// Assesses a tenant's backup health by the latest relevant set of each scope. The texts are still empty.
pub(crate) fn assess(
    evidence: &Evidence<'_>,
    scopes: &[Scope<'_, '_>],
    restores: OpenRestores,
    frame: &TenantFrame<'_>,
) -> TenantBackupHealthAssessment {
    let tenant = &evidence.tenant;
    let schedule_follow_ups = follow_ups(tenant.schedules().iter().map(|schedule| &**schedule), frame);
    let skipped_sets = skipped_sets(scopes, frame);
    let scopes: Vec<_> = scopes.iter().map(|scope| scope_health(scope, frame)).collect();

    let applies = |reason: &BackupReason| match reason {
        BackupReason::NoBackupBasis
        | BackupReason::LatestBackupStale
        | BackupReason::LatestBackupDegraded => scopes.iter().any(|scope| reason.applies_to(scope)),
        BackupReason::ScheduleFollowUp => !schedule_follow_ups.is_empty(),
    };
    let reasons: Vec<_> = BackupReason::ALL.iter().copied().filter(applies).collect();
    let primary_reason = reasons.first().copied();
    let unsettled = causes(|cause| match cause {
        UnsettledCause::ScheduleFollowUp => reasons.contains(&BackupReason::ScheduleFollowUp),
        UnsettledCause::RecordsSetAside => !evidence.set_aside.is_empty(),
        UnsettledCause::NewerSetFailed => skipped_sets.iter().any(|set| set.reason.hides_trouble()),
        UnsettledCause::TypesVanished => scopes.iter().any(|scope| !scope.vanished_policy_types.is_empty()),
        UnsettledCause::TypesUnknown => {
            scopes.iter().filter_map(|scope| scope.quality.as_ref()).any(BackupQuality::has_unknown_types)
        }
        UnsettledCause::UnknownProfile => frame.has_unknown_profile,
        UnsettledCause::RestoreStuck => restores.is_stuck,
        UnsettledCause::RestoreUnresolved => restores.is_unresolved,
    });
    let has_unknowns =
        scopes.iter().filter_map(|scope| scope.quality.as_ref()).any(|quality| !quality.unknowns.is_empty());
    let governing = scopes.iter().min_by_key(|scope| scope.governing_order());
    let posture = governing.map_or(BackupPosture::Absent, |scope| scope.posture);
    let healthy_claim_allowed = posture == BackupPosture::Healthy
        && reasons.is_empty()
        && frame.evaluates_schedules()
        && !has_unknowns
        && !unsettled.iter().any(|cause| cause.is_of_backups());
    let is_fresh = |scope: &&ScopeHealth| match scope.posture {
        BackupPosture::Absent | BackupPosture::Stale => false,
        BackupPosture::Degraded | BackupPosture::Healthy => true,
    };
    let latest = governing.and_then(|scope| scope.latest_relevant_backup_set_id);
    TenantBackupHealthAssessment {
        age_seconds: governing.and_then(|scope| scope.age_seconds),
        confirmed_at: governing.and_then(|scope| scope.confirmed_at),
        headline: Cow::default(),
        healthy_claim_allowed,
        latest_relevant_backup_set_id: latest,
        latest_relevant_completed_at: governing.and_then(|scope| scope.latest_relevant_completed_at),
        next_stale_at: scopes.iter().filter(is_fresh).filter_map(|scope| scope.stale_at).min(),
        positive_claim_boundary: words::BACKUP_CLAIM_BOUNDARY,
        posture,
        primary_action_target: primary_reason.map(|reason| action_target(reason, tenant, latest)),
        primary_reason,
        quality: governing.and_then(|scope| scope.quality.clone()),
        reasons,
        schedule_follow_ups,
        schedules_evaluated: frame.evaluates_schedules(),
        scope: governing.and_then(|scope| scope.scope.clone()),
        skipped_sets,
        stale_at: governing.and_then(|scope| scope.stale_at),
        supporting_message: None,
        tenant_id: tenant.id,
        unsettled,
        scopes,
    }
}

/// Where a reason is followed up; without the capability the affordance is disabled and says why.
pub fn action_target(reason: BackupReason, tenant: &Tenant<'_>, latest: Option<Id>) -> ActionTarget {
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
