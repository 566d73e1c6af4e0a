//! What happened to a tenant in the last thirty days, in the order it happened.

use std::collections::BTreeMap;

use crate::id::Id;
use crate::policy::Frame;
use crate::report::tone;
use crate::sorting::sort_by_key;
use crate::timestamp::Timestamp;
use crate::tone::Tone;
use crate::verdicts::backup_health::BackupPosture;
use crate::verdicts::scope_health::ScopeHealth;
use crate::views::records::{SetRole, TenantRecords};
use crate::words;

/// How far back a timeline looks, in days.
pub const TIMELINE_DAYS: i64 = 30;

/// The lane of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// Backup sets.
    BackupSets,
    /// Runs of schedules; a snapshot holds only each one's last.
    ScheduleRuns,
    /// Restore runs.
    Restores,
}

impl Lane {
    /// Every lane, from the top.
    pub const ALL: [Self; 3] = [Self::BackupSets, Self::ScheduleRuns, Self::Restores];
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// Its lane.
    pub lane: Lane,
    /// The record concerned.
    pub id: Id,
    /// How it is shown.
    pub tone: Tone,
    /// What it was, in words.
    pub label: String,
}

/// A freshness window, and the scopes that it applies to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its first instant.
    pub from: Timestamp,
    /// Its length in hours.
    pub hours: u64,
    /// The scopes by key; `None` is the unnamed one.
    pub scopes: Vec<Option<String>>,
}

/// The time without a usable backup: what the picture must not show as an empty line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// When the backup that made the tenant stale completed or was last found unchanged, or the timeline's first instant if it has no usable backup at all.
    pub from: Timestamp,
    /// `no backup for 6 days`
    pub label: String,
}

/// A tenant's last thirty days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// Its first instant.
    pub from: Timestamp,
    /// Its last instant, the as-of instant.
    pub to: Timestamp,
    /// The freshness windows of its scopes, the longest first.
    pub windows: Vec<Window>,
    /// The longest time without a usable backup, if a scope is stale or none has one.
    pub gap: Option<Gap>,
    /// What happened, in order.
    pub events: Vec<Event>,
}

impl Timeline {
    /// The position of an instant between the first, 0, and the last, 100,000.
    pub fn place(&self, at: Timestamp) -> u64 {
        at.seconds_since(self.from) * 100_000 / self.to.seconds_since(self.from).max(1)
    }
}

/// The timeline of a tenant's records up to the as-of instant, with the freshness windows of its scopes.
pub fn timeline(records: &TenantRecords, scopes: &[ScopeHealth], frame: &Frame) -> Timeline {
    let from = frame.as_of.plus(-TIMELINE_DAYS * 24 * 3600);
    let mut events: Vec<_> =
        backup_sets(records).chain(schedule_runs(records)).chain(restores(records)).collect();
    events.retain(|event| (from..=frame.as_of).contains(&event.at));
    sort_by_key(&mut events, |event| (event.at, event.lane, event.id));
    Timeline {
        from,
        to: frame.as_of,
        windows: windows(scopes, frame.as_of),
        gap: gap(scopes, from, frame.as_of),
        events,
    }
}

fn gap(scopes: &[ScopeHealth], first: Timestamp, as_of: Timestamp) -> Option<Gap> {
    if !scopes.is_empty() && scopes.iter().all(|scope| scope.posture == BackupPosture::Absent) {
        return Some(Gap { from: first, label: words::NO_USABLE_BACKUP.to_owned() });
    }
    let stale = scopes.iter().filter(|scope| scope.is_stale());
    let from = stale.filter_map(|scope| scope.confirmed_at.or(scope.latest_relevant_completed_at)).min()?;
    Some(Gap { from, label: words::no_backup_for(as_of.seconds_since(from)) })
}

fn windows(scopes: &[ScopeHealth], as_of: Timestamp) -> Vec<Window> {
    let mut by_hours: BTreeMap<u64, Vec<Option<String>>> = BTreeMap::new();
    for scope in scopes {
        by_hours.entry(scope.freshness_hours).or_default().push(scope.scope.clone());
    }
    let window = |(hours, scopes)| Window { from: as_of.plus(-crate::policy::hours(hours)), hours, scopes };
    by_hours.into_iter().rev().map(window).collect()
}

fn backup_sets(records: &TenantRecords) -> impl Iterator<Item = Event> {
    records.backup_sets.iter().filter_map(|set| {
        let tone = match set.role {
            SetRole::Skipped(reason) => tone::skipped(reason),
            SetRole::Latest | SetRole::Older | SetRole::LeftOut => tone::quality(&set.quality),
        };
        Some(Event {
            at: set.completed_at.or(set.created_at)?,
            lane: Lane::BackupSets,
            id: set.id,
            tone,
            label: words::set_event(set),
        })
    })
}

fn schedule_runs(records: &TenantRecords) -> impl Iterator<Item = Event> {
    records.schedules.iter().filter_map(|schedule| {
        Some(Event {
            at: schedule.last_run_at?,
            lane: Lane::ScheduleRuns,
            id: schedule.id,
            tone: schedule.tone(),
            label: words::schedule_event(schedule),
        })
    })
}

fn restores(records: &TenantRecords) -> impl Iterator<Item = Event> {
    records.restore_runs.iter().filter_map(|run| {
        Some(Event {
            at: run.effective_at?,
            lane: Lane::Restores,
            id: run.attention.restore_run_id,
            tone: run.attention.tone,
            label: words::restore_event(run),
        })
    })
}
