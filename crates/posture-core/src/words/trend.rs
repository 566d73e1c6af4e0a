//! A workspace day by day, in words.

use crate::timestamp::Timestamp;
use crate::verdicts::backup_health::BackupPosture;
use crate::verdicts::recovery_evidence::RecoveryState;
use crate::views::trend::{Trend, TrendDay, known_ends};
use crate::words::{
    counted, day, groups_not_listed, instant, listed, period_not_offered, posture_label,
    recovery_state_label, unknown_group,
};

/// The column of tenants whose posture is not known.
pub const BACKUP_NOT_KNOWN: &str = "Backup not known";
/// The column of tenants whose recovery state is not known.
pub const RECOVERY_NOT_KNOWN: &str = "Recovery not known";

/// What a trend and a comparison of two instants leave out.
pub const PAST_LIMITS: &str =
    "Schedules and signals are not compared: an export has only their current state, not their past.";

/// The titles of a trend's columns in a file.
pub fn trend_columns() -> Vec<String> {
    let postures = BackupPosture::ALL.iter().map(|posture| posture_label(*posture));
    let states = RecoveryState::ALL.iter().map(|state| recovery_state_label(*state));
    let named = ["As of"].into_iter().chain(postures).chain([BACKUP_NOT_KNOWN]);
    let named = named.chain(states).chain([RECOVERY_NOT_KNOWN]);
    named.map(str::to_owned).collect()
}

/// The titles of the last columns of a trend's file: what the trend is of.
pub const TREND_SOURCE_COLUMNS: [&str; 2] = ["Workspace", "Exported at"];

/// How the first day on which most tenants are known compares with the last, for each family:
/// `Backup attention: 12 tenants, 3 more than on 30 Oct.`
pub fn trend_title(trend: &Trend) -> String {
    if let Some(unknown) = trend.unknown_groups.first() {
        return unknown_group(unknown);
    }
    let days = &trend.days;
    let backup = family_trend("Backup", days, TrendDay::known_backup_attention, TrendDay::backup_attention);
    let recovery =
        family_trend("Recovery", days, TrendDay::known_recovery_attention, TrendDay::recovery_attention);
    format!("{backup} {recovery}")
}

/// The note for an address that names days that are not offered.
pub fn days_not_offered(shown: u64) -> String {
    period_not_offered(&format!("the trend of {shown} days"))
}

fn family_trend(name: &str, days: &[TrendDay], known: Known, attention: Counted) -> String {
    let Some((first, last)) = known_ends(days, known) else {
        return format!("{name} attention is not known.");
    };
    let (was, is, on) = (attention(first), attention(last), day(first.at));
    let tenants = counted(is, "tenant", "tenants");
    let compared = match (first.at == last.at, days.len()) {
        (true, 1) => String::new(),
        (true, _) => "; earlier days are not known".to_owned(),
        (false, _) if was == is => format!(", as many as on {on}"),
        (false, _) => format!(", {} than on {on}", difference(was, is)),
    };
    format!("{name} attention: {tenants}{compared}.")
}

/// What is counted of a day.
type Counted = fn(&TrendDay) -> u64;

/// The same, if it is known.
type Known = fn(&TrendDay) -> Option<u64>;

/// How a count changed: `3 more`.
pub fn difference(was: u64, is: u64) -> String {
    match is.cmp(&was) {
        std::cmp::Ordering::Greater => format!("{} more", is - was),
        std::cmp::Ordering::Less => format!("{} fewer", was - is),
        std::cmp::Ordering::Equal => "unchanged".to_owned(),
    }
}

/// The titles of the columns of a trend by group, on a page.
pub const GROUP_TREND_COLUMNS: [&str; 4] = ["Tenants", "Backup attention", "Recovery attention", "Not known"];

/// The cells of a group in those columns, by the first known day and the last: `12`, `3 (1 more)`, `2 (unchanged)`, `0`.
pub fn group_trend(days: &[TrendDay]) -> [String; 4] {
    let Some(last) = days.last() else { return Default::default() };
    let attention = |known: Known, of: Counted| match known_ends(days, known) {
        Some((first, last)) if first.at < last.at => {
            format!("{} ({})", of(last), difference(of(first), of(last)))
        }
        _ => of(last).to_string(),
    };
    [
        last.tenants().to_string(),
        attention(TrendDay::known_backup_attention, TrendDay::backup_attention),
        attention(TrendDay::known_recovery_attention, TrendDay::recovery_attention),
        last.unknown_postures.max(last.unknown_states).to_string(),
    ]
}

/// What to know before reading a trend.
pub fn trend_notes(trend: &Trend) -> Vec<String> {
    let mut notes = vec![PAST_LIMITS.to_owned()];
    if let Some(since) = trend.since.filter(|since| trend.days.first().is_some_and(|first| first.at < *since))
    {
        notes.push(format!("This evidence starts at {}; earlier days are not known.", instant(since)));
    }
    if trend.days.iter().any(|day| day.unknown_postures > 0 && day.is_known()) {
        notes.push(
            "A tenant is not known before its first record, or if this evidence no longer has the content of its backup."
                .to_owned(),
        );
    }
    if trend.not_evaluated > 0 {
        notes.push(format!(
            "{} not checked and not counted.",
            counted(trend.not_evaluated, "tenant is", "tenants are")
        ));
    }
    if let Some(groups) = trend.groups.as_ref().filter(|groups| groups.unlisted > 0) {
        notes.push(groups_not_listed(groups.unlisted));
    }
    notes
}

/// One day of a trend in a line: `2026-11-20: 3 absent, 12 stale, …`.
pub fn trend_day(day: &TrendDay, segments: &[crate::views::distribution::Segment]) -> String {
    let parts: Vec<_> = segments
        .iter()
        .filter(|segment| segment.tenants > 0)
        .map(|segment| format!("{} {}", segment.tenants, segment.label.to_lowercase()))
        .collect();
    format!(
        "{}: {}",
        instant(day.at),
        if parts.is_empty() { "no tenants".to_owned() } else { listed(&parts) }
    )
}

/// Evidence that does not reach back far enough.
pub fn evidence_starts(at: Timestamp) -> String {
    format!("This evidence starts at {}. Nothing is known about the time before.", instant(at))
}

/// Two instants of one export that are compared.
pub fn between_instants(before: Timestamp, after: Timestamp) -> String {
    format!("From {} to {}", instant(before), instant(after))
}
