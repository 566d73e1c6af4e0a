//! Members of vocabularies as people read them.

use crate::id::Id;
use crate::report::model::{CalmBlocker, Domain, Exclusion, HealthyCheckKey};
use crate::tone::Tone;
use crate::verdicts::backup_health::{BackupPosture, BackupReason, SkipReason};
use crate::verdicts::recovery_evidence::{RecoveryReason, RecoveryState};
use crate::verdicts::restore_attention::{AttentionCause, AttentionState, NextAction, RecoveryClaimBoundary};
use crate::verdicts::rules::RuleSource;
use crate::verdicts::schedule::ScheduleCause;
use crate::verdicts::unsettled::UnsettledCause;
use crate::vocabulary::{Capability, Urgency};

/// A domain's name.
pub fn domain_label(domain: Domain) -> &'static str {
    match domain {
        Domain::BackupHealth => "Backup health",
        Domain::RecoveryEvidence => "Recovery evidence",
        Domain::Governance => "Governance",
        Domain::Operations => "Operations",
        Domain::Alerts => "Alerts",
    }
}

/// A backup posture in a word.
pub fn posture_label(posture: BackupPosture) -> &'static str {
    match posture {
        BackupPosture::Absent => "Absent",
        BackupPosture::Stale => "Stale",
        BackupPosture::Degraded => "Degraded",
        BackupPosture::Healthy => "Healthy",
    }
}

/// A recovery state in a word or two.
pub fn recovery_state_label(state: RecoveryState) -> &'static str {
    match state {
        RecoveryState::Weakened => "Weakened",
        RecoveryState::Unvalidated => "Unvalidated",
        RecoveryState::NoRecentIssuesVisible => "No recent issues visible",
    }
}

/// A backup reason in a few words, within a sentence.
pub fn backup_reason_label(reason: BackupReason) -> &'static str {
    match reason {
        BackupReason::NoBackupBasis => "no usable backup",
        BackupReason::LatestBackupStale => "latest backup is stale",
        BackupReason::LatestBackupDegraded => "latest backup is degraded",
        BackupReason::ScheduleFollowUp => "a schedule needs follow-up",
    }
}

/// A recovery reason in a few words, within a sentence.
pub fn recovery_reason_label(reason: RecoveryReason) -> &'static str {
    match reason {
        RecoveryReason::NoHistory => "no executed restore on record",
        RecoveryReason::HistoryTooOld => "latest restore is too old",
        RecoveryReason::Failed => "latest restore failed",
        RecoveryReason::Partial => "latest restore was only partly applied",
        RecoveryReason::CompletedWithFollowUp => "latest restore needs follow-up",
        RecoveryReason::NoRecentIssuesVisible => "no recent restore issues visible",
    }
}

/// Why a set is not a basis, within a sentence.
pub fn skip_reason_label(reason: SkipReason) -> &'static str {
    match reason {
        SkipReason::Archived => "archived or deleted",
        SkipReason::Failed => "failed",
        SkipReason::UnrecognisedStatus => "unrecognised status",
        SkipReason::NotCompleted => "not completed",
        SkipReason::CompletedAfterAsOf => "completed after the as-of instant",
        SkipReason::Empty => "empty",
    }
}

/// A quality family, within a sentence; one of the exporter's own stays as written.
pub fn family_label(family: &str) -> String {
    match family {
        "metadata_only" => "metadata only".to_owned(),
        "assignments_fetch_failed" => "assignments not fetched".to_owned(),
        "assignments_not_captured" => "assignments not captured".to_owned(),
        "orphaned_assignments" => "orphaned assignments".to_owned(),
        "integrity_warning" => "integrity warning".to_owned(),
        "partial_capture" => "partial capture".to_owned(),
        "items_unaccounted" => "items unaccounted for".to_owned(),
        "quality_unknown" => "quality unknown".to_owned(),
        "types_missing" => "policy types missing".to_owned(),
        other => format!("“{other}”"),
    }
}

/// Something unknown about a set, with how many items it concerns, within a sentence; a word of the exporter's own stays as written.
pub fn unknown_label(unknown: &str, count: u64) -> String {
    let items = || super::counted(count, "item", "items");
    match unknown {
        "assignments_unknown" => format!("assignments of {}", items()),
        "warnings_unread" => format!("warnings of {}", items()),
        "content_opaque" => "its content, which its source does not show".to_owned(),
        "types_unknown" => "its policy types".to_owned(),
        other => format!("“{other}” of {}", items()),
    }
}

/// Where a rule comes from, within a sentence.
pub fn rule_source_label(source: RuleSource) -> &'static str {
    match source {
        RuleSource::TenantScope => "set for this tenant's scope",
        RuleSource::ProfileScope => "set for the scope in its profile",
        RuleSource::Profile => "from its profile",
        RuleSource::PolicyScope => "set for the scope in the policy",
        RuleSource::Policy => "from the policy",
    }
}

/// Why a tenant is unsettled, within a sentence.
pub fn unsettled_cause_label(cause: UnsettledCause) -> &'static str {
    match cause {
        UnsettledCause::ScheduleFollowUp => "a schedule needs follow-up",
        UnsettledCause::RecordsSetAside => "records were set aside",
        UnsettledCause::NewerSetFailed => "a newer backup failed or is empty",
        UnsettledCause::TypesVanished => "policy types are gone from the latest backup",
        UnsettledCause::TypesUnknown => "expected policy types cannot be checked",
        UnsettledCause::UnknownProfile => "the tenant's profile is not in the policy",
        UnsettledCause::RestoreStuck => "a restore is stuck in its queue",
        UnsettledCause::RestoreUnresolved => "policy types have not been restored since a failure",
    }
}

/// Why a schedule needs follow-up, within a sentence.
pub fn schedule_cause_label(cause: ScheduleCause) -> &'static str {
    match cause {
        ScheduleCause::LastRunNotSuccessful => "last run did not succeed",
        ScheduleCause::Stalled => "a run started and never finished",
        ScheduleCause::NeverRan => "never ran",
        ScheduleCause::Overdue => "overdue",
    }
}

/// Why a restore run is in its state, within a sentence.
pub fn attention_cause_label(cause: AttentionCause) -> &'static str {
    match cause {
        AttentionCause::PreviewOnly => "it was a preview",
        AttentionCause::NotStarted => "it was not started",
        AttentionCause::RunFailed => "the run failed",
        AttentionCause::OperationFailed => "its operation failed",
        AttentionCause::AllOutcomesFailed => "every outcome failed",
        AttentionCause::InProgress => "it is in progress",
        AttentionCause::StuckInQueue => "it is still queued and may never start",
        AttentionCause::CancelledBeforeResults => "it was cancelled before any result",
        AttentionCause::RunStalled => "it never finished, and may have applied something",
        AttentionCause::RunPartial => "the run ended with errors or only in part",
        AttentionCause::RunCancelled => "it was cancelled after it had results",
        AttentionCause::OperationPartial => "its operation succeeded only in part",
        AttentionCause::OutcomesFailed => "some outcomes failed",
        AttentionCause::OutcomesPartial => "some outcomes are partial",
        AttentionCause::OutcomesSkipped => "some outcomes were skipped",
        AttentionCause::OutcomesUnrecognised => "some outcomes are unrecognised",
        AttentionCause::OutcomesUnread => "some outcomes could not be read",
        AttentionCause::NonApplied => "something was not applied",
        AttentionCause::OperationUnresolved => "its operation is unresolved",
        AttentionCause::UnrecognisedStatus => "its status is unrecognised",
    }
}

/// A restore run's state in a few words.
pub fn attention_state_label(state: AttentionState) -> &'static str {
    match state {
        AttentionState::NotExecuted => "Not executed",
        AttentionState::Failed => "Failed",
        AttentionState::Partial => "Partial",
        AttentionState::CompletedWithFollowUp => "Completed with follow-up",
        AttentionState::Completed => "Completed",
    }
}

/// What to do about a restore run.
pub fn next_action_label(action: NextAction) -> &'static str {
    match action {
        NextAction::ReviewFailures => "Review failures",
        NextAction::ReviewPartialItems => "Review partial items",
        NextAction::ReviewSkippedItems => "Review what needs follow-up",
        NextAction::NoActionNeeded => "No action needed",
        NextAction::ReviewPreview => "Review preview",
        NextAction::ViewOperationProgress => "View operation progress",
    }
}

/// What a restore run's state does not claim.
pub fn run_boundary(boundary: RecoveryClaimBoundary) -> &'static str {
    match boundary {
        RecoveryClaimBoundary::PreviewOnlyNoExecutionProven => {
            "This is not a finished restore, so it shows nothing about recovery."
        }
        RecoveryClaimBoundary::ExecutionFailedNoRecoveryClaim => {
            "The execution failed; no recovery claim can be made from it."
        }
        RecoveryClaimBoundary::TenantRecoveryNotProven => {
            "A restore shows what it applied at that time. It is not proven that the whole tenant can be recovered."
        }
    }
}

/// Why a tenant was not evaluated, within a sentence.
pub fn exclusion_label(reason: Exclusion) -> &'static str {
    match reason {
        Exclusion::NotActive => "inactive",
        Exclusion::Unreadable => "unreadable",
        Exclusion::DuplicateTenant => "duplicate",
        Exclusion::ForeignWorkspace => "from another workspace",
    }
}

/// A blocker of calm, within a sentence.
pub fn blocker_label(blocker: CalmBlocker) -> &'static str {
    match blocker {
        CalmBlocker::NoEvaluatedTenants => "no tenant was evaluated",
        CalmBlocker::AttentionItems => "something needs attention",
        CalmBlocker::UnsettledTenants => "some tenants are unsettled",
        CalmBlocker::SchedulesNotEvaluated => "schedules are not judged",
        CalmBlocker::UnreadableEvidence => "the evidence has errors",
        CalmBlocker::DataTooOld => "the evidence is older than the freshness window",
    }
}

/// How soon someone should act.
pub fn urgency_label(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Critical => "Critical",
        Urgency::High => "High",
        Urgency::Medium => "Medium",
        Urgency::Low => "Low",
    }
}

/// How urgent a tone is, in a word; `None` for what is not urgent.
pub fn tone_word(tone: Tone) -> Option<&'static str> {
    match tone {
        Tone::Critical => Some(urgency_label(Urgency::Critical)),
        Tone::High => Some(urgency_label(Urgency::High)),
        Tone::Medium => Some(urgency_label(Urgency::Medium)),
        Tone::Low => Some(urgency_label(Urgency::Low)),
        Tone::Calm | Tone::Unknown => None,
    }
}

/// A healthy check's title.
pub fn healthy_check_title(key: HealthyCheckKey) -> &'static str {
    match key {
        HealthyCheckKey::BackupsRecentAndHealthy => "Backups are recent and healthy",
        HealthyCheckKey::NoRecentRestoreIssuesVisible => "No recent restore issues visible",
    }
}

/// Why an action is disabled.
pub fn missing_capability(capability: Capability) -> String {
    let what = match capability {
        Capability::BackupSetsView => "backup sets",
        Capability::BackupSchedulesView => "backup schedules",
        Capability::RestoreRunsView => "restore runs",
    };
    format!(
        "You do not have access to this tenant's {what} (requires {capability}). The verdict still applies."
    )
}

/// A record by its kind, id and name: `Backup set 812 (Nightly)`.
pub fn named(kind: &str, id: Id, name: Option<&str>) -> String {
    match name {
        Some(name) => format!("{kind} {id} ({name})"),
        None => format!("{kind} {id}"),
    }
}

/// A state that the evidence does not show.
pub const NOT_KNOWN: &str = "Not known";

/// Tenants that were set aside.
pub const NOT_EVALUATED: &str = "Not evaluated";

/// Whether the reason a page was opened for still holds, and what is so now.
pub fn continuity_now(still_holds: bool, headline: &str) -> String {
    if still_holds { "Still true.".to_owned() } else { format!("No longer true. Now: {headline}.") }
}

/// What to do next on arriving somewhere: the action for what holds now, or what is still needed; nothing only if both are absent.
pub fn continuity_next(action: Option<&str>, needed: Option<String>) -> String {
    match (action, needed) {
        (Some(action), _) => format!("Next: {}.", action.to_lowercase()),
        (None, Some(needed)) => needed,
        (None, None) => "No follow-up needed.".to_owned(),
    }
}

/// The titles of the findings' columns in a file.
pub const FINDINGS_COLUMNS: [&str; 9] =
    ["Severity", "Code", "Tenant id", "Tenant", "Path", "Finding", "Workspace", "As of", "Exported at"];

/// A policy type as people write it: `Conditional access policy` for `conditionalAccessPolicy`. Other words stay as they are.
pub fn policy_type_name(policy_type: &str) -> String {
    let is_camel = policy_type.starts_with(|first: char| first.is_ascii_lowercase())
        && policy_type.chars().all(|character| character.is_ascii_alphanumeric());
    if !is_camel {
        return policy_type.to_owned();
    }
    let mut name = String::with_capacity(policy_type.len() + 4);
    for (place, character) in policy_type.char_indices() {
        match (place, character.is_ascii_uppercase()) {
            (0, _) => name.push(character.to_ascii_uppercase()),
            (_, true) => name.extend([' ', character.to_ascii_lowercase()]),
            (_, false) => name.push(character),
        }
    }
    name
}

/// The titles of the registry's columns in a file.
pub const REGISTRY_COLUMNS: [&str; 26] = [
    "Tenant",
    "Key",
    "Domain",
    "Environment",
    "Backup posture",
    "Backup verdict",
    "Latest backup completed at",
    "Degraded items",
    "Schedules to follow up",
    "Recovery evidence",
    "Recovery verdict",
    "Latest executed restore at",
    "Signals",
    "Profile",
    "Labels",
    "Unsettled",
    "Triage rank",
    "Issues",
    "Known issues",
    "Known until",
    "Marked by",
    "Note",
    "Ticket",
    "Workspace",
    "As of",
    "Exported at",
];

/// What the parts of a histogram of backup ages are called, in their order.
pub const AGE_PART_LABELS: [&str; 4] = ["healthy", "recent, with a warning", "degraded", "stale"];
