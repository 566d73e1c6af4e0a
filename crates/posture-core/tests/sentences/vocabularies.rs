//! Every member of a vocabulary as people read it.

use posture_core::report::model::{CalmBlocker, Domain, Exclusion, HealthyCheckKey};
use posture_core::tone::Tone;
use posture_core::verdicts::backup_health::{BackupPosture, BackupReason, SkipReason};
use posture_core::verdicts::quality::{ItemFamily, ItemUnknown, SetFamily, SetUnknown};
use posture_core::verdicts::recovery_evidence::{RecoveryReason, RecoveryState};
use posture_core::verdicts::restore_attention::{
    AttentionCause, AttentionState, NextAction, RecoveryClaimBoundary,
};
use posture_core::verdicts::rules::RuleSource;
use posture_core::verdicts::schedule::ScheduleCause;
use posture_core::verdicts::unsettled::UnsettledCause;
use posture_core::views::records::OutcomeGroup;
use posture_core::views::timeline::Lane;
use posture_core::vocabulary::{Capability, Urgency};
use posture_core::words;
use posture_core::words::named;

/// One line for each member: its word, and what people read.
fn lines<T: Copy>(title: &str, all: &[T], word: fn(T) -> &'static str, read: impl Fn(T) -> String) -> String {
    let lines: Vec<_> = all.iter().map(|one| format!("- {}: {}\n", word(*one), read(*one))).collect();
    format!("# {title}\n\n{}\n", lines.concat())
}

/// Labels, badges, actions and boundaries.
#[test]
fn labels() {
    let text = |label: &'static str| label.to_owned();
    let of = |label: Option<&'static str>| label.unwrap_or("none").to_owned();
    let all = [
        lines("Domains", Domain::ALL, Domain::as_str, |one| {
            format!(
                "{} ({}): {}",
                words::domain_label(one),
                words::family_tab(one),
                words::metric_description(Some(one))
            )
        }),
        lines("Metrics", Domain::ALL, Domain::as_str, |one| text(words::metric_label(Some(one)))),
        lines("Backup postures", BackupPosture::ALL, BackupPosture::as_str, |one| {
            text(words::posture_label(one))
        }),
        lines("Recovery states", RecoveryState::ALL, RecoveryState::as_str, |one| {
            let (label, boundary) = (words::recovery_state_label(one), words::recovery_boundary(one));
            format!("{label}. {boundary} {}", words::recovery_action(one))
        }),
        lines("Backup reasons", BackupReason::ALL, BackupReason::as_str, |one| {
            format!("{} ({})", words::backup_reason_label(one), words::backup_badge(one))
        }),
        lines("Recovery reasons", RecoveryReason::ALL, RecoveryReason::as_str, |one| {
            let (label, badge) = (words::recovery_reason_label(one), words::recovery_badge(one));
            format!("{label} ({badge}). {}", words::recovery_next_step(one).unwrap_or("Nothing."))
        }),
        lines("Skipped sets", SkipReason::ALL, SkipReason::as_str, |one| text(words::skip_reason_label(one))),
        lines("Issues of items", ItemFamily::ALL, ItemFamily::as_str, |one| {
            words::family_label(one.as_str())
        }),
        lines("Issues of sets", SetFamily::ALL, SetFamily::as_str, |one| words::family_label(one.as_str())),
        lines("Unknowns of items", ItemUnknown::ALL, ItemUnknown::as_str, |one| {
            format!("{} ({})", words::unknown_label(one.as_str(), 2), words::item_unknown_badge(one))
        }),
        lines("Unknowns of sets", SetUnknown::ALL, SetUnknown::as_str, |one| {
            words::unknown_label(one.as_str(), 1)
        }),
        lines("Rules", RuleSource::ALL, RuleSource::as_str, |one| text(words::rule_source_label(one))),
        lines("Unsettled", UnsettledCause::ALL, UnsettledCause::as_str, |one| {
            text(words::unsettled_cause_label(one))
        }),
        lines("Schedules", ScheduleCause::ALL, ScheduleCause::as_str, |one| {
            text(words::schedule_cause_label(one))
        }),
        lines("Causes of restore states", AttentionCause::ALL, AttentionCause::as_str, |one| {
            text(words::attention_cause_label(one))
        }),
        lines("Restore states", AttentionState::ALL, AttentionState::as_str, |one| {
            text(words::attention_state_label(one))
        }),
        lines("Next actions", NextAction::ALL, NextAction::as_str, |one| text(words::next_action_label(one))),
        lines("Boundaries", RecoveryClaimBoundary::ALL, RecoveryClaimBoundary::as_str, |one| {
            text(words::run_boundary(one))
        }),
        lines("Outcome groups", OutcomeGroup::ALL, OutcomeGroup::as_str, |one| {
            text(words::outcome_group_label(one))
        }),
        lines("Not evaluated", Exclusion::ALL, Exclusion::as_str, |one| {
            format!("{}. {}", words::exclusion_label(one), words::not_evaluated_cause(one))
        }),
        lines("Blockers", CalmBlocker::ALL, CalmBlocker::as_str, |one| text(words::blocker_label(one))),
        lines("Urgencies", Urgency::ALL, Urgency::as_str, |one| text(words::urgency_label(one))),
        lines("Tones", Tone::ALL, Tone::as_str, |one| of(words::tone_word(one))),
        lines("Healthy checks", HealthyCheckKey::ALL, HealthyCheckKey::as_str, |one| {
            text(words::healthy_check_title(one))
        }),
        lines("No access", Capability::ALL, Capability::as_str, words::missing_capability),
    ];
    insta::assert_snapshot!(all.concat());
}

/// Names, spans, lists and fixed captions.
#[test]
fn parts() {
    let id = posture_core::Id::new(812).unwrap();
    let lanes: Vec<_> = Lane::ALL.iter().map(|lane| words::lane_label(*lane)).collect();
    let list = |parts: &[&str]| words::listed(parts);
    let texts = [
        named("Backup set", id, Some("Nightly")),
        named("Backup set", id, None),
        lanes.join(", "),
        list(&[]),
        list(&["a"]),
        list(&["a", "b"]),
        list(&["a", "b", "c"]),
        words::counted(1, "tenant", "tenants"),
        words::counted(2, "tenant", "tenants"),
        words::upper_first("schedule"),
        [0, 59, 60, 7_199, 7_200, 259_199, 259_200].map(words::span).join(", "),
        words::no_backup_for(518_400),
        words::NO_USABLE_BACKUP.to_owned(),
        words::NOT_KNOWN.to_owned(),
        words::NOT_EVALUATED.to_owned(),
        words::NOT_EXPORTED.to_owned(),
        words::SCHEDULE_BOUNDARY.to_owned(),
        words::DRY_RUN_BOUNDARY.to_owned(),
        words::ONLY_IN_STORE.to_owned(),
        words::SCHEDULE_RUNS_BOUNDARY.to_owned(),
        ["conditionalAccessPolicy", "Odd Type", "app", "v2Policy"].map(words::policy_type_name).join(", "),
        ["completed_with_errors", "Odd_One"].map(words::status_word).join(", "),
    ];
    insta::assert_snapshot!(texts.join("\n"));
}
