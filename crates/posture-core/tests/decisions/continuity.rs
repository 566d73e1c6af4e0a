//! Arriving for a reason: whether it still holds, and what to do; and a verdict's trace.

use posture_core::tone::Tone;
use posture_core::views::continuity::{Continuity, backup_reason, of_backup, of_recovery, recovery_reason};
use posture_core::views::records::TenantRecords;
use posture_core::{Form, Options, Report, TenantReport, Timestamp, derive, views::why};
use rstest::rstest;
use serde_json::{Value, json};

use crate::evidence::{DAY, EXPORTED_AT, FRESHNESS, HOUR, ago, run, schedule, set, snapshot, tenant, with};
use crate::records::of as records_of;

#[track_caller]
fn report(more: Value) -> Report {
    report_at(more, 0)
}

/// As of so many seconds after the export.
#[track_caller]
fn report_at(more: Value, seconds: i64) -> Report {
    let as_of = Timestamp::from_unix_seconds(EXPORTED_AT + seconds).map(|at| at.to_string());
    let options = Options { as_of, ..Options::default() };
    derive(snapshot(json!([tenant(1, more)])).to_string().as_bytes(), Form::Json, &options)
        .expect("it is read")
}

#[track_caller]
fn tenant_of(more: Value) -> TenantReport {
    *report(more).tenants.remove(0)
}

/// TR-7: every reason of both vocabularies is read, and no other word.
#[test]
fn a_reason_is_read_from_its_link() {
    for word in ["no_backup_basis", "latest_backup_stale", "latest_backup_degraded", "schedule_follow_up"] {
        assert_eq!(backup_reason(word).map(|reason| reason.as_str()), Some(word));
        assert_eq!(recovery_reason(word), None);
    }
    for word in ["failed", "partial", "completed_with_follow_up", "no_history", "no_recent_issues_visible"] {
        assert_eq!(recovery_reason(word).map(|reason| reason.as_str()), Some(word));
        assert_eq!(backup_reason(word), None);
    }
    let tenant = tenant_of(json!({}));
    assert_eq!((of_backup("odd", &tenant, None), of_recovery("", &tenant)), (None, None));
}

/// TR-7: whether a backup reason still holds is derived again.
#[rstest]
#[case("no_backup_basis", json!({ "backup_sets": [] }), true)]
#[case("no_backup_basis", json!({}), false)]
#[case("latest_backup_stale", json!({ "backup_sets": [set(1, json!({ "completed_at": ago(FRESHNESS + 1), "status": "partial" }))] }), true)]
#[case("latest_backup_degraded", json!({ "backup_sets": [set(1, json!({ "completed_at": ago(FRESHNESS + 1), "status": "partial" }))] }), true)]
#[case("schedule_follow_up", json!({ "backup_sets": [] }), false)]
fn a_backup_reason_holds_or_no_longer(#[case] reason: &str, #[case] more: Value, #[case] holds: bool) {
    let tenant = tenant_of(more);
    said(of_backup(reason, &tenant, None), holds, &tenant.backup_health.headline);
}

/// TR-7: whether a recovery reason still holds is derived again.
#[rstest]
#[case("failed", json!({ "restore_runs": [run(1, json!({ "status": "failed" }))] }), true)]
#[case("partial", json!({ "restore_runs": [run(1, json!({ "status": "failed" }))] }), false)]
#[case("no_history", json!({ "restore_runs": [] }), true)]
#[case("no_history", json!({}), false)]
#[case("no_recent_issues_visible", json!({}), true)]
fn a_recovery_reason_holds_or_no_longer(#[case] reason: &str, #[case] more: Value, #[case] holds: bool) {
    let tenant = tenant_of(more);
    said(of_recovery(reason, &tenant), holds, &tenant.recovery_evidence.headline);
}

#[track_caller]
fn said(continuity: Option<Continuity>, holds: bool, headline: &str) {
    let Some(Continuity { opened_for, still_holds, now, next }) = continuity else {
        panic!("the reason is known")
    };
    assert_eq!(still_holds, holds);
    assert_eq!(now.contains(headline), !holds, "{now}");
    assert!(!opened_for.is_empty() && !next.is_empty());
}

/// TR-7: what no longer holds asks for nothing only if nothing else does.
#[rstest]
#[case::calm("no_backup_basis", json!({}), "No follow-up needed.")]
#[case::failed("no_backup_basis", json!({ "backup_sets": [set(1, json!({})), set(2, json!({ "status": "failed" }))] }),
    "Needed: a newer backup completes with content.")]
#[case::restored("failed", json!({}), "No follow-up needed.")]
#[case::stuck("failed", json!({ "restore_runs": [run(1, json!({})), json!({ "id": 2, "status": "queued", "is_dry_run": false, "created_at": ago(3 * DAY) })] }),
    "Next: open restore history.")]
#[case::still_stuck("no_recent_issues_visible", json!({ "restore_runs": [run(1, json!({})), json!({ "id": 2, "status": "queued", "is_dry_run": false, "created_at": ago(3 * DAY) })] }),
    "Next: open restore history.")]
fn the_next_step_names_what_is_still_open(#[case] reason: &str, #[case] more: Value, #[case] next: &str) {
    let tenant = tenant_of(more);
    let arrived =
        of_backup(reason, &tenant, None).or_else(|| of_recovery(reason, &tenant)).expect("a reason");
    assert_eq!(arrived.next, next);
}

/// The trace of a verdict, a line for each input; age and content only if a set governs.
#[rstest]
#[case::calm(json!({}), &["Backup used", "Newer backups skipped", "Age", "Content", "Schedules", "Backup reasons", "Recovery evidence", "If nothing runs", "To become healthy"], &[])]
#[case::absent(json!({ "backup_sets": [], "restore_runs": [] }),
    &["Backup used", "Newer backups skipped", "Schedules", "Backup reasons", "Recovery evidence", "If nothing runs", "To become healthy"],
    &["Backup used", "Backup reasons", "Recovery evidence"])]
#[case::stale_and_degraded(json!({ "backup_sets": [set(1, json!({ "completed_at": ago(FRESHNESS + 1), "status": "partial" }))] }),
    &["Backup used", "Newer backups skipped", "Age", "Content", "Schedules", "Backup reasons", "Recovery evidence", "If nothing runs", "To become healthy"],
    &["Age", "Content", "Backup reasons"])]
fn a_trace_names_what_troubles_a_verdict(
    #[case] more: Value,
    #[case] labels: &[&str],
    #[case] troubled: &[&str],
) {
    let report = report(more);
    let lines = why::trace(&report.tenants[0], None);
    assert_eq!(lines.iter().map(|line| line.label).collect::<Vec<_>>(), labels);
    let told: Vec<_> = lines
        .iter()
        .filter(|line| matches!(line.tone, Tone::Critical | Tone::High | Tone::Medium))
        .map(|line| line.label)
        .collect();
    assert_eq!(told, troubled);
}

/// If nothing healthy is claimed though no reason applies, the trace names the cause, and is not calm.
#[rstest]
#[case::failed(json!({ "backup_sets": [set(1, json!({})), set(2, json!({ "status": "failed" }))] }), 0, "a newer backup failed", "a newer backup completes")]
#[case::set_aside(json!({ "backup_sets": [set(1, json!({})), set(1, json!({})), set(2, json!({ "tenant_id": 9 }))] }), 0, "records were set aside", "the records set aside are corrected")]
#[case::unjudged(json!({}), -DAY, "schedules are not judged", "as of the export or later")]
fn a_trace_names_what_forbids_a_healthy_claim(
    #[case] more: Value,
    #[case] as_of: i64,
    #[case] against: &str,
    #[case] needed: &str,
) {
    let recent = set(1, json!({ "completed_at": ago(HOUR - as_of) }));
    let report = report_at(with(json!({ "backup_sets": [recent] }), more), as_of);
    let lines = why::trace(&report.tenants[0], None);
    let said = |label: &str| lines.iter().find(|line| line.label == label).expect("the line is there");
    let reasons = said("Backup reasons");
    assert!(reasons.text.contains(against), "{}", reasons.text);
    assert_eq!(reasons.tone, Tone::Unknown);
    assert!(said("To become healthy").text.contains(needed), "{}", said("To become healthy").text);
}

/// Schedules that are not judged are neither good nor bad.
#[rstest]
#[case(0, Tone::Calm)]
#[case(-DAY, Tone::Unknown)]
fn a_trace_knows_nothing_of_schedules_before_the_export(#[case] as_of: i64, #[case] tone: Tone) {
    let recent = set(1, json!({ "completed_at": ago(HOUR - as_of) }));
    let report =
        report_at(json!({ "backup_sets": [recent], "backup_schedules": [schedule(1, json!({}))] }), as_of);
    let lines = why::trace(&report.tenants[0], None);
    let line = lines.iter().find(|line| line.label == "Schedules").expect("the line is there");
    assert_eq!(line.tone, tone, "{}", line.text);
}

/// TR-14: a disabled schedule is named if the tenant has no recent backup, and is never due.
#[rstest]
#[case::only(json!([schedule(1, json!({ "name": "Nightly", "is_enabled": false }))]),
    "None is enabled. Disabled: Nightly.", "its only schedule, Nightly, is disabled. Enable it")]
#[case::all(json!([schedule(1, json!({ "name": "Nightly", "is_enabled": false })), schedule(2, json!({ "name": null, "is_enabled": false }))]),
    "None is enabled. Disabled: Nightly and schedule 2.", "its schedules are disabled: Nightly and schedule 2. Enable one")]
#[case::one_of_two(json!([schedule(1, json!({ "name": "Nightly", "is_enabled": false })), schedule(2, json!({}))]),
    "Disabled: Nightly.", "find out why no newer backup completed")]
#[case::deleted(json!([schedule(1, json!({ "name": "Nightly", "is_enabled": false, "deleted_at": ago(1) }))]),
    "No enabled schedule needs follow-up", "find out why no newer backup completed")]
fn a_disabled_schedule_is_named_if_there_is_no_recent_backup(
    #[case] schedules: Value,
    #[case] why: &str,
    #[case] next: &str,
) {
    let stale = json!([set(1, json!({ "completed_at": ago(FRESHNESS + 1) }))]);
    let more = json!({ "backup_sets": stale, "backup_schedules": schedules });
    let (tenant, records) = (tenant_of(more.clone()), records_of(more));
    let line = |tenant: &TenantReport| {
        let mut lines = why::trace(tenant, Some(&records));
        lines.remove(lines.iter().position(|line| line.label == "Schedules").expect("the line is there"))
    };
    let told = line(&tenant);
    assert!(told.text.starts_with(why), "{}", told.text);
    assert_ne!(told.tone, Tone::Calm);
    let arrived = of_backup("latest_backup_stale", &tenant, Some(&records)).expect("a reason");
    assert!(arrived.next.contains(next), "{}", arrived.next);
    assert!(records.schedules.iter().all(|schedule| schedule.is_watched == schedule.expected_at.is_some()));

    // A recent backup needs no explanation.
    let recent = tenant_of(json!({ "backup_schedules": schedules }));
    assert!(!line(&recent).text.contains("Disabled"), "{}", line(&recent).text);
}

/// TR-14: without a disabled schedule, the next step names the newer backup or the schedule that failed.
#[rstest]
#[case(json!({ "backup_sets": [set(1, json!({ "completed_at": ago(FRESHNESS + 1) })), set(2, json!({ "status": "failed" }))] }),
    "why backup set 2 is not usable (failed)")]
#[case(json!({ "backup_sets": [set(1, json!({ "completed_at": ago(FRESHNESS + 1) })), set(2, json!({ "status": "failed", "name": "Nightly" }))] }),
    "why Nightly (backup set 2) is not usable (failed)")]
#[case(json!({ "backup_sets": [set(1, json!({ "completed_at": ago(FRESHNESS + 1) }))],
    "backup_schedules": [schedule(7, json!({ "name": "Nightly", "last_run_status": "failed" }))] }),
    "why Nightly (schedule 7) needs follow-up (last run did not succeed")]
fn the_next_step_names_what_the_evidence_knows(#[case] more: Value, #[case] next: &str) {
    let (tenant, records) = (tenant_of(more.clone()), records_of(more));
    let arrived = of_backup("latest_backup_stale", &tenant, Some(&records)).expect("a reason");
    assert!(arrived.next.contains(next), "{}", arrived.next);
}

/// TR-15: the trace has the names of sets, shortened, if their records are known.
#[test]
fn a_trace_names_the_sets_that_have_a_name() {
    let long = "Intune config backup ".repeat(20);
    let sets = json!([
        set(1, json!({ "name": "Nightly" })),
        set(2, json!({ "status": "failed", "name": "Weekly" })),
        set(3, json!({ "status": "failed", "name": " " })),
        set(4, json!({ "status": "failed", "name": long })),
    ]);
    let more = json!({ "backup_sets": sets });
    let (tenant, records) = (tenant_of(more.clone()), records_of(more));
    let said = |records: Option<&TenantRecords>| {
        let lines = why::trace(&tenant, records);
        [&lines[0], &lines[1]].map(|line| line.text.clone())
    };
    let [used, skipped] = said(Some(&records));
    assert!(used.starts_with("Nightly (backup set 1), completed "), "{used}");
    assert!(skipped.contains("Weekly (set 2, failed), set 3 (failed) and Intune config backup"), "{skipped}");
    assert!(skipped.ends_with(" (set 4, failed).") && skipped.chars().count() < 200, "{skipped}");
    let [used, skipped] = said(None);
    assert!(used.starts_with("Backup set 1, completed ") && !skipped.contains("Weekly"), "{used} {skipped}");
}
