//! Every limit of the contract one unit before it, at it, and one unit beyond. `specs/decisions.md` names the test of each.

use rstest::rstest;
use serde_json::{Value, json};

use posture_core::{Form, Options, RefusalKind, derive};

use crate::evidence::{
    DAY, FRESHNESS, GRACE, HOUR, SKEW, ago, at, derived, findings_in, health_of, refused, report,
    report_as_of,
};
use crate::evidence::{run, schedule, set, snapshot, tenant, with};

const DAILY: i64 = 25 * HOUR;
const WEEKLY: i64 = 7 * DAY + HOUR;

/// What is decided a second before a limit, at it, and a second beyond it.
#[track_caller]
fn around(limit: i64, decides: impl Fn(i64) -> Value) -> [Value; 3] {
    [-1, 0, 1].map(|unit| decides(limit + unit))
}

fn posture(set: Value) -> Value {
    health_of(json!([set]))["posture"].clone()
}

fn causes(more: Value) -> Value {
    let health = derived(json!({ "backup_schedules": [schedule(1, more)] }))["backup_health"].clone();
    health["schedule_follow_ups"]
        .as_array()
        .and_then(|follow_ups| follow_ups.first())
        .map_or(json!([]), |first| first["causes"].clone())
}

fn with_policy(policy: Value, tenants: Value) -> Value {
    with(snapshot(tenants), json!({ "policy": policy }))
}

/// CL-2: a rule that replaces the document's own is within the same range.
#[rstest]
#[case(1, 8760, |hours| Options { freshness_hours: Some(hours), ..Options::default() })]
#[case(0, 10080, |minutes| Options { schedule_grace_minutes: Some(minutes), ..Options::default() })]
fn a_rule_tried_is_within_its_range(
    #[case] least: u64,
    #[case] greatest: u64,
    #[case] of: fn(u64) -> Options,
) {
    let derived = |value: u64| derive(snapshot(json!([])).to_string().as_bytes(), Form::Json, &of(value));
    assert!(derived(least).is_ok() && derived(greatest).is_ok());
    let beyond = [greatest + 1, least.wrapping_sub(1)];
    for value in beyond.into_iter().filter(|value| *value != u64::MAX) {
        let refusal = derived(value).expect_err("it is out of range");
        let RefusalKind::PolicyOutOfRange(range) = refusal.kind else { panic!("{refusal}") };
        assert_eq!((range.value, range.least, range.greatest), (value, least, greatest));
    }
}

/// BH-12, TM-4: of the policy's own window too.
#[rstest]
#[case(1)]
#[case(24)]
#[case(72)]
#[case(8760)]
fn a_set_is_fresh_up_to_the_window(#[case] hours: i64) {
    let judged = |age: i64| {
        let sets = json!({ "backup_sets": [set(1, json!({ "completed_at": ago(age) }))] });
        let snapshot = with_policy(json!({ "freshness_hours": hours }), json!([tenant(1, sets)]));
        report(&snapshot)["tenants"][0]["backup_health"]["posture"].clone()
    };
    assert_eq!(around(hours * HOUR, judged), ["healthy", "healthy", "stale"]);
}

/// TM-2: what has happened, of each instant that decides.
#[rstest]
#[case::set_completed(|ahead| posture(set(1, json!({ "completed_at": at(ahead) }))), ["healthy", "healthy", "absent"])]
#[case::set_deleted(|ahead| posture(set(1, json!({ "deleted_at": at(ahead) }))), ["absent", "absent", "healthy"])]
#[case::item_deleted(|ahead| posture(set(1, json!({ "items": [{ "id": 1, "deleted_at": at(ahead) }] }))), ["absent", "absent", "healthy"])]
#[case::schedule_deleted(|ahead| causes(json!({ "last_run_status": "failed", "deleted_at": at(ahead) })).as_array().map(Vec::len).into(), [0, 0, 1])]
#[case::schedule_ran(|ahead| causes(json!({ "last_run_at": at(ahead) })).as_array().map(Vec::len).into(), [0, 0, 1])]
#[case::run_completed_well(|ahead| recovery(json!({ "completed_at": at(ahead) }))["overview_state"].clone(),
    ["no_recent_issues_visible", "no_recent_issues_visible", "unvalidated"])]
#[case::run_failed(|ahead| recovery(json!({ "status": "failed", "completed_at": at(ahead) }))["latest_relevant_at"].is_null().into(), [false, false, true])]
#[case::run_deleted(|ahead| recovery(json!({ "deleted_at": at(ahead) }))["overview_state"].clone(),
    ["unvalidated", "unvalidated", "no_recent_issues_visible"])]
fn an_instant_has_happened_up_to_the_skew<V: Into<Value>>(
    #[case] decides: fn(i64) -> Value,
    #[case] expected: [V; 3],
) {
    assert_eq!(around(SKEW, decides), expected.map(Into::into));
}

fn recovery(more: Value) -> Value {
    derived(json!({ "restore_runs": [run(1, more)] }))["recovery_evidence"].clone()
}

/// TM-2: an export holds no fact later than itself, however far ahead the as-of instant is; before it, that instant bounds.
#[rstest]
#[case::long_after_the_export(30 * DAY, SKEW)]
#[case::at_the_export(0, SKEW)]
#[case::before_the_export(-DAY, SKEW - DAY)]
fn events_have_happened_only_up_to_the_earlier_of_both_instants(#[case] as_of: i64, #[case] limit: i64) {
    let judged = |completed: i64| {
        let sets = json!({ "backup_sets": [set(1, json!({ "completed_at": at(completed) }))] });
        report_as_of(&snapshot(json!([tenant(1, sets)])), as_of)["tenants"][0]["backup_health"]["latest_relevant_backup_set_id"].clone()
    };
    assert_eq!(around(limit, judged), [json!(1), json!(1), Value::Null]);
}

/// TM-3, TM-4: ages are whole seconds, rounded down, never below zero; comparisons use full precision.
#[rstest]
#[case("2026-11-20T07:59:59Z", 1)]
#[case("2026-11-20T07:59:59.000000001Z", 0)]
#[case("2026-11-20T08:00:00Z", 0)]
#[case("2026-11-20T08:00:01Z", 0)]
#[case("2026-11-20T07:59:58.999999999Z", 1)]
fn an_age_is_rounded_down_and_never_below_zero(#[case] completed_at: &str, #[case] age: u64) {
    assert_eq!(health_of(json!([set(1, json!({ "completed_at": completed_at }))]))["age_seconds"], age);
}

/// BQ-4, BQ-5: one item more than there are.
#[rstest]
#[case::items(|stated| set(1, json!({ "items": [{ "id": 1 }, { "id": 2 }], "item_count": stated })))]
#[case::a_deleted_one(|stated| set(1, json!({ "items": [{ "id": 1 }, { "id": 2 }, { "id": 3, "deleted_at": ago(1) }], "item_count": stated + 1 })))]
#[case::summary(|stated| set(1, json!({ "items": null, "item_count": stated, "quality": { "total_items": 2, "degraded_items": 0, "families": {} } })))]
fn items_are_accounted_for_up_to_those_that_are_there(#[case] of: fn(i64) -> Value) {
    assert_eq!(around(2, |stated| posture(of(stated))), ["healthy", "healthy", "degraded"]);
}

/// BH-1: a set of nothing is empty, a set of one is not.
#[rstest]
#[case::stated(|count| set(1, json!({ "items": [], "item_count": count })))]
#[case::summary(|count| set(1, json!({ "items": null, "quality": { "total_items": count, "degraded_items": 0, "families": {} } })))]
fn a_set_is_empty_at_none_and_not_at_one(#[case] of: fn(u64) -> Value) {
    assert_eq!([0, 1].map(|count| posture(of(count)) == "absent"), [true, false]);
}

/// BH-5, BH-7, BH-8, BH-9: each cause of a schedule.
#[rstest]
#[case::stalled(FRESHNESS, "stalled", |ran| json!({ "last_run_status": "running", "last_run_at": ago(ran) }))]
#[case::never_ran_by_plan(GRACE, "never_ran", |planned| json!({ "last_run_at": null, "next_run_at": ago(planned) }))]
#[case::never_ran_by_creation(DAILY + GRACE, "never_ran", |created| json!({ "last_run_at": null, "created_at": ago(created) }))]
#[case::never_ran_by_creation_weekly(WEEKLY + GRACE, "never_ran", |created| json!({ "last_run_at": null, "created_at": ago(created), "frequency": "weekly" }))]
#[case::overdue_daily(DAILY + GRACE, "overdue", |ran| json!({ "last_run_at": ago(ran) }))]
#[case::overdue_weekly(WEEKLY + GRACE, "overdue", |ran| json!({ "last_run_at": ago(ran), "frequency": "weekly" }))]
#[case::overdue_by_plan(GRACE, "overdue", |planned| json!({ "last_run_at": ago(DAY), "next_run_at": ago(planned) }))]
fn a_schedule_needs_a_look_beyond_its_limit(
    #[case] limit: i64,
    #[case] cause: &str,
    #[case] of: fn(i64) -> Value,
) {
    assert_eq!(around(limit, |silent| causes(of(silent))), [json!([]), json!([]), json!([cause])]);
}

/// BH-9: a planned run counts only if it is later than the last one.
#[test]
fn a_plan_counts_if_it_is_later_than_the_last_run() {
    let planned = |after: i64| causes(json!({ "last_run_at": ago(DAY), "next_run_at": at(after - DAY) }));
    assert_eq!(around(0, planned), [json!([]), json!([]), json!(["overdue"])]);
}

/// BH-11: schedules are judged from the skew before the export on.
#[test]
fn schedules_are_judged_from_the_skew_before_the_export_on() {
    let judged = |as_of: i64| {
        report_as_of(&snapshot(json!([tenant(1, json!({}))])), as_of)["tenants"][0]["backup_health"]["schedules_evaluated"].clone()
    };
    assert_eq!(around(-SKEW, judged), [false, true, true]);
}

/// RA-2: a run stalls beyond the freshness window, by its start, else by its creation.
#[rstest]
#[case("started_at")]
#[case("created_at")]
fn a_run_stalls_beyond_the_window(#[case] key: &str) {
    let state = |silent: i64| {
        derived(json!({ "restore_runs": [run(1, json!({ "status": "running", "completed_at": null, key: ago(silent) }))] }))["restore_attention"]
            [0]["state"]
            .clone()
    };
    assert_eq!(around(FRESHNESS, state), ["not_executed", "not_executed", "partial"]);
}

/// RA-7: a non_applied of zero is not a cause; one is.
#[test]
fn one_that_was_not_applied_asks_for_follow_up() {
    let state = |count: u64| {
        derived(json!({ "restore_runs": [run(1, json!({ "metadata": { "non_applied": count } }))] }))["restore_attention"][0]["state"]
            .clone()
    };
    assert_eq!([0, 1].map(state), ["completed", "completed_with_follow_up"]);
}

/// SN-37: a timestamp in the future, of each record that has one, by the policy's own skew.
#[rstest]
#[case::set("backup_sets", set(1, json!({})), "completed_at")]
#[case::run("restore_runs", run(1, json!({})), "completed_at")]
#[case::schedule("backup_schedules", schedule(1, json!({})), "last_run_at")]
fn a_timestamp_is_in_the_future_beyond_the_skew(
    #[case] collection: &str,
    #[case] record: Value,
    #[case] key: &str,
) {
    let told = |ahead: i64| {
        findings_in(json!({ collection: [with(record.clone(), json!({ key: at(ahead) }))] })).len().into()
    };
    assert_eq!(around(SKEW, told), [0, 0, 1]);
}

/// WO-12: data is too old beyond the freshness window.
#[test]
fn data_is_too_old_beyond_the_freshness_window() {
    let blockers = |as_of: i64| {
        let calmness = report_as_of(&snapshot(json!([tenant(1, json!({ "backup_sets": [] }))])), as_of)["overview"]["calmness"].clone();
        calmness["blockers"]
            .as_array()
            .is_some_and(|blockers| blockers.contains(&json!("data_too_old")))
            .into()
    };
    assert_eq!(around(FRESHNESS, blockers), [false, false, true]);
}

/// WO-4: a list of as many items as are listed, of one fewer, and of one more.
#[rstest]
#[case(json!({}), 10)]
#[case(json!({ "attention_limit": 2 }), 2)]
#[case(json!({ "attention_limit": 1000 }), 1000)]
fn a_list_is_cut_beyond_its_limit(#[case] policy: Value, #[case] limit: i64) {
    let listed = |count: i64| {
        let tenants = (1..=count)
            .map(|id| json!({ "id": id, "external_id": format!("t-{id}"), "name": "T", "status": "active" }));
        let policy = with(policy.clone(), json!({ "freshness_hours": 24 }));
        // Each of these has two items: its backups are absent, and its recovery is unvalidated.
        let overview = report(&with_policy(policy, tenants.collect()))["overview"].clone();
        assert_eq!(overview["attention_total"], 2 * count);
        overview["attention_items"].as_array().map(Vec::len).into()
    };
    let half = limit / 2;
    assert_eq!(around(half, listed), [2 * (half - 1), limit, limit]);
}

/// WO-3: a metric of none, of one and of two.
#[test]
fn a_metric_leads_nowhere_to_one_tenant_or_to_a_choice() {
    let kind = |count: usize| {
        let tenants = (1..=3).map(|id| {
            tenant(id, if (id as usize) <= count { json!({ "backup_sets": [] }) } else { json!({}) })
        });
        report(&snapshot(tenants.collect()))["overview"]["summary_metrics"][1]["destination"]["kind"].clone()
    };
    assert_eq!([0, 1, 2].map(kind), [Value::Null, json!("tenant_dashboard"), json!("choose_tenant")]);
}

/// SN-5: each value of the policy around both its ends; below zero a number has a sign, and is invalid.
#[rstest]
#[case("freshness_hours", 1, 8760)]
#[case("schedule_grace_minutes", 0, 10080)]
#[case("clock_skew_seconds", 0, 3600)]
#[case("attention_limit", 1, 1000)]
#[case("restore_evidence_days", 1, 3650)]
fn a_policy_value_is_read_between_its_ends(#[case] key: &str, #[case] least: i64, #[case] greatest: i64) {
    let is_read = |value: i64| {
        let document = with_policy(json!({ key: value }), json!([])).to_string();
        derive(document.as_bytes(), Form::Json, &Options::default()).is_ok().into()
    };
    assert_eq!(around(least, is_read), [false, true, true]);
    assert_eq!(around(greatest, is_read), [true, true, false]);
}

/// SN-16: ids and counts around the greatest, ids around the least.
#[test]
fn ids_and_counts_are_limited_to_exact_numbers() {
    const GREATEST: i64 = (1 << 53) - 1;
    let is_read = |tenant: Value| report(&snapshot(json!([tenant])))["denominators"]["evaluated"] == 1;
    let id = |id: i64| is_read(with(tenant(1, json!({})), json!({ "id": id }))).into();
    let count = |count: i64| {
        is_read(tenant(1, json!({ "backup_sets": [set(1, json!({ "item_count": count }))] }))).into()
    };
    assert_eq!(around(GREATEST, id), [true, true, false]);
    assert_eq!(around(1, id), [false, true, true]);
    assert_eq!(around(GREATEST, count), [true, true, false]);
    assert_eq!(around(0, count), [false, true, true]);
}

/// SN-22: the document itself is level 1.
#[test]
fn a_document_nests_up_to_64_levels() {
    let nested = |levels: usize| {
        with(snapshot(json!([])), json!({ "x": (2..levels).fold(json!([]), |inner, _| json!([inner])) }))
    };
    let is_read = |levels: i64| {
        derive(nested(levels as usize).to_string().as_bytes(), Form::Json, &Options::default()).is_ok().into()
    };
    assert_eq!(around(64, is_read), [true, true, false]);
    assert!(refused(nested(65).to_string(), Form::Json).to_string().contains("64"));
}

/// SN-10: days of the week from 0 to 7; one beyond takes the rest along.
#[rstest]
#[case(0, &[0])]
#[case(7, &[0])]
#[case(8, &[1])]
fn a_day_of_the_week_is_read_up_to_7(#[case] day: u64, #[case] findings: &[usize]) {
    let more = json!({ "backup_schedules": [schedule(1, json!({ "frequency": "weekly", "days_of_week": [1, day] }))] });
    assert_eq!([findings_in(more).len()], findings);
}

/// SN-19: the calendar's first and last second, and offsets up to a minute short of a day.
#[rstest]
#[case("0000-12-31T23:59:59Z", false)]
#[case("0001-01-01T00:00:00Z", true)]
#[case("0001-01-01T00:00:01Z", true)]
#[case("9999-12-31T23:59:58Z", true)]
#[case("9999-12-31T23:59:59Z", true)]
#[case("10000-01-01T00:00:00Z", false)]
#[case("2026-11-20T07:00:00+23:58", true)]
#[case("2026-11-20T07:00:00+23:59", true)]
#[case("2026-11-20T07:00:00+24:00", false)]
#[case("2026-11-20T07:00:00-23:59", true)]
#[case("2026-11-20T07:00:00-24:00", false)]
#[case("2026-11-20T07:59:59Z", true)]
#[case("2026-11-20T07:59:60Z", false)]
#[case("2026-11-20T07:60:00Z", false)]
#[case::a_sign_after_9("2026-11-1:T07:00:00Z", false)]
#[case::a_sign_after_9_in_front("2026-11-20T:0:00:00Z", false)]
#[case::a_sign_before_0("2026-11-2/T07:00:00Z", false)]
#[case("2026-11-20T23:00:00Z", true)]
#[case("2026-11-20T24:00:00Z", false)]
fn an_instant_is_read_within_the_calendar(#[case] written: &str, #[case] is_read: bool) {
    let tenant =
        tenant(1, json!({ "restore_runs": [run(1, json!({ "status": "draft", "created_at": written }))] }));
    assert_eq!(report(&snapshot(json!([tenant])))["denominators"]["evaluated"] == 1, is_read);
}

/// WD-5: evidence is called old beyond 180 days.
#[test]
fn recovery_evidence_is_called_old_beyond_180_days() {
    let is_old = |age: i64| {
        recovery(json!({ "completed_at": ago(age) }))["summary"]
            .as_str()
            .is_some_and(|text| text.contains("evidence is old"))
            .into()
    };
    assert_eq!(around(180 * DAY, is_old), [false, false, true]);
}

/// SN-19, BH-2: fractions order instants, however many digits they are written with.
#[rstest]
#[case("07:00:00", "07:00:00.000000001")]
#[case("07:00:00.000000001", "07:00:00.000000002")]
#[case("07:00:00.09", "07:00:00.1")]
#[case("07:00:00.1", "07:00:00.15")]
#[case("07:00:00.19", "07:00:00.21")]
#[case("07:00:00.2", "07:00:00.30")]
#[case("07:00:00.45", "07:00:00.5")]
#[case("07:00:00.123456788", "07:00:00.1234567891")]
#[case("07:00:00.999999999", "07:00:01")]
fn a_fraction_of_a_second_decides_which_set_is_the_latest(#[case] earlier: &str, #[case] later: &str) {
    let completed = |id: u64, time: &str| set(id, json!({ "completed_at": format!("2026-11-20T{time}Z") }));
    assert_eq!(
        health_of(json!([completed(1, later), completed(2, earlier)]))["latest_relevant_backup_set_id"],
        1
    );
}
