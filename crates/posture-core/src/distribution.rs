//! How the tenants of a workspace are spread: every exported tenant in exactly one segment, and the ages of the latest backups.

use crate::backup_health::BackupPosture;
use crate::recovery_evidence::RecoveryState;
use crate::report::{Report, TenantReport};
use crate::tone::{self, Tone};
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
}

/// All exported tenants by backup posture, worst first, then those not evaluated.
pub fn by_backup_posture(report: &Report) -> Vec<Segment> {
    let drawn = |posture: BackupPosture| (posture.as_str(), words::posture_label(posture), tone::posture(posture));
    segments(report, BackupPosture::ALL, |tenant| tenant.backup_health.posture, drawn)
}

/// All exported tenants by recovery state, worst first, then those not evaluated.
pub fn by_recovery_state(report: &Report) -> Vec<Segment> {
    let drawn = |state: RecoveryState| (state.as_str(), words::recovery_state_label(state), tone::recovery_state(state));
    segments(report, RecoveryState::ALL, |tenant| tenant.recovery_evidence.overview_state, drawn)
}

/// A segment for each state, by its key, label and tone. Tenants are walked once: of many, each is far in memory from the next.
fn segments<S: Copy + PartialEq>(
    report: &Report,
    states: &[S],
    state_of: impl Fn(&TenantReport) -> S,
    drawn: impl Fn(S) -> (&'static str, &'static str, Tone),
) -> Vec<Segment> {
    let mut counted: Vec<_> = states.iter().map(|state| (*state, 0)).collect();
    for tenant in &report.tenants {
        let state = state_of(tenant);
        for (_, tenants) in counted.iter_mut().filter(|(counted, _)| *counted == state) {
            *tenants += 1;
        }
    }
    let segments = counted.into_iter().map(|(state, tenants)| {
        let (key, label, tone) = drawn(state);
        Segment { key, label, tone, tenants }
    });
    segments.chain([not_evaluated(report)]).collect()
}

fn not_evaluated(report: &Report) -> Segment {
    Segment {
        key: "",
        label: words::NOT_EVALUATED,
        tone: Tone::Unknown,
        tenants: report.denominators.exported - report.denominators.evaluated,
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
    /// Tenants whose latest backup is of that age and past the window.
    pub stale: u64,
}

/// The ages of the latest backups, in equal bins over twice a freshness window, the last one open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgeHistogram {
    /// The freshness window, in seconds.
    pub window_seconds: u64,
    /// The bins, youngest first.
    pub bins: Vec<AgeBin>,
    /// Tenants that have no latest backup, and so no age.
    pub without_backup: u64,
}

/// How many bins the window is divided into, and as many again follow it.
const BINS_IN_WINDOW: u64 = 8;

/// The spread of the ages of the latest backups.
pub fn backup_ages(report: &Report) -> AgeHistogram {
    backup_ages_on_scale(report, report.policy.freshness_hours)
}

/// The same in the bins of another window, so that two windows can be told apart on one scale.
pub fn backup_ages_on_scale(report: &Report, scale_hours: u64) -> AgeHistogram {
    let window_seconds = report.policy.freshness_hours * 3600;
    let width = (scale_hours * 3600 / BINS_IN_WINDOW).max(1);
    let last = BINS_IN_WINDOW * 2;
    let mut bins: Vec<_> = (0..=last)
        .map(|index| AgeBin {
            from_seconds: index * width,
            until_seconds: (index < last).then_some((index + 1) * width),
            fresh: 0,
            stale: 0,
        })
        .collect();
    let mut without_backup = 0;
    for health in report.tenants.iter().map(|tenant| &tenant.backup_health) {
        let Some(age) = health.age_seconds else {
            without_backup += 1;
            continue;
        };
        let is_stale = health.reasons.contains(&crate::backup_health::BackupReason::LatestBackupStale);
        // A backup of exactly the window's age is fresh, and stands with the fresh ones.
        let is_last_fresh = !is_stale && age == window_seconds && age.is_multiple_of(width);
        let index = age / width - u64::from(is_last_fresh);
        if let Some(bin) = bins.get_mut(usize::try_from(index.min(last)).unwrap_or_default()) {
            if is_stale { bin.stale += 1 } else { bin.fresh += 1 }
        }
    }
    AgeHistogram { window_seconds, bins, without_backup }
}
