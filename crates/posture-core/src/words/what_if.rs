//! Another policy in words.

use crate::report::model::Report;
use crate::views::what_if::counts;
use crate::words::listed;

/// What trying another policy does not do.
pub const WHAT_IF_NOTE: &str = "This only changes what counts as stale or late, not the backups.";

/// What another policy changes, in a sentence: `26 h instead of 24 h: 11 stale → 3, 40 healthy → 48.`
pub fn what_if(own: &Report, tried: &Report) -> String {
    let values = [
        (own.policy.freshness_hours, tried.policy.freshness_hours, "h", ""),
        (own.policy.schedule_grace_minutes, tried.policy.schedule_grace_minutes, "min", " of grace"),
    ];
    let changed: Vec<_> = values
        .iter()
        .filter(|(was, is, ..)| was != is)
        .map(|(was, is, unit, of)| format!("{is} {unit}{of} instead of {was} {unit}"))
        .collect();
    if changed.is_empty() {
        return "This is the current policy.".to_owned();
    }
    let parts: Vec<_> = counts(own, tried)
        .into_iter()
        .filter(|count| count.own != count.tried)
        .map(|count| format!("{} {} → {}", count.own, count.label.to_lowercase(), count.tried))
        .collect();
    let effect = if parts.is_empty() { "nothing changes".to_owned() } else { parts.join(", ") };
    format!("{}: {effect}.", listed(&changed))
}
