//! The tone of each state: a total map, so that shells choose none.

use crate::finding::Severity;
use crate::reading::snapshot::OutcomeClass;
use crate::report::currency::Currency;
use crate::report::model::{Overview, TenantBackupHealthAssessment, TenantReport};
use crate::report::urgency::backup_urgency;
use crate::tone::Tone;
use crate::verdicts::backup_health::{BackupPosture, SkipReason};
use crate::verdicts::quality::BackupQuality;
use crate::verdicts::recovery_evidence::{RecoveryReason, RecoveryState};
use crate::verdicts::restore_attention::AttentionState;
use crate::verdicts::unsettled::UnsettledCause;

/// The tone of a backup verdict: that of its primary reason, or unknown if nothing but the content is unknown. A tenant that cannot be
/// called healthy is never calm.
pub fn backup(health: &TenantBackupHealthAssessment) -> Tone {
    match health.primary_reason {
        Some(_) if health.is_content_unknown() => Tone::Unknown,
        Some(reason) => backup_urgency(reason).into(),
        None if health.healthy_claim_allowed => Tone::Calm,
        None => Tone::Unknown,
    }
}

/// A backup posture, of whatever reason.
pub fn posture(posture: BackupPosture) -> Tone {
    match posture {
        BackupPosture::Absent => Tone::Critical,
        BackupPosture::Stale => Tone::High,
        BackupPosture::Degraded => Tone::Medium,
        BackupPosture::Healthy => Tone::Calm,
    }
}

/// The age of a tenant's latest backup as a figure; `None` if nobody has to act on it.
pub fn backup_age(health: &TenantBackupHealthAssessment) -> Option<Tone> {
    match health.posture {
        BackupPosture::Absent | BackupPosture::Stale => Some(posture(health.posture)),
        BackupPosture::Degraded | BackupPosture::Healthy => None,
    }
}

/// A count of things to follow up as a figure; `None` if there are none.
pub fn follow_ups(count: u64) -> Option<Tone> {
    (count > 0).then_some(Tone::Medium)
}

/// A count of outcomes as a figure; `None` if there are none, or they ask for nothing.
pub fn outcome_count(class: OutcomeClass, count: u64) -> Option<Tone> {
    Some(outcome(class)).filter(|tone| count > 0 && *tone != Tone::Calm)
}

/// A recovery state, of whatever reason.
pub fn recovery_state(state: RecoveryState) -> Tone {
    match state {
        RecoveryState::Weakened => Tone::High,
        RecoveryState::Unvalidated => Tone::Medium,
        RecoveryState::NoRecentIssuesVisible => Tone::Calm,
    }
}

/// What a restore run has shown.
pub fn attention_state(state: AttentionState) -> Tone {
    match state {
        AttentionState::NotExecuted => Tone::Unknown,
        AttentionState::Failed => Tone::Critical,
        AttentionState::Partial => Tone::High,
        AttentionState::CompletedWithFollowUp => Tone::Medium,
        AttentionState::Completed => Tone::Calm,
    }
}

/// Recovery evidence of a tenant, by its reason. With a restore that is stuck or unresolved, it is never calm.
pub fn recovery(tenant: &TenantReport) -> Tone {
    recovery_of(tenant.recovery_evidence.reason, &tenant.backup_health.unsettled)
}

/// The same, from what it rests on.
pub fn recovery_of(reason: RecoveryReason, unsettled: &[UnsettledCause]) -> Tone {
    let is_open = unsettled.iter().any(|cause| !cause.is_of_backups());
    reason.urgency().map_or(if is_open { UNSETTLED } else { Tone::Calm }, Tone::from)
}

/// Tenants that are unsettled: less urgent than any posture that needs attention.
pub const UNSETTLED: Tone = Tone::Medium;

/// Backups that are recent with a warning.
pub const WITH_WARNING: Tone = Tone::Low;

/// The calmness statement: calm, as the most urgent listed item, or unknown if only evidence is lacking.
pub fn calmness(overview: &Overview) -> Tone {
    if overview.calmness.is_calm {
        return Tone::Calm;
    }
    overview.attention_items.iter().map(|item| item.urgency).min().map_or(Tone::Unknown, Tone::from)
}

/// A tone as it is shown now: what was calm as of an export that has aged past the window is unknown.
pub fn current(tone: Tone, currency: Currency) -> Tone {
    if !currency.is_current() && tone == Tone::Calm { Tone::Unknown } else { tone }
}

/// A finding. Evidence that was set aside is not a verdict on a tenant, and so is never as urgent as a tenant without a basis.
pub fn severity(severity: Severity) -> Tone {
    match severity {
        Severity::Error => Tone::High,
        Severity::Warning => Tone::Medium,
        Severity::Info => Tone::Low,
    }
}

/// A set's content; content that is unknown, if only in part, is never calm, and neither is none.
pub fn quality(quality: &BackupQuality) -> Tone {
    match quality.degraded_items {
        None => Tone::Unknown,
        Some(_) if quality.is_degraded() => Tone::Medium,
        Some(_) if quality.total_items == Some(0) || !quality.unknowns.is_empty() => Tone::Unknown,
        Some(_) => Tone::Calm,
    }
}

/// A set that is not a basis, by its skip reason.
pub fn skipped(reason: SkipReason) -> Tone {
    match reason {
        SkipReason::Failed => Tone::Critical,
        SkipReason::UnrecognisedStatus | SkipReason::Empty => Tone::High,
        SkipReason::Archived | SkipReason::NotCompleted | SkipReason::CompletedAfterAsOf => Tone::Unknown,
    }
}

/// The outcome of one item, foundation or assignment.
pub fn outcome(class: OutcomeClass) -> Tone {
    match class {
        OutcomeClass::Failed => Tone::Critical,
        OutcomeClass::Partial => Tone::High,
        OutcomeClass::Skipped => Tone::Medium,
        OutcomeClass::Unrecognised => Tone::Unknown,
        OutcomeClass::Applied => Tone::Calm,
    }
}
