//! How tenants with several scopes change, and how policies with scopes and profiles differ.

use rstest::rstest;
use serde_json::{Value, json};

use posture_core::compare::change::Change;
use posture_core::compare::diff::diff;
use posture_core::{Form, Options, Report, derive, words};

use crate::evidence::{FRESHNESS, HOUR, ago, set, snapshot, tenant};

#[track_caller]
fn report_of(tenants: Value, policy: Value) -> Report {
    let mut document = snapshot(tenants);
    document["policy"] = policy;
    derive(document.to_string().as_bytes(), Form::Json, &Options::default())
        .unwrap_or_else(|refusal| panic!("{refusal}"))
}

/// A set of a scope: fresh and clean, unless more is stated.
fn scoped(id: u64, scope: &str, more: Value) -> Value {
    let mut set = set(id, more);
    set["scope"] = json!(scope);
    set
}

fn stale() -> Value {
    json!({ "completed_at": ago(FRESHNESS + 1) })
}

fn partial() -> Value {
    json!({ "status": "partial" })
}

#[track_caller]
fn change(before: [Value; 2], after: Vec<Value>) -> Change {
    let one = |sets: Value| report_of(json!([tenant(1, json!({ "backup_sets": sets }))]), Value::Null);
    diff(&one(json!(before)), &one(json!(after))).expect("one workspace").tenants[0].backup_health
}

/// CP-5, CP-6, CP-8: each scope counts, also one that does not govern.
#[rstest]
#[case::a_second_scope_turns_stale(
    [scoped(1, "a", stale()), scoped(2, "b", json!({}))],
    vec![scoped(1, "a", stale()), scoped(2, "b", stale())],
    Change::Worse
)]
#[case::one_of_two_stale_scopes_is_fresh_again(
    [scoped(1, "a", stale()), scoped(2, "b", stale())],
    vec![scoped(1, "a", stale()), scoped(2, "b", json!({}))],
    Change::Better
)]
#[case::a_second_scope_has_the_same_issue(
    [scoped(1, "a", partial()), scoped(2, "b", json!({}))],
    vec![scoped(1, "a", partial()), scoped(2, "b", partial())],
    Change::Worse
)]
#[case::the_issue_moves_to_another_scope(
    [scoped(1, "a", partial()), scoped(2, "b", json!({}))],
    vec![scoped(1, "a", json!({})), scoped(2, "b", partial())],
    Change::ChangedCause
)]
#[case::another_stale_set_in_a_scope_that_does_not_govern(
    [scoped(1, "a", json!({ "completed_at": ago(FRESHNESS + HOUR) })), scoped(2, "b", stale())],
    vec![scoped(1, "a", json!({ "completed_at": ago(FRESHNESS + HOUR) })), scoped(3, "b", stale())],
    Change::ChangedCause
)]
#[case::the_stale_scope_is_gone(
    [scoped(1, "a", stale()), scoped(2, "b", json!({}))],
    vec![scoped(2, "b", json!({}))],
    Change::ChangedCause
)]
#[case::nothing(
    [scoped(1, "a", stale()), scoped(2, "b", partial())],
    vec![scoped(1, "a", stale()), scoped(2, "b", partial())],
    Change::Unchanged
)]
fn a_change_in_any_scope_is_a_change(
    #[case] before: [Value; 2],
    #[case] after: Vec<Value>,
    #[case] expected: Change,
) {
    assert_eq!(change(before, after), expected);
}

/// CP-11: what differs between two policies is named, by profile and scope.
#[rstest]
#[case(json!({ "freshness_hours": 24 }), json!({ "freshness_hours": 26 }), "freshness 24 h → 26 h")]
#[case(json!({}), json!({ "restore_evidence_days": 90 }), "restore evidence not stated → 90 days")]
#[case(json!({ "profiles": { "gold": {} } }), json!({}), "profile “gold” removed")]
#[case(json!({ "profiles": {} }), json!({ "profiles": { "gold": {} } }), "profile “gold” added")]
#[case(
    json!({ "profiles": { "gold": { "freshness_hours": 4, "schedule_grace_minutes": 5 } } }),
    json!({ "profiles": { "gold": { "schedule_grace_minutes": 6 } } }),
    "freshness of profile “gold” 4 h → not stated and schedule grace of profile “gold” 5 min → 6 min"
)]
#[case(
    json!({ "scopes": { "a": { "expected": true, "expected_policy_types": ["x"] } } }),
    json!({ "scopes": { "a": { "expected": false, "expected_policy_types": ["y"] }, "": {} } }),
    "scope “a” expected yes → no, expected policy types of scope “a” changed and rules of the unnamed scope added"
)]
#[case(
    json!({ "profiles": { "gold": { "scopes": { "a": { "freshness_hours": 1 } } } } }),
    json!({ "profiles": { "gold": { "scopes": { "a": { "freshness_hours": 2 } } } } }),
    "freshness of scope “a” in profile “gold” 1 h → 2 h"
)]
#[case(
    json!({ "freshness_hours": 1, "schedule_grace_minutes": 1, "clock_skew_seconds": 1, "attention_limit": 1 }),
    json!({ "freshness_hours": 2, "schedule_grace_minutes": 2, "clock_skew_seconds": 2, "attention_limit": 2,
            "profiles": { "a": {}, "b": {}, "c": {}, "d": {} } }),
    "freshness 1 h → 2 h, schedule grace 1 min → 2 min, clock skew 1 s → 2 s, attention limit 1 → 2, profile “a” added, profile “b” added and 2 more differences"
)]
fn a_comparison_names_what_differs_between_policies(
    #[case] before: Value,
    #[case] after: Value,
    #[case] expected: &str,
) {
    let (old, new) = (report_of(json!([]), before), report_of(json!([]), after));
    let notes = words::diff_notes(&diff(&old, &new).expect("one workspace"), &old, &new);
    assert_eq!(notes, [format!("The two snapshots have different policies: {expected}.")]);
}

/// CP-11: what decides nothing is not a difference.
#[test]
fn an_empty_object_of_rules_makes_no_difference() {
    let (old, new) =
        (report_of(json!([]), json!({})), report_of(json!([]), json!({ "scopes": {}, "profiles": {} })));
    assert_eq!(words::diff_notes(&diff(&old, &new).expect("one workspace"), &old, &new), [""; 0]);
}

/// WI-6: a profile's own window is tried for its tenants only, and the sentence names the profile.
#[test]
fn another_window_of_a_profile_is_tried_for_its_tenants_only() {
    let old_set = json!({ "backup_sets": [set(1, json!({ "completed_at": ago(30 * HOUR) }))] });
    let with_profile = |id: u64| {
        let mut one = tenant(id, old_set.clone());
        one["profile"] = json!("gold");
        one
    };
    let tenants = json!([with_profile(1), tenant(2, old_set.clone())]);
    let own = report_of(tenants.clone(), json!({ "profiles": { "gold": { "schedule_grace_minutes": 10 } } }));
    let policy = own.policy.clone().with_profile("gold", 31, 10);
    let tried = report_of(tenants, serde_json::to_value(&policy).expect("it is JSON"));
    assert_eq!(
        words::what_if(&own, &tried),
        "31 h instead of 24 h in profile “gold”: 2 stale → 1, 0 healthy → 1."
    );
    assert_eq!(own.policy.clone().with_profile("silver", 31, 10), own.policy);
}
