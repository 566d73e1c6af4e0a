//! Whether evidence that is taken as current is current, by a clock. The core has no clock: each surface passes its own.

use crate::policy::{Frame, seconds_ahead};
use crate::report::model::Report;
use crate::timestamp::Timestamp;

/// How an export that is taken for the present relates to a clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Currency {
    /// It is of the present.
    #[default]
    Current,
    /// It is older than the freshness window: judged as of now, the workspace would not be calm (section 9).
    Aged,
    /// It is dated ahead of the clock by so many seconds, beyond the allowed skew. It cannot be of the present.
    Ahead(u64),
}

impl Currency {
    /// Judges a report's export by the clock.
    pub fn of(report: &Report, now: Timestamp) -> Self {
        let frame = Frame { as_of: now, ..report.frame() };
        match seconds_ahead(report.exported_at, now, report.policy.clock_skew_seconds) {
            Some(ahead) => Self::Ahead(ahead),
            None if frame.is_export_too_old() => Self::Aged,
            None => Self::Current,
        }
    }

    /// Whether the export describes the present.
    pub fn is_current(self) -> bool {
        match self {
            Self::Current => true,
            Self::Aged | Self::Ahead(_) => false,
        }
    }
}
