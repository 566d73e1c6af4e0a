//! Scopes: which sets replace each other, and which scope governs.

use posture_core::{Form, Options, derive};
use rstest::rstest;
use serde_json::{Value, json};

use crate::evidence::{
    DAY, HOUR, SKEW, ago, at, column, derived, health_of, report, schedule, set, snapshot, tenant, with,
};

pub(crate) fn of(scope: &str, id: u64, age: i64, more: Value) -> Value {
    set(id, with(json!({ "scope": scope, "completed_at": ago(age) }), more))
}

pub(crate) fn items(types: &[&str]) -> Value {
    types.iter().zip(1..).map(|(name, id)| json!({ "id": id, "policy_type": name })).collect()
}

/// The backup health of a tenant with these sets, under a policy.
#[track_caller]
pub(crate) fn health_under(policy: Value, sets: Value) -> Value {
    let document =
        with(snapshot(json!([tenant(1, json!({ "backup_sets": sets }))])), json!({ "policy": policy }));
    report(&document)["tenants"][0]["backup_health"].clone()
}

/// SN-50, BH-29: a fresh set of one scope never calms an old one of another.
#[rstest]
#[case::one_scope(json!([of("a", 1, 30 * DAY, json!({})), of("a", 2, HOUR, json!({}))]), "healthy", json!("a"))]
#[case::two_scopes(json!([of("a", 1, 30 * DAY, json!({})), of("b", 2, HOUR, json!({}))]), "stale", json!("a"))]
#[case::another_case(json!([of("a", 1, 30 * DAY, json!({})), of("A", 2, HOUR, json!({}))]), "stale", json!("a"))]
#[case::the_unnamed_one(json!([of("", 1, HOUR, json!({})), set(2, json!({ "completed_at": ago(2 * HOUR) }))]), "healthy", Value::Null)]
fn sets_replace_each_other_within_their_scope(
    #[case] sets: Value,
    #[case] posture: &str,
    #[case] scope: Value,
) {
    let health = health_of(sets);
    assert_eq!((&health["posture"], &health["scope"]), (&json!(posture), &scope));
}

/// BH-29: the worst posture governs, among equals the first to turn stale, then the first by key.
#[rstest]
#[case::absent_before_stale(json!([of("a", 1, 30 * DAY, json!({})), of("b", 2, HOUR, json!({ "status": "failed" }))]), "b")]
#[case::stale_before_degraded(json!([of("a", 1, HOUR, json!({ "status": "partial" })), of("b", 2, 30 * DAY, json!({}))]), "b")]
#[case::degraded_before_healthy(json!([of("a", 1, HOUR, json!({})), of("b", 2, HOUR, json!({ "status": "partial" }))]), "b")]
#[case::the_first_to_turn_stale(json!([of("a", 1, HOUR, json!({})), of("b", 2, 2 * HOUR, json!({}))]), "b")]
#[case::the_first_by_key(json!([of("b", 1, HOUR, json!({})), of("a", 2, HOUR, json!({}))]), "a")]
#[case::all_absent(json!([of("b", 1, HOUR, json!({ "status": "failed" })), of("a", 2, HOUR, json!({ "status": "failed" }))]), "a")]
fn the_worst_scope_governs(#[case] sets: Value, #[case] scope: &str) {
    assert_eq!(health_of(sets)["scope"], scope);
}

/// BH-22: a scope is expected by the tenant's own rules, or by its profile's.
#[rstest]
#[case::of_the_tenant(json!({ "scopes": { "own": { "expected": true } } }), json!([null, "own"]))]
#[case::of_the_profile(json!({ "profile": "p" }), json!([null, "of_profile"]))]
#[case::of_both(json!({ "profile": "p", "scopes": { "own": { "expected": true }, "of_profile": { "expected": false } } }), json!([null, "own"]))]
fn a_scope_is_expected_by_the_tenant_or_its_profile(#[case] more: Value, #[case] scopes: Value) {
    let policy = json!({ "profiles": { "p": { "scopes": { "of_profile": { "expected": true } } } } });
    let document = with(snapshot(json!([tenant(1, more)])), json!({ "policy": policy }));
    let health = report(&document)["tenants"][0]["backup_health"].clone();
    assert_eq!(json!(column(&health["scopes"], "scope")), scopes);
}

/// BH-29: among equals, a scope that never turns stale within the calendar comes last.
#[test]
fn a_scope_without_an_instant_to_turn_stale_governs_last() {
    let completed =
        |scope: &str, id: u64| set(id, json!({ "scope": scope, "completed_at": "9999-12-31T00:00:00Z" }));
    let document = with(
        snapshot(json!([tenant(
            1,
            json!({ "scopes": { "a": { "freshness_hours": 8760 }, "b": { "freshness_hours": 2 } },
            "backup_sets": [completed("a", 1), completed("b", 2)] })
        )])),
        json!({ "exported_at": "9999-12-31T01:00:00Z" }),
    );
    let report =
        derive(document.to_string().as_bytes(), Form::Json, &Options::default()).expect("it is read");
    let health = json!(report.tenants[0].backup_health);
    assert_eq!((&health["scope"], &health["stale_at"]), (&json!("b"), &json!("9999-12-31T02:00:00Z")));
    assert_eq!(health["scopes"][0]["stale_at"], Value::Null);
}

/// BH-22, BH-26: which scopes there are, by key.
#[rstest]
#[case::of_sets(json!({}), json!([of("b", 1, HOUR, json!({})), of("", 2, HOUR, json!({}))]), json!([null, "b"]))]
#[case::archived(json!({}), json!([of("a", 1, HOUR, json!({ "status": "archived" })), of("b", 2, HOUR, json!({}))]), json!(["b"]))]
#[case::deleted(json!({}), json!([of("a", 1, HOUR, json!({ "deleted_at": ago(1) })), of("b", 2, HOUR, json!({}))]), json!(["b"]))]
#[case::failed_is_there(json!({}), json!([of("a", 1, HOUR, json!({ "status": "failed" }))]), json!(["a"]))]
#[case::expected(json!({ "scopes": { "c": { "expected": true } } }), json!([of("b", 1, HOUR, json!({}))]), json!(["b", "c"]))]
#[case::with_other_rules(json!({ "scopes": { "c": { "freshness_hours": 9 } } }), json!([of("b", 1, HOUR, json!({}))]), json!(["b"]))]
#[case::left_out(json!({ "scopes": { "b": { "expected": false } } }), json!([of("b", 1, HOUR, json!({})), of("c", 2, HOUR, json!({}))]), json!(["c"]))]
#[case::nothing_left(json!({ "scopes": { "b": { "expected": false } } }), json!([of("b", 1, HOUR, json!({}))]), json!([null]))]
#[case::no_sets(json!({}), json!([]), json!([null]))]
fn a_tenant_has_the_scopes_of_its_sets_and_the_expected_ones(
    #[case] policy: Value,
    #[case] sets: Value,
    #[case] scopes: Value,
) {
    let health = health_under(policy, sets);
    let keys: Vec<_> =
        health["scopes"].as_array().into_iter().flatten().map(|scope| scope["scope"].clone()).collect();
    assert_eq!(json!(keys), scopes);
}

/// BH-22: sets of a scope that is left out decide nothing, not even as skipped sets.
#[test]
fn a_scope_that_is_left_out_decides_nothing() {
    let policy = json!({ "scopes": { "": { "expected": false } } });
    let health = health_under(policy, json!([set(1, json!({})), set(2, json!({ "status": "failed" }))]));
    assert_eq!((&health["posture"], &health["skipped_sets"]), (&json!("absent"), &json!([])));
}

/// BH-23: a confirmation that has happened after the completion keeps a set fresh.
#[rstest]
#[case::none(json!([]), Value::Null, 2 * DAY)]
#[case::later(json!([ago(HOUR)]), ago(HOUR), HOUR)]
#[case::the_latest(json!([ago(HOUR), ago(3 * HOUR)]), ago(HOUR), HOUR)]
#[case::at_the_completion(json!([ago(2 * DAY)]), Value::Null, 2 * DAY)]
#[case::before_it(json!([ago(3 * DAY)]), Value::Null, 2 * DAY)]
#[case::as_far_ahead_as_a_clock_may_run(json!([at(SKEW)]), at(SKEW), 0)]
#[case::beyond(json!([at(SKEW + 1), ago(HOUR)]), ago(HOUR), HOUR)]
fn a_confirmation_keeps_a_set_fresh(
    #[case] confirmations: Value,
    #[case] confirmed_at: Value,
    #[case] age: i64,
) {
    let health =
        health_of(json!([set(1, json!({ "completed_at": ago(2 * DAY), "confirmations": confirmations }))]));
    assert_eq!((&health["confirmed_at"], &health["age_seconds"]), (&confirmed_at, &json!(age)));
    assert_eq!(health["latest_relevant_completed_at"], ago(2 * DAY));
}

/// BH-23: a skipped set is newer than the confirmation, not than the completion.
#[rstest]
#[case::between(ago(2 * HOUR), json!([]))]
#[case::at_the_confirmation(ago(HOUR), json!([2]))]
#[case::after(ago(HOUR / 2), json!([2]))]
fn a_confirmed_set_is_newer_than_an_attempt_before_it(#[case] failed_at: Value, #[case] skipped: Value) {
    let sets = json!([
        set(1, json!({ "completed_at": ago(3 * HOUR), "confirmations": [ago(HOUR)] })),
        set(2, json!({ "status": "failed", "completed_at": failed_at }))
    ]);
    assert_eq!(json!(column(&health_of(sets)["skipped_sets"], "backup_set_id")), skipped);
}

/// BH-23: at the instant of the confirmation the id decides, as it does between two completions.
#[test]
fn an_attempt_at_the_instant_of_a_confirmation_is_newer_by_its_id() {
    let skipped = |confirmed: u64, failed: u64| {
        let sets = json!([
            set(confirmed, json!({ "completed_at": ago(3 * HOUR), "confirmations": [ago(HOUR)] })),
            set(failed, json!({ "status": "failed", "completed_at": ago(HOUR) }))
        ]);
        health_of(sets)["skipped_sets"] != json!([])
    };
    assert_eq!([skipped(2, 1), skipped(1, 2)], [false, true]);
}

/// BH-12, BH-23, SN-47: a scope's own window, from the completion and from the confirmation: a second before, at it, beyond.
#[rstest]
#[case::completed(|age: i64| json!({ "completed_at": ago(age) }))]
#[case::confirmed(|age: i64| json!({ "completed_at": ago(90 * DAY), "confirmations": [ago(age)] }))]
fn a_scope_is_fresh_up_to_its_own_window(#[case] of: fn(i64) -> Value) {
    let posture = |age: i64| {
        let policy = json!({ "freshness_hours": 1, "scopes": { "a": { "freshness_hours": 30 } } });
        let sets = json!([set(1, with(json!({ "scope": "a" }), of(age)))]);
        health_under(policy, sets)["posture"].clone()
    };
    assert_eq!([-1, 0, 1].map(|unit| posture(30 * HOUR + unit)), ["healthy", "healthy", "stale"]);
}

/// BH-24, BQ-5, BQ-10, BQ-9: expected policy types that a set lacks, or of which nothing is known.
#[rstest]
#[case::all_there(json!({ "items": items(&["a", "b", "x"]) }), json!([]), json!({}), json!({}))]
#[case::one_missing(json!({ "items": items(&["b"]) }), json!(["a"]), json!({ "types_missing": 1 }), json!({}))]
#[case::deleted(json!({ "items": [{ "id": 1, "policy_type": "b" }, { "id": 2, "policy_type": "a", "deleted_at": ago(1) }] }), json!(["a"]), json!({ "types_missing": 1 }), json!({}))]
#[case::no_types_at_all(json!({ "items": [{ "id": 1 }] }), json!(["a", "b"]), json!({ "types_missing": 2 }), json!({}))]
#[case::summary(json!({ "items": null, "quality": { "total_items": 1, "degraded_items": 0, "families": {}, "policy_types": { "a": 1, "b": 0 } } }), json!(["b"]), json!({ "types_missing": 1 }), json!({}))]
#[case::summary_without_types(json!({ "items": null, "quality": { "total_items": 1, "degraded_items": 0, "families": {} } }), json!([]), json!({}), json!({ "types_unknown": 1 }))]
#[case::opaque(json!({ "items": null, "opaque": true }), json!([]), json!({}), json!({ "content_opaque": 1, "types_unknown": 1 }))]
#[case::opaque_with_content(json!({ "opaque": true, "items": items(&["a", "b"]) }), json!([]), json!({}), json!({}))]
#[case::neither(json!({ "items": null, "opaque": false }), json!([]), json!({ "quality_unknown": 1 }), json!({ "types_unknown": 1 }))]
#[case::stated_by_the_summary(json!({ "items": null, "quality": { "total_items": 1, "degraded_items": 0, "families": { "types_missing": 9 }, "unknowns": { "types_unknown": 9 }, "policy_types": { "a": 1 } } }),
    json!(["b"]), json!({ "types_missing": 1 }), json!({ "types_unknown": 9 }))]
fn expected_policy_types_are_missing_or_unknown(
    #[case] more: Value,
    #[case] missing: Value,
    #[case] families: Value,
    #[case] unknowns: Value,
) {
    let policy = json!({ "scopes": { "": { "expected_policy_types": ["b", "a", "b"] } } });
    let health = health_under(policy, json!([set(1, more)]));
    assert_eq!(health["scopes"][0]["missing_policy_types"], missing);
    assert_eq!((&health["quality"]["families"], &health["quality"]["unknowns"]), (&families, &unknowns));
}

/// BH-25: types of the set before that are gone.
#[rstest]
#[case::gone(json!([set(1, json!({ "completed_at": ago(3 * HOUR), "items": items(&["b", "a", "c"]) })), set(2, json!({ "items": items(&["c"]) }))]), json!(["a", "b"]))]
#[case::only_from_the_one_before(json!([set(1, json!({ "completed_at": ago(4 * HOUR), "items": items(&["a"]) })), set(2, json!({ "completed_at": ago(3 * HOUR), "items": items(&["b"]) })), set(3, json!({ "items": items(&["b"]) }))]), json!([]))]
#[case::in_any_order(json!([set(3, json!({ "items": items(&["b"]) })), set(1, json!({ "completed_at": ago(4 * HOUR), "items": items(&["a"]) })), set(2, json!({ "completed_at": ago(3 * HOUR), "items": items(&["c"]) }))]), json!(["c"]))]
#[case::confirmed(json!([set(1, json!({ "completed_at": ago(3 * HOUR), "items": items(&["a"]) })), set(2, json!({ "items": items(&["b"]), "confirmations": [ago(1)] }))]), json!([]))]
#[case::unknown_before(json!([set(1, json!({ "completed_at": ago(3 * HOUR), "items": null })), set(2, json!({ "items": items(&["b"]) }))]), json!([]))]
#[case::unknown_now(json!([set(1, json!({ "completed_at": ago(3 * HOUR), "items": items(&["a"]) })), set(2, json!({ "items": null }))]), json!([]))]
#[case::of_another_scope(json!([of("a", 1, 3 * HOUR, json!({ "items": items(&["a"]) })), set(2, json!({ "items": items(&["b"]) }))]), json!([]))]
#[case::a_failed_one_is_passed_over(json!([set(1, json!({ "completed_at": ago(3 * HOUR), "items": items(&["a"]) })), set(2, json!({ "completed_at": ago(2 * HOUR), "status": "failed", "items": items(&["b"]) })), set(3, json!({ "items": items(&["b"]) }))]), json!(["a"]))]
fn types_of_the_set_before_may_be_gone(#[case] sets: Value, #[case] vanished: Value) {
    assert_eq!(health_of(sets)["scopes"][0]["vanished_policy_types"], vanished);
}

/// BH-33: a policy type with less than half as many items as before is named; nothing else of the verdict differs.
#[rstest]
#[case::fell(10, 4, true)]
#[case::half(10, 5, false)]
#[case::more_than_half(11, 5, true)]
#[case::grew(4, 10, false)]
fn a_policy_type_that_fell_by_more_than_half_is_named(
    #[case] from: usize,
    #[case] to: usize,
    #[case] named: bool,
) {
    let of = |id: u64, age: i64, count: usize| {
        let types = [vec!["a"; 3], vec!["b"; count]].concat();
        set(id, json!({ "completed_at": ago(age), "items": items(&types) }))
    };
    let health = health_of(json!([of(1, 3 * HOUR, from), of(2, HOUR, to)]));
    let fall = format!("The number of items fell by more than half: b from {from} to {to}.");
    let message = health["supporting_message"].as_str().unwrap_or_default();
    assert_eq!(message.contains(&fall), named, "{message}");
    assert_eq!(message.contains("fell by"), named, "{message}");
    assert_eq!((&health["posture"], &health["healthy_claim_allowed"]), (&json!("healthy"), &json!(true)));
}

/// BH-33: a later run that found exactly the same content confirms that the fall is intended; a type that is gone is not a fall.
#[rstest]
#[case::confirmed(json!({ "confirmations": [ago(1)] }), "b")]
#[case::gone(json!({}), "c")]
fn a_confirmed_or_vanished_type_did_not_fall(#[case] more: Value, #[case] kind: &str) {
    let before = set(1, json!({ "completed_at": ago(3 * HOUR), "items": items(&["b", "b", "b"]) }));
    let latest = set(2, with(json!({ "items": items(&[kind]) }), more));
    let message = health_of(json!([before, latest]))["supporting_message"].to_string();
    assert!(!message.contains("fell by"), "{message}");
}

/// BH-30: the next scope to turn stale, of those that are neither absent nor stale.
#[test]
fn the_next_scope_to_turn_stale_is_reported() {
    let sets = json!([
        of("a", 1, 30 * DAY, json!({})),
        of("b", 2, HOUR, json!({})),
        of("c", 3, 3 * HOUR, json!({ "status": "partial" })),
        of("d", 4, HOUR, json!({ "status": "failed" }))
    ]);
    assert_eq!(health_of(sets)["next_stale_at"], at(DAY - 3 * HOUR));
    assert_eq!(health_of(json!([of("a", 1, 30 * DAY, json!({}))]))["next_stale_at"], Value::Null);
}

/// BH-31: every cause of being unsettled, and whether it forbids the healthy claim.
#[rstest]
#[case(json!({ "backup_schedules": [schedule(1, json!({ "last_run_status": "failed" }))] }), "schedule_follow_up", false)]
#[case(json!({ "restore_runs": [crate::evidence::run(1, json!({})), crate::evidence::run(1, json!({}))] }), "records_set_aside", false)]
#[case(json!({ "backup_sets": [set(1, json!({})), set(2, json!({ "status": "failed", "completed_at": ago(0) }))] }), "newer_set_failed", false)]
#[case(json!({ "backup_sets": [set(1, json!({})), set(2, json!({ "status": "odd", "completed_at": ago(0) }))] }), "newer_set_failed", false)]
#[case(json!({ "backup_sets": [set(1, json!({})), set(2, json!({ "items": [], "completed_at": ago(0) }))] }), "newer_set_failed", false)]
#[case(json!({ "backup_sets": [set(1, json!({ "completed_at": ago(3 * HOUR), "items": items(&["a"]) })), set(2, json!({ "items": items(&["b"]) }))] }), "types_vanished", false)]
#[case(json!({ "scopes": { "": { "expected_policy_types": ["a"] } }, "backup_sets": [set(1, json!({ "items": null, "opaque": true }))] }), "types_unknown", false)]
#[case(json!({ "profile": "missing" }), "unknown_profile", false)]
#[case(json!({ "restore_runs": [crate::evidence::run(2, json!({})), crate::evidence::run(1, json!({ "status": "queued", "completed_at": ago(30 * DAY), "results": null }))] }), "restore_stuck", true)]
#[case(json!({ "restore_runs": [crate::evidence::run(1, json!({ "completed_at": ago(3 * DAY), "results": [{ "outcome": "failed", "policy_type": "a" }] })), crate::evidence::run(2, json!({}))] }), "restore_unresolved", true)]
fn a_tenant_is_unsettled_by_each_cause(#[case] more: Value, #[case] cause: &str, #[case] claims: bool) {
    let tenant = derived(more);
    assert_eq!(tenant["registry"]["unsettled"], json!([cause]));
    assert_eq!(tenant["backup_health"]["healthy_claim_allowed"], claims);
}

/// BH-31: newer sets that are only unfinished or archived leave a tenant settled.
#[rstest]
#[case("running")]
#[case("archived")]
fn an_unfinished_set_leaves_a_tenant_settled(#[case] status: &str) {
    let sets = json!([set(1, json!({})), set(2, json!({ "status": status, "completed_at": ago(0) }))]);
    assert_eq!(derived(json!({ "backup_sets": sets }))["registry"]["unsettled"], json!([]));
}

/// BH-32: a reason that is not the primary one leads to the set of the first scope, in governing order, in which it applies.
#[test]
fn a_secondary_reason_leads_to_a_set_of_its_own_scope() {
    let tenant = derived(json!({ "backup_sets": [
        of("a", 1, 30 * DAY, json!({})),
        of("b", 2, HOUR, json!({ "status": "partial" })),
        of("c", 3, 2 * HOUR, json!({ "status": "partial" }))
    ] }));
    let items = &tenant["needs_attention"]["groups"][0]["items"];
    assert_eq!(json!(column(items, "key")), json!(["latest_backup_stale", "latest_backup_degraded"]));
    assert_eq!(
        items[0]["action"]["url"],
        "/admin/t/t-1/backup-sets/1?backup_health_reason=latest_backup_stale"
    );
    assert_eq!(
        items[1]["action"]["url"],
        "/admin/t/t-1/backup-sets/3?backup_health_reason=latest_backup_degraded"
    );
}

/// BH-31: only unknown policy types unsettle a tenant, not other unknown content.
#[rstest]
#[case::opaque(json!({ "opaque": true, "items": null }), json!({}), json!([]))]
#[case::types(json!({ "items": null, "quality": { "total_items": 1, "degraded_items": 0, "families": {} } }), json!({ "": { "expected_policy_types": ["a"] } }), json!(["types_unknown"]))]
#[case::both(json!({ "opaque": true, "items": null }), json!({ "": { "expected_policy_types": ["a"] } }), json!(["types_unknown"]))]
fn unknown_policy_types_unsettle_a_tenant(
    #[case] more: Value,
    #[case] scopes: Value,
    #[case] unsettled: Value,
) {
    let tenant = derived(json!({ "backup_sets": [set(1, more)], "scopes": scopes }));
    assert_eq!(tenant["registry"]["unsettled"], unsettled);
    assert_eq!(tenant["backup_health"]["healthy_claim_allowed"], false);
}
