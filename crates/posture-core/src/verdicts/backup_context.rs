//! What a tenant's backup texts add to the verdict without deciding anything: schedules and a running backup that explain it, and records set
//! aside.

use crate::id::Id;
use crate::reading::record_filter::Evidence;
use crate::reading::snapshot::BackupSchedule;
use crate::sorting::sort_by_key;
use crate::timestamp::Timestamp;
use crate::verdicts::rules::{TenantFrame, is_same_scope};
use crate::verdicts::schedule::{Cadence, allowance_seconds, cadence, causes, expected_at, last_run_at};
use crate::vocabulary::BackupSetStatus;

/// A schedule that is on time, with how it repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OnTime {
    pub(crate) schedule_id: Id,
    pub(crate) cadence: Cadence,
    pub(crate) allowance_seconds: i64,
    pub(crate) expected_at: Option<Timestamp>,
    pub(crate) last_run_at: Timestamp,
    /// The greatest age of a backup that its last run made; an older one comes from an earlier run.
    pub(crate) greatest_age_seconds: i64,
}

/// What a tenant's backup texts say besides the verdict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct BackupContext {
    /// Records of the tenant that were set aside.
    pub(crate) set_aside: u64,
    /// The schedule on time that has the longest time from one run to the next.
    pub(crate) on_time: Option<OnTime>,
    /// Schedules that are disabled, by id.
    pub(crate) disabled: Vec<Id>,
    /// When the first run of a schedule that never ran is due, if it is not overdue.
    pub(crate) first_run_due: Option<Timestamp>,
    /// The set that a backup is writing now, and since when; the newest of several.
    pub(crate) running: Option<(Timestamp, Id)>,
    /// Sets of scopes that the rules leave out.
    pub(crate) left_out: u64,
    /// Whether no schedule will run although the tenant has some.
    pub(crate) nothing_will_run: bool,
}

impl BackupContext {
    pub(crate) fn of(evidence: &Evidence<'_>, frame: &TenantFrame<'_>) -> Self {
        let set_aside = evidence.set_aside.len() as u64;
        let running = running_set(evidence, frame);
        let left_out = left_out(evidence, frame);
        if !frame.evaluates_schedules() {
            return Self { set_aside, running, left_out, ..Self::default() };
        }
        let kept = evidence.tenant.schedules().iter().filter(|one| !frame.is_deleted(one.deleted_at));
        let (watched, disabled): (Vec<_>, Vec<_>) = kept.partition(|schedule| schedule.is_enabled);
        let nothing_will_run = watched.is_empty() && !disabled.is_empty();
        let sound = watched.into_iter().filter(|schedule| causes(schedule, frame).is_empty());
        let (has_run, is_new): (Vec<_>, Vec<_>) = sound.partition(|one| last_run_at(one, frame).is_some());
        let on_time = has_run.into_iter().filter_map(|schedule| on_time_schedule(schedule, frame));
        let first_runs =
            is_new.into_iter().filter_map(|schedule| expected_at(schedule, frame)?.expressible());
        let mut disabled: Vec<_> = disabled.into_iter().map(|schedule| schedule.id).collect();
        sort_by_key(&mut disabled, |id| *id);
        Self {
            set_aside,
            running,
            left_out,
            on_time: on_time.max_by_key(|one| (one.allowance_seconds, std::cmp::Reverse(one.schedule_id))),
            disabled,
            first_run_due: first_runs.min(),
            nothing_will_run,
        }
    }
}

/// How many sets are in scopes that the rules leave out. Sets of one scope mostly follow each other, so its rules are looked up once
/// for all of them.
fn left_out(evidence: &Evidence<'_>, frame: &TenantFrame<'_>) -> u64 {
    let (mut count, mut known) = (0, None);
    for scope in evidence.tenant.sets().iter().map(|set| set.scope()) {
        let is_left_out = match known {
            Some((name, is_left_out)) if is_same_scope(name, scope) => is_left_out,
            _ => frame.scope(scope).expected == Some(false),
        };
        known = Some((scope, is_left_out));
        count += u64::from(is_left_out);
    }
    count
}

fn running_set(evidence: &Evidence<'_>, frame: &TenantFrame<'_>) -> Option<(Timestamp, Id)> {
    let sets = evidence.tenant.sets().iter();
    let running =
        sets.filter(|set| set.status.is(BackupSetStatus::Running) && !frame.is_deleted(set.deleted_at));
    running.filter_map(|set| Some((set.created_at.filter(|at| frame.has_happened(*at))?, set.id))).max()
}

fn on_time_schedule(schedule: &BackupSchedule<'_>, frame: &TenantFrame<'_>) -> Option<OnTime> {
    let allowance_seconds = allowance_seconds(schedule, frame);
    Some(OnTime {
        schedule_id: schedule.id,
        cadence: cadence(schedule)?,
        allowance_seconds,
        greatest_age_seconds: allowance_seconds + frame.rules.grace_seconds(),
        expected_at: expected_at(schedule, frame).and_then(Timestamp::expressible),
        last_run_at: last_run_at(schedule, frame)?,
    })
}
