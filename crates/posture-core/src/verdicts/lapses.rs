//! Which verdicts of a tenant change as time passes, and exactly when.
//!
//! Each tenant's report carries its [`Lapse`]s, so that a forecast is read off a report. A lapse applies once the as-of instant is
//! *later* than its own, because a limit of the contract is exceeded only when the value is strictly greater.
//!
//! | lapse | when |
//! |---|---|
//! | latest_backup_stale | the instant a scope's latest relevant set is fresh from, and the scope's freshness window |
//! | schedule_never_ran, schedule_overdue | the expected run and the grace |
//! | schedule_stalled | the running run's start and the freshness window |
//! | restore_run_stalled, restore_run_stuck | the restore's start, or its request, and the freshness window |
//! | operation_unresolved | the effective time of a restore whose operation still runs, and the freshness window |
//! | restore_too_old | the effective time of the latest executed restore and the days that restores count for |
//!
//! After the export nothing else changes a verdict: an export holds no later fact, however far ahead the as-of instant is. Before the
//! export later facts of the same export still come in, so there is no forecast from there.

use crate::id::Id;
use crate::policy::Frame;
use crate::reading::record_filter::Evidence;
use crate::timestamp::Timestamp;
use crate::verdicts::backup_health::ScopeHealth;
use crate::verdicts::recovery_evidence::{AttendedRun, RelevantRun, latest_run, relevant_run, shows_until};
use crate::verdicts::restore_attention::{AttentionCause, AttentionState, state_of, turns_after};
use crate::verdicts::rules::TenantFrame;
use crate::verdicts::schedule::{ScheduleCause, is_watched, lapse};
use crate::vocabulary::vocabulary;

vocabulary! {
    /// What changes as time passes.
    pub enum LapseKind {
        LatestBackupStale = "latest_backup_stale",
        ScheduleNeverRan = "schedule_never_ran",
        ScheduleOverdue = "schedule_overdue",
        ScheduleStalled = "schedule_stalled",
        RestoreRunStalled = "restore_run_stalled",
        RestoreRunStuck = "restore_run_stuck",
        OperationUnresolved = "operation_unresolved",
        RestoreTooOld = "restore_too_old",
    }
}

impl LapseKind {
    /// Whether it is of a schedule.
    pub(crate) fn is_of_schedule(self) -> bool {
        match self {
            Self::ScheduleNeverRan | Self::ScheduleOverdue | Self::ScheduleStalled => true,
            Self::LatestBackupStale
            | Self::RestoreRunStalled
            | Self::RestoreRunStuck
            | Self::OperationUnresolved
            | Self::RestoreTooOld => false,
        }
    }
}

/// One verdict that will change as time passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lapse {
    /// The last instant at which it does not hold yet.
    pub after: Timestamp,
    /// What changes.
    pub kind: LapseKind,
    /// The backup set, schedule or restore run concerned.
    pub record_id: Id,
}

/// The lapses of a tenant that are ahead of the as-of instant, in no order; none before the export.
pub(crate) fn lapses(
    evidence: &Evidence<'_>,
    scopes: &[ScopeHealth],
    attended: &[AttendedRun<'_, '_>],
    relevant: &[RelevantRun<'_, '_>],
    frame: &TenantFrame<'_>,
) -> Vec<Lapse> {
    if frame.as_of < frame.exported_at {
        return Vec::new();
    }
    let stale = scopes.iter().filter_map(|scope| {
        let (after, record_id) = scope.stale_at.zip(scope.latest_relevant_backup_set_id)?;
        Some(Lapse { after, kind: LapseKind::LatestBackupStale, record_id })
    });
    let watched = evidence.tenant.schedules().iter().filter(|schedule| is_watched(schedule, frame));
    let schedules = watched.filter_map(|schedule| {
        let (cause, after) = lapse(schedule, frame);
        let kind = match cause {
            ScheduleCause::NeverRan => LapseKind::ScheduleNeverRan,
            ScheduleCause::Overdue => LapseKind::ScheduleOverdue,
            ScheduleCause::Stalled => LapseKind::ScheduleStalled,
            ScheduleCause::LastRunNotSuccessful => return None,
        };
        Some(Lapse { after: after?.expressible()?, kind, record_id: schedule.id })
    });
    let runs = attended.iter().filter_map(|one| {
        let (after, causes) = turns_after(one.run, &one.outcomes, frame)?;
        let kind = if causes.contains(&AttentionCause::RunStalled) {
            LapseKind::RestoreRunStalled
        } else if causes.contains(&AttentionCause::StuckInQueue) {
            LapseKind::RestoreRunStuck
        } else if causes.contains(&AttentionCause::OperationUnresolved) {
            LapseKind::OperationUnresolved
        } else {
            // A status that is not recognised stays so, whether its operation goes on or not.
            return None;
        };
        Some(Lapse { after: after.expressible()?, kind, record_id: one.run.id })
    });
    let runs: Vec<_> = runs.collect();
    let too_old = latest_run(relevant).filter(|latest| latest.state == AttentionState::Completed);
    let too_old = too_old.and_then(|latest| {
        let after = shows_until(latest.at, frame)??.expressible()?;
        let turned_before = runs.iter().any(|lapse| lapse.after <= after);
        if turned_before && governs_after(after, attended, frame) != Some(latest.run.id) {
            return None;
        }
        Some(Lapse { after, kind: LapseKind::RestoreTooOld, record_id: latest.run.id })
    });
    let all = stale.chain(schedules).chain(runs).chain(too_old);
    all.filter(|lapse| lapse.after >= frame.as_of).collect()
}

/// The run that governs right after an instant.
fn governs_after(after: Timestamp, attended: &[AttendedRun<'_, '_>], frame: &TenantFrame<'_>) -> Option<Id> {
    let later = Frame { as_of: after.plus(1), ..(**frame).clone() };
    let later = frame.at(&later);
    let relevant = attended.iter().filter_map(|one| {
        let state = state_of(one.run, &one.outcomes, &later);
        relevant_run(one.run, &one.outcomes, state, &later)
    });
    let relevant: Vec<_> = relevant.collect();
    latest_run(&relevant).map(|latest| latest.run.id)
}
