//! What a verdict looks like: total maps from the core's states to a tone, and from a tone to its shape.

use leptos::prelude::*;
pub use posture_core::backup_health::tone as backup_tone;
use posture_core::backup_health::{BackupPosture, TenantBackupHealthAssessment};
use posture_core::finding::Severity;
use posture_core::overview::Overview;
use posture_core::quality::BackupQuality;
use posture_core::records::{BackupSetRecord, RunRole, ScheduleRecord, SetRole};
use posture_core::recovery_evidence::RecoveryReason;
use posture_core::restore_attention::Tone;
use posture_core::snapshot::OutcomeClass;
use posture_core::words;

/// A tenant's backup verdict in a word or two: its posture, or the one reason that a healthy posture leaves.
pub fn backup_word(health: &TenantBackupHealthAssessment) -> &'static str {
    match (health.posture, health.primary_reason) {
        (BackupPosture::Healthy, Some(reason)) => words::backup_badge(reason),
        (posture, _) => words::posture_label(posture),
    }
}

/// The tone of a tenant's recovery evidence.
pub fn recovery_tone(reason: RecoveryReason) -> Tone {
    reason.urgency().map_or(Tone::Calm, Tone::from)
}

/// The tone of a set's content; unknown content is never calm.
pub fn quality_tone(quality: &BackupQuality) -> Tone {
    match quality.degraded_items {
        None => Tone::Unknown,
        Some(_) if quality.is_degraded() => Tone::Medium,
        Some(_) => Tone::Calm,
    }
}

/// The tone of a set's recency; beyond the window, only the set that governs asks for a person.
pub fn recency_tone(set: &BackupSetRecord) -> Tone {
    match (set.is_stale, set.role) {
        (Some(false), _) => Tone::Calm,
        (Some(true), SetRole::Latest) => Tone::High,
        (Some(true), SetRole::Older | SetRole::Skipped(_)) | (None, _) => Tone::Unknown,
    }
}

/// The tone of a schedule's mark.
pub fn schedule_tone(schedule: &ScheduleRecord) -> Tone {
    match &schedule.causes {
        Some(causes) if schedule.is_watched => {
            if causes.is_empty() {
                Tone::Calm
            } else {
                Tone::Medium
            }
        }
        Some(_) | None => Tone::Unknown,
    }
}

/// The tone of a restore run's part in the recovery evidence.
pub fn run_role_tone(role: RunRole) -> Tone {
    match role {
        RunRole::Latest => Tone::Low,
        RunRole::Older | RunRole::NotExecuted | RunRole::AfterAsOf => Tone::Unknown,
    }
}

/// The tone of an outcome.
pub fn outcome_tone(class: OutcomeClass) -> Tone {
    match class {
        OutcomeClass::Failed => Tone::Critical,
        OutcomeClass::Partial => Tone::High,
        OutcomeClass::Skipped => Tone::Medium,
        OutcomeClass::Unrecognised => Tone::Unknown,
        OutcomeClass::Applied => Tone::Calm,
    }
}

/// The tone of a finding.
pub fn severity_tone(severity: Severity) -> Tone {
    match severity {
        Severity::Error => Tone::High,
        Severity::Warning => Tone::Medium,
        Severity::Info => Tone::Low,
    }
}

/// The tone of the calmness statement: calm, the most urgent item's, or unknown where only evidence is lacking.
pub fn calmness_tone(overview: &Overview) -> Tone {
    if overview.calmness.is_calm {
        return Tone::Calm;
    }
    overview.attention_items.iter().map(|item| item.urgency).min().map_or(Tone::Unknown, Tone::from)
}

/// A tone's shape, so that no verdict rests on colour.
pub fn shape(tone: Tone) -> AnyView {
    view! { <svg class="shape" viewBox="0 0 12 12" aria-hidden="true" focusable="false">{drawing(tone)}</svg> }.into_any()
}

/// What a tone's shape is drawn of, in a square of twelve.
pub fn drawing(tone: Tone) -> AnyView {
    match tone {
        Tone::Critical => view! { <path d="M4 .8h4L11.2 4v4L8 11.2H4L.8 8V4z" fill="currentColor"/> }.into_any(),
        Tone::High => view! { <path d="M6 1 11.5 11H.5z" fill="currentColor"/> }.into_any(),
        Tone::Medium => view! { <path d="M6 .5 11.5 6 6 11.5.5 6z" fill="currentColor"/> }.into_any(),
        Tone::Low => view! { <circle cx="6" cy="6" r="4" fill="currentColor"/> }.into_any(),
        Tone::Calm => view! {
            <circle cx="6" cy="6" r="5.2" fill="none" stroke="currentColor" stroke-width="1.4"/>
            <path d="m3.5 6.2 1.8 1.8 3.2-3.8" fill="none" stroke="currentColor" stroke-width="1.4"/>
        }
        .into_any(),
        Tone::Unknown => view! {
            <circle cx="6" cy="6" r="5" fill="none" stroke="currentColor" stroke-width="1.4" stroke-dasharray="2.4 1.6"/>
        }
        .into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_tones_share_a_shape() {
        let tones = [Tone::Critical, Tone::High, Tone::Medium, Tone::Low, Tone::Calm, Tone::Unknown];
        let shapes: std::collections::BTreeSet<_> = tones.into_iter().map(|tone| shape(tone).to_html()).collect();
        assert_eq!(shapes.len(), tones.len());
    }
}
