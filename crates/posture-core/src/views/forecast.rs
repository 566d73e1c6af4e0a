//! What time alone will change: which verdicts turn, and exactly when, if nothing runs and nothing else is recorded.
//!
//! Each tenant's report carries its [`Lapse`]s, so that a forecast is read off a report. A lapse takes hold once the as-of instant is
//! *later* than its own, as every limit of the contract is exceeded only when strictly greater.
//!
//! | lapse | when |
//! |---|---|
//! | latest_backup_stale | the instant a scope's latest relevant set is fresh from, and the scope's freshness window |
//! | schedule_never_ran, schedule_overdue | the expected run and the grace |
//! | schedule_stalled | the running run's begin and the freshness window |
//! | restore_run_stalled, restore_run_stuck | the restore's begin, or when it was asked for, and the freshness window |
//! | operation_unresolved | the effective time of a restore whose operation goes on, and the freshness window |
//! | restore_too_old | the effective time of the latest executed restore and the days that restores count for |
//!
//! From the export on nothing else turns a verdict: an export holds no later fact, however far ahead the as-of instant is. Before the
//! export later facts of the same export still come in, so there is no forecast from there.

use crate::reading::decode::Id;
use crate::reading::record_filter::Evidence;
use crate::report::model::{Report, TenantReport};
use crate::sorting::sort_by_key;
use crate::timestamp::Timestamp;
use crate::verdicts::backup_health::TenantBackupHealthAssessment;
use crate::verdicts::recovery_evidence::{AttendedRun, RelevantRun, latest_run, shows_until};
use crate::verdicts::restore_attention::{AttentionCause, AttentionState, Tone, turns_after};
use crate::verdicts::rules::TenantFrame;
use crate::verdicts::schedule::{ScheduleCause, is_watched, lapse};
use crate::vocabulary::vocabulary;

vocabulary! {
    /// What time alone turns.
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
    fn is_of_schedule(self) -> bool {
        match self {
            Self::ScheduleNeverRan | Self::ScheduleOverdue | Self::ScheduleStalled => true,
            Self::LatestBackupStale
            | Self::RestoreRunStalled
            | Self::RestoreRunStuck
            | Self::OperationUnresolved
            | Self::RestoreTooOld => false,
        }
    }

    /// How it is shown: as urgent as what it brings.
    pub fn tone(self) -> Tone {
        match self {
            Self::LatestBackupStale | Self::RestoreRunStalled => Tone::High,
            Self::ScheduleNeverRan
            | Self::ScheduleOverdue
            | Self::ScheduleStalled
            | Self::RestoreRunStuck
            | Self::OperationUnresolved
            | Self::RestoreTooOld => Tone::Medium,
        }
    }
}

/// How many hours ahead forecasts are offered for.
pub const HORIZONS: [u64; 2] = [24, 7 * 24];

/// One verdict that time alone will turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lapse {
    /// The last instant at which it does not hold yet.
    pub after: Timestamp,
    /// What turns.
    pub kind: LapseKind,
    /// The backup set, schedule or restore run concerned.
    pub record_id: Id,
}

/// The lapses of a tenant that are ahead of the as-of instant, in no order; none before the export.
pub(crate) fn lapses(
    evidence: &Evidence<'_>,
    health: &TenantBackupHealthAssessment,
    attended: &[AttendedRun<'_, '_>],
    relevant: &[RelevantRun<'_, '_>],
    frame: &TenantFrame<'_>,
) -> Vec<Lapse> {
    if frame.as_of < frame.exported_at {
        return Vec::new();
    }
    let stale = health.scopes.iter().filter_map(|scope| {
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
        let (after, then) = turns_after(one.run, &one.outcomes, frame)?;
        let kind = if then.causes.contains(&AttentionCause::RunStalled) {
            LapseKind::RestoreRunStalled
        } else if then.causes.contains(&AttentionCause::StuckInQueue) {
            LapseKind::RestoreRunStuck
        } else {
            LapseKind::OperationUnresolved
        };
        Some(Lapse { after: after.expressible()?, kind, record_id: one.run.id })
    });
    let too_old = latest_run(relevant).filter(|latest| latest.state == AttentionState::Completed);
    let too_old = too_old.and_then(|latest| {
        let after = shows_until(latest.at, frame)??.expressible()?;
        Some(Lapse { after, kind: LapseKind::RestoreTooOld, record_id: latest.run.id })
    });
    let all = stale.chain(schedules).chain(runs).chain(too_old);
    all.filter(|lapse| lapse.after >= frame.as_of).collect()
}

vocabulary! {
    /// Whether a schedule is due before a backup turns stale, the worst first. Of a schedule that is due it is not foreseen that it runs.
    pub enum Cover {
        NoSchedule = "no_schedule",
        FollowUp = "follow_up",
        DueLater = "due_later",
        DueInTime = "due_in_time",
    }
}

vocabulary! {
    /// What the lapses of a forecast are told apart by, the worst first.
    pub enum StepGroup {
        Uncovered = "uncovered",
        Covered = "covered",
        Due = "due",
    }
}

/// How much later than it turns stale a backup's next run may be due and still count as in time: what a schedule allows itself for a
/// daylight-saving change.
const IN_TIME: i64 = 3600;

/// Whether a schedule of a tenant is due before an instant. One that needs follow-up covers nothing, a run under way does.
fn cover(tenant: &TenantReport, stale_after: Timestamp) -> Cover {
    let follow_ups = &tenant.backup_health.schedule_follow_ups;
    let is_sound = |lapse: &&Lapse| {
        lapse.kind.is_of_schedule() && follow_ups.iter().all(|one| one.schedule_id != lapse.record_id)
    };
    let mut sound = tenant.lapses.iter().filter(is_sound).peekable();
    if sound.peek().is_none() {
        return if follow_ups.is_empty() { Cover::NoSchedule } else { Cover::FollowUp };
    }
    let is_in_time = |lapse: &Lapse| match lapse.kind {
        LapseKind::ScheduleStalled => true,
        LapseKind::ScheduleNeverRan
        | LapseKind::ScheduleOverdue
        | LapseKind::LatestBackupStale
        | LapseKind::RestoreRunStalled
        | LapseKind::RestoreRunStuck
        | LapseKind::OperationUnresolved
        | LapseKind::RestoreTooOld => {
            lapse.after.plus(-tenant.rules.grace_seconds()) <= stale_after.plus(IN_TIME)
        }
    };
    if sound.any(is_in_time) { Cover::DueInTime } else { Cover::DueLater }
}

/// A lapse, and the tenant it is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step<'r> {
    /// The lapse.
    pub lapse: Lapse,
    /// Of a backup that turns stale, whether a schedule is due before it does.
    pub cover: Option<Cover>,
    /// The tenant.
    pub tenant: &'r TenantReport,
}

impl Step<'_> {
    /// What it is told apart by.
    pub fn group(&self) -> StepGroup {
        match self.cover {
            Some(Cover::NoSchedule | Cover::FollowUp | Cover::DueLater) => StepGroup::Uncovered,
            Some(Cover::DueInTime) => StepGroup::Covered,
            None => StepGroup::Due,
        }
    }

    /// How it is shown: colour is for what no schedule stands against.
    pub fn tone(&self) -> Tone {
        match self.group() {
            StepGroup::Uncovered => self.lapse.kind.tone(),
            StepGroup::Covered | StepGroup::Due => Tone::Low,
        }
    }
}

/// What time alone changes in a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forecast<'r> {
    /// The instant it looks ahead from.
    pub from: Timestamp,
    /// The last instant it looks at.
    pub until: Timestamp,
    /// Every lapse in between, in order; of one instant, by tenant id.
    pub steps: Vec<Step<'r>>,
    /// The last instant at which the export itself is within the freshness window, where that ends in between.
    pub evidence_old_after: Option<Timestamp>,
    /// Whether there is a forecast at all: not before the export.
    pub is_possible: bool,
}

impl Forecast<'_> {
    /// How many tenants' latest backup turns stale.
    pub fn turning_stale(&self) -> u64 {
        self.steps.iter().filter(|step| step.lapse.kind == LapseKind::LatestBackupStale).count() as u64
    }

    /// How many schedules come to need follow-up.
    pub fn schedules_due(&self) -> u64 {
        self.steps.iter().filter(|step| step.lapse.kind.is_of_schedule()).count() as u64
    }

    /// The lapses of a group, in order.
    pub fn of_group(&self, group: StepGroup) -> Vec<Step<'_>> {
        self.steps.iter().filter(|step| step.group() == group).copied().collect()
    }

    /// How many lapses of some lie within the first day.
    pub fn within_a_day(&self, steps: &[Step<'_>]) -> u64 {
        let day = self.from.plus(24 * 3600);
        steps.iter().filter(|step| step.lapse.after < day).count() as u64
    }
}

/// How many tenants go stale within so many hours with no schedule due in time. `None` before the export, when there is no forecast.
pub fn uncovered_within(report: &Report, hours: u64) -> Option<u64> {
    if report.as_of < report.exported_at {
        return None;
    }
    let until = report.as_of.plus(i64::try_from(hours.saturating_mul(3600)).unwrap_or(i64::MAX));
    let is_uncovered = |tenant: &TenantReport| {
        tenant.lapses.iter().any(|lapse| {
            let step =
                |lapse: &Lapse| Step { lapse: *lapse, cover: Some(cover(tenant, lapse.after)), tenant };
            lapse.kind == LapseKind::LatestBackupStale
                && lapse.after >= report.as_of
                && lapse.after < until
                && step(lapse).group() == StepGroup::Uncovered
        })
    };
    Some(report.tenants.iter().filter(|tenant| is_uncovered(tenant)).count() as u64)
}

/// What time alone changes within so many hours of the report's as-of instant.
pub fn forecast<'r>(report: &'r Report, hours: u64) -> Forecast<'r> {
    let seconds = i64::try_from(hours.saturating_mul(3600)).unwrap_or(i64::MAX);
    let from = report.as_of;
    let until = from.plus(seconds);
    let is_ahead = |after: Timestamp| after >= from && after < until;
    let step = |tenant: &'r TenantReport, lapse: Lapse| {
        let turns_stale = lapse.kind == LapseKind::LatestBackupStale;
        Step { lapse, cover: turns_stale.then(|| cover(tenant, lapse.after)), tenant }
    };
    let lapses =
        report.tenants.iter().flat_map(|tenant| tenant.lapses.iter().map(move |lapse| (&**tenant, *lapse)));
    let mut steps: Vec<_> = lapses
        .filter(|(_, lapse)| is_ahead(lapse.after))
        .map(|(tenant, lapse)| step(tenant, lapse))
        .collect();
    sort_by_key(&mut steps, |step| (step.lapse.after, step.tenant.tenant_id, step.lapse));
    let evidence_old_after = report.exported_at.plus(report.policy.freshness_seconds());
    Forecast {
        from,
        until,
        steps,
        evidence_old_after: Some(evidence_old_after).filter(|after| is_ahead(*after)),
        is_possible: from >= report.exported_at,
    }
}
