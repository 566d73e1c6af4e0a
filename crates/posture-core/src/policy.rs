//! The policy under which evidence is judged, and the instant it is judged at (contract, sections 1 and 3).

use serde::Serialize;

use crate::reading::decode::Id;
use crate::reading::snapshot::StatedPolicy;
use crate::timestamp::Timestamp;

/// The effective policy of a derivation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Policy {
    /// How many attention items the overview lists, 1..1000.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1000)))]
    pub attention_limit: u64,
    /// Seconds a clock may run ahead, 0..3600.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 3600)))]
    pub clock_skew_seconds: u64,
    /// Hours a completed backup stays fresh, 1..8760.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 8760)))]
    pub freshness_hours: u64,
    /// Minutes a schedule may be late, 0..10080.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 10080)))]
    pub schedule_grace_minutes: u64,
}

impl Default for Policy {
    fn default() -> Self {
        Self { attention_limit: 10, clock_skew_seconds: 300, freshness_hours: 24, schedule_grace_minutes: 30 }
    }
}

/// A policy value outside its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfRange {
    /// The key concerned.
    pub key: &'static str,
    /// The value stated.
    pub value: u64,
    /// The least value allowed.
    pub least: u64,
    /// The greatest value allowed.
    pub greatest: u64,
}

impl Policy {
    /// This policy with every stated value in place of its own.
    pub fn with(self, stated: &StatedPolicy) -> Result<Self, OutOfRange> {
        let pick = |key, stated: Option<u64>, own, least, greatest| match stated {
            Some(value) if !(least..=greatest).contains(&value) => {
                Err(OutOfRange { key, value, least, greatest })
            }
            stated => Ok(stated.unwrap_or(own)),
        };
        Ok(Self {
            attention_limit: pick("attention_limit", stated.attention_limit, self.attention_limit, 1, 1000)?,
            clock_skew_seconds: pick(
                "clock_skew_seconds",
                stated.clock_skew_seconds,
                self.clock_skew_seconds,
                0,
                3600,
            )?,
            freshness_hours: pick("freshness_hours", stated.freshness_hours, self.freshness_hours, 1, 8760)?,
            schedule_grace_minutes: pick(
                "schedule_grace_minutes",
                stated.schedule_grace_minutes,
                self.schedule_grace_minutes,
                0,
                10080,
            )?,
        })
    }

    /// The freshness window in seconds.
    pub fn freshness_seconds(&self) -> i64 {
        self.freshness_hours.cast_signed() * 3600
    }

    /// A schedule's grace in seconds.
    pub fn grace_seconds(&self) -> i64 {
        self.schedule_grace_minutes.cast_signed() * 60
    }

    fn skew_seconds(&self) -> i64 {
        self.clock_skew_seconds.cast_signed()
    }
}

/// What every tenant of a derivation is judged under.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// The instant the evidence is judged at.
    pub as_of: Timestamp,
    /// The instant the evidence was exported at.
    pub exported_at: Timestamp,
    /// The effective policy.
    pub policy: Policy,
    /// The workspace whose tenants are evaluated.
    pub workspace_id: Id,
}

impl Frame {
    /// Whether a timestamp "has happened": an export holds no fact later than itself, however far ahead the as-of instant is.
    pub fn has_happened(&self, at: Timestamp) -> bool {
        at <= self.as_of.min(self.exported_at).plus(self.policy.skew_seconds())
    }

    /// Whether a timestamp lies beyond what the export could know.
    pub fn is_after_export(&self, at: Timestamp) -> bool {
        at > self.exported_at.plus(self.policy.skew_seconds())
    }

    /// Whether something deleted at this instant, if any, is deleted.
    pub fn is_deleted(&self, deleted_at: Option<Timestamp>) -> bool {
        deleted_at.is_some_and(|at| self.has_happened(at))
    }

    /// Whether more than the freshness window has passed since an instant.
    pub fn is_past_freshness(&self, since: Timestamp) -> bool {
        self.as_of > since.plus(self.policy.freshness_seconds())
    }

    /// Whether schedules can be judged: a snapshot holds their current state alone.
    pub fn evaluates_schedules(&self) -> bool {
        self.as_of.plus(self.policy.skew_seconds()) >= self.exported_at
    }
}
