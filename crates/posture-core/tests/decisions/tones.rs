//! The tone of what is shown.

use posture_core::reading::snapshot::OutcomeClass;
use posture_core::report::tone;
use posture_core::tone::Tone;
use posture_core::verdicts::recovery_evidence::RecoveryReason;
use posture_core::verdicts::unsettled::UnsettledCause;
use posture_core::{Form, Options, derive, words};
use rstest::rstest;
use serde_json::{Value, json};

use crate::evidence::{DAY, FRESHNESS, ago, run, set, snapshot, tenant};

/// DB-5: a figure has the tone of what it counts, and none if it is zero or asks for nothing.
#[test]
fn a_figure_of_nothing_has_no_tone() {
    assert_eq!([0, 1, 2].map(tone::follow_ups), [None, Some(Tone::Medium), Some(Tone::Medium)]);
    let outcomes = [
        (OutcomeClass::Failed, Tone::Critical),
        (OutcomeClass::Partial, Tone::High),
        (OutcomeClass::Skipped, Tone::Medium),
        (OutcomeClass::Unrecognised, Tone::Unknown),
    ];
    for (class, tone) in outcomes {
        assert_eq!([0, 1, 2].map(|count| tone::outcome_count(class, count)), [None, Some(tone), Some(tone)]);
    }
    assert_eq!([0, 1].map(|count| tone::outcome_count(OutcomeClass::Applied, count)), [None, None]);
}

/// DB-5: the age of a backup has a tone only if somebody has to act on the age.
#[rstest]
#[case(json!([]), Some(Tone::Critical))]
#[case(json!([set(1, json!({ "completed_at": ago(FRESHNESS + 1) }))]), Some(Tone::High))]
#[case(json!([set(1, json!({ "status": "partial" }))]), None)]
#[case(json!([set(1, json!({}))]), None)]
fn an_age_has_a_tone_if_it_is_too_great(#[case] sets: Value, #[case] tone: Option<Tone>) {
    let document = snapshot(json!([tenant(1, json!({ "backup_sets": sets }))])).to_string();
    let report = derive(document.as_bytes(), Form::Json, &Options::default()).expect("it is read");
    assert_eq!(tone::backup_age(&report.tenants[0].backup_health), tone);
}

/// TD-6: recovery evidence of a tenant with a restore that is stuck or unresolved is never shown as calm.
#[test]
fn recovery_evidence_is_not_calm_while_a_restore_is_open() {
    let shown = |reason, causes: &[UnsettledCause]| tone::recovery_of(reason, causes);
    let calm = RecoveryReason::NoRecentIssuesVisible;
    assert_eq!(shown(calm, &[]), Tone::Calm);
    assert_eq!(shown(calm, &[UnsettledCause::ScheduleFollowUp]), Tone::Calm, "that is about backups");
    let open = [UnsettledCause::ScheduleFollowUp, UnsettledCause::RestoreStuck];
    assert_eq!(shown(calm, &open), tone::UNSETTLED);
    let failed = RecoveryReason::Failed;
    assert_eq!(shown(failed, &open), shown(failed, &[]), "what is worse stays");
    assert_ne!(shown(failed, &open), tone::UNSETTLED);
    let failed =
        json!({ "completed_at": ago(2 * DAY), "results": [{ "outcome": "failed", "policy_type": "a" }] });
    let runs = json!([run(1, failed), run(2, json!({ "completed_at": ago(DAY) }))]);
    let document = snapshot(json!([tenant(1, json!({ "restore_runs": runs }))])).to_string();
    let report = derive(document.as_bytes(), Form::Json, &Options::default()).expect("it is read");
    let unresolved = &report.tenants[0];
    assert_eq!(unresolved.recovery_evidence.reason, calm);
    assert_eq!(tone::recovery(unresolved), tone::UNSETTLED);
    assert_eq!(words::recovery_note(unresolved), "policy types have not been restored since a failure");
}

/// BQ-8: the content of a set is calm only if nothing of it is degraded or unknown.
#[rstest]
#[case(json!({}), Tone::Calm)]
#[case(json!({ "items": [{ "id": 1, "metadata": { "assignments_fetch_failed": true } }] }), Tone::Medium)]
#[case(json!({ "items": [{ "id": 1, "metadata": { "assignment_capture": "unknown" } }] }), Tone::Unknown)]
#[case(json!({ "items": [{ "id": 1, "metadata": { "warnings": 7, "assignments_fetch_failed": true } }] }), Tone::Medium)]
#[case(json!({ "items": null }), Tone::Unknown)]
fn content_is_calm_only_if_it_is_known_and_good(#[case] more: Value, #[case] tone: Tone) {
    let document = snapshot(json!([tenant(1, json!({ "backup_sets": [set(1, more)] }))])).to_string();
    let report = derive(document.as_bytes(), Form::Json, &Options::default()).expect("it is read");
    let quality = report.tenants[0].backup_health.scopes[0].quality.as_ref().expect("it has a set");
    assert_eq!(tone::quality(quality), tone);
}
