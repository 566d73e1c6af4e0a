//! A workspace day by day, in words.

use crate::timestamp::Timestamp;
use crate::verdicts::backup_health::BackupPosture;
use crate::verdicts::recovery_evidence::RecoveryState;
use crate::views::groups::GroupBy;
use crate::views::trend::{Trend, TrendDay};
use crate::words::{counted, day, instant, listed, posture_label, recovery_state_label};

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

/// How the first day on which most tenants are known compares with the last: `Backup attention: 12 tenants, 3 more than on 2026-10-30.`
pub fn trend_title(trend: &Trend) -> String {
    let is_known = |day: &&TrendDay| day.unknown_postures * 2 <= day.tenants();
    let Some((first, last)) = trend.days.iter().find(is_known).zip(trend.days.last()) else {
        return "Nothing is known about these days".to_owned();
    };
    let part = |name: &str, was: u64, is: u64| {
        let change = match is.cmp(&was) {
            std::cmp::Ordering::Greater => format!("{} more", is - was),
            std::cmp::Ordering::Less => format!("{} fewer", was - is),
            std::cmp::Ordering::Equal => "unchanged".to_owned(),
        };
        format!("{name} attention: {} ({change})", counted(is, "tenant", "tenants"))
    };
    let backup = part("backup", first.backup_attention(), last.backup_attention());
    let recovery = part("recovery", first.recovery_attention(), last.recovery_attention());
    format!("Since {}: {}", day(first.at), listed(&[backup, recovery]))
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

/// What tenants are grouped by.
pub fn group_by_label(by: GroupBy) -> &'static str {
    match by {
        GroupBy::Profile => "Profile",
        GroupBy::Environment => "Environment",
        GroupBy::Label => "Label",
    }
}

/// Evidence that does not reach back far enough.
pub fn evidence_starts(at: Timestamp) -> String {
    format!("This evidence starts at {}. Nothing is known about the time before.", instant(at))
}

/// Two instants of one export that are compared.
pub fn between_instants(before: Timestamp, after: Timestamp) -> String {
    format!("From {} to {}", instant(before), instant(after))
}
