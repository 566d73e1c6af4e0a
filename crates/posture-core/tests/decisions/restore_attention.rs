//! What one restore run has shown.

use rstest::rstest;
use serde_json::{Value, json};

use crate::evidence::{FRESHNESS, HOUR, SKEW, ago, at, column, derived, run, with};

#[track_caller]
fn attention(more: Value) -> Value {
    derived(json!({ "restore_runs": [run(1, more)] }))["restore_attention"][0].clone()
}

#[track_caller]
fn decides(more: Value, state: &str, causes: &[&str]) {
    let attention = attention(more);
    assert_eq!((attention["state"].as_str(), &attention["causes"]), (Some(state), &json!(causes)));
}

fn rows(outcomes: &[&str]) -> Value {
    outcomes.iter().map(|outcome| json!({ "outcome": outcome })).collect()
}

fn operation(status: &str, outcome: Option<&str>) -> Value {
    json!({ "status": status, "outcome": outcome })
}

/// RA-1, SN-18: every outcome word and its class.
#[rstest]
#[case("applied", "applied")]
#[case("success", "applied")]
#[case("succeeded", "applied")]
#[case("completed", "applied")]
#[case("created", "applied")]
#[case("created_copy", "applied")]
#[case("mapped_existing", "applied")]
#[case("updated", "applied")]
#[case("UNCHANGED", "applied")]
#[case("skipped", "skipped")]
#[case("non_applied", "skipped")]
#[case("not_applied", "skipped")]
#[case("preview_only", "skipped")]
#[case("dry_run", "skipped")]
#[case("Manual_Required", "skipped")]
#[case("failed", "failed")]
#[case("error", "failed")]
#[case("partial", "partial")]
#[case("partially_applied", "partial")]
#[case("applied ", "unrecognised")]
#[case("errors", "unrecognised")]
#[case("canceled", "unrecognised")]
#[case("", "unrecognised")]
fn an_outcome_word_has_its_class(#[case] word: &str, #[case] class: &str) {
    let counts = attention(json!({ "results": [{ "outcome": word }] }))["counts"].clone();
    let mut expected = json!({ "applied": 0, "skipped": 0, "failed": 0, "partial": 0, "unrecognised": 0 });
    expected[class] = json!(1);
    assert_eq!(counts, expected);
}

/// RA-1, SN-11, SN-12: counted over all three lists; the first word that is not null is read.
#[test]
fn outcomes_of_all_lists_count_together() {
    let results = json!({ "items": [{ "outcome": "applied" }, { "outcome": null, "status": "failed" }],
        "foundations": [{ "status": null, "decision": "skipped" }], "assignments": [{ "outcome": "partial", "status": 7, "decision": [] }] });
    let counts = json!({ "applied": 1, "skipped": 1, "failed": 1, "partial": 1, "unrecognised": 0 });
    assert_eq!(attention(json!({ "results": results }))["counts"], counts);
}

/// RA-8: without rows there are no counts, never zeros.
#[rstest]
#[case(Value::Null)]
#[case(json!([]))]
#[case(json!({}))]
#[case(json!({ "items": [], "foundations": null }))]
fn without_rows_there_are_no_counts(#[case] results: Value) {
    let attention = attention(json!({ "results": results }));
    assert_eq!((&attention["counts"], &attention["state"]), (&Value::Null, &json!("completed")));
    assert!(
        attention["summary"].as_str().is_some_and(|text| text.contains("Its outcomes are not on record"))
    );
}

/// RA-3, RA-4: row 1, whatever else holds.
#[rstest]
#[case(json!({ "is_dry_run": true }), &["preview_only"])]
#[case(json!({ "status": "draft" }), &["not_started"])]
#[case(json!({ "status": "scoped" }), &["not_started"])]
#[case(json!({ "status": "checked" }), &["not_started"])]
#[case(json!({ "status": "previewed" }), &["not_started"])]
#[case(json!({ "is_dry_run": true, "status": "previewed" }), &["preview_only", "not_started"])]
#[case(json!({ "is_dry_run": true, "status": "failed", "results": rows(&["failed"]) }), &["preview_only"])]
#[case(json!({ "status": "draft", "operation_run": operation("completed", Some("failed")) }), &["not_started"])]
#[case(json!({ "is_dry_run": true, "status": "running", "started_at": ago(FRESHNESS + 1) }), &["preview_only"])]
fn row_1_what_was_never_executed_shows_nothing(#[case] more: Value, #[case] causes: &[&str]) {
    decides(more, "not_executed", causes);
}

/// RA-3, RA-5: row 2.
#[rstest]
#[case(json!({ "status": "failed" }), &["run_failed"])]
#[case(json!({ "operation_run": operation("completed", Some("failed")) }), &["operation_failed"])]
#[case(json!({ "results": rows(&["failed", "error"]) }), &["all_outcomes_failed"])]
#[case(json!({ "status": "failed", "operation_run": operation("completed", Some("failed")), "results": rows(&["failed"]) }),
    &["run_failed", "operation_failed", "all_outcomes_failed"])]
#[case::a_stuck_operation_hides_nothing(json!({ "status": "failed", "operation_run": operation("running", None) }), &["run_failed"])]
#[case::cancelled(json!({ "status": "canceled", "results": rows(&["failed"]) }), &["all_outcomes_failed"])]
#[case::cancelled_with_a_failed_operation(json!({ "status": "aborted", "results": null, "operation_run": operation("completed", Some("failed")) }),
    &["operation_failed"])]
#[case::running_with_a_failed_operation(json!({ "status": "running", "operation_run": operation("completed", Some("failed")) }), &["operation_failed"])]
#[case::unrecognised(json!({ "status": "odd", "results": rows(&["failed"]) }), &["all_outcomes_failed"])]
#[case::operation_goes_on(json!({ "results": rows(&["failed"]), "operation_run": operation("running", None) }), &["all_outcomes_failed"])]
fn row_2_failure_wins_over_weaker_signals(#[case] more: Value, #[case] causes: &[&str]) {
    decides(more, "failed", causes);
}

/// RA-3, RA-6: row 3.
#[rstest]
#[case(json!({ "status": "pending" }), &["in_progress"])]
#[case(json!({ "status": "queued" }), &["in_progress"])]
#[case(json!({ "status": "running" }), &["in_progress"])]
#[case::failed_rows_are_no_verdict_yet(json!({ "status": "running", "results": rows(&["failed"]) }), &["in_progress"])]
#[case::operation_queued(json!({ "operation_run": operation("queued", None) }), &["in_progress"])]
#[case::operation_running(json!({ "operation_run": operation("RUNNING", Some("pending")) }), &["in_progress"])]
#[case::operation_running_with_skipped_rows(json!({ "results": rows(&["skipped", "odd"]), "operation_run": operation("running", None) }), &["in_progress"])]
#[case::unrecognised_with_an_operation(json!({ "status": "odd", "operation_run": operation("running", None) }), &["in_progress"])]
#[case::unrecognised_without_anything(json!({ "status": "odd", "completed_at": null, "results": null }), &["unrecognised_status"])]
#[case::both(json!({ "status": "odd", "started_at": ago(HOUR), "completed_at": null, "results": null, "operation_run": operation("queued", None) }), &["in_progress", "unrecognised_status"])]
#[case::cancelled(json!({ "status": "cancelled", "results": null }), &["cancelled_before_results"])]
#[case::aborted(json!({ "status": "aborted", "results": [] }), &["cancelled_before_results"])]
#[case::cancelled_beside_a_running_operation(json!({ "status": "aborted", "results": null, "operation_run": operation("running", None) }), &["cancelled_before_results"])]
fn row_3_what_goes_on_or_ended_before_it_began_shows_nothing(#[case] more: Value, #[case] causes: &[&str]) {
    decides(more, "not_executed", causes);
}

/// RA-3, RA-6, RA-7: row 4.
#[rstest]
#[case(json!({ "status": "partial" }), &["run_partial"])]
#[case(json!({ "status": "completed_with_errors" }), &["run_partial"])]
#[case(json!({ "status": "canceled", "results": rows(&["applied"]) }), &["run_cancelled"])]
#[case(json!({ "status": "aborted", "results": rows(&["skipped"]) }), &["run_cancelled"])]
#[case(json!({ "operation_run": operation("completed", Some("partially_succeeded")) }), &["operation_partial"])]
#[case(json!({ "results": rows(&["applied", "failed"]) }), &["outcomes_failed"])]
#[case(json!({ "results": rows(&["partial"]) }), &["outcomes_partial"])]
#[case(json!({ "status": "partial", "results": rows(&["partial", "failed", "skipped"]), "operation_run": operation("completed", Some("partially_succeeded")) }),
    &["run_partial", "operation_partial", "outcomes_failed", "outcomes_partial"])]
#[case::no_row_3_beside_a_partly_succeeded_operation(json!({ "status": "running", "operation_run": operation("completed", Some("partially_succeeded")) }), &["operation_partial"])]
#[case::cancelled_but_partly_succeeded(json!({ "status": "aborted", "results": null, "operation_run": operation("completed", Some("partially_succeeded")) }),
    &["run_cancelled", "operation_partial"])]
#[case::operation_goes_on_but_something_failed(json!({ "results": rows(&["applied", "failed"]), "operation_run": operation("running", None) }), &["outcomes_failed"])]
#[case::operation_goes_on_but_something_is_partial(json!({ "results": rows(&["partial"]), "operation_run": operation("queued", None) }), &["outcomes_partial"])]
#[case::stalled_with_all_failed(json!({ "status": "running", "started_at": ago(FRESHNESS + 1), "results": rows(&["failed"]) }), &["run_stalled", "outcomes_failed"])]
fn row_4_what_applied_in_part_is_partial(#[case] more: Value, #[case] causes: &[&str]) {
    decides(more, "partial", causes);
}

/// RA-3, RA-7, SN-13, SN-14: row 5.
#[rstest]
#[case(json!({ "results": rows(&["applied", "skipped"]) }), &["outcomes_skipped"])]
#[case(json!({ "results": rows(&["odd"]) }), &["outcomes_unrecognised"])]
#[case::count(json!({ "metadata": { "non_applied": 1 } }), &["non_applied"])]
#[case::array(json!({ "metadata": { "non_applied": [null] } }), &["non_applied"])]
#[case::object(json!({ "metadata": { "non_applied": { "a": 0 } } }), &["non_applied"])]
#[case(json!({ "operation_run": operation("completed", Some("blocked")) }), &["operation_unresolved"])]
#[case(json!({ "operation_run": operation("completed", Some("pending")) }), &["operation_unresolved"])]
#[case(json!({ "operation_run": operation("completed", Some("canceled")) }), &["operation_unresolved"])]
#[case(json!({ "operation_run": operation("completed", Some("odd")) }), &["operation_unresolved"])]
#[case(json!({ "operation_run": operation("odd", None) }), &["operation_unresolved"])]
#[case(json!({ "operation_run": operation("odd", Some("succeeded")) }), &["operation_unresolved"])]
#[case::unrecognised_but_completed(json!({ "status": "odd", "results": null }), &["unrecognised_status"])]
#[case::unrecognised_with_rows(json!({ "status": "odd", "completed_at": null }), &["unrecognised_status"])]
#[case::everything(json!({ "status": "odd", "results": rows(&["skipped", "odd"]), "metadata": { "non_applied": 2 }, "operation_run": operation("completed", Some("blocked")) }),
    &["outcomes_skipped", "outcomes_unrecognised", "non_applied", "operation_unresolved", "unrecognised_status"])]
fn row_5_what_was_left_over_asks_for_follow_up(#[case] more: Value, #[case] causes: &[&str]) {
    decides(more, "completed_with_follow_up", causes);
}

/// RA-3, RA-7: row 6, only where none of the others applies.
#[rstest]
#[case(json!({}))]
#[case(json!({ "metadata": [] }))]
#[case(json!({ "metadata": { "non_applied": 0 } }))]
#[case(json!({ "metadata": { "non_applied": [] } }))]
#[case(json!({ "metadata": { "non_applied": {} } }))]
#[case(json!({ "operation_run": operation("completed", None) }))]
#[case(json!({ "operation_run": operation("completed", Some("Success")) }))]
#[case(json!({ "status": "COMPLETED", "completed_at": null }))]
fn row_6_what_leaves_nothing_over_is_completed(#[case] more: Value) {
    decides(more, "completed", &[]);
}

/// RA-2, RA-6: a run that began before the window and still says that it runs.
#[rstest]
#[case::within(json!({ "started_at": ago(FRESHNESS) }), false)]
#[case::beyond(json!({ "started_at": ago(FRESHNESS + 1) }), true)]
#[case::created_where_it_never_says_that_it_started(json!({ "created_at": ago(FRESHNESS + 1) }), true)]
#[case::started_counts_before_created(json!({ "started_at": ago(1), "created_at": ago(FRESHNESS + 1) }), false)]
#[case::without_any_time(json!({}), false)]
#[case::whatever_its_completion(json!({ "started_at": ago(FRESHNESS + 1), "completed_at": ago(1) }), true)]
fn a_running_run_stalls_beyond_the_freshness_window(#[case] mut more: Value, #[case] stalled: bool) {
    more["status"] = json!("running");
    match stalled {
        true => decides(more, "partial", &["run_stalled"]),
        false => decides(more, "not_executed", &["in_progress"]),
    }
}

/// RA-2: a run that waits without outcomes is stuck, not stalled.
#[rstest]
#[case("pending")]
#[case("queued")]
fn a_run_that_waits_is_stuck_beyond_the_freshness_window(#[case] status: &str) {
    let waits = |seconds| json!({ "status": status, "created_at": ago(seconds), "results": null });
    decides(waits(FRESHNESS), "not_executed", &["in_progress"]);
    decides(waits(FRESHNESS + 1), "not_executed", &["stuck_in_queue"]);
}

/// RA-2, RA-14: a stuck run counts from when it was asked for, a stalled one from its start; each takes the other's timestamp, and then the
/// completion, only if its own is missing or later than a clock may run ahead.
#[rstest]
#[case::asked_for_long_ago(json!({ "created_at": ago(FRESHNESS + 1), "started_at": ago(1) }), true, false)]
#[case::asked_for_just_now(json!({ "created_at": ago(1), "started_at": ago(FRESHNESS + 1) }), false, true)]
#[case::only_started(json!({ "created_at": null, "started_at": ago(FRESHNESS + 1) }), true, true)]
#[case::only_asked_for(json!({ "created_at": ago(FRESHNESS + 1), "started_at": null }), true, true)]
#[case::only_completed(json!({ "created_at": null, "started_at": null, "completed_at": ago(FRESHNESS + 1) }), true, true)]
#[case::only_just_completed(json!({ "created_at": null, "started_at": null, "completed_at": ago(FRESHNESS) }), false, false)]
#[case::no_time_at_all(json!({ "created_at": null, "started_at": null, "completed_at": null }), true, true)]
#[case::as_far_ahead_as_a_clock_may_run(json!({ "created_at": at(SKEW), "started_at": at(SKEW) }), false, false)]
#[case::beyond(json!({ "created_at": at(SKEW + 1), "started_at": at(SKEW + 1), "completed_at": null }), true, true)]
fn a_wait_counts_from_the_timestamp_that_is_left(
    #[case] times: Value,
    #[case] stuck: bool,
    #[case] stalled: bool,
) {
    let none = json!({ "created_at": null, "started_at": null, "completed_at": null });
    let state = |status: &str, results: Value| {
        let more = with(with(none.clone(), times.clone()), json!({ "status": status, "results": results }));
        attention(more)["causes"][0].clone()
    };
    assert_eq!(state("queued", Value::Null) == "stuck_in_queue", stuck);
    assert_eq!(state("running", Value::Null) == "run_stalled", stalled);
    assert_eq!(state("queued", rows(&["applied"])) == "run_stalled", stalled, "with outcomes it has started");
}

/// RA-8, RA-9, RA-11, RA-12: what follows from the state.
#[rstest]
#[case(json!({ "status": "failed" }), true, "execution_failed_no_recovery_claim", "review_failures")]
#[case(json!({ "status": "partial" }), true, "tenant_recovery_not_proven", "review_partial_items")]
#[case(json!({ "results": rows(&["skipped"]) }), true, "tenant_recovery_not_proven", "review_skipped_items")]
#[case(json!({}), false, "tenant_recovery_not_proven", "no_action_needed")]
#[case(json!({ "is_dry_run": true }), false, "preview_only_no_execution_proven", "review_preview")]
#[case(json!({ "status": "aborted", "results": null }), false, "preview_only_no_execution_proven", "review_preview")]
#[case(json!({ "status": "queued" }), false, "preview_only_no_execution_proven", "view_operation_progress")]
#[case(json!({ "is_dry_run": true, "status": "running" }), false, "preview_only_no_execution_proven", "review_preview")]
fn the_next_action_follows_from_the_state(
    #[case] more: Value,
    #[case] follow_up: bool,
    #[case] boundary: &str,
    #[case] action: &str,
) {
    let attention = attention(more);
    assert_eq!(attention["follow_up_required"], follow_up);
    assert_eq!(
        (&attention["recovery_claim_boundary"], &attention["primary_next_action"]),
        (&json!(boundary), &json!(action))
    );
    assert!(attention["tone"].is_string() && attention["summary"].is_string());
}

/// RA-10: every run that is not deleted, by id.
#[test]
fn every_run_that_is_not_deleted_is_listed_by_id() {
    let runs = json!([
        run(5, json!({})),
        run(4, json!({ "deleted_at": ago(1) })),
        run(3, json!({ "deleted_at": at(SKEW + 1) })),
        run(1, json!({ "status": "draft" }))
    ]);
    assert_eq!(
        column(&derived(json!({ "restore_runs": runs }))["restore_attention"], "restore_run_id"),
        [1, 3, 5]
    );
}
