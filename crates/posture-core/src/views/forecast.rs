//! How a workspace changes as time passes: which verdicts, and exactly when, if nothing runs and nothing else is recorded.
//!
//! Each tenant's report carries its [`Lapse`]s, so that a forecast is read off a report.

use crate::report::model::{Report, TenantReport};
use crate::sorting::{set_of, sort_by_key};
use crate::timestamp::Timestamp;
use crate::tone::Tone;
pub use crate::verdicts::lapses::{Lapse, LapseKind};
use crate::vocabulary::vocabulary;

impl LapseKind {
    /// How it is shown: as urgent as the state that follows.
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

vocabulary! {
    /// Whether a schedule is due before a backup turns stale, the worst first. A schedule that is due may still not run.
    pub enum Cover {
        NoSchedule = "no_schedule",
        FollowUp = "follow_up",
        DueLater = "due_later",
        DueInTime = "due_in_time",
    }
}

vocabulary! {
    /// The groups of a forecast's lapses, the worst first.
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
    /// If a backup turns stale, whether a schedule is due before it does.
    pub cover: Option<Cover>,
    /// The tenant.
    pub tenant: &'r TenantReport,
}

impl Step<'_> {
    /// The group it belongs to.
    pub fn group(&self) -> StepGroup {
        match self.cover {
            Some(Cover::NoSchedule | Cover::FollowUp | Cover::DueLater) => StepGroup::Uncovered,
            Some(Cover::DueInTime) => StepGroup::Covered,
            None => StepGroup::Due,
        }
    }

    /// How it is shown: colour is for what no schedule covers.
    pub fn tone(&self) -> Tone {
        match self.group() {
            StepGroup::Uncovered => self.lapse.kind.tone(),
            StepGroup::Covered | StepGroup::Due => Tone::Low,
        }
    }
}

/// How a workspace changes as time passes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forecast<'r> {
    /// The instant it looks ahead from.
    pub from: Timestamp,
    /// The last instant it looks at.
    pub until: Timestamp,
    /// Every lapse in between, in order; of one instant, by tenant id.
    pub steps: Vec<Step<'r>>,
    /// The last instant at which the export itself is within the freshness window, if that ends in between.
    pub evidence_old_after: Option<Timestamp>,
    /// Whether there is a forecast at all: not before the export.
    pub is_possible: bool,
}

impl Forecast<'_> {
    /// How many tenants' latest backup turns stale. A tenant whose backups of several scopes do counts once.
    pub fn turning_stale(&self) -> u64 {
        count_tenants(self.steps.iter().filter(|step| step.lapse.kind == LapseKind::LatestBackupStale))
    }

    /// How many tenants go stale with no schedule due in time.
    pub fn uncovered_tenants(&self) -> u64 {
        count_tenants(self.steps.iter().filter(|step| step.group() == StepGroup::Uncovered))
    }

    /// How many schedules will need follow-up.
    pub fn schedules_due(&self) -> u64 {
        self.steps.iter().filter(|step| step.lapse.kind.is_of_schedule()).count() as u64
    }

    /// The lapses of a group, in order.
    pub fn of_group(&self, group: StepGroup) -> Vec<Step<'_>> {
        self.steps.iter().filter(|step| step.group() == group).copied().collect()
    }

    /// How many of these lapses are within the first day.
    pub fn within_a_day(&self, steps: &[Step<'_>]) -> u64 {
        let day = self.from.plus(24 * 3600);
        steps.iter().filter(|step| step.lapse.after < day).count() as u64
    }
}

fn count_tenants<'s, 'r: 's>(steps: impl Iterator<Item = &'s Step<'r>>) -> u64 {
    set_of(steps.map(|step| step.tenant.tenant_id)).len() as u64
}

/// The time that a forecast looks ahead.
pub(super) struct Ahead {
    from: Timestamp,
    until: Timestamp,
}

impl Ahead {
    /// The next `hours` hours after a report's as-of instant. `None` if that is before the export: the past has no forecast.
    pub(super) fn of(report: &Report, hours: u64) -> Option<Self> {
        let seconds = i64::try_from(hours.saturating_mul(3600)).unwrap_or(i64::MAX);
        let from = report.as_of;
        (from >= report.exported_at).then(|| Self { from, until: from.plus(seconds) })
    }

    /// Whether a tenant goes stale in that time with no schedule due in time.
    pub(super) fn leaves_uncovered(&self, tenant: &TenantReport) -> bool {
        tenant.lapses.iter().any(|lapse| {
            let step =
                |lapse: &Lapse| Step { lapse: *lapse, cover: Some(cover(tenant, lapse.after)), tenant };
            lapse.kind == LapseKind::LatestBackupStale
                && lapse.after >= self.from
                && lapse.after < self.until
                && step(lapse).group() == StepGroup::Uncovered
        })
    }
}

/// How a workspace changes as time passes within this many hours of the report's as-of instant.
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
