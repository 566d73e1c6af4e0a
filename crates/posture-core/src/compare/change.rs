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
//! A tenant's *problems* are every reason, every schedule to follow up with each of its causes, every quality family of its latest
//! sets, every cause of being unsettled that is about backups, and a healthy claim that is not allowed. So a schedule that comes to need
//! follow-up is worse even if the posture is the same: it is a new attention item. The *basis* of reasons is the governing set of a stale
//! tenant, and why no newer set counts. The age of a stale backup and the number of degraded items are not compared: they change while
//! the verdict stays the same.
//!
//! Of two recovery verdicts: failed, partial, completed_with_follow_up, no_history, no_recent_issues_visible, in the contract's order of
//! rank and then urgency: earlier in this list is worse, later is better; the same weakened verdict from another run, or for other causes,
//! is a changed cause.
//!
//! **Unknown is never better.** A change for the better is a changed cause if knowledge was lost with it: more of the tenant's records were
//! set aside, schedules are no longer judged, the set's quality turned unknown, or the restore history or its time is gone.

use crate::id::Id;
use crate::report::model::{Exclusion, TenantBackupHealthAssessment, TenantReport};
use crate::report::registry::{backup_rank, recovery_rank};
use crate::tone::Tone;
use crate::verdicts::backup_health::{BackupPosture, BackupReason, SkipReason};
use crate::verdicts::quality::SetFamily;
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
            Self::Gone | Self::LeftEvaluation => Tone::Unknown,
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

/// How a family of a tenant changed.
pub(crate) fn change(family: Family, before: Standing<'_>, after: Standing<'_>) -> Change {
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
            let change = match family {
                Family::BackupHealth => backup(&was.backup_health, &is.backup_health),
                Family::RecoveryEvidence => recovery(was, is),
            };
            if change == Change::Better && after > before { Change::ChangedCause } else { change }
        }
    }
}

fn backup(was: &TenantBackupHealthAssessment, is: &TenantBackupHealthAssessment) -> Change {
    let (against_before, against_after) = (against(was), against(is));
    let quality_unknown = Against::Quality(SetFamily::QualityUnknown.as_str());
    let lost_sight = (was.schedules_evaluated && !is.schedules_evaluated)
        || (against_after.contains(&quality_unknown) && !against_before.contains(&quality_unknown));
    let better = if lost_sight { Change::ChangedCause } else { Change::Better };
    let order = |posture: BackupPosture| backup_rank(posture).unwrap_or(u8::MAX);
    match order(is.posture).cmp(&order(was.posture)) {
        std::cmp::Ordering::Less => return Change::Worse,
        std::cmp::Ordering::Greater => return better,
        std::cmp::Ordering::Equal => {}
    }
    let holds_all = |all: &[Against<'_>], some: &[Against<'_>]| some.iter().all(|one| all.contains(one));
    match (holds_all(&against_after, &against_before), holds_all(&against_before, &against_after)) {
        (true, true) if basis(was) == basis(is) => Change::Unchanged,
        (true, true) | (false, false) => Change::ChangedCause,
        (true, false) => Change::Worse,
        (false, true) => better,
    }
}

/// One problem of a tenant's backup health.
#[derive(PartialEq)]
enum Against<'h> {
    Reason(BackupReason),
    Schedule(Id, ScheduleCause),
    Quality(&'h str),
    Unsettled(UnsettledCause),
    ClaimWithheld,
}

fn against(health: &TenantBackupHealthAssessment) -> Vec<Against<'_>> {
    let reasons = health.reasons.iter().map(|reason| Against::Reason(*reason));
    let schedules = health.schedule_follow_ups.iter();
    let schedules = schedules.flat_map(|schedule| {
        schedule.causes.iter().map(|cause| Against::Schedule(schedule.schedule_id, *cause))
    });
    let families = health.scopes.iter().filter_map(|scope| scope.quality.as_ref());
    let families =
        families.flat_map(|quality| quality.families.keys().map(|family| Against::Quality(&family.0)));
    // Without a good set a newer failed one changes nothing.
    let is_against = |cause: &&UnsettledCause| {
        let needs_good_set = **cause == UnsettledCause::NewerSetFailed;
        cause.is_of_backups() && (!needs_good_set || health.posture == BackupPosture::Healthy)
    };
    let backups = health.unsettled.iter().filter(is_against);
    let unsettled = backups.map(|cause| Against::Unsettled(*cause));
    let claim = (!health.healthy_claim_allowed).then_some(Against::ClaimWithheld);
    reasons.chain(schedules).chain(families).chain(unsettled).chain(claim).collect()
}

/// What the same reasons may rest on differently: the set that a stale verdict is about, and why newer sets do not count, unless the
/// tenant is called healthy.
fn basis(health: &TenantBackupHealthAssessment) -> (Option<Id>, Vec<SkipReason>) {
    let set = health.latest_relevant_backup_set_id.filter(|_| health.posture == BackupPosture::Stale);
    let stands = |reason: &&SkipReason| {
        !health.healthy_claim_allowed && health.skipped_sets.iter().any(|set| set.reason == **reason)
    };
    (set, SkipReason::ALL.iter().filter(stands).copied().collect())
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
