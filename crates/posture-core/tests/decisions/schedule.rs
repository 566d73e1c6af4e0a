//! When a schedule needs a look.

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

/// BH-6: no word is no failure.
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

/// BH-7, BH-8: running without ever having begun is not stalled but never ran.
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

/// BH-5: a weekly schedule may be silent for its largest gap, and an hour.
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
#[case::one_that_does_not_fit_takes_the_rest_along(json!([1, 3, 5, 8]), 7)]
fn a_weekly_schedule_is_allowed_its_largest_gap(#[case] days: Value, #[case] gap: i64) {
    let allowance = gap * DAY + HOUR;
    let weekly =
        |silent: i64| json!({ "frequency": "Weekly", "days_of_week": days, "last_run_at": ago(silent) });
    assert_eq!(causes(weekly(allowance + GRACE)), json!([]));
    assert_eq!(causes(weekly(allowance + GRACE + 1)), json!(["overdue"]));
}

/// BH-5, SN-36: days of the week mean nothing to a daily or unrecognised frequency, which has the stricter allowance.
#[rstest]
#[case("daily")]
#[case("monthly")]
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
fn follow_ups_stand_by_id_and_hold_only_schedules_with_a_cause() {
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
