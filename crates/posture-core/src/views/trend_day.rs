//! One day of a trend: how many tenants were in each state.

use crate::report::tone;
use crate::timestamp::Timestamp;
use crate::tone::Tone;
use crate::verdicts::backup_health::BackupPosture;
use crate::verdicts::history::TenantState;
use crate::verdicts::recovery_evidence::{RecoveryState, overview_state};
use crate::views::distribution::Segment;
use crate::words;

/// How many tenants were in each state on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrendDay {
    /// The instant they are judged at.
    pub at: Timestamp,
    postures: [u64; BackupPosture::ALL.len()],
    states: [u64; RecoveryState::ALL.len()],
    /// Tenants whose posture is not known at that instant.
    pub unknown_postures: u64,
    /// Tenants whose recovery state is not known at that instant.
    pub unknown_states: u64,
}

impl TrendDay {
    pub(super) fn at(at: Timestamp) -> Self {
        Self {
            at,
            postures: Default::default(),
            states: Default::default(),
            unknown_postures: 0,
            unknown_states: 0,
        }
    }

    pub(super) fn count(&mut self, state: Option<TenantState>) {
        match state.and_then(|state| state.posture) {
            None => self.unknown_postures += 1,
            Some(posture) => self.postures[posture as usize] += 1,
        }
        match state {
            None => self.unknown_states += 1,
            Some(state) => self.states[overview_state(state.recovery) as usize] += 1,
        }
    }

    /// Tenants in a posture.
    pub fn posture(&self, posture: BackupPosture) -> u64 {
        self.postures[posture as usize]
    }

    /// Tenants in a recovery state.
    pub fn state(&self, state: RecoveryState) -> u64 {
        self.states[state as usize]
    }

    /// Tenants with backup attention.
    pub fn backup_attention(&self) -> u64 {
        BackupPosture::ALL
            .iter()
            .filter(|posture| **posture != BackupPosture::Healthy)
            .map(|posture| self.posture(*posture))
            .sum()
    }

    /// Tenants with recovery attention.
    pub fn recovery_attention(&self) -> u64 {
        RecoveryState::ALL
            .iter()
            .filter(|state| **state != RecoveryState::NoRecentIssuesVisible)
            .map(|state| self.state(*state))
            .sum()
    }

    /// Tenants with backup attention, if the posture of at least half of all is known.
    pub fn known_backup_attention(&self) -> Option<u64> {
        self.is_mostly_known(self.unknown_postures).then(|| self.backup_attention())
    }

    /// Tenants with recovery attention, if the recovery state of at least half of all is known.
    pub fn known_recovery_attention(&self) -> Option<u64> {
        self.is_mostly_known(self.unknown_states).then(|| self.recovery_attention())
    }

    /// Makes everything unknown if the evidence does not cover the instant.
    pub(super) fn limit_to(&mut self, since: Timestamp) {
        if self.at < since {
            let tenants = self.tenants();
            *self = Self { unknown_postures: tenants, unknown_states: tenants, ..Self::at(self.at) };
        }
    }

    fn is_mostly_known(&self, unknown: u64) -> bool {
        unknown * 2 <= self.tenants()
    }

    /// The tenants by posture, worst first, and those about which nothing is known last.
    pub fn by_posture(&self) -> Vec<Segment> {
        let posture = |posture: &BackupPosture| Segment {
            key: posture.as_str(),
            label: words::posture_label(*posture),
            tone: tone::posture(*posture),
            tenants: self.posture(*posture),
            warned: 0,
            unknown: 0,
        };
        BackupPosture::ALL.iter().map(posture).chain([unknown_segment(self.unknown_postures)]).collect()
    }

    /// The tenants by recovery state, worst first, and those about which nothing is known last.
    pub fn by_state(&self) -> Vec<Segment> {
        let state = |state: &RecoveryState| Segment {
            key: state.as_str(),
            label: words::recovery_state_label(*state),
            tone: tone::recovery_state(*state),
            tenants: self.state(*state),
            warned: 0,
            unknown: 0,
        };
        RecoveryState::ALL.iter().map(state).chain([unknown_segment(self.unknown_states)]).collect()
    }

    /// Whether anything is known of any tenant.
    pub fn is_known(&self) -> bool {
        self.tenants() == 0 || self.unknown_postures.min(self.unknown_states) < self.tenants()
    }

    /// All tenants counted.
    pub fn tenants(&self) -> u64 {
        self.postures.iter().sum::<u64>() + self.unknown_postures
    }
}

fn unknown_segment(tenants: u64) -> Segment {
    Segment { key: "unknown", label: words::NOT_KNOWN, tone: Tone::Unknown, tenants, warned: 0, unknown: 0 }
}
