//! Which rules apply to a tenant and to each of its scopes.

use rstest::rstest;
use serde_json::{Value, json};

use crate::evidence::{DAY, HOUR, ago, at, report, report_as_of, run, schedule, set, snapshot, tenant, with};

fn document(policy: Value, tenant_more: Value) -> Value {
    with(snapshot(json!([tenant(1, tenant_more)])), json!({ "policy": policy }))
}

fn freshness(policy: Value, more: Value) -> Value {
    let sets = json!({ "backup_sets": [set(1, json!({ "scope": "a" }))] });
    let report = report(&document(policy, with(sets, more)));
    report["tenants"][0]["backup_health"]["scopes"][0]["freshness_hours"].clone()
}

/// SN-47: the window of a scope, from the first source that states it.
#[rstest]
#[case::default(json!({}), json!({}), 24)]
#[case::policy(json!({ "freshness_hours": 30 }), json!({}), 30)]
#[case::policy_scope(json!({ "freshness_hours": 30, "scopes": { "a": { "freshness_hours": 31 } } }), json!({}), 31)]
#[case::profile(json!({ "scopes": { "a": { "freshness_hours": 31 } }, "profiles": { "p": { "freshness_hours": 32 } } }), json!({ "profile": "p" }), 32)]
#[case::profile_scope(json!({ "profiles": { "p": { "freshness_hours": 32, "scopes": { "a": { "freshness_hours": 33 } } } } }), json!({ "profile": "p" }), 33)]
#[case::tenant_scope(json!({ "profiles": { "p": { "scopes": { "a": { "freshness_hours": 33 } } } } }), json!({ "profile": "p", "scopes": { "a": { "freshness_hours": 34 } } }), 34)]
#[case::null_states_nothing(json!({ "freshness_hours": 30, "profiles": { "p": { "freshness_hours": null } } }), json!({ "profile": "p", "scopes": { "a": { "freshness_hours": null } } }), 30)]
#[case::each_key_on_its_own(json!({ "freshness_hours": 30 }), json!({ "scopes": { "a": { "expected": true } } }), 30)]
#[case::another_scope(json!({ "scopes": { "b": { "freshness_hours": 31 } } }), json!({}), 24)]
#[case::another_profile(json!({ "profiles": { "p": { "freshness_hours": 32 } } }), json!({}), 24)]
#[case::names_are_compared_exactly(json!({ "profiles": { "p": { "freshness_hours": 32 } } }), json!({ "profile": "P" }), 24)]
fn a_window_comes_from_the_first_source(#[case] policy: Value, #[case] more: Value, #[case] hours: u64) {
    assert_eq!(freshness(policy, more), hours);
}

/// SN-47: whether a scope is expected, and the types it must hold, come from the first source that states them.
#[test]
fn expectations_come_from_the_first_source() {
    let policy = json!({
        "scopes": { "a": { "expected": false, "expected_policy_types": ["of_policy"] }, "b": { "expected": true } },
        "profiles": { "p": { "scopes": { "a": { "expected": true }, "b": { "expected": null } } } }
    });
    let more = json!({ "profile": "p", "scopes": { "b": { "expected": false } }, "backup_sets": [set(1, json!({ "scope": "a" }))] });
    let health = report(&document(policy, more))["tenants"][0]["backup_health"].clone();
    assert_eq!(health["scopes"].as_array().map(Vec::len), Some(1), "{}", health["scopes"]);
    assert_eq!(
        (&health["scope"], &health["scopes"][0]["missing_policy_types"]),
        (&json!("a"), &json!(["of_policy"]))
    );
}

/// TM-7, SN-47: a tenant's own freshness and grace, apart from scopes, come from its profile.
#[test]
fn schedules_and_restores_go_by_the_tenants_own_rules() {
    let policy = json!({ "freshness_hours": 24, "schedule_grace_minutes": 0, "profiles": { "p": { "freshness_hours": 48, "schedule_grace_minutes": 60 } } });
    let more = json!({
        "backup_schedules": [schedule(1, json!({ "last_run_status": "running", "last_run_at": ago(30 * HOUR) })), schedule(2, json!({ "next_run_at": ago(HOUR), "last_run_at": ago(2 * HOUR) }))],
        "restore_runs": [run(1, json!({ "status": "running", "started_at": ago(30 * HOUR) }))]
    });
    let verdicts = |more: Value| {
        let tenant = report(&document(policy.clone(), more))["tenants"][0].clone();
        (
            tenant["backup_health"]["schedule_follow_ups"].as_array().map(Vec::len),
            tenant["restore_attention"][0]["causes"][0].clone(),
        )
    };
    assert_eq!(verdicts(more.clone()), (Some(2), json!("run_stalled")));
    assert_eq!(verdicts(with(more, json!({ "profile": "p" }))), (Some(0), json!("in_progress")));
}

/// SN-47, RE-10: how long restore evidence counts comes from the profile, and otherwise from the policy.
#[rstest]
#[case::policy(json!({ "restore_evidence_days": 9 }), "history_too_old")]
#[case::profile(json!({ "restore_evidence_days": 9, "profiles": { "p": { "restore_evidence_days": 11 } } }), "no_recent_issues_visible")]
#[case::stricter_profile(json!({ "restore_evidence_days": 11, "profiles": { "p": { "restore_evidence_days": 9 } } }), "history_too_old")]
#[case::only_the_profile(json!({ "profiles": { "p": { "restore_evidence_days": 9 } } }), "history_too_old")]
#[case::null_states_nothing(json!({ "restore_evidence_days": 9, "profiles": { "p": { "restore_evidence_days": null } } }), "history_too_old")]
#[case::no_limit(json!({ "profiles": { "p": {} } }), "no_recent_issues_visible")]
fn restore_evidence_counts_as_long_as_the_first_source_states(#[case] policy: Value, #[case] reason: &str) {
    let more = json!({ "profile": "p", "restore_runs": [run(1, json!({ "completed_at": ago(10 * DAY) }))] });
    let policy = with(json!({ "profiles": { "p": {} } }), policy);
    assert_eq!(report(&document(policy, more))["tenants"][0]["recovery_evidence"]["reason"], reason);
}

/// SN-48: a profile that the policy does not have.
#[rstest]
#[case::no_profiles(json!({}))]
#[case::others(json!({ "profiles": { "p": {} } }))]
fn an_unknown_profile_is_an_error_and_leaves_the_tenant_unsettled(#[case] policy: Value) {
    let report = report(&document(policy, json!({ "profile": "q" })));
    assert_eq!(report["findings"][0]["code"], "unknown_profile");
    assert_eq!(
        (&report["findings"][0]["severity"], &report["findings"][0]["path"]),
        (&json!("error"), &json!("tenants[0].profile"))
    );
    assert_eq!(report["tenants"][0]["registry"]["profile"], Value::Null);
    assert_eq!(report["tenants"][0]["registry"]["unsettled"], json!(["unknown_profile"]));
}

/// SN-46, SN-49: rules of a tenant that are invalid make it unreadable.
#[rstest]
#[case::null(json!({ "scopes": { "a": null } }), true)]
#[case::out_of_range(json!({ "scopes": { "a": { "freshness_hours": 0 } } }), true)]
#[case::beyond(json!({ "scopes": { "a": { "freshness_hours": 8761 } } }), true)]
#[case::no_bool(json!({ "scopes": { "a": { "expected": "yes" } } }), true)]
#[case::no_text(json!({ "scopes": { "a": { "expected_policy_types": [7] } } }), true)]
#[case::empty_array(json!({ "scopes": [] }), false)]
#[case::empty_array_for_an_entry(json!({ "scopes": { "a": [] } }), false)]
#[case::types_as_an_object(json!({ "scopes": { "a": { "expected_policy_types": { "1": "x" } } } }), false)]
#[case::other_keys(json!({ "scopes": { "a": { "schedule_grace_minutes": "any" } } }), false)]
fn a_tenants_rules_are_checked(#[case] more: Value, #[case] unreadable: bool) {
    let report = report(&document(json!({}), more));
    assert_eq!(report["denominators"]["unreadable"], u64::from(unreadable), "{}", report["findings"]);
}

/// WO-26: the evaluated tenants by profile, the others first if there are any.
#[rstest]
#[case::no_profiles(json!({}), &["null"], json!([]))]
#[case::empty(json!({ "profiles": {} }), &["null"], json!([]))]
#[case::others_first(json!({ "profiles": { "b": {}, "a": {} } }), &["null", "\"b\"", "\"c\""], json!([[null, 2, 0, 0, 1], ["a", 0, 0, 0, 0], ["b", 1, 0, 0, 0]]))]
#[case::no_others(json!({ "profiles": { "a": {} } }), &["\"a\""], json!([["a", 1, 0, 0, 0]]))]
fn tenants_are_counted_by_profile(#[case] policy: Value, #[case] profiles: &[&str], #[case] expected: Value) {
    let profile = |text: &str| serde_json::from_str::<Value>(text).expect("it is JSON");
    let tenants: Vec<_> =
        profiles.iter().zip(1..).map(|(text, id)| tenant(id, json!({ "profile": profile(text) }))).collect();
    let overview = report(&with(snapshot(json!(tenants)), json!({ "policy": policy })))["overview"].clone();
    let rows: Vec<_> = overview["profiles"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|row| {
            json!([
                row["profile"],
                row["tenants"],
                row["backup_attention_tenants"],
                row["recovery_attention_tenants"],
                row["unsettled_tenants"]
            ])
        })
        .collect();
    assert_eq!(json!(rows), expected);
}

/// RP-3, SN-47: the effective policy holds what is stated, its types sorted and each once.
#[test]
fn the_report_holds_the_effective_policy() {
    let policy = json!({ "freshness_hours": null, "restore_evidence_days": 9, "scopes": { "": { "expected": null, "expected_policy_types": ["b", "a", "b"] }, "x": {} }, "profiles": {} });
    let expected = json!({ "attention_limit": 10, "clock_skew_seconds": 300, "freshness_hours": 24, "schedule_grace_minutes": 30,
        "restore_evidence_days": 9, "scopes": { "": { "expected_policy_types": ["a", "b"] }, "x": {} }, "profiles": {} });
    assert_eq!(report(&document(policy, json!({})))["policy"], expected);
}

/// RE-10: a completed restore that is too old no longer shows anything; bad news never grows old.
#[rstest]
#[case::exactly(json!({}), 9 * DAY, "no_recent_issues_visible")]
#[case::beyond(json!({}), 9 * DAY + 1, "history_too_old")]
#[case::without_a_time(json!({ "completed_at": null }), 0, "history_too_old")]
#[case::failed(json!({ "status": "failed" }), 90 * DAY, "failed")]
fn a_completed_restore_grows_too_old(#[case] more: Value, #[case] later: i64, #[case] reason: &str) {
    let policy = json!({ "restore_evidence_days": 9 });
    let document =
        document(policy, json!({ "restore_runs": [run(1, with(json!({ "completed_at": at(0) }), more))] }));
    let evidence = report_as_of(&document, later)["tenants"][0]["recovery_evidence"].clone();
    assert_eq!(evidence["reason"], reason);
    let is_old = reason == "history_too_old";
    assert_eq!(evidence["overview_state"] == "unvalidated", is_old);
    assert_eq!(
        evidence["action"]["url"] == "/admin/t/t-1/restore-runs?recovery_posture_reason=history_too_old",
        is_old
    );
}
