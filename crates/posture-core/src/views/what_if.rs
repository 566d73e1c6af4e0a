//! The same evidence under two policies, next to each other. A laxer policy makes no backup better: it only says when one is called stale.

use crate::report::model::Report;
use crate::tone::Tone;
use crate::verdicts::backup_health::BackupReason;
use crate::views::distribution::{Segment, Spread};
use crate::words;

/// How many evaluated tenants share a state under each of two policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// The state in words.
    pub label: &'static str,
    /// How it is shown.
    pub tone: Tone,
    /// Tenants under the evidence's own policy.
    pub own: u64,
    /// Tenants under the policy tried.
    pub tried: u64,
}

/// The evaluated tenants by backup posture, then those with a schedule to follow up, then by recovery state.
pub fn counts(own: &Report, tried: &Report) -> Vec<Count> {
    let (own_spread, tried_spread) = (Spread::of(own), Spread::of(tried));
    let by = |segments: fn(&Spread) -> &[Segment]| {
        let pairs = segments(&own_spread).iter().zip(segments(&tried_spread));
        let pairs = pairs.filter(|(own, _)| !own.key.is_empty());
        pairs
            .map(|(own, tried)| Count {
                label: own.label,
                tone: own.tone,
                own: own.tenants,
                tried: tried.tenants,
            })
            .collect::<Vec<_>>()
    };
    let follow_ups = |report: &Report| {
        let tenants = report.tenants.iter();
        tenants
            .filter(|tenant| tenant.backup_health.reasons.contains(&BackupReason::ScheduleFollowUp))
            .count() as u64
    };
    let schedules = Count {
        label: words::SCHEDULE_TO_FOLLOW_UP,
        tone: Tone::Medium,
        own: follow_ups(own),
        tried: follow_ups(tried),
    };
    [by(|spread| &spread.postures), vec![schedules], by(|spread| &spread.states)].concat()
}
