//! Outcomes that are listed, stated or unread, and runs that wait.

use rstest::rstest;
use serde_json::{Value, json};

use crate::evidence::{DAY, FRESHNESS, HOUR, SKEW, ago, at, derived, report, run, snapshot, tenant};

#[track_caller]
fn attention(more: Value) -> Value {
    derived(json!({ "restore_runs": [run(1, more)] }))["restore_attention"][0].clone()
}

fn counts(applied: u64, failed: u64, partial: u64, skipped: u64, unrecognised: u64) -> Value {
    json!({ "applied": applied, "failed": failed, "partial": partial, "skipped": skipped, "unrecognised": unrecognised })
}

const MOST: u64 = (1 << 53) - 1;

/// RA-13, SN-53: of rows, stated counts and the sum of the types the greatest counts, kind by kind.
#[rstest]
#[case::rows(json!({ "items": [{ "outcome": "applied" }], "foundations": [{ "outcome": "applied" }], "assignments": [{ "outcome": "failed" }] }), counts(2, 1, 0, 0, 0))]
#[case::counts(json!({ "counts": { "applied": 5, "skipped": 1, "unrecognised": 2 } }), counts(5, 0, 0, 1, 2))]
#[case::counts_next_to_the_failures(json!({ "items": [{ "outcome": "failed" }], "counts": { "applied": 5, "failed": 0 } }), counts(5, 1, 0, 0, 0))]
#[case::types(json!({ "policy_types": { "a": { "applied": 2 }, "b": { "applied": 3, "partial": 1 } } }), counts(5, 0, 1, 0, 0))]
#[case::types_and_rows(json!({ "items": [{ "outcome": "applied", "policy_type": "a" }, { "outcome": "applied", "policy_type": "c" }], "policy_types": { "a": { "applied": 3 } } }), counts(4, 0, 0, 0, 0))]
#[case::more_rows_of_a_type(json!({ "items": [{ "outcome": "applied", "policy_type": "a" }, { "outcome": "applied", "policy_type": "a" }], "policy_types": { "a": { "applied": 1 }, "b": { "applied": 4 } } }), counts(6, 0, 0, 0, 0))]
#[case::counts_over_types(json!({ "counts": { "applied": 9 }, "policy_types": { "a": { "applied": 3 } } }), counts(9, 0, 0, 0, 0))]
#[case::capped(json!({ "policy_types": { "a": { "applied": MOST }, "b": { "applied": 1 } } }), counts(MOST, 0, 0, 0, 0))]
#[case::a_zero_is_a_number(json!({ "counts": { "failed": 0 } }), counts(0, 0, 0, 0, 0))]
#[case::a_zero_of_a_type(json!({ "policy_types": { "a": { "failed": 0 } } }), counts(0, 0, 0, 0, 0))]
#[case::nulls_are_none(json!({ "counts": { "failed": null }, "policy_types": { "a": {} } }), Value::Null)]
fn outcomes_are_counted_by_the_greatest(#[case] results: Value, #[case] expected: Value) {
    assert_eq!(attention(json!({ "results": results }))["counts"], expected);
}

/// SN-54, RA-7: outcomes that could not be read are never read as the good case.
#[rstest]
#[case::another_list(json!({ "mappings": [1] }), true)]
#[case::another_object(json!({ "policies": { "a": null } }), true)]
#[case::an_empty_one(json!({ "mappings": [], "policies": {} }), false)]
#[case::a_plain_value(json!({ "duration": 7 }), false)]
#[case::next_to_a_row(json!({ "items": [{ "outcome": "applied" }], "mappings": [1] }), false)]
#[case::next_to_a_number(json!({ "counts": { "applied": 1 }, "mappings": [1] }), false)]
#[case::next_to_a_zero(json!({ "counts": { "applied": 0 }, "mappings": [1] }), true)]
#[case::another_count(json!({ "counts": { "ok": 3 } }), true)]
#[case::another_count_of_zero(json!({ "counts": { "ok": 0 } }), true)]
#[case::another_count_of_null(json!({ "counts": { "ok": null } }), false)]
#[case::another_count_of_a_type(json!({ "policy_types": { "a": { "unrecognised": 3 } } }), true)]
#[case::a_list(json!([]), false)]
fn results_that_cannot_be_read_are_reported(#[case] results: Value, #[case] unread: bool) {
    let document =
        snapshot(json!([tenant(1, json!({ "restore_runs": [run(1, json!({ "results": results }))] }))]));
    let report = report(&document);
    let causes = if unread { json!(["outcomes_unread"]) } else { json!([]) };
    assert_eq!(report["tenants"][0]["restore_attention"][0]["causes"], causes);
    assert_eq!(report["findings"][0]["code"] == "unread_outcomes", unread);
}

/// RA-5, RA-6: a run that has not ended has not failed, even if all its outcomes so far did.
#[rstest]
#[case("pending")]
#[case("queued")]
#[case("running")]
fn only_a_run_that_ended_fails_by_its_outcomes(#[case] status: &str) {
    let failed = |age: i64| {
        let more = json!({ "status": status, "completed_at": null, "created_at": ago(age), "results": [{ "outcome": "failed" }] });
        let attention = attention(more);
        (attention["state"].clone(), attention["causes"].clone())
    };
    assert_eq!(failed(HOUR), (json!("not_executed"), json!(["in_progress"])));
    assert_eq!(failed(2 * DAY), (json!("partial"), json!(["run_stalled", "outcomes_failed"])));
}

/// RA-6, SN-54: a run that was cancelled with outcomes nobody can read may have applied something.
#[rstest]
#[case(json!({}), "not_executed", "cancelled_before_results")]
#[case(json!({ "scripts": [1] }), "partial", "run_cancelled")]
fn a_cancelled_run_with_unread_outcomes_is_partial(
    #[case] results: Value,
    #[case] state: &str,
    #[case] cause: &str,
) {
    let attention = attention(json!({ "status": "cancelled", "results": results }));
    assert_eq!((&attention["state"], &attention["causes"]), (&json!(state), &json!([cause])));
}

/// SN-54: of an unknown key that occurs twice the last value counts.
#[test]
fn the_last_of_two_unknown_values_counts() {
    let document = |results: &str| {
        let text =
            snapshot(json!([tenant(1, json!({ "restore_runs": [run(1, json!({ "results": "@" }))] }))]))
                .to_string();
        crate::evidence::report_of_text(&text.replace("\"@\"", results), posture_core::Form::Json, 0)["tenants"][0]["restore_attention"][0]["causes"].clone()
    };
    assert_eq!(document(r#"{"x":[1],"x":[]}"#), json!([]));
    assert_eq!(document(r#"{"x":[],"x":[1]}"#), json!(["outcomes_unread"]));
}

/// RA-14, RA-15: from when on a run counts as stuck or stalled; a wrong clock never hides bad news.
#[rstest]
#[case::stuck(json!({ "status": "queued", "created_at": ago(FRESHNESS + 1) }), &["stuck_in_queue"])]
#[case::not_yet(json!({ "status": "queued", "created_at": ago(FRESHNESS) }), &["in_progress"])]
#[case::created_comes_first(json!({ "status": "pending", "created_at": ago(HOUR), "started_at": ago(9 * DAY) }), &["in_progress"])]
#[case::else_started(json!({ "status": "pending", "started_at": ago(9 * DAY) }), &["stuck_in_queue"])]
#[case::completed_is_the_last_resort(json!({ "status": "pending", "completed_at": ago(HOUR) }), &["in_progress"])]
#[case::in_the_future(json!({ "status": "pending", "created_at": at(SKEW + 1) }), &["stuck_in_queue"])]
#[case::as_far_ahead_as_a_clock_may_run(json!({ "status": "pending", "created_at": at(SKEW) }), &["in_progress"])]
#[case::without_any_time(json!({ "status": "pending" }), &["stuck_in_queue"])]
#[case::running_without_any_time(json!({ "status": "running" }), &["run_stalled"])]
#[case::running_started_comes_first(json!({ "status": "running", "created_at": ago(9 * DAY), "started_at": ago(HOUR) }), &["in_progress"])]
#[case::running_in_the_future(json!({ "status": "running", "started_at": at(DAY), "created_at": ago(9 * DAY) }), &["run_stalled"])]
#[case::queued_with_outcomes(json!({ "status": "queued", "created_at": ago(9 * DAY), "results": { "counts": { "applied": 1 } } }), &["run_stalled"])]
#[case::queued_with_unread_ones(json!({ "status": "queued", "created_at": ago(9 * DAY), "results": { "x": [1] } }), &["run_stalled"])]
#[case::queued_with_fresh_outcomes(json!({ "status": "queued", "created_at": ago(HOUR), "results": { "counts": { "applied": 1 } } }), &["in_progress"])]
fn a_run_that_waits_too_long_is_stuck_or_stalled(#[case] more: Value, #[case] causes: &[&str]) {
    let bare = crate::evidence::with(json!({ "completed_at": null, "results": null }), more);
    assert_eq!(attention(bare)["causes"], json!(causes));
}

/// RA-16: an operation that goes on counts as progress for as long as the freshness window.
#[rstest]
#[case::fresh(json!({ "completed_at": ago(FRESHNESS) }), "not_executed", &["in_progress"])]
#[case::beyond(json!({ "completed_at": ago(FRESHNESS + 1) }), "completed_with_follow_up", &["operation_unresolved"])]
#[case::without_a_time(json!({ "completed_at": null }), "completed_with_follow_up", &["operation_unresolved"])]
#[case::in_the_future(json!({ "completed_at": at(SKEW + 1), "started_at": ago(HOUR) }), "completed_with_follow_up", &["operation_unresolved"])]
#[case::with_a_failure(json!({ "results": { "counts": { "failed": 1, "applied": 1 } } }), "partial", &["outcomes_failed"])]
fn an_operation_goes_on_for_a_while(#[case] more: Value, #[case] state: &str, #[case] causes: &[&str]) {
    let running = crate::evidence::with(json!({ "operation_run": { "status": "running" } }), more);
    let attention = attention(running);
    assert_eq!((&attention["state"], &attention["causes"]), (&json!(state), &json!(causes)));
}

/// RA-17: a run without numbers says that its outcomes are not on record, and so does the evidence that rests on it.
#[test]
fn a_run_without_outcomes_says_so() {
    let tenant = derived(json!({ "restore_runs": [run(1, json!({ "results": null }))] }));
    for text in [&tenant["restore_attention"][0]["summary"], &tenant["recovery_evidence"]["summary"]] {
        assert!(text.as_str().is_some_and(|text| text.contains("Its outcomes are not on record.")), "{text}");
    }
}

/// RE-11, TD-6: a type stays unresolved until a later run applies it without failing it.
#[rstest]
#[case::failed(json!([("failed", 3)]), json!(["a"]))]
#[case::applied_later(json!([("failed", 3), ("applied", 2)]), json!([]))]
#[case::applied_before(json!([("failed", 2), ("applied", 3)]), json!(["a"]))]
#[case::partial(json!([("partial", 3)]), json!(["a"]))]
#[case::only_skipped_later(json!([("failed", 3), ("skipped", 2)]), json!(["a"]))]
#[case::long_ago(json!([("failed", 900)]), json!(["a"]))]
fn a_type_stays_unresolved_until_it_is_applied(#[case] outcomes: Value, #[case] unresolved: Value) {
    let runs: Vec<_> = outcomes.as_array().into_iter().flatten().zip(1..).map(|(one, id)| {
        let days = one[1].as_i64().unwrap_or_default();
        run(id, json!({ "completed_at": ago(days * DAY), "results": [{ "outcome": one[0], "policy_type": "a" }] }))
    }).chain([run(9, json!({}))]).collect();
    let tenant = derived(json!({ "restore_runs": runs }));
    assert_eq!(tenant["coverage"]["unresolved_policy_types"], unresolved);
    let checks = crate::evidence::column(&tenant["needs_attention"]["healthy_checks"], "key");
    let is_resolved = unresolved == json!([]);
    assert_eq!(checks.contains(&json!("no_recent_restore_issues_visible")), is_resolved);
    assert_eq!(tenant["recovery_evidence"]["headline"] == "No recent restore issues visible", is_resolved);
}

/// SN-57, TM-6: which timestamps are reported to be in the future.
#[rstest]
#[case::completed(json!({ "completed_at": at(SKEW + 1) }), true)]
#[case::within_the_skew(json!({ "completed_at": at(SKEW) }), false)]
#[case::started(json!({ "completed_at": null, "started_at": at(SKEW + 1) }), true)]
#[case::created(json!({ "completed_at": null, "created_at": at(SKEW + 1) }), true)]
#[case::only_the_effective_one(json!({ "created_at": at(SKEW + 1) }), false)]
#[case::a_preview(json!({ "is_dry_run": true, "completed_at": at(SKEW + 1) }), true)]
#[case::deleted(json!({ "deleted_at": ago(1), "completed_at": at(SKEW + 1) }), true)]
fn an_effective_time_in_the_future_is_reported(#[case] more: Value, #[case] told: bool) {
    let report = report(&snapshot(json!([tenant(1, json!({ "restore_runs": [run(1, more)] }))])));
    assert_eq!(report["findings"][0]["code"] == "timestamp_in_future", told, "{}", report["findings"]);
}

/// SN-57: a confirmation in the future is reported too.
#[test]
fn a_confirmation_in_the_future_is_reported() {
    let sets = json!([crate::evidence::set(1, json!({ "confirmations": [ago(1), at(SKEW + 1)] }))]);
    let report = report(&snapshot(json!([tenant(1, json!({ "backup_sets": sets }))])));
    assert_eq!(report["findings"][0]["code"], "timestamp_in_future");
}
