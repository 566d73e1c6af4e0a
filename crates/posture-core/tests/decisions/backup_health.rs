//! Which set governs, and the verdict on it.

use posture_core::{Form, Options, derive};
use rstest::rstest;
use serde_json::{Value, json};

use crate::evidence::{
    DAY, FRESHNESS, HOUR, SKEW, ago, at, column, derived, health_of, report_as_of, schedule, set,
    skip_reason, snapshot, tenant, tenant_as_of, with,
};

/// BH-1, SN-18: every skip reason, and the sets that are just not skipped.
#[rstest]
#[case::archived_by_status(json!({ "status": "archived" }), "archived")]
#[case::archived_by_deletion(json!({ "deleted_at": ago(1) }), "archived")]
#[case::deleted_as_far_ahead_as_a_clock_may_run(json!({ "deleted_at": at(SKEW) }), "archived")]
#[case::failed(json!({ "status": "FAILED" }), "failed")]
#[case::unrecognised(json!({ "status": "odd" }), "unrecognised_status")]
#[case::queued(json!({ "status": "queued" }), "not_completed")]
#[case::pending(json!({ "status": "pending" }), "not_completed")]
#[case::running_though_it_says_when_it_completed(json!({ "status": "running" }), "not_completed")]
#[case::completed_without_a_time(json!({ "completed_at": null }), "not_completed")]
#[case::completed_past_the_skew(json!({ "completed_at": at(SKEW + 1) }), "completed_after_as_of")]
#[case::no_items(json!({ "items": [] }), "empty")]
#[case::no_items_and_none_stated(json!({ "items": [], "item_count": 0 }), "empty")]
#[case::all_items_deleted(json!({ "items": [{ "id": 1, "deleted_at": ago(1) }], "item_count": 1 }), "empty")]
#[case::none_stated_and_nothing_else(json!({ "items": null, "item_count": 0 }), "empty")]
#[case::summary_of_nothing(json!({ "items": null, "quality": { "total_items": 0, "degraded_items": 0, "families": {} } }), "empty")]
fn a_set_that_is_not_relevant_has_the_first_reason(#[case] more: Value, #[case] reason: &str) {
    assert_eq!(skip_reason(set(1, more)), reason);
}

/// BH-1: what does not rule a set out.
#[rstest]
#[case::partial(json!({ "status": "partial" }))]
#[case::deletion_has_not_happened(json!({ "deleted_at": at(SKEW + 1) }))]
#[case::completed_as_far_ahead_as_a_clock_may_run(json!({ "completed_at": at(SKEW) }))]
#[case::says_nothing_of_its_size(json!({ "items": null }))]
#[case::stated_but_not_exported(json!({ "items": [], "item_count": 1 }))]
#[case::stated_as_empty_but_exported(json!({ "item_count": 0 }))]
#[case::stated_beyond_the_deleted(json!({ "items": [{ "id": 1, "deleted_at": ago(1) }], "item_count": 2 }))]
#[case::summary(json!({ "items": null, "item_count": 0, "quality": { "total_items": 1, "degraded_items": 0, "families": {} } }))]
fn a_set_that_is_a_basis_is_not_skipped(#[case] more: Value) {
    assert_eq!(skip_reason(set(1, more)), Value::Null);
}

/// BH-1: of two reasons the first in the table is given.
#[test]
fn skip_reasons_apply_in_the_order_of_their_table() {
    let fires = [
        ("archived", json!({ "deleted_at": ago(1) })),
        ("failed", json!({ "status": "failed" })),
        ("not_completed", json!({ "completed_at": null })),
        ("empty", json!({ "items": [] })),
    ];
    for (place, (reason, first)) in fires.iter().enumerate() {
        for (_, second) in &fires[place + 1..] {
            assert_eq!(
                skip_reason(set(1, with(second.clone(), first.clone()))),
                *reason,
                "{first} over {second}"
            );
        }
    }
    let odd = json!({ "status": "odd", "completed_at": null });
    assert_eq!(skip_reason(set(1, odd)), "unrecognised_status");
    assert_eq!(skip_reason(set(1, json!({ "status": "running", "completed_at": at(DAY) }))), "not_completed");
    assert_eq!(skip_reason(set(1, json!({ "completed_at": at(DAY), "items": [] }))), "completed_after_as_of");
}

/// BH-2: the greatest (completed_at, id) governs, whatever the sets' order and quality.
#[test]
fn the_set_that_completed_last_governs_and_the_greater_id_breaks_a_tie() {
    let latest = |sets: Value| health_of(sets)["latest_relevant_backup_set_id"].clone();
    let at_once = json!([set(2, json!({})), set(9, json!({})), set(3, json!({}))]);
    assert_eq!(latest(at_once), 9);
    let older_has_the_greater_id =
        json!([set(9, json!({ "completed_at": ago(2 * HOUR) })), set(2, json!({}))]);
    assert_eq!(latest(older_has_the_greater_id), 2);
    let degraded_today = set(2, json!({ "status": "partial" }));
    let health = health_of(json!([degraded_today, set(1, json!({ "completed_at": ago(2 * HOUR) }))]));
    assert_eq!(health["posture"], "degraded", "the older, better set never calms it");
}

/// BH-3: only newer skipped sets are listed, by (completed_at, else created_at; then id).
#[rstest]
#[case::completed_later(json!({ "id": 1, "completed_at": ago(HOUR - 1) }), true)]
#[case::completed_at_once_with_a_greater_id(json!({ "id": 6, "completed_at": ago(HOUR) }), true)]
#[case::completed_at_once_with_a_lesser_id(json!({ "id": 4, "completed_at": ago(HOUR) }), false)]
#[case::completed_earlier(json!({ "id": 9, "completed_at": ago(HOUR + 1) }), false)]
#[case::created_later(json!({ "id": 1, "completed_at": null, "created_at": ago(HOUR - 1) }), true)]
#[case::created_earlier(json!({ "id": 9, "completed_at": null, "created_at": ago(HOUR + 1) }), false)]
#[case::completion_counts_before_creation(json!({ "id": 9, "completed_at": ago(HOUR + 1), "created_at": ago(0) }), false)]
#[case::without_any_time(json!({ "id": 1, "completed_at": null }), true)]
fn a_skipped_set_is_listed_if_it_is_newer(#[case] more: Value, #[case] told: bool) {
    let skipped = with(set(1, json!({ "status": "failed" })), more);
    let health = health_of(json!([set(5, json!({})), skipped]));
    let expected =
        if told { json!([{ "backup_set_id": skipped["id"], "reason": "failed" }]) } else { json!([]) };
    assert_eq!(health["skipped_sets"], expected);
}

/// BH-3: with no relevant set every skipped one is listed, by id.
#[test]
fn every_skipped_set_is_listed_if_none_is_relevant() {
    let sets = json!([
        set(3, json!({ "status": "failed" })),
        set(1, json!({ "items": [] })),
        set(2, json!({ "status": "running" }))
    ]);
    let expected = json!([{ "backup_set_id": 1, "reason": "empty" }, { "backup_set_id": 2, "reason": "not_completed" },
        { "backup_set_id": 3, "reason": "failed" }]);
    assert_eq!(health_of(sets)["skipped_sets"], expected);
}

/// BH-12, TM-4: the window is exceeded only beyond it.
#[rstest]
#[case::within(ago(FRESHNESS - 1), "healthy", FRESHNESS - 1)]
#[case::exactly(ago(FRESHNESS), "healthy", FRESHNESS)]
#[case::a_fraction_beyond(json!("2026-11-19T07:59:59.999999999Z"), "stale", FRESHNESS)]
#[case::beyond(ago(FRESHNESS + 1), "stale", FRESHNESS + 1)]
fn a_set_is_stale_once_the_window_is_exceeded(
    #[case] completed_at: Value,
    #[case] posture: &str,
    #[case] age: i64,
) {
    let health = health_of(json!([set(1, json!({ "completed_at": completed_at }))]));
    assert_eq!((&health["posture"], &health["age_seconds"]), (&json!(posture), &json!(age)));
}

/// BH-12, BH-13: every mix of what is wrong, with every reason that holds.
#[rstest]
#[case::none(json!([set(1, json!({}))]), json!([]), "healthy", json!([]))]
#[case::no_set(json!([]), json!([]), "absent", json!(["no_backup_basis"]))]
#[case::no_set_and_late(json!([]), late(), "absent", json!(["no_backup_basis", "schedule_follow_up"]))]
#[case::stale(json!([stale(json!({}))]), json!([]), "stale", json!(["latest_backup_stale"]))]
#[case::degraded(json!([set(1, partial())]), json!([]), "degraded", json!(["latest_backup_degraded"]))]
#[case::late(json!([set(1, json!({}))]), late(), "healthy", json!(["schedule_follow_up"]))]
#[case::stale_and_degraded(json!([stale(partial())]), json!([]), "stale", json!(["latest_backup_stale", "latest_backup_degraded"]))]
#[case::degraded_and_late(json!([set(1, partial())]), late(), "degraded", json!(["latest_backup_degraded", "schedule_follow_up"]))]
#[case::everything(json!([stale(partial())]), late(), "stale", json!(["latest_backup_stale", "latest_backup_degraded", "schedule_follow_up"]))]
fn posture_is_the_first_that_applies_and_reasons_are_all(
    #[case] sets: Value,
    #[case] schedules: Value,
    #[case] posture: &str,
    #[case] reasons: Value,
) {
    let health = &derived(json!({ "backup_sets": sets, "backup_schedules": schedules }))["backup_health"];
    assert_eq!(
        (&health["posture"], &health["reasons"], &health["primary_reason"]),
        (&json!(posture), &reasons, &reasons[0])
    );
}

fn late() -> Value {
    json!([schedule(1, json!({ "last_run_status": "failed" }))])
}

fn partial() -> Value {
    json!({ "status": "partial" })
}

fn stale(more: Value) -> Value {
    set(1, with(json!({ "completed_at": ago(FRESHNESS + 1) }), more))
}

/// BH-14: each thing that forbids a claim, on its own.
#[rstest]
#[case::nothing(json!({}), true)]
#[case::a_newer_set_still_running(newer(json!({ "status": "running" })), true)]
#[case::a_newer_empty_set(newer(json!({ "items": [] })), false)]
#[case::a_newer_archived_set(newer(json!({ "status": "archived" })), true)]
#[case::a_newer_failed_set(newer(json!({ "status": "failed" })), false)]
#[case::a_newer_unrecognised_set(newer(json!({ "status": "odd" })), false)]
#[case::an_older_failed_set(newer(json!({ "status": "failed", "completed_at": ago(2 * HOUR) })), true)]
#[case::a_late_schedule(json!({ "backup_schedules": late() }), false)]
#[case::a_set_aside_schedule(json!({ "backup_schedules": [schedule(1, json!({ "tenant_id": 2 }))] }), false)]
#[case::a_set_aside_restore_run(json!({ "restore_runs": [{ "id": 1, "tenant_id": 2, "status": "draft", "is_dry_run": true }] }), false)]
#[case::a_set_aside_item(json!({ "backup_sets": [set(1, json!({ "items": [{ "id": 1 }, { "id": 1 }] }))] }), false)]
#[case::degraded(json!({ "backup_sets": [set(1, partial())] }), false)]
fn a_healthy_claim_needs_everything_to_be_in_order(#[case] more: Value, #[case] allowed: bool) {
    assert_eq!(derived(more)["backup_health"]["healthy_claim_allowed"], allowed);
}

fn newer(more: Value) -> Value {
    let skipped = set(2, with(json!({ "completed_at": ago(HOUR - 1) }), more));
    json!({ "backup_sets": [set(1, json!({})), skipped] })
}

/// BH-11, BH-14: before the export schedules cannot be judged, and so nothing is claimed.
#[rstest]
#[case::a_second_before_the_skew(-SKEW - 1, false)]
#[case::exactly_the_skew(-SKEW, true)]
#[case::within_the_skew(-SKEW + 1, true)]
fn schedules_are_judged_only_as_of_the_export_or_later(#[case] as_of: i64, #[case] evaluated: bool) {
    let late = json!({ "backup_schedules": late(), "backup_sets": [set(1, json!({}))] });
    let health = tenant_as_of(late, as_of)["backup_health"].clone();
    assert_eq!(health["schedules_evaluated"], evaluated);
    assert_eq!(health["schedule_follow_ups"] == json!([]), !evaluated);
    let health = tenant_as_of(json!({}), as_of)["backup_health"].clone();
    assert_eq!(health["healthy_claim_allowed"], evaluated);
}

/// BH-15, WD-5: a healthy text names the newer sets that do not count, whether or not they forbid a claim.
#[rstest]
#[case::failed(json!({ "status": "failed" }))]
#[case::running(json!({ "status": "running" }))]
#[case::empty(json!({ "items": [] }))]
fn a_healthy_text_names_newer_skipped_sets(#[case] more: Value) {
    let skipped = set(41, with(json!({ "completed_at": ago(HOUR - 1) }), more));
    let health = health_of(json!([set(1, json!({})), skipped]));
    assert_eq!(health["posture"], "healthy");
    let text = health["supporting_message"].as_str().expect("a healthy posture is explained");
    assert!(text.contains("41"), "{text}");
}

/// BH-15: of more than three sets a text says how many they are and names the latest.
#[test]
fn a_text_counts_many_skipped_sets_and_names_the_latest() {
    let newer = |id: u64, status: &str| set(id, json!({ "status": status, "completed_at": ago(60) }));
    let skipped: Vec<_> = (41..46).map(|id| newer(id, "running")).chain([newer(46, "failed")]).collect();
    let all = [vec![set(1, json!({}))], skipped.clone()].concat();
    let healthy = health_of(json!(all))["supporting_message"].to_string();
    assert!(healthy.contains("6 newer sets are not usable; the latest is set 46 (failed)"), "{healthy}");
    let absent = health_of(json!(skipped))["supporting_message"].to_string();
    assert!(absent.contains("6 sets are not usable; the latest is set 46"), "{absent}");
    let few = health_of(json!(skipped[3..]))["supporting_message"].to_string();
    assert!((44..=46).all(|id| few.contains(&id.to_string())), "{few}");
}

/// BH-15: the latest set is the newest, whatever its id: ids of gathered evidence are in no order.
#[test]
fn the_latest_of_many_skipped_sets_is_the_newest() {
    let failed = |id: u64, age: i64| set(id, json!({ "status": "failed", "completed_at": ago(age) }));
    let sets = json!([failed(9, 500), failed(4, 60), failed(8, 400), failed(7, 300)]);
    let health = health_of(sets);
    let message = health["supporting_message"].to_string();
    assert!(message.contains("4 sets are not usable; the latest is set 4 (failed)"), "{message}");
    let ids: Vec<_> =
        health["skipped_sets"].as_array().unwrap().iter().map(|set| &set["backup_set_id"]).collect();
    assert_eq!(ids, [4, 7, 8, 9], "the report has them by id");
}

/// BH-16, SN-19: when the basis turns stale by itself.
#[test]
fn stale_at_is_the_completion_and_the_window_later() {
    assert_eq!(health_of(json!([set(1, json!({}))]))["stale_at"], at(FRESHNESS - HOUR));
    assert_eq!(health_of(json!([]))["stale_at"], Value::Null);
    let mut late = snapshot(json!([tenant(
        1,
        json!({ "backup_sets": [set(1, json!({ "completed_at": "9999-12-31T12:00:00Z" }))] })
    )]));
    late["exported_at"] = json!("9999-12-31T13:00:00Z");
    let report = posture_core::derive(
        late.to_string().as_bytes(),
        posture_core::Form::Json,
        &posture_core::Options::default(),
    );
    let health = report.expect("it is read").tenants.remove(0).backup_health;
    assert_eq!((health.posture.as_str(), health.stale_at), ("healthy", None), "an instant past 9999 is null");
}

/// BH-17, BH-18: where each primary reason leads, with the capability and without.
#[rstest]
#[case::absent(json!([]), json!([]), "backup_sets_index", "backup_sets.view", "backup-sets?backup_health_reason=no_backup_basis")]
#[case::stale(json!([stale(json!({}))]), json!([]), "backup_set_detail", "backup_sets.view", "backup-sets/1?backup_health_reason=latest_backup_stale")]
#[case::degraded(json!([set(1, partial())]), json!([]), "backup_set_detail", "backup_sets.view", "backup-sets/1?backup_health_reason=latest_backup_degraded")]
#[case::late(json!([set(1, json!({}))]), late(), "backup_schedules_index", "backup_schedules.view", "backup-schedules?backup_health_reason=schedule_follow_up")]
fn the_primary_reason_leads_to_its_destination(
    #[case] sets: Value,
    #[case] schedules: Value,
    #[case] kind: &str,
    #[case] capability: &str,
    #[case] url: &str,
) {
    let target = |capabilities: Value| {
        let more =
            json!({ "backup_sets": sets, "backup_schedules": schedules, "capabilities": capabilities });
        derived(more)["backup_health"]["primary_action_target"].clone()
    };
    for capabilities in [Value::Null, json!([capability]), json!(["odd", capability.to_uppercase()])] {
        let target = target(capabilities);
        assert_eq!((&target["kind"], &target["disabled"]), (&json!(kind), &json!(false)));
        assert_eq!(
            (&target["url"], &target["helper_text"]),
            (&json!(format!("/admin/t/t-1/{url}")), &Value::Null)
        );
    }
    let others: Vec<_> = ["backup_sets.view", "backup_schedules.view", "restore_runs.view"]
        .into_iter()
        .filter(|other| *other != capability)
        .collect();
    for capabilities in [json!([]), json!(others)] {
        let target = target(capabilities);
        assert_eq!(
            (&target["kind"], &target["disabled"], &target["url"]),
            (&json!(kind), &json!(true), &Value::Null)
        );
        assert!(target["helper_text"].as_str().is_some_and(|text| text.contains(capability)));
    }
}

/// BH-17: with no reason there is nothing to follow.
#[test]
fn without_a_reason_there_is_no_target() {
    assert_eq!(derived(json!({}))["backup_health"]["primary_action_target"], Value::Null);
}

/// BH-19: a route key is one path segment.
#[rstest]
#[case::unreserved("AZaz09-._~", "AZaz09-._~")]
#[case::reserved("a/b?c#d e%+&=", "a%2Fb%3Fc%23d%20e%25%2B%26%3D")]
#[case::beyond_ascii("é😀", "%C3%A9%F0%9F%98%80")]
#[case::three_dots("...", "...")]
fn a_route_key_is_encoded_as_a_path_segment(#[case] key: &str, #[case] segment: &str) {
    let target =
        derived(json!({ "external_id": key, "backup_sets": [] }))["backup_health"]["primary_action_target"]
            .clone();
    assert_eq!(target["url"], format!("/admin/t/{segment}/backup-sets?backup_health_reason=no_backup_basis"));
}

/// BH-20: the assessment has these keys and no others.
#[test]
fn the_assessment_has_the_keys_that_are_stated() {
    let health = health_of(json!([]));
    let mut keys: Vec<_> = health.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect();
    keys.sort_unstable();
    let stated = [
        "age_seconds",
        "confirmed_at",
        "headline",
        "healthy_claim_allowed",
        "latest_relevant_backup_set_id",
        "latest_relevant_completed_at",
        "next_stale_at",
        "positive_claim_boundary",
        "posture",
        "primary_action_target",
        "primary_reason",
        "quality",
        "reasons",
        "schedule_follow_ups",
        "schedules_evaluated",
        "scope",
        "scopes",
        "skipped_sets",
        "stale_at",
        "supporting_message",
        "tenant_id",
    ];
    assert_eq!(keys, stated);
    assert_eq!(health["quality"], Value::Null);
}

/// TM-2, TM-1: an export holds no fact later than itself, however far ahead the as-of instant is.
#[test]
fn evidence_stamped_after_its_export_never_ripens() {
    let beyond =
        json!([tenant(1, json!({ "backup_sets": [set(1, json!({ "completed_at": at(SKEW + 1) }))] }))]);
    for as_of in [0, HOUR, 365 * DAY] {
        let report = report_as_of(&snapshot(beyond.clone()), as_of);
        let skipped = &report["tenants"][0]["backup_health"]["skipped_sets"];
        assert_eq!(column(skipped, "reason"), ["completed_after_as_of"], "{as_of} s after the export");
    }
}

/// TM-2, TM-3: an age is never below 0, and what came later has not happened yet.
#[test]
fn going_back_later_sets_have_not_happened() {
    let sets = json!({ "backup_sets": [set(1, json!({ "completed_at": ago(2 * HOUR) })), set(2, json!({ "completed_at": ago(HOUR) }))] });
    let at_the_skew = tenant_as_of(sets.clone(), -HOUR - SKEW)["backup_health"].clone();
    assert_eq!(
        (&at_the_skew["latest_relevant_backup_set_id"], &at_the_skew["age_seconds"]),
        (&json!(2), &json!(0))
    );
    let before_it = tenant_as_of(sets, -HOUR - SKEW - 1)["backup_health"].clone();
    assert_eq!(before_it["latest_relevant_backup_set_id"], 1);
}

/// BH-21: a verdict is never shown better than it is.
#[rstest]
#[case::absent(json!({ "status": "failed" }), json!([]), "critical")]
#[case::stale(json!({ "completed_at": ago(FRESHNESS + 1) }), json!([]), "high")]
#[case::healthy_but_for_a_schedule(json!({}), json!([schedule(1, json!({ "last_run_status": "failed" }))]), "medium")]
#[case::healthy(json!({}), json!([]), "calm")]
fn a_verdict_is_shown_as_urgent_as_it_is(
    #[case] newest: Value,
    #[case] schedules: Value,
    #[case] tone: &str,
) {
    let tenant = tenant(1, json!({ "backup_sets": [set(1, newest)], "backup_schedules": schedules }));
    assert_eq!(tone_of(tenant), tone);
}

/// BH-21: without a reason and without a claim.
#[test]
fn a_tenant_not_claimed_to_be_healthy_is_never_shown_as_calm() {
    let newer_that_failed = set(2, json!({ "status": "failed", "completed_at": ago(0) }));
    assert_eq!(
        tone_of(tenant(
            1,
            json!({ "backup_sets": [set(1, json!({ "completed_at": ago(HOUR) })), newer_that_failed] })
        )),
        "unknown"
    );
}

fn tone_of(tenant: Value) -> &'static str {
    let snapshot = snapshot(json!([tenant])).to_string();
    let report = derive(snapshot.as_bytes(), Form::Json, &Options::default()).expect("it is read");
    posture_core::report::tone::backup(&report.tenants[0].backup_health).as_str()
}
