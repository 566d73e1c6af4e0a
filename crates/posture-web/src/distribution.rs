//! Counts of tenants for the overview's pictures: every exported tenant in exactly one part of each.

use posture_core::Report;
use posture_core::backup_health::BackupPosture;
use posture_core::recovery_evidence::RecoveryState;
use posture_core::restore_attention::Tone;
use posture_core::words;

use crate::text;
use crate::tone::{posture_tone, recovery_state_tone};

/// One part of a distribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// What the tenants in it have in common.
    pub label: &'static str,
    /// How it is shown.
    pub tone: Tone,
    /// How many tenants are in it.
    pub tenants: u64,
}

/// The exported tenants by backup posture, worst first, those not evaluated last.
pub fn by_posture(report: &Report) -> Vec<Segment> {
    let count = |posture| report.tenants.iter().filter(|tenant| tenant.backup_health.posture == posture).count() as u64;
    let segment = |posture: &BackupPosture| Segment {
        label: words::posture_label(*posture),
        tone: posture_tone(*posture),
        tenants: count(*posture),
    };
    BackupPosture::ALL.iter().map(segment).chain([not_evaluated(report)]).collect()
}

/// The exported tenants by recovery state, worst first, those not evaluated last.
pub fn by_recovery_state(report: &Report) -> Vec<Segment> {
    let count = |state| report.tenants.iter().filter(|tenant| tenant.recovery_evidence.overview_state == state).count() as u64;
    let segment = |state: &RecoveryState| Segment {
        label: words::recovery_state_label(*state),
        tone: recovery_state_tone(*state),
        tenants: count(*state),
    };
    RecoveryState::ALL.iter().map(segment).chain([not_evaluated(report)]).collect()
}

fn not_evaluated(report: &Report) -> Segment {
    let tenants = report.denominators.exported - report.denominators.evaluated;
    Segment { label: text::NOT_EVALUATED, tone: Tone::Unknown, tenants }
}

/// Bars on each side of the freshness window.
pub const BARS_PER_SIDE: usize = 8;

/// Evaluated tenants by the age of their latest backup, against the freshness window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgeHistogram {
    /// Tenants within the window, by eighths of it.
    pub within: [u64; BARS_PER_SIDE],
    /// Tenants beyond the window, by eighths of it; the last bar holds all that are older.
    pub beyond: [u64; BARS_PER_SIDE],
    /// Tenants without a usable backup.
    pub without_backup: u64,
}

/// The ages of the latest backups. On which side of the window a backup lies is the core's verdict.
pub fn ages(report: &Report) -> AgeHistogram {
    let window = report.policy.freshness_hours * 3600;
    let mut histogram = AgeHistogram { within: [0; BARS_PER_SIDE], beyond: [0; BARS_PER_SIDE], without_backup: 0 };
    for tenant in &report.tenants {
        let health = &tenant.backup_health;
        let Some(age) = health.age_seconds else {
            histogram.without_backup += 1;
            continue;
        };
        let (side, past) = match health.posture {
            BackupPosture::Stale => (&mut histogram.beyond, age.saturating_sub(window)),
            BackupPosture::Absent | BackupPosture::Degraded | BackupPosture::Healthy => (&mut histogram.within, age),
        };
        side[bar(past, window)] += 1;
    }
    histogram
}

fn bar(age: u64, window: u64) -> usize {
    let eighth = age.saturating_mul(BARS_PER_SIDE as u64) / window.max(1);
    usize::try_from(eighth).unwrap_or(BARS_PER_SIDE).min(BARS_PER_SIDE - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parts::test_support::report_of;

    #[track_caller]
    fn adds_up(case: &str) {
        let report = report_of(case);
        let sum = |segments: Vec<Segment>| segments.iter().map(|segment| segment.tenants).sum::<u64>();
        assert_eq!(sum(by_posture(&report)), report.denominators.exported);
        assert_eq!(sum(by_recovery_state(&report)), report.denominators.exported);
        let AgeHistogram { within, beyond, without_backup } = ages(&report);
        let in_bars = within.iter().chain(&beyond).sum::<u64>();
        assert_eq!(in_bars + without_backup, report.denominators.evaluated);
    }

    #[test]
    fn every_exported_tenant_is_in_exactly_one_segment() {
        adds_up(include_str!("../../../tests/cases/workspace-order.json"));
        adds_up(include_str!("../../../tests/cases/tenants-not-evaluated.json"));
        adds_up(include_str!("../../../tests/cases/calm.json"));
    }

    #[test]
    fn a_backup_exactly_as_old_as_the_window_stands_in_the_last_bar_within() {
        assert_eq!(bar(24 * 3600, 24 * 3600), BARS_PER_SIDE - 1);
        assert_eq!(bar(0, 24 * 3600), 0);
        assert_eq!(bar(u64::MAX, 3600), BARS_PER_SIDE - 1);
    }
}
