//! What the passage of time will change, and what another policy would.

use rstest::rstest;
use serde_json::{Value, json};

use posture_core::compare::change::{Change, Family};
use posture_core::compare::diff::diff;
use posture_core::compare::policy_effect::policy_effect;
use posture_core::tone::Tone;
use posture_core::views::forecast::{Cover, HORIZONS, LapseKind, StepGroup, forecast};
use posture_core::views::overview_counts::OverviewCounting;
use posture_core::{Form, Options, Report, derive, views::what_if, words};

use crate::evidence::{DAY, FRESHNESS, GRACE, HOUR, ago, at, run, schedule, set, snapshot, tenant};

#[track_caller]
fn report_at(
    tenants: Value,
    seconds: i64,
    freshness_hours: Option<u64>,
    schedule_grace_minutes: Option<u64>,
) -> Report {
    let options = Options {
        as_of: at(seconds).as_str().map(str::to_owned),
        freshness_hours,
        schedule_grace_minutes,
        ..Options::default()
    };
    derive(snapshot(tenants).to_string().as_bytes(), Form::Json, &options)
        .unwrap_or_else(|refusal| panic!("{refusal}"))
}

/// The lapses ahead of one tenant with this in it, in seconds from the export.
#[track_caller]
fn ahead(more: Value) -> Vec<(LapseKind, i64)> {
    let report = report_at(json!([tenant(1, more)]), 0, None, None);
    let from = report.exported_at.unix_seconds();
    forecast(&report, 24 * 7)
        .steps
        .iter()
        .map(|step| (step.lapse.kind, step.lapse.after.unix_seconds() - from))
        .collect()
}

const STALE: (LapseKind, i64) = (LapseKind::LatestBackupStale, FRESHNESS - HOUR);

/// FC-2: each limit of the contract that is exceeded by the passage of time.
#[rstest]
#[case::a_fresh_set(json!({}), &[STALE])]
#[case::a_stale_set(json!({ "backup_sets": [set(1, json!({ "completed_at": ago(FRESHNESS + 1) }))] }), &[])]
#[case::a_set_at_its_limit(json!({ "backup_sets": [set(1, json!({ "completed_at": ago(FRESHNESS) }))] }), &[(LapseKind::LatestBackupStale, 0)])]
#[case::a_schedule(json!({ "backup_schedules": [schedule(1, json!({}))] }), &[STALE, (LapseKind::ScheduleOverdue, 24 * HOUR + GRACE)])]
#[case::a_planned_run(
    json!({ "backup_schedules": [schedule(1, json!({ "next_run_at": at(HOUR) }))] }),
    &[(LapseKind::ScheduleOverdue, HOUR + GRACE), STALE]
)]
#[case::a_first_run(
    json!({ "backup_schedules": [schedule(1, json!({ "last_run_at": null, "last_run_status": null, "next_run_at": at(HOUR) }))] }),
    &[(LapseKind::ScheduleNeverRan, HOUR + GRACE), STALE]
)]
#[case::a_run_under_way(
    json!({ "backup_schedules": [schedule(1, json!({ "last_run_status": "running" }))] }),
    &[STALE, (LapseKind::ScheduleStalled, FRESHNESS - HOUR)]
)]
#[case::a_disabled_schedule(json!({ "backup_schedules": [schedule(1, json!({ "is_enabled": false }))] }), &[STALE])]
#[case::already_overdue(json!({ "backup_schedules": [schedule(1, json!({ "last_run_at": ago(9 * DAY) }))] }), &[STALE])]
#[case::a_restore_under_way(
    json!({ "restore_runs": [run(1, json!({ "status": "running", "completed_at": null, "started_at": ago(2 * HOUR) }))] }),
    &[(LapseKind::RestoreRunStalled, FRESHNESS - 2 * HOUR), STALE]
)]
#[case::a_restore_in_its_queue(
    json!({ "restore_runs": [run(1, json!({ "status": "queued", "results": null, "completed_at": null, "started_at": null, "created_at": ago(2 * HOUR) }))] }),
    &[(LapseKind::RestoreRunStuck, FRESHNESS - 2 * HOUR), STALE]
)]
#[case::an_operation_that_goes_on(
    json!({ "restore_runs": [run(1, json!({ "completed_at": ago(2 * HOUR), "operation_run": { "status": "running" } }))] }),
    &[(LapseKind::OperationUnresolved, FRESHNESS - 2 * HOUR), STALE]
)]
#[case::a_confirmed_set(
    json!({ "backup_sets": [set(1, json!({ "completed_at": ago(9 * DAY), "confirmations": [ago(HOUR)] }))] }),
    &[STALE]
)]
#[case::each_scope(
    json!({
        "scopes": { "a": { "freshness_hours": 48 } },
        "backup_sets": [set(1, json!({ "scope": "a" })), set(2, json!({ "scope": "b" })), set(3, json!({ "scope": "c", "completed_at": ago(9 * DAY) }))]
    }),
    &[STALE, (LapseKind::LatestBackupStale, 47 * HOUR)]
)]
#[case::an_interval(
    json!({ "backup_schedules": [schedule(1, json!({ "frequency": "interval", "interval_minutes": 120, "last_run_at": ago(HOUR) }))] }),
    &[(LapseKind::ScheduleOverdue, HOUR + GRACE), STALE]
)]
#[case::a_preview_under_way(
    json!({ "restore_runs": [run(1, json!({ "status": "running", "is_dry_run": true, "started_at": ago(2 * HOUR) }))] }),
    &[STALE]
)]
fn a_verdict_that_changes_with_time_is_forecast_with_its_instant(
    #[case] more: Value,
    #[case] expected: &[(LapseKind, i64)],
) {
    assert_eq!(ahead(more), expected);
}

/// FC-2, RE-10: a restore that counts for some days, from the export to the last second that it counts.
#[rstest]
#[case(9 * DAY - 1, true)]
#[case(9 * DAY, true)]
#[case(8 * DAY, true)]
#[case(9 * DAY + 1, false)]
fn a_restore_that_grows_too_old_is_forecast(#[case] age: i64, #[case] foreseen: bool) {
    let restore = json!({ "restore_runs": [run(1, json!({ "completed_at": ago(age) }))] });
    let mut document = snapshot(json!([tenant(1, restore)]));
    document["policy"] = json!({ "restore_evidence_days": 9 });
    let report =
        derive(document.to_string().as_bytes(), Form::Json, &Options::default()).expect("it is read");
    let after: Vec<_> = report.tenants[0]
        .lapses
        .iter()
        .filter(|lapse| lapse.kind == LapseKind::RestoreTooOld)
        .map(|lapse| lapse.after.unix_seconds() - report.exported_at.unix_seconds())
        .collect();
    let expected = if foreseen { vec![9 * DAY - age] } else { Vec::new() };
    assert_eq!(after, expected);
}

/// FC-2: lapses are listed at any instant from the export on, and not before.
#[rstest]
#[case(-1, false)]
#[case(0, true)]
#[case(1, true)]
fn lapses_are_listed_from_the_export_on(#[case] as_of: i64, #[case] told: bool) {
    let report = report_at(json!([tenant(1, json!({}))]), as_of, None, None);
    assert_eq!(!forecast(&report, 24 * 7).steps.is_empty(), told);
}

/// FC-1, FC-3: a horizon in hours, in order, with what is counted.
#[test]
fn a_forecast_looks_so_many_hours_ahead() {
    assert_eq!(HORIZONS, [24, 24 * 7], "a day and a week");
    let tenants = json!([
        tenant(1, json!({ "backup_schedules": [schedule(1, json!({ "next_run_at": at(30 * HOUR) }))] })),
        tenant(2, json!({ "backup_sets": [set(1, json!({ "completed_at": ago(20 * HOUR) }))] })),
        tenant(3, json!({ "status": "archived" }))
    ]);
    let report = report_at(tenants, 0, None, None);
    let day = forecast(&report, 24);
    assert_eq!(day.steps.iter().map(|step| step.tenant.tenant_id.get()).collect::<Vec<_>>(), [2, 1]);
    assert_eq!((day.turning_stale(), day.schedules_due()), (2, 0));
    let week = forecast(&report, 24 * 7);
    assert_eq!((week.turning_stale(), week.schedules_due()), (2, 1));
    assert_eq!(
        words::forecast_title(&week),
        "2 tenants go stale (1 without a schedule due in time), 1 schedule is due"
    );
    assert!(week.steps.iter().map(|step| step.lapse.after).is_sorted());
    let limits = words::forecast_limits(&week, &report).join(" ");
    for part in [
        "assumes that nothing runs",
        "Left out of the forecast: 1 tenant",
        "the export itself is older than the freshness window",
    ] {
        assert!(limits.contains(part), "{limits}");
    }
    assert!(day.evidence_old_after.is_none() && week.evidence_old_after.is_some());
}

/// FC-7: a backup turns stale 23 h after the export; how its tenant's schedules cover that.
#[rstest]
#[case::none(json!({}), Cover::NoSchedule)]
#[case::a_disabled_one(json!({ "backup_schedules": [schedule(1, json!({ "is_enabled": false }))] }), Cover::NoSchedule)]
#[case::a_failed_one(json!({ "backup_schedules": [schedule(1, json!({ "last_run_status": "failed" }))] }), Cover::FollowUp)]
#[case::an_overdue_one(json!({ "backup_schedules": [schedule(1, json!({ "last_run_at": ago(9 * DAY) }))] }), Cover::FollowUp)]
#[case::one_due_in_time(json!({ "backup_schedules": [schedule(1, json!({ "next_run_at": at(22 * HOUR) }))] }), Cover::DueInTime)]
#[case::one_due_with_the_hour_it_allows_itself(json!({ "backup_schedules": [schedule(1, json!({ "last_run_at": ago(HOUR) }))] }), Cover::DueInTime)]
#[case::one_due_later(
    json!({ "backup_schedules": [schedule(1, json!({ "frequency": "weekly", "days_of_week": [1] }))] }), Cover::DueLater
)]
#[case::one_under_way(json!({ "backup_schedules": [schedule(1, json!({ "last_run_status": "running" }))] }), Cover::DueInTime)]
#[case::a_failed_one_beside_a_sound_one(
    json!({ "backup_schedules": [schedule(1, json!({ "last_run_status": "failed" })), schedule(2, json!({ "next_run_at": at(HOUR) }))] }), Cover::DueInTime
)]
fn a_backup_that_turns_stale_says_whether_a_schedule_is_due_before(
    #[case] more: Value,
    #[case] cover: Cover,
) {
    let report = report_at(json!([tenant(1, more)]), 0, None, None);
    let ahead = forecast(&report, 24);
    let stale: Vec<_> =
        ahead.steps.iter().filter(|step| step.lapse.kind == LapseKind::LatestBackupStale).collect();
    assert_eq!(stale.iter().map(|step| step.cover).collect::<Vec<_>>(), [Some(cover)]);
    let grouped: usize = StepGroup::ALL.iter().map(|group| ahead.of_group(*group).len()).sum();
    assert_eq!(grouped, ahead.steps.len());
    assert_eq!(ahead.of_group(StepGroup::Uncovered).is_empty(), cover == Cover::DueInTime);
    assert_eq!(ahead.uncovered_tenants(), ahead.of_group(StepGroup::Uncovered).len() as u64);
    assert_eq!(forecast(&report, 22).uncovered_tenants(), 0);
}

/// FC-7: a tenant whose backups of two scopes go stale is one tenant, here as on the overview.
#[test]
fn a_tenant_with_two_scopes_is_counted_once() {
    let of_scope =
        |id: u64, scope: &str| set(id, json!({ "scope": scope, "completed_at": ago(id as i64 * HOUR) }));
    let sets = json!({ "backup_sets": [of_scope(1, "entra"), of_scope(2, "intune")] });
    let report = report_at(json!([tenant(1, sets)]), 0, None, None);
    let ahead = forecast(&report, 24);
    assert_eq!(ahead.of_group(StepGroup::Uncovered).len(), 2, "each scope is listed");
    assert_eq!(
        words::forecast_title(&ahead),
        "1 tenant goes stale (1 without a schedule due in time), 0 schedules are due"
    );
    assert_eq!(OverviewCounting::of(&report).finish().stale_soon, Some(1));
}

/// FC-7, FC-2: what is counted for a day ends before its last instant, and only backups count as uncovered.
#[test]
fn a_change_at_the_end_of_a_period_is_not_within_it() {
    let stale_at = |id: u64, seconds: i64| {
        tenant(id, json!({ "backup_sets": [set(1, json!({ "completed_at": at(seconds - FRESHNESS) }))] }))
    };
    let report = report_at(json!([stale_at(1, 20 * HOUR - 1), stale_at(2, 20 * HOUR)]), 0, None, None);
    assert_eq!(forecast(&report, 20).uncovered_tenants(), 1);
    let queued = json!({ "status": "queued", "results": null, "completed_at": null, "started_at": null, "created_at": ago(20 * HOUR) });
    let waits = report_at(json!([tenant(1, json!({ "restore_runs": [run(1, queued)] }))]), 0, None, None);
    assert_eq!(forecast(&waits, 10).steps[0].lapse.kind, LapseKind::RestoreRunStuck);
    assert_eq!(forecast(&waits, 10).uncovered_tenants(), 0, "its backup stays fresh for longer");

    let weekly = [DAY - 2, DAY - 1, DAY, DAY + 1].map(|seconds| seconds - 2 * DAY);
    let sets = weekly.iter().zip(1..).map(|(seconds, id)| {
        tenant(id, json!({ "backup_sets": [set(1, json!({ "completed_at": at(*seconds) }))] }))
    });
    let report = report_at(json!(sets.collect::<Vec<_>>()), 0, Some(48), None);
    let ahead = forecast(&report, 24 * 7);
    assert_eq!((ahead.steps.len(), ahead.within_a_day(&ahead.steps)), (4, 2));
    assert_eq!(ahead.within_a_day(&[]), 0);
}

/// FC-2: a restore that still governs grows too old, even if another run becomes unresolved before.
#[test]
fn a_restore_grows_too_old_next_to_one_that_is_unresolved() {
    let unresolved = json!({ "completed_at": ago(2 * HOUR), "operation_run": { "status": "running" } });
    let mut document =
        snapshot(json!([tenant(1, json!({ "restore_runs": [run(1, json!({})), run(2, unresolved)] }))]));
    document["policy"] = json!({ "restore_evidence_days": 3 });
    let report =
        derive(document.to_string().as_bytes(), Form::Json, &Options::default()).expect("it is read");
    let lapses = report.tenants[0].lapses.iter();
    let lapses: Vec<_> = lapses.map(|lapse| (lapse.kind, lapse.record_id.get())).collect();
    assert!(lapses.contains(&(LapseKind::OperationUnresolved, 2)), "{lapses:?}");
    assert!(lapses.contains(&(LapseKind::RestoreTooOld, 1)), "{lapses:?}");
}

/// FC-2: a restore does not grow too old once another run governs.
#[test]
fn a_restore_that_another_run_replaces_does_not_grow_too_old() {
    let running = json!({ "status": "running", "completed_at": null, "started_at": ago(2 * HOUR) });
    let runs = json!([run(1, json!({ "completed_at": ago(DAY) })), run(2, running)]);
    let mut document = snapshot(json!([tenant(1, json!({ "restore_runs": runs }))]));
    document["policy"] = json!({ "restore_evidence_days": 3 });
    let report =
        derive(document.to_string().as_bytes(), Form::Json, &Options::default()).expect("it is read");
    let kinds: Vec<_> = report.tenants[0].lapses.iter().map(|lapse| lapse.kind).collect();
    assert!(kinds.contains(&LapseKind::RestoreRunStalled), "{kinds:?}");
    assert!(!kinds.contains(&LapseKind::RestoreTooOld), "{kinds:?}");
}

/// FC-4: no forecast from before the export.
#[test]
fn before_the_export_there_is_no_forecast_and_that_is_said() {
    let report = report_at(json!([tenant(1, json!({}))]), -HOUR, None, None);
    let forecast = forecast(&report, 24);
    assert!(!forecast.is_possible && forecast.steps.is_empty());
    assert_eq!(OverviewCounting::of(&report).finish().stale_soon, None);
    assert!(words::forecast_limits(&forecast, &report).join(" ").contains("Choose the export time or later"));
}

/// WI-7: fewer flagged tenants are shown as such, not as better backups.
#[test]
fn the_effect_of_another_policy_has_a_tone() {
    let old =
        json!([tenant(1, json!({ "backup_sets": [set(1, json!({ "completed_at": ago(25 * HOUR) }))] }))]);
    let (own, tried) = (report_at(old.clone(), 0, None, None), report_at(old, 0, Some(26), None));
    let tone = |one: &Report, other: &Report| {
        let change = diff(one, other).unwrap().tenants[0];
        policy_effect(&change, Family::BackupHealth, one, other).0
    };
    assert_eq!([tone(&own, &tried), tone(&own, &own)], [Tone::Low, Change::Unchanged.tone()]);
    assert_eq!(tone(&tried, &own), Change::Worse.tone());
    assert_ne!(Change::Worse.tone(), Tone::Low);
}

/// WI-1, WI-2: counts under both policies, and the sentence.
#[test]
fn another_window_is_shown_in_counts_of_both() {
    let stale_at = |id: u64, hours: i64| {
        tenant(id, json!({ "backup_sets": [set(1, json!({ "completed_at": ago(hours * HOUR) }))] }))
    };
    let tenants = json!([stale_at(1, 25), stale_at(2, 25), stale_at(3, 40), stale_at(4, 2)]);
    let (own, tried) = (report_at(tenants.clone(), 0, None, None), report_at(tenants, 0, Some(26), None));
    assert_eq!(words::what_if(&own, &tried), "26 h instead of 24 h: 3 stale → 1, 1 healthy → 3.");
    assert_eq!(words::what_if(&own, &own), "This is the current policy.");
    for count in what_if::counts(&own, &tried) {
        assert!(count.own <= 4 && count.tried <= 4, "{count:?}");
    }
}

/// WI-2: the grace changes only schedules.
#[test]
fn another_grace_is_shown_too() {
    let late = json!([tenant(
        1,
        json!({ "backup_schedules": [schedule(1, json!({ "last_run_at": ago(25 * HOUR + GRACE + 60) }))] })
    )]);
    let (own, tried) = (report_at(late.clone(), 0, None, None), report_at(late, 0, None, Some(60)));
    assert_eq!(
        words::what_if(&own, &tried),
        "60 min of grace instead of 30 min: 1 schedule to follow up → 0."
    );
    let none = report_at(json!([]), 0, Some(30), None);
    assert_eq!(
        words::what_if(&report_at(json!([]), 0, None, None), &none),
        "30 h instead of 24 h: nothing changes."
    );
}

/// WI-7: what another policy does to a verdict is not called better or worse, and a change of recovery evidence is explained.
#[test]
fn a_tried_policy_flags_tenants_and_makes_none_better() {
    let completed = |hours: i64| json!([set(1, json!({ "completed_at": ago(hours * HOUR) }))]);
    let under_way =
        run(1, json!({ "status": "running", "started_at": ago(25 * HOUR), "completed_at": null }));
    let degraded = json!([set(1, json!({ "status": "partial", "completed_at": ago(25 * HOUR) }))]);
    let tenants = json!([
        tenant(1, json!({ "backup_sets": completed(25) })),
        tenant(2, json!({ "backup_sets": degraded })),
        tenant(3, json!({ "restore_runs": [under_way] })),
    ]);
    let (own, tried) = (report_at(tenants.clone(), 0, None, None), report_at(tenants, 0, Some(26), None));
    let effects = |own: &Report, tried: &Report| {
        let found = diff(own, tried).expect("one workspace");
        let of = |place: usize, family| policy_effect(&found.tenants[place], family, own, tried).1;
        [of(0, Family::BackupHealth), of(1, Family::BackupHealth), of(2, Family::BackupHealth)]
    };
    assert_eq!(effects(&own, &tried), ["No longer flagged", "Milder verdict", "Unchanged"]);
    assert_eq!(effects(&tried, &own), ["Newly flagged", "Stricter verdict", "Unchanged"]);
    let why = words::what_if_recovery(&own, &tried).expect("recovery evidence changes");
    assert!(why.contains("stalled after the freshness window"), "{why}");
    assert_eq!(words::what_if_recovery(&own, &own), None);
}
