//! What a comparison needs of one tenant: taken from a report, or kept from an earlier one.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::id::Id;
use crate::report::model::{TenantBackupHealthAssessment, TenantReport};
use crate::timestamp::Timestamp;
use crate::verdicts::backup_health::{BackupPosture, BackupReason, SkipReason, SkippedSet};
use crate::verdicts::quality::SetFamily;
use crate::verdicts::recovery_evidence::{RecoveryReason, RecoveryState};
use crate::verdicts::restore_attention::AttentionCause;
use crate::verdicts::schedule::ScheduleCause;
use crate::verdicts::unsettled::UnsettledCause;

/// What is compared of an evaluated tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Points<'r> {
    pub(crate) backup: BackupPoints<'r>,
    /// Whether it has a record at the instant.
    pub(crate) has_record: bool,
    pub(crate) records_set_aside: u64,
    pub(crate) recovery: RecoveryPoints,
}

/// What is compared of a backup verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BackupPoints<'r> {
    /// Whether it is degraded only because the content of its backups is unknown.
    pub(crate) is_content_unknown: bool,
    pub(crate) issues: Vec<Issue<'r>>,
    pub(crate) posture: BackupPosture,
    pub(crate) schedules_evaluated: bool,
    /// The names of its scopes; the unnamed one is `None`.
    pub(crate) scopes: Vec<Option<Cow<'r, str>>>,
    /// Why newer sets do not count.
    pub(crate) skipped: Vec<SkipReason>,
    /// The latest set of each stale scope.
    pub(crate) stale_sets: Vec<Option<Id>>,
}

/// What is compared of a recovery verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RecoveryPoints {
    /// Whether the latest relevant run has a time.
    pub(crate) has_time: bool,
    pub(crate) reason: RecoveryReason,
    /// The run that weakens it, with its causes.
    pub(crate) weakened_by: Option<(Id, Vec<AttentionCause>)>,
}

/// One reason against a tenant's backup health. The unnamed scope is `None`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Issue<'r> {
    Reason(BackupReason),
    Scope(Option<Cow<'r, str>>, BackupReason),
    Schedule(Id, ScheduleCause),
    Quality(Option<Cow<'r, str>>, Cow<'r, str>),
    Unsettled(UnsettledCause),
    ClaimWithheld,
}

/// How much of a tenant's backup health is compared.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sight {
    /// All of it.
    Whole,
    /// What dated records say: no schedules, and newer sets only if they are from before the instant.
    Records { as_of: Timestamp },
}

impl<'r> Points<'r> {
    pub(crate) fn of(tenant: &'r TenantReport, records_set_aside: u64, sight: Sight) -> Self {
        Self {
            backup: BackupPoints::of(&tenant.backup_health, sight),
            has_record: tenant.evidence_from.is_some(),
            records_set_aside,
            recovery: RecoveryPoints::of(tenant),
        }
    }

    /// The same without the report.
    pub(crate) fn into_owned(self) -> Points<'static> {
        let Self { backup, has_record, records_set_aside, recovery } = self;
        let scopes = backup.scopes.into_iter().map(|scope| scope.map(owned)).collect();
        let issues = backup.issues.into_iter().map(Issue::into_owned).collect();
        let BackupPoints { is_content_unknown, posture, schedules_evaluated, skipped, stale_sets, .. } =
            backup;
        let backup = BackupPoints {
            is_content_unknown,
            issues,
            posture,
            schedules_evaluated,
            scopes,
            skipped,
            stale_sets,
        };
        Points { backup, has_record, records_set_aside, recovery }
    }
}

impl<'r> BackupPoints<'r> {
    fn of(health: &'r TenantBackupHealthAssessment, sight: Sight) -> Self {
        let stale = health.scopes.iter().filter(|scope| scope.posture == BackupPosture::Stale);
        let is_withheld = is_claim_withheld(health, sight);
        let applies = |reason: &&SkipReason| {
            is_withheld && health.skipped_sets.iter().any(|set| sight.sees(set) && set.reason == **reason)
        };
        Self {
            is_content_unknown: health.is_content_unknown(),
            issues: issues(health, sight),
            posture: health.posture,
            schedules_evaluated: health.schedules_evaluated,
            scopes: health.scopes.iter().map(|scope| scope.scope.as_deref().map(Cow::Borrowed)).collect(),
            // A tenant that is called healthy has none of them.
            skipped: SkipReason::ALL.iter().filter(applies).copied().collect(),
            stale_sets: stale.map(|scope| scope.latest_relevant_backup_set_id).collect(),
        }
    }
}

impl RecoveryPoints {
    fn of(tenant: &TenantReport) -> Self {
        let evidence = &tenant.recovery_evidence;
        Self {
            has_time: evidence.latest_relevant_at.is_some(),
            reason: evidence.reason,
            weakened_by: weakened_by(tenant),
        }
    }
}

impl Issue<'_> {
    /// Whether it says that a set's quality is unknown.
    pub(crate) fn is_unknown_quality(&self) -> bool {
        match self {
            Self::Quality(_, family) => *family == SetFamily::QualityUnknown.as_str(),
            Self::Reason(_)
            | Self::Scope(..)
            | Self::Schedule(..)
            | Self::Unsettled(_)
            | Self::ClaimWithheld => false,
        }
    }

    fn into_owned(self) -> Issue<'static> {
        match self {
            Self::Reason(reason) => Issue::Reason(reason),
            Self::Scope(scope, reason) => Issue::Scope(scope.map(owned), reason),
            Self::Schedule(schedule, cause) => Issue::Schedule(schedule, cause),
            Self::Quality(scope, family) => Issue::Quality(scope.map(owned), owned(family)),
            Self::Unsettled(cause) => Issue::Unsettled(cause),
            Self::ClaimWithheld => Issue::ClaimWithheld,
        }
    }
}

fn owned(text: Cow<'_, str>) -> Cow<'static, str> {
    Cow::Owned(text.into_owned())
}

impl Sight {
    fn sees_schedules(self) -> bool {
        match self {
            Self::Whole => true,
            Self::Records { .. } => false,
        }
    }

    /// Whether a skipped set counts at the instant.
    fn sees(self, set: &SkippedSet) -> bool {
        match self {
            Self::Whole => true,
            Self::Records { as_of } => {
                set.reason != SkipReason::CompletedAfterAsOf && set.at.is_none_or(|at| at <= as_of)
            }
        }
    }
}

fn issues(health: &TenantBackupHealthAssessment, sight: Sight) -> Vec<Issue<'_>> {
    let reasons = health.reasons.iter();
    let reasons = reasons
        .filter(|reason| sight.sees_schedules() || **reason != BackupReason::ScheduleFollowUp)
        .map(|reason| Issue::Reason(*reason));
    let schedules = health.schedule_follow_ups.iter().filter(|_| sight.sees_schedules());
    let schedules = schedules.flat_map(|schedule| {
        schedule.causes.iter().map(|cause| Issue::Schedule(schedule.schedule_id, *cause))
    });
    let of_scopes = health.scopes.iter().flat_map(|scope| {
        let applies = |reason: &&BackupReason| reason.applies_to(scope);
        let reasons = BackupReason::ALL.iter().filter(applies);
        let families = scope.quality.iter().flat_map(|quality| quality.families.keys());
        let name = || scope.scope.as_deref().map(Cow::Borrowed);
        let reasons = reasons.map(move |reason| Issue::Scope(name(), *reason));
        reasons.chain(families.map(move |family| Issue::Quality(name(), Cow::Borrowed(&*family.0))))
    });
    let unsettled = unsettled(health, sight).map(Issue::Unsettled);
    let claim = is_claim_withheld(health, sight).then_some(Issue::ClaimWithheld);
    reasons.chain(schedules).chain(of_scopes).chain(unsettled).chain(claim).collect()
}

/// The causes of being unsettled that are about backups, as far as they are seen.
fn unsettled(health: &TenantBackupHealthAssessment, sight: Sight) -> impl Iterator<Item = UnsettledCause> {
    let is_issue = move |cause: &UnsettledCause| match cause {
        // Without a good set a newer failed one changes nothing.
        UnsettledCause::NewerSetFailed => {
            let mut sets = health.skipped_sets.iter().filter(|set| sight.sees(set));
            health.posture == BackupPosture::Healthy && sets.any(|set| set.reason.went_wrong())
        }
        UnsettledCause::ScheduleFollowUp => sight.sees_schedules(),
        UnsettledCause::RecordsSetAside
        | UnsettledCause::TypesVanished
        | UnsettledCause::TypesUnknown
        | UnsettledCause::UnknownProfile => true,
        UnsettledCause::RestoreStuck | UnsettledCause::RestoreUnresolved => false,
    };
    health.unsettled.iter().copied().filter(is_issue)
}

/// Whether nothing healthy is claimed; if schedules are not compared, for another reason than schedules.
fn is_claim_withheld(health: &TenantBackupHealthAssessment, sight: Sight) -> bool {
    if sight.sees_schedules() {
        return !health.healthy_claim_allowed;
    }
    health.posture != BackupPosture::Healthy
        || unsettled(health, sight).next().is_some()
        || health.has_unknown_content()
}

/// The run that weakens a tenant's recovery evidence, with its causes.
fn weakened_by(tenant: &TenantReport) -> Option<(Id, Vec<AttentionCause>)> {
    let evidence = &tenant.recovery_evidence;
    let run = evidence
        .latest_relevant_restore_run_id
        .filter(|_| evidence.overview_state == RecoveryState::Weakened)?;
    let attention = tenant.restore_attention.iter().find(|attention| attention.restore_run_id == run);
    Some((run, attention.map(|attention| attention.causes.clone()).unwrap_or_default()))
}
