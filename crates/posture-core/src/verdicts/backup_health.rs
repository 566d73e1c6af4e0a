//! Whether a tenant's backup basis is sound (contract, section 5).
//!
//! | posture | when (the first that applies) |
//! |---|---|
//! | absent | there is no relevant set |
//! | stale | the latest relevant set is older than the freshness window |
//! | degraded | its quality is degraded |
//! | healthy | otherwise |

use std::borrow::Cow;

use serde::Serialize;

use crate::paths;
use crate::policy::Frame;
use crate::reading::decode::Id;
use crate::reading::record_filter::Evidence;
use crate::reading::snapshot::{BackupSet, Spanned, Tenant};
use crate::sorting::sort_by_key;
use crate::timestamp::Timestamp;
use crate::verdicts::quality::{BackupQuality, quality, size};
use crate::verdicts::schedule::{ScheduleFollowUp, follow_ups};
use crate::vocabulary::{BackupSetStatus, Capability, vocabulary};
use crate::words;

vocabulary! {
    /// State of a tenant's backup basis.
    pub enum BackupPosture { Absent = "absent", Stale = "stale", Degraded = "degraded", Healthy = "healthy" }
}

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
    /// Why a backup set is no basis.
    pub enum SkipReason {
        Archived = "archived",
        Failed = "failed",
        UnrecognisedStatus = "unrecognised_status",
        NotCompleted = "not_completed",
        CompletedAfterAsOf = "completed_after_as_of",
        Empty = "empty",
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

impl SkipReason {
    /// Whether a newer set so skipped stands against calling backups healthy: it did worse than to be unfinished.
    pub fn hides_trouble(self) -> bool {
        match self {
            Self::Failed | Self::UnrecognisedStatus => true,
            Self::Archived | Self::NotCompleted | Self::CompletedAfterAsOf | Self::Empty => false,
        }
    }
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

/// The backup health of one tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TenantBackupHealthAssessment {
    /// Age of the latest relevant set at the as-of instant, in whole seconds.
    pub age_seconds: Option<u64>,
    /// The verdict in a line.
    pub headline: Cow<'static, str>,
    /// Whether anything positive may be said.
    pub healthy_claim_allowed: bool,
    /// The set that alone governs.
    pub latest_relevant_backup_set_id: Option<Id>,
    /// When that set completed.
    pub latest_relevant_completed_at: Option<Timestamp>,
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
    /// Every reason that holds, in the contract's order.
    pub reasons: Vec<BackupReason>,
    /// Schedules that need a look, by id.
    pub schedule_follow_ups: Vec<ScheduleFollowUp>,
    /// Whether schedules could be judged at the as-of instant.
    pub schedules_evaluated: bool,
    /// Sets newer than the latest relevant one that are no basis, by id; all such where none is relevant.
    pub skipped_sets: Vec<SkippedSet>,
    /// When the basis turns stale by itself.
    pub stale_at: Option<Timestamp>,
    /// More about the verdict.
    pub supporting_message: Option<String>,
    /// The tenant.
    pub tenant_id: Id,
}

/// Why a set is no basis; `None` where it is relevant.
pub fn skip_reason(set: &BackupSet<'_>, frame: &Frame) -> Option<SkipReason> {
    use BackupSetStatus::{Archived, Failed, Pending, Queued, Running};
    let fires = |reason: &SkipReason| match reason {
        SkipReason::Archived => set.status.is(Archived) || frame.is_deleted(set.deleted_at),
        SkipReason::Failed => set.status.is(Failed),
        SkipReason::UnrecognisedStatus => set.status.is_unrecognised(),
        SkipReason::NotCompleted => {
            set.status.is_any(&[Queued, Pending, Running]) || set.completed_at.is_none()
        }
        SkipReason::CompletedAfterAsOf => set.completed_at.is_some_and(|at| !frame.has_happened(at)),
        SkipReason::Empty => size(set, frame) == Some(0),
    };
    SkipReason::ALL.iter().copied().find(fires)
}

/// The relevant set with the greatest (completed_at, id).
pub fn latest_relevant<'s, 'a>(
    sets: impl Iterator<Item = &'s Spanned<BackupSet<'a>>>,
    frame: &Frame,
) -> Option<&'s Spanned<BackupSet<'a>>> {
    sets.filter(|set| skip_reason(set, frame).is_none()).max_by_key(|set| (set.completed_at, set.id))
}

/// Skipped sets that are newer than the latest relevant one, by id.
fn skipped_sets(tenant: &Tenant<'_>, latest: Option<&BackupSet<'_>>, frame: &Frame) -> Vec<SkippedSet> {
    let is_newer = |set: &BackupSet<'_>| {
        let (Some(latest), Some(at)) = (latest, set.completed_at.or(set.created_at)) else { return true };
        (Some(at), set.id) > (latest.completed_at, latest.id)
    };
    let sets = tenant.sets().iter();
    let mut skipped: Vec<_> = sets
        .filter(|set| is_newer(set))
        .filter_map(|set| skip_reason(set, frame).map(|reason| SkippedSet { backup_set_id: set.id, reason }))
        .collect();
    sort_by_key(&mut skipped, |set| set.backup_set_id);
    skipped
}

/// Assesses a tenant's backup health by its latest relevant set.
pub(crate) fn assess(
    evidence: &Evidence<'_>,
    latest: Option<&BackupSet<'_>>,
    frame: &Frame,
) -> TenantBackupHealthAssessment {
    let tenant = &evidence.tenant;
    let completed_at = latest.and_then(|set| set.completed_at);
    let quality = latest.map(|set| quality(set, frame));
    let schedule_follow_ups = follow_ups(tenant.schedules().iter().map(|schedule| &**schedule), frame);
    let skipped_sets = skipped_sets(tenant, latest, frame);

    let holds = |reason: &BackupReason| match reason {
        BackupReason::NoBackupBasis => latest.is_none(),
        BackupReason::LatestBackupStale => completed_at.is_some_and(|at| frame.is_past_freshness(at)),
        BackupReason::LatestBackupDegraded => quality.as_ref().is_some_and(BackupQuality::is_degraded),
        BackupReason::ScheduleFollowUp => !schedule_follow_ups.is_empty(),
    };
    let reasons: Vec<_> = BackupReason::ALL.iter().copied().filter(holds).collect();
    let primary_reason = reasons.first().copied();
    let posture = match primary_reason {
        Some(BackupReason::NoBackupBasis) => BackupPosture::Absent,
        Some(BackupReason::LatestBackupStale) => BackupPosture::Stale,
        Some(BackupReason::LatestBackupDegraded) => BackupPosture::Degraded,
        Some(BackupReason::ScheduleFollowUp) | None => BackupPosture::Healthy,
    };
    let hides_trouble = skipped_sets.iter().any(|set| set.reason.hides_trouble());
    let healthy_claim_allowed =
        reasons.is_empty() && frame.evaluates_schedules() && evidence.set_aside.is_empty() && !hides_trouble;

    let mut assessment = TenantBackupHealthAssessment {
        age_seconds: completed_at.map(|at| frame.as_of.seconds_since(at)),
        headline: Cow::default(),
        healthy_claim_allowed,
        latest_relevant_backup_set_id: latest.map(|set| set.id),
        latest_relevant_completed_at: completed_at,
        positive_claim_boundary: words::BACKUP_CLAIM_BOUNDARY,
        posture,
        primary_action_target: primary_reason
            .map(|reason| action_target(reason, tenant, latest.map(|set| set.id))),
        primary_reason,
        quality,
        reasons,
        schedule_follow_ups,
        schedules_evaluated: frame.evaluates_schedules(),
        skipped_sets,
        stale_at: completed_at.and_then(|at| at.plus(frame.policy.freshness_seconds()).expressible()),
        supporting_message: None,
        tenant_id: tenant.id,
    };
    assessment.headline = words::backup_headline(&assessment);
    assessment.supporting_message =
        words::backup_supporting_message(&assessment, frame, evidence.set_aside.len());
    assessment
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
