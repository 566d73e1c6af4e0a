//! How one tenant changed between two reports, one family at a time.
//!
//! First, whether each report evaluates the tenant:
//!
//! | before | after | change |
//! |---|---|---|
//! | not exported | anything | new |
//! | anything | not exported | gone |
//! | set aside | evaluated | entered_evaluation |
//! | evaluated | not active | left_evaluation |
//! | evaluated, or not active | evidence set aside | worse |
//! | evidence set aside | not active, or set aside for another reason | changed_cause |
//! | set aside | set aside for the same reason | unchanged |
//! | evaluated | evaluated | by its verdicts, as below |
//!
//! *Evidence set aside* is unreadable, duplicate_tenant, foreign_workspace, and a status outside the vocabulary: what is so is no longer
//! known, and unknown is never better. *Not active* by a known status is the operator's own word, so it is a move, not a verdict.
//!
//! Of two backup verdicts, the first row that applies:
//!
//! | what differs | change |
//! |---|---|
//! | the posture, in the contract's order absent, stale, degraded, healthy | closer to absent: worse; else better |
//! | more problems, and none gone | worse |
//! | fewer problems, and none new | better |
//! | some problems new, some gone | changed_cause |
//! | the basis of the same reasons | changed_cause |
//! | none of these | unchanged |
//!
//! A tenant's *problems* are every reason, and each scope in which it applies, every schedule to follow up with each of its causes, every
//! quality family of the latest set of each scope, every cause of being unsettled that is about backups, and a healthy claim that is not
//! allowed. So a schedule that comes to need follow-up is worse even if the posture is the same: it is a new attention item. The *basis*
//! of reasons is the latest set of each stale scope, and why no newer set counts. The age of a stale backup and the number of degraded
//! items are not compared: they change while the verdict stays the same.
//!
//! Of two recovery verdicts: failed, partial, completed_with_follow_up, no_history, no_recent_issues_visible, in the contract's order of
//! rank and then urgency: earlier in this list is worse, later is better; the same weakened verdict from another run, or for other causes,
//! is a changed cause.
//!
//! **One export at two instants.** An export holds only the current state of schedules, and no record of a time before its first. So of two
//! reports of one export, judged at different instants, schedules and a claim that was withheld because of them are left out; a newer set
//! counts only from its own time on; and a tenant without a record at one of the instants, or a backup
//! whose content is known at only one of them, is *unknown*, neither better nor worse.
//!
//! **Unknown is never better.** A change for the better is a changed cause if knowledge was lost with it: more of the tenant's records were
//! set aside, schedules are no longer judged, a set's quality turned unknown, a scope is gone, or the restore history or its time is gone.

use crate::id::Id;
use crate::report::model::{Exclusion, TenantBackupHealthAssessment, TenantReport};
use crate::report::registry::{backup_rank, recovery_rank};
use crate::timestamp::Timestamp;
use crate::tone::Tone;
use crate::verdicts::backup_health::{BackupPosture, BackupReason, ScopeHealth, SkipReason, SkippedSet};
use crate::verdicts::quality::{BackupQuality, SetFamily};
use crate::verdicts::recovery_evidence::{RecoveryReason, RecoveryState};
use crate::verdicts::restore_attention::AttentionCause;
use crate::verdicts::schedule::ScheduleCause;
use crate::verdicts::unsettled::UnsettledCause;
use crate::vocabulary::{Urgency, vocabulary};

vocabulary! {
    /// How one family of a tenant changed.
    pub enum Change {
        Worse = "worse",
        Better = "better",
        ChangedCause = "changed_cause",
        Unknown = "unknown",
        Unchanged = "unchanged",
        New = "new",
        Gone = "gone",
        LeftEvaluation = "left_evaluation",
        EnteredEvaluation = "entered_evaluation",
    }
}

vocabulary! {
    /// What a change is about.
    pub enum Family { BackupHealth = "backup_health", RecoveryEvidence = "recovery_evidence" }
}

impl Change {
    /// How it is shown.
    pub fn tone(self) -> Tone {
        match self {
            Self::Worse => Tone::High,
            Self::ChangedCause => Tone::Medium,
            // What stayed as it was may have stayed bad.
            Self::New | Self::EnteredEvaluation | Self::Unchanged => Tone::Low,
            Self::Gone | Self::LeftEvaluation | Self::Unknown => Tone::Unknown,
            Self::Better => Tone::Calm,
        }
    }
}

/// What one report has of a tenant.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Standing<'r> {
    NotExported,
    NotEvaluated { reason: Exclusion, is_evidence_set_aside: bool },
    Evaluated { tenant: &'r TenantReport, records_set_aside: u64 },
}

/// What two reports have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Basis {
    /// Each has an export of its own, or both the same at the same instant.
    Exports,
    /// One export, judged at these two instants.
    OneExport { before: Timestamp, after: Timestamp },
}

/// How a family of a tenant changed.
pub(crate) fn change(family: Family, before: Standing<'_>, after: Standing<'_>, basis: Basis) -> Change {
    use Standing::{Evaluated, NotEvaluated, NotExported};
    match (before, after) {
        (NotExported, _) => Change::New,
        (_, NotExported) => Change::Gone,
        (NotEvaluated { .. }, Evaluated { .. }) => Change::EnteredEvaluation,
        (Evaluated { .. }, NotEvaluated { is_evidence_set_aside, .. }) => {
            if is_evidence_set_aside {
                Change::Worse
            } else {
                Change::LeftEvaluation
            }
        }
        (
            NotEvaluated { reason: was, is_evidence_set_aside: was_aside },
            NotEvaluated { reason: is, is_evidence_set_aside: is_aside },
        ) => match (was_aside, is_aside) {
            (false, true) => Change::Worse,
            _ if (was, was_aside) == (is, is_aside) => Change::Unchanged,
            _ => Change::ChangedCause,
        },
        (
            Evaluated { tenant: was, records_set_aside: before },
            Evaluated { tenant: is, records_set_aside: after },
        ) => {
            let is_one_export = basis != Basis::Exports;
            if is_one_export && was.evidence_from.is_some() != is.evidence_from.is_some() {
                return Change::Unknown;
            }
            let change = match family {
                Family::BackupHealth => backup(&was.backup_health, &is.backup_health, basis),
                Family::RecoveryEvidence => recovery(was, is),
            };
            if change == Change::Better && after > before { Change::ChangedCause } else { change }
        }
    }
}

fn backup(was: &TenantBackupHealthAssessment, is: &TenantBackupHealthAssessment, basis: Basis) -> Change {
    let (sight_before, sight_after) = match basis {
        Basis::Exports => (Sight::Whole, Sight::Whole),
        Basis::OneExport { before, after } => {
            (Sight::Records { as_of: before }, Sight::Records { as_of: after })
        }
    };
    let (issues_before, issues_after) = (issues(was, sight_before), issues(is, sight_after));
    let turned_unknown = |one: &Issue<'_>| match one {
        Issue::Quality(_, family) => {
            *family == SetFamily::QualityUnknown.as_str() && !issues_before.contains(one)
        }
        Issue::Reason(_)
        | Issue::Scope(..)
        | Issue::Schedule(..)
        | Issue::Unsettled(_)
        | Issue::ClaimWithheld => false,
    };
    let has_scope = |name: &Option<String>| is.scopes.iter().any(|scope| scope.scope == *name);
    let lost_between_exports = (was.schedules_evaluated && !is.schedules_evaluated)
        || was.scopes.iter().any(|scope| !has_scope(&scope.scope));
    let lost_sight =
        (basis == Basis::Exports && lost_between_exports) || issues_after.iter().any(turned_unknown);
    let better = if lost_sight { Change::ChangedCause } else { Change::Better };
    let is_fresh = |health: &TenantBackupHealthAssessment| health.posture >= BackupPosture::Degraded;
    if basis != Basis::Exports
        && is_fresh(was)
        && is_fresh(is)
        && is_content_unknown(was) != is_content_unknown(is)
    {
        return Change::Unknown;
    }
    let order = |posture: BackupPosture| backup_rank(posture).unwrap_or(u8::MAX);
    match order(is.posture).cmp(&order(was.posture)) {
        std::cmp::Ordering::Less => return Change::Worse,
        std::cmp::Ordering::Greater => return better,
        std::cmp::Ordering::Equal => {}
    }
    let holds_all = |all: &[Issue<'_>], some: &[Issue<'_>]| some.iter().all(|one| all.contains(one));
    match (holds_all(&issues_after, &issues_before), holds_all(&issues_before, &issues_after)) {
        (true, true) if rests_on(was, sight_before) == rests_on(is, sight_after) => Change::Unchanged,
        (true, true) | (false, false) => Change::ChangedCause,
        (true, false) => Change::Worse,
        (false, true) => better,
    }
}

/// Whether a tenant is degraded only because the content of its backups is unknown.
fn is_content_unknown(health: &TenantBackupHealthAssessment) -> bool {
    let mut degraded = health.scopes.iter().filter(|scope| scope.posture == BackupPosture::Degraded);
    let is_unknown = |scope: &ScopeHealth| scope.quality.as_ref().is_some_and(BackupQuality::is_only_unknown);
    health.posture == BackupPosture::Degraded && degraded.all(is_unknown)
}

/// How much of a tenant's backup health is compared.
#[derive(Clone, Copy, Debug)]
enum Sight {
    /// All of it.
    Whole,
    /// What dated records tell: no schedules, and newer sets only if they are from before the instant.
    Records { as_of: Timestamp },
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

/// One reason against a tenant's backup health.
#[derive(PartialEq)]
enum Issue<'h> {
    Reason(BackupReason),
    /// A reason in one scope; the unnamed scope is `None`.
    Scope(Option<&'h str>, BackupReason),
    Schedule(Id, ScheduleCause),
    Quality(Option<&'h str>, &'h str),
    Unsettled(UnsettledCause),
    ClaimWithheld,
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
        let name = scope.scope.as_deref();
        let reasons = reasons.map(move |reason| Issue::Scope(name, *reason));
        reasons.chain(families.map(move |family| Issue::Quality(name, &family.0)))
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
            health.posture == BackupPosture::Healthy && sets.any(|set| set.reason.hides_trouble())
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

/// Whether nothing healthy is claimed; where schedules are not compared, for another reason than schedules.
fn is_claim_withheld(health: &TenantBackupHealthAssessment, sight: Sight) -> bool {
    if sight.sees_schedules() {
        return !health.healthy_claim_allowed;
    }
    let mut qualities = health.scopes.iter().filter_map(|scope| scope.quality.as_ref());
    health.posture != BackupPosture::Healthy
        || unsettled(health, sight).next().is_some()
        || qualities.any(|quality| !quality.unknowns.is_empty())
}

/// The records behind equal reasons, which may differ: the latest set of each stale scope, and why newer sets do not count. A tenant that
/// is called healthy has none of the latter.
fn rests_on(health: &TenantBackupHealthAssessment, sight: Sight) -> (Vec<Option<Id>>, Vec<SkipReason>) {
    let stale = health.scopes.iter().filter(|scope| scope.posture == BackupPosture::Stale);
    let sets = stale.map(|scope| scope.latest_relevant_backup_set_id).collect();
    let is_withheld = is_claim_withheld(health, sight);
    let applies = |reason: &&SkipReason| {
        is_withheld && health.skipped_sets.iter().any(|set| sight.sees(set) && set.reason == **reason)
    };
    (sets, SkipReason::ALL.iter().filter(applies).copied().collect())
}

fn recovery(was: &TenantReport, is: &TenantReport) -> Change {
    let (before, after) = (&was.recovery_evidence, &is.recovery_evidence);
    let order = |reason: RecoveryReason| {
        (recovery_rank(reason).unwrap_or(u8::MAX), reason.urgency().unwrap_or(Urgency::Low))
    };
    let history_gone = after.reason == RecoveryReason::NoHistory;
    let time_gone = before.latest_relevant_at.is_some() && after.latest_relevant_at.is_none();
    match order(after.reason).cmp(&order(before.reason)) {
        std::cmp::Ordering::Less => Change::Worse,
        std::cmp::Ordering::Greater if history_gone || time_gone => Change::ChangedCause,
        std::cmp::Ordering::Greater => Change::Better,
        std::cmp::Ordering::Equal if weakened_by(was) == weakened_by(is) => Change::Unchanged,
        std::cmp::Ordering::Equal => Change::ChangedCause,
    }
}

/// The run that weakens a tenant's recovery evidence, with its causes.
fn weakened_by(tenant: &TenantReport) -> Option<(Id, &[AttentionCause])> {
    let evidence = &tenant.recovery_evidence;
    let run = evidence
        .latest_relevant_restore_run_id
        .filter(|_| evidence.overview_state == RecoveryState::Weakened)?;
    let attention = tenant.restore_attention.iter().find(|attention| attention.restore_run_id == run);
    Some((run, attention.map_or(&[][..], |attention| &attention.causes)))
}
