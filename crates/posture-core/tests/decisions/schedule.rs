//! When a schedule needs follow-up.

use rstest::rstest;
use serde_json::{Value, json};

use crate::evidence::{
    DAY, FRESHNESS, GRACE, HOUR, SKEW, ago, at, derived, report, schedule, snapshot, tenant, with,
};

const ALLOWANCE: i64 = 25 * HOUR;

#[track_caller]
fn causes(more: Value) -> Value {
    let follow_ups =
        derived(json!({ "backup_schedules": [schedule(1, more)] }))["backup_health"]["schedule_follow_ups"]
            .clone();
    if follow_ups == json!([]) { json!([]) } else { follow_ups[0]["causes"].clone() }
}

/// BH-6, SN-10, SN-18: only these three words say that a run did well or still goes on.
#[rstest]
#[case("success", json!([]))]
#[case("Succeeded", json!([]))]
#[case("completed", json!([]))]
#[case("running", json!([]))]
#[case("partial", json!(["last_run_not_successful"]))]
#[case("failed", json!(["last_run_not_successful"]))]
#[case("canceled", json!(["last_run_not_successful"]))]
#[case("cancelled", json!(["last_run_not_successful"]))]
#[case("skipped", json!(["last_run_not_successful"]))]
#[case("odd", json!(["last_run_not_successful"]))]
fn a_last_run_is_not_successful_unless_it_says_so(#[case] status: &str, #[case] expected: Value) {
    assert_eq!(causes(json!({ "last_run_status": status })), expected);
}

/// BH-6: an absent status is not a failure.
#[test]
fn a_last_run_without_a_status_is_not_called_unsuccessful() {
    assert_eq!(causes(json!({ "last_run_status": null })), json!([]));
}

/// BH-7: a run that began before the window and never ended.
#[rstest]
#[case::within(FRESHNESS - 1, json!([]))]
#[case::exactly(FRESHNESS, json!([]))]
#[case::beyond(FRESHNESS + 1, json!(["stalled"]))]
#[case::never_overdue_while_it_runs(30 * DAY, json!(["stalled"]))]
fn a_running_schedule_stalls_beyond_the_freshness_window(#[case] last_run_ago: i64, #[case] expected: Value) {
    assert_eq!(causes(json!({ "last_run_status": "running", "last_run_at": ago(last_run_ago) })), expected);
}

/// BH-7, BH-8: running without ever having started is not stalled but never ran.
#[test]
fn a_running_schedule_without_a_last_run_never_ran() {
    assert_eq!(causes(json!({ "last_run_status": "running", "last_run_at": null })), json!(["never_ran"]));
}

/// BH-8: never ran, by creation and by plan, whichever is earlier.
#[rstest]
#[case::nothing_is_known(json!({}), json!(["never_ran"]))]
#[case::planned_within_grace(json!({ "next_run_at": ago(GRACE) }), json!([]))]
#[case::planned_before_it(json!({ "next_run_at": ago(GRACE + 1) }), json!(["never_ran"]))]
#[case::planned_ahead(json!({ "next_run_at": at(DAY) }), json!([]))]
#[case::created_within_allowance_and_grace(json!({ "created_at": ago(ALLOWANCE + GRACE) }), json!([]))]
#[case::created_before_it(json!({ "created_at": ago(ALLOWANCE + GRACE + 1) }), json!(["never_ran"]))]
#[case::a_plan_never_hides_a_silent_past(json!({ "created_at": ago(30 * DAY), "next_run_at": at(DAY) }), json!(["never_ran"]))]
#[case::the_plan_was_earlier(json!({ "created_at": ago(HOUR), "next_run_at": ago(GRACE + 1) }), json!(["never_ran"]))]
#[case::created_so_that_it_is_due_within_the_calendar(json!({ "created_at": "9999-12-30T22:59:59Z" }), json!([]))]
#[case::created_so_that_it_is_due_past_the_calendar(json!({ "created_at": "9999-12-30T23:00:00Z" }), json!(["never_ran"]))]
#[case::created_past_the_calendar_but_planned(json!({ "created_at": "9999-12-31T23:59:59Z", "next_run_at": at(DAY) }), json!([]))]
fn a_schedule_never_ran_once_it_was_due(#[case] more: Value, #[case] expected: Value) {
    let never = json!({ "last_run_at": null, "last_run_status": null });
    assert_eq!(causes(with(never, more)), expected);
}

/// BH-5, BH-8: a last run that has not happened counts as absent; up to the skew it has happened.
#[rstest]
#[case::within_the_skew(SKEW, json!([]))]
#[case::beyond_it(SKEW + 1, json!(["never_ran"]))]
fn a_last_run_ahead_of_the_clock_counts_as_absent(#[case] ahead: i64, #[case] expected: Value) {
    assert_eq!(causes(json!({ "last_run_at": at(ahead) })), expected);
}

/// BH-9: overdue, by the last run and by a later plan, whichever is earlier.
#[rstest]
#[case::within_allowance_and_grace(json!({ "last_run_at": ago(ALLOWANCE + GRACE) }), json!([]))]
#[case::before_it(json!({ "last_run_at": ago(ALLOWANCE + GRACE + 1) }), json!(["overdue"]))]
#[case::planned_within_grace(json!({ "next_run_at": ago(GRACE), "last_run_at": ago(2 * HOUR) }), json!([]))]
#[case::planned_before_it(json!({ "next_run_at": ago(GRACE + 1), "last_run_at": ago(2 * HOUR) }), json!(["overdue"]))]
#[case::the_plan_was_served(json!({ "next_run_at": ago(2 * HOUR), "last_run_at": ago(HOUR) }), json!([]))]
#[case::the_plan_was_served_at_once(json!({ "next_run_at": ago(HOUR), "last_run_at": ago(HOUR) }), json!([]))]
#[case::a_plan_ahead_never_hides_a_silent_past(json!({ "next_run_at": at(HOUR), "last_run_at": ago(30 * DAY) }), json!(["overdue"]))]
#[case::both(json!({ "last_run_at": ago(30 * DAY), "last_run_status": "failed" }), json!(["last_run_not_successful", "overdue"]))]
#[case::no_status(json!({ "last_run_at": ago(30 * DAY), "last_run_status": null }), json!(["overdue"]))]
fn a_schedule_is_overdue_once_its_next_run_was_due(#[case] more: Value, #[case] expected: Value) {
    assert_eq!(causes(more), expected);
}

/// BH-5: without a last run a weekly schedule may be silent for its largest gap, and an hour.
#[rstest]
#[case::none_given(json!(null), 7)]
#[case::none(json!([]), 7)]
#[case::one(json!([3]), 7)]
#[case::one_twice(json!([3, 3]), 7)]
#[case::sunday_twice(json!([0, 7]), 7)]
#[case::neighbours(json!([1, 2]), 6)]
#[case::monday_wednesday_friday(json!([5, 1, 3]), 3)]
#[case::weekend(json!([6, 7]), 6)]
#[case::around_the_week(json!([1, 7]), 6)]
#[case::across_the_week(json!([2, 6]), 4)]
#[case::every_day(json!([1, 2, 3, 4, 5, 6, 0]), 1)]
#[case::one_that_is_invalid_takes_the_rest_along(json!([1, 3, 5, 8]), 1)]
#[case::as_an_object(json!({ "3": 5, "x": 1 }), 4)]
fn a_weekly_schedule_is_allowed_its_largest_gap(#[case] days: Value, #[case] gap: i64) {
    let allowance = gap * DAY + HOUR;
    let weekly = |silent: i64| json!({ "frequency": "Weekly", "days_of_week": days, "last_run_at": null, "last_run_status": null, "created_at": ago(silent) });
    assert_eq!(causes(weekly(allowance + GRACE)), json!([]));
    assert_eq!(causes(weekly(allowance + GRACE + 1)), json!(["never_ran"]));
}

/// BH-5, BH-27: what counts is the longest gap after a day that is within a day of the last run's own.
#[rstest]
#[case::on_a_day("2026-11-11", json!([1, 2, 3, 4, 5]), 1)]
#[case::before_the_weekend("2026-11-12", json!([1, 2, 3, 4, 5]), 3)]
#[case::on_the_last_day("2026-11-13", json!([1, 2, 3, 4, 5]), 3)]
#[case::the_day_after_the_last_day("2026-11-14", json!([1, 2, 3, 4, 5]), 3)]
#[case::the_day_before_the_first_day("2026-11-08", json!([1, 2, 3, 4, 5]), 1)]
#[case::around_the_week("2026-11-08", json!([1, 4]), 3)]
#[case::the_day_after_one_of_two("2026-11-10", json!([1, 4]), 3)]
#[case::no_day_is_near("2026-11-11", json!([1, 6]), 5)]
#[case::one_day("2026-11-11", json!([6]), 7)]
#[case::invalid("2026-11-11", json!([0, "x"]), 1)]
fn a_weekly_schedule_is_allowed_the_gap_after_its_last_run(
    #[case] date: &str,
    #[case] days: Value,
    #[case] gap: i64,
) {
    let allowance = gap * DAY + HOUR + GRACE;
    let last = posture_core::Timestamp::parse(&format!("{date}T12:00:00Z")).expect("a timestamp");
    let overdue = |as_of: i64| {
        let weekly = json!({ "frequency": "weekly", "days_of_week": days, "last_run_at": last.to_string() });
        let mut document = snapshot(json!([tenant(1, json!({ "backup_schedules": [schedule(1, weekly)] }))]));
        document["exported_at"] = json!(last.to_string());
        let options = posture_core::Options {
            as_of: posture_core::Timestamp::from_unix_seconds(as_of).map(|at| at.to_string()),
            ..posture_core::Options::default()
        };
        let report =
            posture_core::derive(document.to_string().as_bytes(), posture_core::Form::Json, &options);
        !report.expect("it is read").tenants[0].backup_health.schedule_follow_ups.is_empty()
    };
    assert!(!overdue(last.unix_seconds() + allowance));
    assert!(overdue(last.unix_seconds() + allowance + 1));
}

/// BH-5, BH-28: a month and an interval.
#[rstest]
#[case::monthly(json!({ "frequency": "Monthly" }), 35 * DAY + HOUR)]
#[case::interval(json!({ "frequency": "interval", "interval_minutes": 90 }), 90 * 60)]
#[case::shortest_interval(json!({ "frequency": "interval", "interval_minutes": 1 }), 60)]
#[case::longest_interval(json!({ "frequency": "interval", "interval_minutes": 527_040 }), 366 * DAY)]
#[case::interval_that_is_invalid(json!({ "frequency": "interval", "interval_minutes": 0 }), HOUR)]
#[case::interval_beyond_a_year(json!({ "frequency": "interval", "interval_minutes": 527_041 }), HOUR)]
#[case::interval_without_minutes(json!({ "frequency": "interval" }), ALLOWANCE)]
#[case::minutes_of_a_daily_one(json!({ "frequency": "daily", "interval_minutes": 5 }), ALLOWANCE)]
fn each_frequency_has_its_allowance(#[case] more: Value, #[case] allowance: i64) {
    let silent = |seconds: i64| with(more.clone(), json!({ "last_run_at": ago(seconds) }));
    assert_eq!(causes(silent(allowance + GRACE)), json!([]));
    assert_eq!(causes(silent(allowance + GRACE + 1)), json!(["overdue"]));
}

/// BH-5, SN-36: days of the week mean nothing to a daily or unrecognised frequency, which has the stricter allowance.
#[rstest]
#[case("daily")]
#[case("hourly")]
fn any_other_frequency_is_allowed_a_day(#[case] frequency: &str) {
    let silent =
        |seconds: i64| json!({ "frequency": frequency, "days_of_week": [1], "last_run_at": ago(seconds) });
    assert_eq!(causes(silent(ALLOWANCE + GRACE)), json!([]));
    assert_eq!(causes(silent(ALLOWANCE + GRACE + 1)), json!(["overdue"]));
}

/// BH-4: disabled and deleted schedules are not judged.
#[rstest]
#[case::disabled(json!({ "is_enabled": false }), false)]
#[case::deleted(json!({ "deleted_at": ago(1) }), false)]
#[case::deleted_as_far_ahead_as_a_clock_may_run(json!({ "deleted_at": at(SKEW) }), false)]
#[case::deletion_has_not_happened(json!({ "deleted_at": at(SKEW + 1) }), true)]
fn only_enabled_schedules_that_are_not_deleted_are_judged(#[case] more: Value, #[case] judged: bool) {
    let failed = with(json!({ "last_run_status": "failed" }), more);
    assert_eq!(causes(failed) != json!([]), judged);
}

/// BH-10: by id, and only those with a cause.
#[test]
fn follow_ups_are_by_id_and_hold_only_schedules_with_a_cause() {
    let schedules = json!([
        schedule(3, json!({ "last_run_status": "failed" })),
        schedule(2, json!({})),
        schedule(1, json!({ "last_run_at": ago(30 * DAY) }))
    ]);
    let health = derived(json!({ "backup_schedules": schedules }))["backup_health"].clone();
    let expected = json!([{ "schedule_id": 1, "causes": ["overdue"] }, { "schedule_id": 3, "causes": ["last_run_not_successful"] }]);
    assert_eq!(health["schedule_follow_ups"], expected);
}

/// BH-9, SN-5: the grace is the policy's.
#[rstest]
#[case(0, 0)]
#[case(10080, 10080 * 60)]
fn the_grace_is_the_one_stated(#[case] minutes: u64, #[case] seconds: i64) {
    let overdue = |silent: i64| {
        let mut snapshot = snapshot(json!([tenant(
            1,
            json!({ "backup_schedules": [schedule(1, json!({ "last_run_at": ago(silent) }))] })
        )]));
        snapshot["policy"] = json!({ "schedule_grace_minutes": minutes });
        report(&snapshot)["tenants"][0]["backup_health"]["schedule_follow_ups"] != json!([])
    };
    assert!(!overdue(ALLOWANCE + seconds));
    assert!(overdue(ALLOWANCE + seconds + 1));
}
