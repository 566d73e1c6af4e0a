//! A tenant's schedules in words, next to its backup posture: those that need follow-up, and those that are disabled.

use crate::id::Id;
use crate::report::model::TenantBackupHealthAssessment;
use crate::verdicts::backup_health::BackupReason;
use crate::verdicts::rules::Rules;
use crate::verdicts::schedule::ScheduleFollowUp;
use crate::views::disabled_schedules::{DisabledSchedules, disabled_schedules};
use crate::views::records::{ScheduleRecord, TenantRecords};
use crate::words::{listed, schedule_cause_label, skip_reason_label, upper_first};

use super::why::name_of;

/// How many disabled schedules are named.
const MOST_NAMED: usize = 3;

/// Every schedule with a cause, and those that are disabled if the tenant needs a backup. Schedules are named if their records are known.
pub fn why_schedules(
    health: &TenantBackupHealthAssessment,
    rules: &Rules,
    schedules: &[ScheduleRecord],
) -> String {
    if !health.schedules_evaluated {
        return "Not judged.".to_owned();
    }
    let disabled = disabled_schedules(health, schedules).map(|disabled| disabled_sentence(&disabled));
    let grace = format!("({} min grace)", rules.schedule_grace_minutes);
    if health.schedule_follow_ups.is_empty() {
        return disabled.unwrap_or_else(|| format!("No enabled schedule needs follow-up {grace}."));
    }
    let named: Vec<_> = health
        .schedule_follow_ups
        .iter()
        .map(|one| format!("{}: {}", named(one.schedule_id, schedules), causes(one)))
        .collect();
    let follow_ups = format!("{} {grace}.", upper_first(&named.join("; ")));
    disabled.map_or_else(|| follow_ups.clone(), |disabled| format!("{follow_ups} {disabled}"))
}

/// The disabled schedules of a tenant: `None is enabled. Disabled: Nightly.`
pub fn disabled_sentence(disabled: &DisabledSchedules<'_>) -> String {
    let lead = if disabled.are_all { "None is enabled. " } else { "" };
    format!("{lead}Disabled: {}.", names(disabled))
}

/// The same next to the number of schedules to follow up: `none enabled`.
pub fn disabled_note(disabled: &DisabledSchedules<'_>) -> String {
    if disabled.are_all {
        "none enabled".to_owned()
    } else {
        format!("{} disabled", disabled.schedules.len())
    }
}

/// What to do about a backup reason that still holds, by what the evidence knows of its cause.
pub fn backup_next_step(
    reason: BackupReason,
    health: &TenantBackupHealthAssessment,
    records: Option<&TenantRecords>,
) -> String {
    let sets = records.map(|records| &*records.backup_sets).unwrap_or_default();
    let schedules = records.map(|records| &*records.schedules).unwrap_or_default();
    let otherwise = match reason {
        BackupReason::NoBackupBasis => "Next: find out why no backup is usable, then run one.",
        BackupReason::LatestBackupStale => "Next: find out why no newer backup completed, then run one.",
        BackupReason::LatestBackupDegraded => {
            return "Next: review the issues, then run a new backup.".to_owned();
        }
        BackupReason::ScheduleFollowUp => return "Next: review each marked schedule.".to_owned(),
    };
    let disabled = disabled_schedules(health, schedules);
    match (disabled, health.latest_skipped(), health.schedule_follow_ups.first()) {
        (Some(disabled), _, _) if disabled.are_all && disabled.schedules.len() == 1 => {
            format!("Next: its only schedule, {}, is disabled. Enable it, or run a backup.", names(&disabled))
        }
        (Some(disabled), _, _) if disabled.are_all => {
            format!("Next: its schedules are disabled: {}. Enable one, or run a backup.", names(&disabled))
        }
        (_, Some(set), _) => {
            let id = set.backup_set_id;
            let named = match name_of(id, sets) {
                Some(name) => format!("{name} (backup set {id})"),
                None => format!("backup set {id}"),
            };
            let reason = skip_reason_label(set.reason);
            format!("Next: find out why {named} is not usable ({reason}), then run a backup.")
        }
        (_, None, Some(follow_up)) => format!(
            "Next: see why {} needs follow-up ({}), then run a backup.",
            named(follow_up.schedule_id, schedules),
            causes(follow_up)
        ),
        (_, None, None) => otherwise.to_owned(),
    }
}

fn causes(follow_up: &ScheduleFollowUp) -> String {
    let causes: Vec<_> =
        follow_up.causes.iter().map(|cause| schedule_cause_label(*cause).to_owned()).collect();
    listed(&causes)
}

/// A schedule by its name, with its number: `Nightly (schedule 27001)`; by its number if its name is not known.
fn named(id: Id, schedules: &[ScheduleRecord]) -> String {
    let name = schedules.iter().find(|schedule| schedule.id == id).and_then(|one| one.name.as_deref());
    match name {
        Some(name) => format!("{name} (schedule {id})"),
        None => format!("schedule {id}"),
    }
}

fn names(disabled: &DisabledSchedules<'_>) -> String {
    let shown = disabled.schedules.iter().take(MOST_NAMED);
    let mut names: Vec<_> =
        shown.map(|one| one.name.clone().unwrap_or_else(|| format!("schedule {}", one.id))).collect();
    let more = disabled.schedules.len().saturating_sub(MOST_NAMED);
    names.extend((more > 0).then(|| format!("{more} more")));
    listed(&names)
}
