//! How the tenants of a workspace are spread: every exported tenant in exactly one segment, and the ages of the latest backups.
//! The two are counted separately, because the app's first view shows only the segments.

use crate::report::model::{Report, TenantBackupHealthAssessment, TenantReport};
use crate::report::tone;
use crate::tone::Tone;
use crate::verdicts::backup_health::{BackupPosture, BackupReason};
use crate::verdicts::recovery_evidence::RecoveryState;
use crate::views::concern::is_recent_with_warning;
use crate::words;

/// Tenants that share a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The state as a filter names it; empty for tenants that were not evaluated.
    pub key: &'static str,
    /// The state in words.
    pub label: &'static str,
    /// How it is shown.
    pub tone: Tone,
    /// How many tenants.
    pub tenants: u64,
    /// How many of them are recent with a warning: in the segment of healthy postures only.
    pub warned: u64,
    /// How many of them are so only because the content of their backups is unknown: in the segment of degraded postures only.
    pub unknown: u64,
}

/// How the tenants of a workspace are spread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spread {
    /// All exported tenants by backup posture, worst first, then those not evaluated.
    pub postures: Vec<Segment>,
    /// All exported tenants by recovery state, worst first, then those not evaluated.
    pub states: Vec<Segment>,
}

impl Spread {
    /// Counts a report's tenants. They are walked once, because many tenants are far apart in memory.
    pub fn of(report: &Report) -> Self {
        let mut tally = SpreadTally::default();
        report.tenants.iter().for_each(|tenant| tally.count(tenant));
        tally.spread(report)
    }
}

/// How the tenants that were counted so far are spread.
pub(super) struct SpreadTally {
    postures: Vec<(BackupPosture, u64)>,
    states: Vec<(RecoveryState, u64)>,
    warned: u64,
    unknown: u64,
}

impl Default for SpreadTally {
    fn default() -> Self {
        Self {
            postures: BackupPosture::ALL.iter().map(|posture| (*posture, 0)).collect(),
            states: RecoveryState::ALL.iter().map(|state| (*state, 0)).collect(),
            warned: 0,
            unknown: 0,
        }
    }
}

impl SpreadTally {
    pub(super) fn count(&mut self, tenant: &TenantReport) {
        self.warned += u64::from(is_recent_with_warning(tenant));
        self.unknown += u64::from(tenant.backup_health.is_content_unknown());
        count(&mut self.postures, tenant.backup_health.posture);
        count(&mut self.states, tenant.recovery_evidence.overview_state);
    }

    /// The segments, once all tenants of the report are counted.
    pub(super) fn spread(self, report: &Report) -> Spread {
        let Self { postures, states, warned, unknown } = self;
        let posture = |(posture, tenants): (BackupPosture, u64)| {
            let (label, tone) = (words::posture_label(posture), tone::posture(posture));
            let warned = if posture == BackupPosture::Healthy { warned } else { 0 };
            let unknown = if posture == BackupPosture::Degraded { unknown } else { 0 };
            Segment { key: posture.as_str(), label, tone, tenants, warned, unknown }
        };
        let state = |(state, tenants): (RecoveryState, u64)| {
            let (label, tone) = (words::recovery_state_label(state), tone::recovery_state(state));
            Segment { key: state.as_str(), label, tone, tenants, warned: 0, unknown: 0 }
        };
        Spread {
            postures: postures.into_iter().map(posture).chain([not_evaluated(report)]).collect(),
            states: states.into_iter().map(state).chain([not_evaluated(report)]).collect(),
        }
    }
}

fn count<S: PartialEq>(counted: &mut [(S, u64)], state: S) {
    for (_, tenants) in counted.iter_mut().filter(|(counted, _)| *counted == state) {
        *tenants += 1;
    }
}

fn not_evaluated(report: &Report) -> Segment {
    Segment {
        key: "",
        label: words::NOT_EVALUATED,
        tone: Tone::Unknown,
        tenants: report.denominators.exported - report.denominators.evaluated,
        warned: 0,
        unknown: 0,
    }
}

/// Latest backups of about the same age.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgeBin {
    /// The least age, in seconds.
    pub from_seconds: u64,
    /// The age it ends before, in seconds; `None` for all that are older.
    pub until_seconds: Option<u64>,
    /// Tenants whose latest backup is of that age and within the freshness window.
    pub fresh: u64,
    /// Those of the fresh that may be called healthy.
    pub healthy: u64,
    /// Those of the fresh that are not degraded and may not be called healthy.
    pub warned: u64,
    /// Tenants whose latest backup is of that age and past the window.
    pub stale: u64,
}

/// How many parts a bin has.
pub const AGE_PARTS: usize = words::AGE_PART_LABELS.len();

impl AgeBin {
    /// Its tenants by how their backup is shown, the calm first: of what is fresh, only what may be called healthy is.
    pub fn parts(&self) -> [(Tone, u64); AGE_PARTS] {
        let degraded = self.fresh - self.healthy - self.warned;
        [
            (Tone::Calm, self.healthy),
            (tone::WITH_WARNING, self.warned),
            (Tone::Medium, degraded),
            (Tone::High, self.stale),
        ]
    }
}

/// The ages of the latest backups, in equal bins over twice a freshness window, the last one open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgeHistogram {
    /// The workspace's freshness window, in seconds.
    pub window_seconds: u64,
    /// Other windows that decide about a tenant, in seconds, the shortest first.
    pub other_windows: Vec<u64>,
    /// The bins, youngest first.
    pub bins: Vec<AgeBin>,
    /// Tenants that have no latest backup, and so no age.
    pub without_backup: u64,
}

/// How many bins the window is divided into, and as many again follow it.
const BINS_IN_WINDOW: u64 = 8;

impl AgeHistogram {
    /// No ages yet, in bins of this window.
    fn empty(report: &Report, scale_hours: u64) -> Self {
        let width = (scale_hours * 3600 / BINS_IN_WINDOW).max(1);
        let last = BINS_IN_WINDOW * 2;
        let bin = |index| AgeBin {
            from_seconds: index * width,
            until_seconds: (index < last).then_some((index + 1) * width),
            fresh: 0,
            healthy: 0,
            warned: 0,
            stale: 0,
        };
        Self {
            window_seconds: report.policy.freshness_hours * 3600,
            other_windows: Vec::new(),
            bins: (0..=last).map(bin).collect(),
            without_backup: 0,
        }
    }

    /// All its tenants that have an age, in the parts of a bin.
    pub fn parts(&self) -> [(Tone, u64); AGE_PARTS] {
        let mut parts =
            AgeBin { from_seconds: 0, until_seconds: None, fresh: 0, healthy: 0, warned: 0, stale: 0 }
                .parts();
        for bin in &self.bins {
            parts.iter_mut().zip(bin.parts()).for_each(|((_, all), (_, more))| *all += more);
        }
        parts
    }

    fn count(&mut self, health: &TenantBackupHealthAssessment) {
        let Some(age) = health.age_seconds else {
            self.without_backup += 1;
            return;
        };
        let window = health.governing().map(|scope| scope.freshness_hours * 3600);
        if let Some(window) = window.filter(|window| *window != self.window_seconds)
            && let Err(place) = self.other_windows.binary_search(&window)
        {
            self.other_windows.insert(place, window);
        }
        let is_stale = health.reasons.contains(&BackupReason::LatestBackupStale);
        let width = self.bins.first().and_then(|bin| bin.until_seconds).unwrap_or(1);
        // A backup of exactly the window's age is fresh, and is counted with the fresh ones.
        let is_last_fresh = !is_stale && age == self.window_seconds && age.is_multiple_of(width);
        let index = age / width - u64::from(is_last_fresh);
        let last = self.bins.len() - 1;
        if let Some(bin) = self.bins.get_mut(usize::try_from(index).map_or(last, |index| index.min(last))) {
            if is_stale {
                bin.stale += 1;
                return;
            }
            bin.fresh += 1;
            if health.posture == BackupPosture::Healthy {
                let counted = if health.healthy_claim_allowed { &mut bin.healthy } else { &mut bin.warned };
                *counted += 1;
            }
        }
    }
}

/// The ages of the latest backups in the bins of the report's own window.
pub fn backup_ages(report: &Report) -> AgeHistogram {
    backup_ages_on_scale(report, report.policy.freshness_hours)
}

/// The ages of the latest backups in the bins of another window, so that two windows can be compared on one scale.
pub fn backup_ages_on_scale(report: &Report, scale_hours: u64) -> AgeHistogram {
    let mut ages = AgeHistogram::empty(report, scale_hours);
    for tenant in &report.tenants {
        ages.count(&tenant.backup_health);
    }
    ages
}
