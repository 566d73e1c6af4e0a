//! Why a tenant's verdicts are what they are: inputs next to thresholds, everything that applies, and what would change it.

use crate::report::model::TenantReport;
use crate::report::tone;
use crate::tone::Tone;
use crate::verdicts::backup_health::{BackupPosture, BackupReason};
use crate::views::disabled_schedules::disabled_schedules;
use crate::views::records::TenantRecords;
use crate::words;

/// One line of a verdict's trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhyLine {
    /// What the line is about.
    pub label: &'static str,
    /// What is so.
    pub text: String,
    /// How it affects the verdict; calm if it does no harm.
    pub tone: Tone,
}

/// The trace of a tenant's verdicts. Sets and schedules are named if its records are known.
pub fn trace(tenant: &TenantReport, records: Option<&TenantRecords>) -> Vec<WhyLine> {
    let sets = records.map(|records| &*records.backup_sets).unwrap_or_default();
    let schedules = records.map(|records| &*records.schedules).unwrap_or_default();
    let health = &tenant.backup_health;
    let holds = |reason| health.reasons.contains(&reason);
    let when = |troubled: bool, tone: Tone| if troubled { tone } else { Tone::Calm };
    // A stale backup is used too, and that none is newer is then not good news: neither is a check that passed.
    let is_fresh = health.posture >= BackupPosture::Degraded;
    let used = when(holds(BackupReason::NoBackupBasis), Tone::Critical);
    let skipped = when(!health.skipped_sets.is_empty(), Tone::Medium);
    let neutral = |tone| if tone == Tone::Calm && !is_fresh { Tone::Low } else { tone };
    let mut lines = vec![
        line("Backup used", words::why_chosen(health, sets), neutral(used)),
        line("Newer backups skipped", words::why_skipped(health, sets), neutral(skipped)),
    ];
    if health.posture != BackupPosture::Absent {
        lines.push(line(
            "Age",
            words::why_age(health),
            when(holds(BackupReason::LatestBackupStale), Tone::High),
        ));
        lines.push(line(
            "Content",
            words::why_quality(health),
            match holds(BackupReason::LatestBackupDegraded) {
                true => Tone::Medium,
                false if health.has_unknown_content() => Tone::Unknown,
                false => Tone::Calm,
            },
        ));
    }
    let by_schedules = if !health.schedules_evaluated {
        Tone::Unknown
    } else if disabled_schedules(health, schedules).is_some() {
        tone::posture(health.posture)
    } else {
        neutral(when(holds(BackupReason::ScheduleFollowUp), Tone::Medium))
    };
    lines.push(line("Schedules", words::why_schedules(health, &tenant.rules, schedules), by_schedules));
    lines.push(line("Backup reasons", words::why_reasons(health), tone::backup(health)));
    let recovery = &tenant.recovery_evidence;
    lines.push(line("Recovery evidence", words::why_recovery(recovery), tone::recovery(tenant)));
    lines.push(line("If nothing runs", words::why_changes(health), Tone::Unknown));
    lines.push(line("To become healthy", words::why_healthy(health), Tone::Unknown));
    lines
}

fn line(label: &'static str, text: String, tone: Tone) -> WhyLine {
    WhyLine { label, text, tone }
}
