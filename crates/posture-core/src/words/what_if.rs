//! Another policy in words.

use crate::compare::change::Change;
use crate::policy::{Policy, ProfileRules};
use crate::report::model::Report;
use crate::views::what_if::counts;
use crate::words::shortening::line;
use crate::words::{change_label, listed};

/// What trying another policy does not do.
pub const WHAT_IF_NOTE: &str = "This only changes what counts as stale or late, not the backups.";

/// What another policy changes, in a sentence: `26 h instead of 24 h: 11 stale → 3, 40 healthy → 48.`
pub fn what_if(own: &Report, tried: &Report) -> String {
    let rules = |of: &Policy, profile: Option<&ProfileRules>| {
        [
            profile.and_then(|rules| rules.freshness_hours).unwrap_or(of.freshness_hours),
            profile.and_then(|rules| rules.schedule_grace_minutes).unwrap_or(of.schedule_grace_minutes),
        ]
    };
    let pair = |whose: String, was: Option<&ProfileRules>, is: Option<&ProfileRules>| {
        (whose, rules(&own.policy, was), rules(&tried.policy, is))
    };
    let profiles = own.policy.profiles.iter().flatten().zip(tried.policy.profiles.iter().flatten());
    let of_profiles = profiles
        .filter(|((_, was), (_, is))| was != is)
        .map(|((name, was), (_, is))| pair(format!(" in profile “{}”", line(&name.0)), Some(was), Some(is)));
    let changed: Vec<_> = [pair(String::new(), None, None)]
        .into_iter()
        .chain(of_profiles)
        .flat_map(|(whose, was, is)| {
            let units = [("h", ""), ("min", " of grace")];
            let values = was.into_iter().zip(is).zip(units).filter(|((was, is), _)| was != is);
            values
                .map(|((was, is), (unit, of))| format!("{is} {unit}{of} instead of {was} {unit}{whose}"))
                .collect::<Vec<_>>()
        })
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

/// What another policy does to a verdict, by whether it needed attention and now does.
pub fn policy_effect(change: Change, was_flagged: bool, is_flagged: bool) -> &'static str {
    match (change, was_flagged, is_flagged) {
        (Change::Worse, false, true) => "Newly flagged",
        (Change::Better, true, false) => "No longer flagged",
        (Change::Worse, _, _) => "Stricter verdict",
        (Change::Better, _, _) => "Milder verdict",
        (other, _, _) => change_label(other),
    }
}

/// Why another window changes recovery evidence; `None` if it does not.
pub fn what_if_recovery(own: &Report, tried: &Report) -> Option<&'static str> {
    let mut pairs = own.tenants.iter().zip(&tried.tenants);
    let changes = pairs.any(|(own, tried)| own.recovery_evidence.reason != tried.recovery_evidence.reason);
    changes.then_some(
        "Recovery evidence changes too: a run that is under way counts as stalled after the freshness window.",
    )
}
