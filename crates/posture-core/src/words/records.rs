//! A tenant's records in words: what each one is, and what was decided about it.

use crate::id::Id;
use crate::reading::snapshot::OutcomeClass;
use crate::timestamp::Timestamp;
use crate::verdicts::backup_health::SkipReason;
use crate::verdicts::quality::{BackupQuality, ItemUnknown, SetFamily};
use crate::verdicts::recovery_evidence::RecoveryReason;
use crate::verdicts::restore_attention::AttentionCause;
use crate::verdicts::rules::Rules;
use crate::views::records::{
    BackupSetRecord, OutcomeGroup, RestoreRunRecord, RunRole, ScheduleRecord, SetRole,
};
use crate::vocabulary::{Capability, Frequency};
use crate::words::shortening::line;
use crate::words::{
    attention_cause_label, attention_state_label, family_label, listed, named, schedule_cause_label,
    skip_reason_label, span, span_near, unknown_label,
};

/// What a schedule does not show.
pub const SCHEDULE_BOUNDARY: &str = "A schedule is only a plan; only a completed backup counts.";

/// What a dry run is not.
pub const DRY_RUN_BOUNDARY: &str =
    "A dry run only previews. It changes nothing in the tenant and does not count as recovery evidence.";

/// What a run says that its source no longer lists.
pub const ONLY_IN_STORE: &str = "Only in the store: the source no longer lists this run.";

/// What part a backup set plays, on a badge.
pub fn set_role_badge(role: SetRole) -> &'static str {
    match role {
        SetRole::Latest => "Current",
        SetRole::Older => "Older",
        SetRole::Skipped(_) => "Not usable",
        SetRole::LeftOut => "Left out",
    }
}

/// What part a restore run plays, on a badge.
pub fn run_role_badge(role: RunRole) -> &'static str {
    match role {
        RunRole::Latest => "Current",
        RunRole::Older => "Older",
        RunRole::NotExecuted | RunRole::AfterAsOf => "Not counted",
    }
}

/// Why a set does not govern, if its badge does not say it all.
pub fn set_role_detail(role: SetRole) -> Option<&'static str> {
    match role {
        SetRole::Latest | SetRole::Older => None,
        SetRole::Skipped(reason) => Some(skip_reason_label(reason)),
        SetRole::LeftOut => Some("its scope is not expected"),
    }
}

/// Why a restore run does not govern, if its badge does not say it all.
pub fn run_role_detail(role: RunRole) -> Option<&'static str> {
    match role {
        RunRole::Latest | RunRole::Older => None,
        RunRole::NotExecuted => Some("not executed"),
        RunRole::AfterAsOf => Some("after the as-of instant"),
    }
}

/// A set's age next to the freshness window.
pub fn recency_sentence(set: &BackupSetRecord) -> String {
    match (set.age_seconds, set.is_stale) {
        _ if is_ahead(set) => "It completed after the as-of instant, so it has no age yet.".to_owned(),
        (Some(age), Some(false)) if !set.is_usable() => {
            format!("{} old. It is not usable, so it does not count as fresh.", span(age))
        }
        (Some(age), Some(is_stale)) => age_against_window(age, is_stale, set.freshness_hours),
        _ => "It has not completed, so it has no age.".to_owned(),
    }
}

fn is_ahead(set: &BackupSetRecord) -> bool {
    set.role == SetRole::Skipped(SkipReason::CompletedAfterAsOf)
}

/// An age next to the freshness window.
pub fn age_against_window(age_seconds: u64, is_stale: bool, hours: u64) -> String {
    let window = hours * 3600;
    let age = span_near(age_seconds, window);
    if is_stale {
        return format!("{age} old, {} over the {hours} h window.", span(age_seconds.saturating_sub(window)));
    }
    format!("{age} old, fresh for {} more ({hours} h window).", span(window.saturating_sub(age_seconds)))
}

/// How good a set's content is, in a word.
pub fn quality_badge(quality: &BackupQuality) -> &'static str {
    match quality.degraded_items {
        None => "Unknown",
        Some(_) if quality.is_degraded() => "Degraded",
        Some(_) if quality.total_items == Some(0) => "No items",
        Some(_) if !quality.unknowns.is_empty() => "Partly unknown",
        Some(_) => "None degraded",
    }
}

/// How many items of a set are degraded.
pub fn degraded_of(quality: &BackupQuality) -> String {
    match (quality.degraded_items, quality.total_items) {
        (Some(degraded), Some(total)) => format!("{degraded} of {total}"),
        _ => "unknown".to_owned(),
    }
}

/// Every issue of a set; empty if it has none, or they are unknown.
pub fn families_sentence(quality: &BackupQuality) -> String {
    let known = quality.families.iter().filter(|(family, _)| family.0 != SetFamily::QualityUnknown.as_str());
    let said = known.map(|(family, count)| match family_items(&family.0, *count) {
        Some(items) => format!("{} ({items})", family_label(&family.0)),
        None => family_label(&family.0),
    });
    listed(&said.collect::<Vec<_>>())
}

/// Everything that is unknown about a set's content; empty if nothing is.
pub fn unknowns_sentence(quality: &BackupQuality) -> String {
    let unknowns = quality.unknowns.iter().map(|(unknown, count)| unknown_label(&unknown.0, *count));
    listed(&unknowns.collect::<Vec<_>>())
}

/// Every issue of a set, and what is unknown about it; empty if there is neither.
pub fn content_sentence(quality: &BackupQuality) -> String {
    let (families, unknowns) = (families_sentence(quality), unknowns_sentence(quality));
    match (families.is_empty(), unknowns.is_empty()) {
        (_, true) => families,
        (true, false) => format!("unknown: {unknowns}"),
        (false, false) => format!("{families}; unknown: {unknowns}"),
    }
}

/// What is unknown about an item, on a badge.
pub fn item_unknown_badge(unknown: ItemUnknown) -> &'static str {
    match unknown {
        ItemUnknown::AssignmentsUnknown => "assignments unknown",
        ItemUnknown::WarningsUnread => "warnings unreadable",
    }
}

/// How many items a family counts; `None` if it is about the set as a whole.
pub fn family_items(family: &str, count: u64) -> Option<u64> {
    SetFamily::from_word(family).is_none().then_some(count)
}

/// Whether a set is within the freshness window, in a word or two.
pub fn recency_badge(set: &BackupSetRecord) -> &'static str {
    match set.is_stale {
        _ if is_ahead(set) => "After the as-of instant",
        None => "Not completed",
        Some(true) => "Beyond the window",
        Some(false) => "Within the window",
    }
}

/// When a schedule turns overdue.
pub fn grace_sentence(rules: &Rules) -> String {
    match rules.schedule_grace_minutes {
        0 => "It is overdue right after it was expected.".to_owned(),
        minutes => format!("It is overdue {} after it was expected.", span(minutes * 60)),
    }
}

/// Every cause of a run's state, in a line; empty if it has none.
pub fn causes_sentence(causes: &[AttentionCause]) -> String {
    let causes: Vec<_> = causes.iter().map(|cause| attention_cause_label(*cause)).collect();
    causes.join("; ")
}

/// Why a set's items are not listed.
pub fn items_not_exported(quality: &BackupQuality) -> &'static str {
    if quality.total_items.is_some() {
        "This export has only a summary of this backup, not its items."
    } else {
        "This export has neither the items of this backup nor a summary, so its content is unknown."
    }
}

/// How often a schedule runs: `Weekly on Mon and Thu at 02:00, Europe/Berlin`.
pub fn cadence(schedule: &ScheduleRecord) -> String {
    let days: Vec<_> =
        schedule.days_of_week.iter().filter_map(|day| day_name(*day)).map(str::to_owned).collect();
    let lead = match Frequency::from_word(&schedule.frequency) {
        Some(Frequency::Daily) => "Daily".to_owned(),
        Some(Frequency::Weekly) if days.is_empty() => "Weekly, day unknown".to_owned(),
        Some(Frequency::Weekly) => format!("Weekly on {}", listed(&days)),
        Some(Frequency::Monthly) => "Monthly".to_owned(),
        Some(Frequency::Interval) => match schedule.interval_minutes {
            Some(minutes) => format!("Every {}", span(minutes * 60)),
            None => "At intervals of unknown length".to_owned(),
        },
        None => format!("“{}” (unrecognised, treated as daily)", schedule.frequency),
    };
    let time = schedule.time_of_day.as_ref().map(|time| format!(" at {time}")).unwrap_or_default();
    let zone = schedule.timezone.as_ref().map(|zone| format!(", {zone}")).unwrap_or_default();
    format!("{lead}{time}{zone}")
}

fn day_name(day: u8) -> Option<&'static str> {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    DAYS.get(usize::from(day.checked_sub(1)?)).copied()
}

/// A status as people write it: `completed with errors` for `completed_with_errors`. Other words stay as they are.
pub fn status_word(written: &str) -> String {
    let is_word = |character: char| character.is_ascii_lowercase() || character == '_';
    if written.chars().all(is_word) { written.replace('_', " ") } else { written.to_owned() }
}

/// A schedule's one mark.
pub fn schedule_mark(schedule: &ScheduleRecord) -> &'static str {
    match &schedule.causes {
        _ if schedule.is_deleted => "Deleted",
        _ if !schedule.is_watched => "Disabled",
        None => "Not judged",
        Some(causes) if causes.is_empty() => "No follow-up",
        Some(_) => "Follow-up",
    }
}

/// Why a schedule has its mark.
pub fn schedule_mark_reason(schedule: &ScheduleRecord) -> String {
    match &schedule.causes {
        _ if !schedule.is_watched => "never due".to_owned(),
        None => "only its current state is known".to_owned(),
        Some(causes) => {
            let causes: Vec<_> = causes.iter().map(|cause| schedule_cause_label(*cause).to_owned()).collect();
            listed(&causes)
        }
    }
}

/// What an outcome says.
pub fn outcome_class_label(class: OutcomeClass) -> &'static str {
    match class {
        OutcomeClass::Applied => "Applied",
        OutcomeClass::Skipped => "Skipped",
        OutcomeClass::Failed => "Failed",
        OutcomeClass::Partial => "Partial",
        OutcomeClass::Unrecognised => "Unrecognised",
    }
}

/// What outcomes are about.
pub fn outcome_group_label(group: OutcomeGroup) -> &'static str {
    match group {
        OutcomeGroup::Items => "Items",
        OutcomeGroup::Foundations => "Foundations",
        OutcomeGroup::Assignments => "Assignments",
    }
}

/// A day: `18 Nov`.
pub fn day(at: Timestamp) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let written = at.to_string();
    let month = written
        .get(5..7)
        .and_then(|month| month.parse::<usize>().ok())
        .and_then(|month| MONTHS.get(month.checked_sub(1)?));
    match (written.get(8..10), month) {
        (Some(day), Some(month)) => format!("{} {month}", day.trim_start_matches('0')),
        _ => written,
    }
}

/// That a record a link asks for is not there; `id` as the link writes it.
pub fn missing_record(capability: Capability, id: &str) -> String {
    let what = match capability {
        Capability::BackupSetsView => "backup set",
        Capability::BackupSchedulesView => "backup schedule",
        Capability::RestoreRunsView => "restore run",
    };
    let id = line(id);
    format!(
        "This tenant has no {what} “{id}” in this evidence. It may have been deleted, or the link may be wrong."
    )
}

/// The name of a linked record that is not in the evidence.
pub fn not_in_evidence(id: Id) -> String {
    format!("#{id} (not in this evidence)")
}

/// What to do about a recovery reason that still holds; `None` for the one that asks for nothing.
pub fn recovery_next_step(reason: RecoveryReason) -> Option<&'static str> {
    match reason {
        RecoveryReason::NoHistory | RecoveryReason::HistoryTooOld => {
            Some("Next: run a restore on a small scope, so that there is evidence.")
        }
        RecoveryReason::Failed => {
            Some("Next: see what failed and why, fix the cause and run the restore again.")
        }
        RecoveryReason::Partial => Some("Next: see what was only partly applied and why, then resolve it."),
        RecoveryReason::CompletedWithFollowUp => {
            Some("Next: see what was skipped or left unresolved, then resolve it.")
        }
        RecoveryReason::NoRecentIssuesVisible => None,
    }
}

/// How a backup set ended: `Backup set 4: completed, degraded`.
pub(crate) fn set_event(set: &BackupSetRecord) -> String {
    let outcome = match (set.role, set.quality.degraded_items) {
        (SetRole::Skipped(reason), _) => skip_reason_label(reason),
        (SetRole::Latest | SetRole::Older | SetRole::LeftOut, None) => "completed, content unknown",
        (SetRole::Latest | SetRole::Older | SetRole::LeftOut, Some(_)) if set.quality.is_degraded() => {
            "completed, degraded"
        }
        (SetRole::Latest | SetRole::Older | SetRole::LeftOut, Some(_))
            if !set.quality.unknowns.is_empty() =>
        {
            "completed, content partly unknown"
        }
        (SetRole::Latest | SetRole::Older | SetRole::LeftOut, Some(_)) => "completed",
    };
    format!("{}: {outcome}", named("Backup set", set.id, set.name.as_deref()))
}

/// How a schedule last ran: `Schedule 2: last run, success`.
pub(crate) fn schedule_event(schedule: &ScheduleRecord) -> String {
    let status = schedule.last_run_status.as_deref().unwrap_or("status not stated");
    format!("{}: last run, {status}", named("Schedule", schedule.id, schedule.name.as_deref()))
}

/// What a restore run has shown: `Restore run 3: partial`.
pub(crate) fn restore_event(run: &RestoreRunRecord) -> String {
    let state = attention_state_label(run.attention.state).to_lowercase();
    format!("Restore run {}: {state}", run.attention.restore_run_id)
}
