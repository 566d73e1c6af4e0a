//! The demo shows all that the contract knows, whenever it is started.

#![expect(clippy::unwrap_used, reason = "a test ends where a step of it fails")]

use std::collections::BTreeSet;
use std::fmt::Display;

use posture_core::finding::FindingCode;
use posture_core::report::model::{BackupTargetKind, CalmBlocker, Domain, Exclusion, HealthyCheckKey};
use posture_core::verdicts::backup_health::{BackupPosture, BackupReason, SkipReason, SkippedSet};
use posture_core::verdicts::quality::{ItemFamily, ItemUnknown, SetFamily, SetUnknown};
use posture_core::verdicts::recovery_evidence::{RecoveryReason, RecoveryState};
use posture_core::verdicts::restore_attention::{
    AttentionCause, AttentionState, NextAction, RecoveryClaimBoundary,
};
use posture_core::verdicts::schedule::ScheduleCause;
use posture_core::verdicts::unsettled::UnsettledCause;
use posture_core::vocabulary::Urgency;
use posture_core::{Form, Options, Report, Timestamp, derive};
use posture_synth::demo::snapshot;

fn report_at(exported_at: &str) -> Report {
    let exported_at = Timestamp::parse(exported_at).unwrap();
    derive(&snapshot(exported_at).unwrap(), Form::Json, &Options::default()).unwrap()
}

fn demo() -> Report {
    report_at("2026-11-23T07:30:00Z")
}

/// The members of a vocabulary that do not occur.
fn missing<T: Display>(
    vocabulary: &str,
    all: &[T],
    occurring: impl IntoIterator<Item = impl Display>,
) -> Vec<String> {
    let occurring: BTreeSet<String> = occurring.into_iter().map(|member| member.to_string()).collect();
    let absent = all.iter().map(ToString::to_string).filter(|member| !occurring.contains(member));
    absent.map(|member| format!("{vocabulary} {member}")).collect()
}

/// EP-16
#[test]
fn every_member_of_every_vocabulary_occurs() {
    let report = demo();
    let tenants = || report.tenants.iter();
    let health = || tenants().map(|tenant| &tenant.backup_health);
    let runs = || tenants().flat_map(|tenant| &tenant.restore_attention);
    let items = || tenants().flat_map(|tenant| &tenant.needs_attention.groups).flat_map(|group| &group.items);
    let families = || {
        health()
            .filter_map(|health| health.quality.as_ref())
            .flat_map(|quality| quality.families.keys())
            .map(|key| &key.0)
    };
    let unknowns = || {
        health()
            .flat_map(|health| &health.scopes)
            .filter_map(|scope| scope.quality.as_ref())
            .flat_map(|quality| quality.unknowns.keys())
            .map(|key| &key.0)
    };
    let checks = tenants().flat_map(|tenant| &tenant.needs_attention.healthy_checks);
    let causes =
        health().flat_map(|health| &health.schedule_follow_ups).flat_map(|follow_up| &follow_up.causes);
    let missing = [
        missing("posture", BackupPosture::ALL, health().map(|health| health.posture)),
        missing("backup reason", BackupReason::ALL, health().flat_map(|health| &health.reasons)),
        missing("primary reason", BackupReason::ALL, health().filter_map(|health| health.primary_reason)),
        missing(
            "skip reason",
            SkipReason::ALL,
            health().flat_map(|health| &health.skipped_sets).map(|set| set.reason),
        ),
        missing(
            "target",
            BackupTargetKind::ALL,
            health().filter_map(|health| health.primary_action_target.as_ref()).map(|to| to.kind),
        ),
        missing("item family", ItemFamily::ALL, families()),
        missing("set family", SetFamily::ALL, families()),
        missing("item unknown", ItemUnknown::ALL, unknowns()),
        missing("set unknown", SetUnknown::ALL, unknowns()),
        missing(
            "unsettled cause",
            UnsettledCause::ALL,
            tenants().flat_map(|tenant| &tenant.registry.unsettled),
        ),
        missing("schedule cause", ScheduleCause::ALL, causes),
        missing("attention state", AttentionState::ALL, runs().map(|run| run.state)),
        missing("attention cause", AttentionCause::ALL, runs().flat_map(|run| &run.causes)),
        missing("claim boundary", RecoveryClaimBoundary::ALL, runs().map(|run| run.recovery_claim_boundary)),
        missing("next action", NextAction::ALL, runs().map(|run| run.primary_next_action)),
        missing(
            "recovery state",
            RecoveryState::ALL,
            tenants().map(|tenant| tenant.recovery_evidence.overview_state),
        ),
        missing(
            "recovery reason",
            RecoveryReason::ALL,
            tenants().map(|tenant| tenant.recovery_evidence.reason),
        ),
        missing("domain", Domain::ALL, items().map(|item| item.domain)),
        missing("urgency", Urgency::ALL, items().map(|item| item.urgency)),
        missing("healthy check", HealthyCheckKey::ALL, checks.map(|check| check.key)),
        missing("exclusion", Exclusion::ALL, report.not_evaluated.iter().map(|tenant| tenant.reason)),
        missing("finding", FindingCode::ALL, report.findings.iter().map(|finding| finding.code)),
    ];
    assert_eq!(missing.concat(), Vec::<String>::new());
}

#[test]
fn actions_are_disabled_if_a_capability_is_missing() {
    let report = demo();
    let is_backup_disabled = report.tenants.iter().any(|tenant| {
        tenant.backup_health.primary_action_target.as_ref().is_some_and(|target| target.disabled)
    });
    assert!(is_backup_disabled);
    assert!(report.tenants.iter().any(|tenant| tenant.recovery_evidence.action.disabled));
}

#[test]
fn most_tenants_are_healthy_and_the_worst_is_on_top() {
    let report = demo();
    let healthy =
        report.tenants.iter().filter(|tenant| tenant.backup_health.posture == BackupPosture::Healthy).count();
    assert!(report.tenants.len() >= 35, "{} tenants are evaluated", report.tenants.len());
    assert!(healthy * 3 > report.tenants.len() * 2, "{healthy} of {} are healthy", report.tenants.len());
    assert_eq!(
        report.overview.calmness.blockers,
        [CalmBlocker::AttentionItems, CalmBlocker::UnsettledTenants, CalmBlocker::UnreadableEvidence]
    );
    assert!(report.overview.attention_total > report.overview.attention_items.len() as u64);
}

/// EP-16
#[test]
fn the_start_instant_changes_no_verdict() {
    let skipped =
        |sets: &[SkippedSet]| -> Vec<_> { sets.iter().map(|set| (set.backup_set_id, set.reason)).collect() };
    let verdicts = |report: &Report| {
        let tenants: Vec<_> = report
            .tenants
            .iter()
            .map(|tenant| {
                (
                    tenant.registry.clone(),
                    tenant.backup_health.reasons.clone(),
                    skipped(&tenant.backup_health.skipped_sets),
                )
            })
            .collect();
        let causes: Vec<_> = report
            .tenants
            .iter()
            .flat_map(|tenant| &tenant.restore_attention)
            .map(|run| run.causes.clone())
            .collect();
        let findings: Vec<_> = report
            .findings
            .iter()
            .map(|finding| (finding.code, finding.tenant_id, finding.path.clone()))
            .collect();
        (tenants, causes, findings, report.denominators)
    };
    let expected = verdicts(&demo());
    for instant in ["2026-02-28T23:59:59Z", "2028-02-29T00:00:00Z", "2031-12-31T12:00:01Z"] {
        assert_eq!(verdicts(&report_at(instant)), expected, "started at {instant}");
    }
}
