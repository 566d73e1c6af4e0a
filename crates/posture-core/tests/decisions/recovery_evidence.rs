//! What executed restores have shown of a tenant.

use rstest::rstest;
use serde_json::{Value, json};

use crate::evidence::{DAY, HOUR, SKEW, ago, at, derived, report_as_of, run, snapshot, tenant, tenant_as_of};

#[track_caller]
fn evidence(runs: Value) -> Value {
    derived(json!({ "restore_runs": runs }))["recovery_evidence"].clone()
}

#[track_caller]
fn rests_on(runs: Value, id: Value, latest_at: Value) {
    let evidence = evidence(runs);
    assert_eq!(
        (&evidence["latest_relevant_restore_run_id"], &evidence["latest_relevant_at"]),
        (&id, &latest_at)
    );
    assert_eq!(evidence["relevant_restore_history_present"], !id.is_null());
}

fn timeless() -> Value {
    json!({ "completed_at": null })
}

/// WD-8: runs that do not count are on record, so no text says that there are none.
#[rstest]
#[case::none(json!([]), "No restore run is on record, so there is no recovery evidence.")]
#[case::deleted(json!([run(1, json!({ "deleted_at": ago(HOUR) }))]), "No restore run is on record, so there is no recovery evidence.")]
#[case::preview(json!([run(1, json!({ "is_dry_run": true }))]), "1 restore run is on record, but it has not been executed, so there is no recovery evidence.")]
fn an_unvalidated_tenant_says_whether_runs_are_on_record(#[case] runs: Value, #[case] said: &str) {
    let evidence = evidence(runs);
    assert_eq!(evidence["reason"], "no_history");
    assert_eq!(evidence["headline"], "Never tested: no executed restore on record (unvalidated)");
    assert_eq!(evidence["summary"], said);
}

fn ahead(id: u64) -> Value {
    run(id, json!({ "created_at": at(DAY), "started_at": at(DAY), "completed_at": at(DAY) }))
}

/// WD-8: a restore of the future was executed, by its own clock; no text says that it was not.
#[rstest]
#[case::one(json!([ahead(1)]), "1 restore run is on record, but it is dated after the as-of instant, so there is no recovery evidence.")]
#[case::two(json!([ahead(1), ahead(2)]), "2 restore runs are on record, but none counts: 2 are dated after the as-of instant, so there is no recovery evidence.")]
#[case::one_of_two(json!([ahead(1), run(2, json!({ "is_dry_run": true }))]), "2 restore runs are on record, but none counts: 1 is dated after the as-of instant, so there is no recovery evidence.")]
fn a_tenant_with_restores_of_the_future_only_says_so(#[case] runs: Value, #[case] said: &str) {
    let evidence = evidence(runs);
    assert_eq!(evidence["reason"], "no_history");
    assert_eq!(evidence["headline"], "Latest restore is dated after the as-of instant (unvalidated)");
    assert_eq!(evidence["summary"], said);
}

/// RE-4, RE-6: state, reason and action of every attention state.
#[rstest]
#[case::none(json!([]), "unvalidated", "no_history", "restore-runs?recovery_posture_reason=no_history")]
#[case::preview(json!([run(1, json!({ "is_dry_run": true }))]), "unvalidated", "no_history", "restore-runs?recovery_posture_reason=no_history")]
#[case::failed(json!([run(1, json!({ "status": "failed" }))]), "weakened", "failed", "restore-runs/1?recovery_posture_reason=failed")]
#[case::partial(json!([run(1, json!({ "status": "partial" }))]), "weakened", "partial", "restore-runs/1?recovery_posture_reason=partial")]
#[case::follow_up(json!([run(1, json!({ "metadata": { "non_applied": 1 } }))]), "weakened", "completed_with_follow_up", "restore-runs/1?recovery_posture_reason=completed_with_follow_up")]
#[case::completed(json!([run(1, json!({}))]), "no_recent_issues_visible", "no_recent_issues_visible", "restore-runs?recovery_posture_reason=no_recent_issues_visible")]
fn the_latest_relevant_run_decides_the_state(
    #[case] runs: Value,
    #[case] state: &str,
    #[case] reason: &str,
    #[case] url: &str,
) {
    let evidence = evidence(runs);
    assert_eq!((&evidence["overview_state"], &evidence["reason"]), (&json!(state), &json!(reason)));
    let action = &evidence["action"];
    assert_eq!(
        (&action["url"], &action["disabled"], &action["helper_text"]),
        (&json!(format!("/admin/t/t-1/{url}")), &json!(false), &Value::Null)
    );
    assert_eq!(evidence["backup_posture"], "healthy");
}

/// RE-5: without the capability the state is the same and the link is disabled.
#[rstest]
#[case(json!([]))]
#[case(json!(["backup_sets.view", "backup_schedules.view"]))]
fn without_the_capability_the_action_is_disabled(#[case] capabilities: Value) {
    let runs = json!([run(1, json!({ "status": "failed" }))]);
    let evidence =
        derived(json!({ "restore_runs": runs, "capabilities": capabilities }))["recovery_evidence"].clone();
    assert_eq!((&evidence["overview_state"], &evidence["action"]["url"]), (&json!("weakened"), &Value::Null));
    assert_eq!(evidence["action"]["disabled"], true);
    assert!(
        evidence["action"]["helper_text"].as_str().is_some_and(|text| text.contains("restore_runs.view"))
    );
}

/// RE-1: completed, else started, else created.
#[rstest]
#[case(json!({ "completed_at": ago(3), "started_at": ago(2), "created_at": ago(1) }), ago(3))]
#[case(json!({ "completed_at": null, "started_at": ago(2), "created_at": ago(1) }), ago(2))]
#[case(json!({ "completed_at": null, "started_at": null, "created_at": ago(1) }), ago(1))]
#[case(timeless(), Value::Null)]
fn the_effective_time_falls_back(#[case] more: Value, #[case] effective: Value) {
    rests_on(json!([run(1, more)]), json!(1), effective);
}

/// RE-1, RE-3: what counts, and which of those that count is the latest.
#[rstest]
#[case::greater_time(json!([run(1, json!({})), run(2, json!({ "completed_at": ago(DAY) }))]), 1, ago(HOUR))]
#[case::greater_id_breaks_a_tie(json!([run(1, json!({})), run(7, json!({})), run(2, json!({}))]), 7, ago(HOUR))]
#[case::without_a_time_it_is_newest(json!([run(1, timeless()), run(2, json!({}))]), 1, Value::Null)]
#[case::greater_id_among_those_without(json!([run(1, timeless()), run(3, timeless()), run(2, timeless())]), 3, Value::Null)]
#[case::a_newer_preview_changes_nothing(json!([run(1, json!({})), run(2, json!({ "is_dry_run": true, "completed_at": ago(0) }))]), 1, ago(HOUR))]
#[case::a_newer_run_in_progress_changes_nothing(json!([run(1, json!({})), run(2, json!({ "status": "running", "completed_at": null, "started_at": ago(1) }))]), 1, ago(HOUR))]
#[case::a_deleted_run_does_not_count(json!([run(1, json!({})), run(2, json!({ "completed_at": ago(0), "deleted_at": ago(0) }))]), 1, ago(HOUR))]
#[case::a_deletion_to_come_does(json!([run(1, json!({})), run(2, json!({ "completed_at": ago(0), "deleted_at": at(DAY) }))]), 2, ago(0))]
#[case::older_failure_is_superseded(json!([run(1, json!({ "status": "failed", "completed_at": ago(DAY) })), run(2, json!({}))]), 2, ago(HOUR))]
fn the_latest_relevant_run_is_chosen(#[case] runs: Value, #[case] id: u64, #[case] latest_at: Value) {
    rests_on(runs, json!(id), latest_at);
}

/// RE-2, RE-1: bad news is never lost to a wrong clock, good news never gained by one.
#[rstest]
#[case::good_within_the_skew(json!({ "completed_at": at(SKEW) }), json!(1), at(SKEW))]
#[case::good_beyond_it(json!({ "completed_at": at(SKEW + 1) }), Value::Null, Value::Null)]
#[case::failed_within_it(json!({ "status": "failed", "completed_at": at(SKEW) }), json!(1), at(SKEW))]
#[case::failed_beyond_it(json!({ "status": "failed", "completed_at": at(SKEW + 1) }), json!(1), Value::Null)]
#[case::partial_beyond_it(json!({ "status": "partial", "completed_at": at(DAY) }), json!(1), Value::Null)]
#[case::follow_up_beyond_it(json!({ "metadata": { "non_applied": 1 }, "completed_at": at(DAY) }), json!(1), Value::Null)]
#[case::by_its_start(json!({ "status": "failed", "completed_at": null, "started_at": at(DAY) }), json!(1), Value::Null)]
fn a_wrong_clock_loses_no_bad_news_and_gains_no_good(
    #[case] more: Value,
    #[case] id: Value,
    #[case] latest_at: Value,
) {
    rests_on(json!([run(1, more)]), id, latest_at);
}

/// RE-2: bad news from beyond the export is newest, before any run with a time.
#[test]
fn bad_news_from_beyond_the_export_is_newest() {
    rests_on(
        json!([run(1, json!({ "status": "failed", "completed_at": at(DAY) })), run(2, json!({}))]),
        json!(1),
        Value::Null,
    );
}

/// RE-1, RE-2: going back, a run that the export knows has simply not happened yet.
#[test]
fn going_back_a_failure_after_the_as_of_instant_has_not_happened() {
    let snapshot =
        snapshot(json!([tenant(1, json!({ "restore_runs": [run(1, json!({ "status": "failed" }))] }))]));
    let state = |as_of: i64| {
        report_as_of(&snapshot, as_of)["tenants"][0]["recovery_evidence"]["overview_state"].clone()
    };
    assert_eq!(state(-HOUR - SKEW), "weakened");
    assert_eq!(state(-HOUR - SKEW - 1), "unvalidated");
}

/// WD-4, WD-1: the exact headlines.
#[test]
fn headlines_are_worded_as_required() {
    assert_eq!(evidence(json!([run(1, json!({}))]))["headline"], "No recent restore issues visible");
    let unvalidated = evidence(json!([]));
    assert!(unvalidated["headline"].as_str().is_some_and(|headline| headline.contains("unvalidated")));
}

/// WD-5: a time that has not happened at the instant is not an age.
#[rstest]
#[case::after_the_as_of_instant(ago(HOUR), -DAY)]
#[case::after_the_export(at(SKEW + 1), 0)]
fn a_run_whose_time_has_not_come_has_no_age(#[case] completed_at: Value, #[case] as_of: i64) {
    let tenant =
        tenant_as_of(json!({ "restore_runs": [run(1, json!({ "completed_at": completed_at }))] }), as_of);
    let text = tenant["restore_attention"][0]["summary"].as_str().unwrap_or_default();
    assert!(text.contains("is in the future") && !text.contains(" old"), "{text}");
}

/// WD-5: a recovery text always says how old its evidence is, and beyond 180 days that it is old.
#[rstest]
#[case::minutes(ago(20 * 60), "20 min old")]
#[case::exactly_180_days(ago(180 * DAY), "180 days old")]
#[case::a_fraction_beyond(json!(ago(180 * DAY + 1).as_str().map(|at| at.replace('Z', ".5Z"))), "evidence is old: 180 days")]
#[case::beyond(ago(180 * DAY + 1), "evidence is old: 180 days")]
#[case::years(ago(800 * DAY), "evidence is old: 800 days")]
#[case::without_a_time(Value::Null, "age of this evidence is unknown")]
fn a_recovery_text_says_how_old_its_evidence_is(#[case] completed_at: Value, #[case] says: &str) {
    for status in ["completed", "failed", "partial"] {
        let tenant = derived(
            json!({ "restore_runs": [run(1, json!({ "status": status, "completed_at": completed_at }))] }),
        );
        for text in [&tenant["recovery_evidence"]["summary"], &tenant["restore_attention"][0]["summary"]] {
            assert!(text.as_str().is_some_and(|text| text.contains(says)), "{text}");
        }
    }
}
