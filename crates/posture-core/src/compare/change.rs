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
//! allowed. So a schedule that newly needs follow-up is worse even if the posture is the same: it is a new attention item. The *basis*
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

use serde::{Deserialize, Serialize};

use crate::compare::points::{BackupPoints, Issue, Points, RecoveryPoints, Sight};
use crate::report::model::Exclusion;
use crate::report::registry::{backup_rank, recovery_rank};
use crate::sorting::set_of;
use crate::timestamp::Timestamp;
use crate::tone::Tone;
use crate::verdicts::backup_health::BackupPosture;
use crate::verdicts::recovery_evidence::RecoveryReason;
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReportedTenant<'r> {
    NotExported,
    NotEvaluated { reason: Exclusion, is_evidence_set_aside: bool },
    Evaluated(Points<'r>),
}

impl ReportedTenant<'_> {
    /// The same without the report.
    pub(crate) fn into_owned(self) -> ReportedTenant<'static> {
        match self {
            Self::NotExported => ReportedTenant::NotExported,
            Self::NotEvaluated { reason, is_evidence_set_aside } => {
                ReportedTenant::NotEvaluated { reason, is_evidence_set_aside }
            }
            Self::Evaluated(points) => ReportedTenant::Evaluated(points.into_owned()),
        }
    }
}

/// What two reports have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Basis {
    /// Each has an export of its own, or both the same at the same instant.
    Exports,
    /// One export, judged at these two instants.
    OneExport { before: Timestamp, after: Timestamp },
}

impl Basis {
    /// How much is compared of the older report, and of the newer.
    pub(crate) fn sights(self) -> (Sight, Sight) {
        match self {
            Self::Exports => (Sight::Whole, Sight::Whole),
            Self::OneExport { before, after } => {
                (Sight::Records { as_of: before }, Sight::Records { as_of: after })
            }
        }
    }
}

/// How a family of a tenant changed.
pub(crate) fn change(
    family: Family,
    before: &ReportedTenant<'_>,
    after: &ReportedTenant<'_>,
    basis: Basis,
) -> Change {
    use ReportedTenant::{Evaluated, NotEvaluated, NotExported};
    match (before, after) {
        (NotExported, _) => Change::New,
        (_, NotExported) => Change::Gone,
        (NotEvaluated { .. }, Evaluated(_)) => Change::EnteredEvaluation,
        (Evaluated(_), NotEvaluated { is_evidence_set_aside, .. }) => {
            if *is_evidence_set_aside {
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
        (Evaluated(was), Evaluated(is)) => {
            if basis != Basis::Exports && was.has_record != is.has_record {
                return Change::Unknown;
            }
            let change = match family {
                Family::BackupHealth => backup(&was.backup, &is.backup, basis),
                Family::RecoveryEvidence => recovery(&was.recovery, &is.recovery),
            };
            let lost_records = is.records_set_aside > was.records_set_aside;
            if change == Change::Better && lost_records { Change::ChangedCause } else { change }
        }
    }
}

fn backup(was: &BackupPoints<'_>, is: &BackupPoints<'_>, basis: Basis) -> Change {
    let (issues_before, issues) = (set_of(&was.issues), set_of(&is.issues));
    let turned_unknown = |one: &Issue<'_>| one.is_unknown_quality() && !issues_before.contains(one);
    let lost_between_exports = (was.schedules_evaluated && !is.schedules_evaluated)
        || !set_of(&was.scopes).is_subset(&set_of(&is.scopes));
    let lost_sight =
        (basis == Basis::Exports && lost_between_exports) || is.issues.iter().any(turned_unknown);
    let better = if lost_sight { Change::ChangedCause } else { Change::Better };
    let is_fresh = |points: &BackupPoints<'_>| points.posture >= BackupPosture::Degraded;
    if basis != Basis::Exports
        && is_fresh(was)
        && is_fresh(is)
        && was.is_content_unknown != is.is_content_unknown
    {
        return Change::Unknown;
    }
    let order = |posture: BackupPosture| backup_rank(posture).unwrap_or(u8::MAX);
    match order(is.posture).cmp(&order(was.posture)) {
        std::cmp::Ordering::Less => return Change::Worse,
        std::cmp::Ordering::Greater => return better,
        std::cmp::Ordering::Equal => {}
    }
    match (issues_before.is_subset(&issues), issues.is_subset(&issues_before)) {
        (true, true) if (&was.stale_sets, &was.skipped) == (&is.stale_sets, &is.skipped) => Change::Unchanged,
        (true, true) | (false, false) => Change::ChangedCause,
        (true, false) => Change::Worse,
        (false, true) => better,
    }
}

fn recovery(was: &RecoveryPoints, is: &RecoveryPoints) -> Change {
    let order = |reason: RecoveryReason| {
        (recovery_rank(reason).unwrap_or(u8::MAX), reason.urgency().unwrap_or(Urgency::Low))
    };
    let history_gone = is.reason == RecoveryReason::NoHistory;
    let time_gone = was.has_time && !is.has_time;
    match order(is.reason).cmp(&order(was.reason)) {
        std::cmp::Ordering::Less => Change::Worse,
        std::cmp::Ordering::Greater if history_gone || time_gone => Change::ChangedCause,
        std::cmp::Ordering::Greater => Change::Better,
        std::cmp::Ordering::Equal if was.weakened_by == is.weakened_by => Change::Unchanged,
        std::cmp::Ordering::Equal => Change::ChangedCause,
    }
}
