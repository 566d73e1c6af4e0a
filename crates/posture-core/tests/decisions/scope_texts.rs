//! What the texts about scopes and their backups say.

use rstest::rstest;
use serde_json::{Value, json};

use crate::evidence::{
    DAY, HOUR, ago, at, derived, health_of, report, schedule, set, snapshot, tenant, tenant_as_of, with,
};
use crate::scopes::{health_under, items, of};

/// WD-7: policy types are compared exactly; a text says if only their case differs.
#[rstest]
#[case::missing(json!({ "scopes": { "": { "expected_policy_types": ["Alpha", "gamma"] } } }), &["ALPHA", "beta"], "Policy types are compared exactly, and the backup has ALPHA.")]
#[case::vanished(json!({}), &["alpha", "Beta"], "Policy types are compared exactly, and the backup has Beta.")]
#[case::neither(json!({}), &["alpha"], "Policy types of the previous backup are gone: beta.")]
fn a_policy_type_that_differs_only_in_case_is_named(
    #[case] policy: Value,
    #[case] latest: &[&str],
    #[case] said: &str,
) {
    let sets = json!([
        of("", 1, DAY, json!({ "items": items(&["alpha", "beta"]), "item_count": 2 })),
        of("", 2, HOUR, json!({ "items": items(latest), "item_count": latest.len() }))
    ]);
    let message = health_under(policy, sets)["supporting_message"].to_string();
    assert!(message.contains(said), "{message}");
    assert_eq!(message.contains("compared exactly"), said.contains("compared exactly"), "{message}");
}

/// WD-7: an exporter may leave a policy type without a name; a text never lists nothing.
#[test]
fn a_policy_type_without_a_name_is_called_so() {
    let policy = json!({ "scopes": { "": { "expected_policy_types": ["", "gamma"] } } });
    let sets = json!([
        of("", 1, DAY, json!({ "items": items(&["", "beta"]), "item_count": 2 })),
        of("", 2, HOUR, json!({ "items": items(&["beta"]), "item_count": 1 }))
    ]);
    let message = health_under(policy, sets)["supporting_message"].to_string();
    for said in [
        "Expected policy types are missing: a policy type without a name and gamma.",
        "Policy types of the previous backup are gone: a policy type without a name.",
    ] {
        assert!(message.contains(said), "{message}");
    }
}

/// WD-7: a tenant whose scopes are all left out has backups, so the text says why none counts.
#[test]
fn a_tenant_without_a_scope_says_that_its_rules_leave_them_out() {
    let left_out = json!({ "scopes": { "": { "expected": false }, "a": { "expected": false } } });
    let health = health_under(left_out, json!([of("", 1, HOUR, json!({})), of("a", 2, HOUR, json!({}))]));
    assert_eq!(health["posture"], "absent");
    let message = health["supporting_message"].to_string();
    assert!(
        message.contains("The rules leave out the scopes of 2 other backup sets (expected: false)."),
        "{message}"
    );
}

/// WD-7: a text names its scope if the tenant has more than one.
#[test]
fn a_text_names_its_scope() {
    let two = health_of(json!([of("intune", 1, 30 * DAY, json!({})), of("", 2, HOUR, json!({}))]));
    assert_eq!(two["headline"], "Latest backup of scope “intune” is stale: 30 days old");
    assert!(two["supporting_message"].as_str().is_some_and(|text| text.contains("of scope “intune”")));
    let one = health_of(json!([of("intune", 1, 30 * DAY, json!({}))]));
    assert_eq!(one["headline"], "Latest backup is stale: 30 days old");
}

/// WD-7: a stale tenant whose own schedule is on time says so and names the rule to set; a disabled one is named.
#[rstest]
#[case::weekly(json!([schedule(3, json!({ "frequency": "weekly", "last_run_at": ago(3 * DAY) }))]), "Its weekly schedule 3 is on time")]
#[case::the_rule(json!([schedule(3, json!({ "frequency": "weekly", "last_run_at": ago(3 * DAY) }))]), "set freshness_hours in the policy, or in a profile, to at least 169")]
#[case::disabled(json!([schedule(4, json!({ "is_enabled": false }))]), "Disabled: schedule 4")]
fn a_stale_tenant_says_what_explains_it(#[case] schedules: Value, #[case] said: &str) {
    let stale = json!({ "backup_sets": [set(1, json!({ "completed_at": ago(3 * DAY) }))], "backup_schedules": schedules });
    let message = derived(stale)["backup_health"]["supporting_message"].to_string();
    assert!(message.contains(said), "{message}");
}

/// WD-7: a backup that is older than the last run of a schedule on time was made by an earlier run,
/// so the schedule explains nothing, and no rule would help.
#[rstest]
#[case::within_the_allowance(25 * HOUR, "Its daily schedule 3 is on time")]
#[case::within_the_grace(25 * HOUR + 30 * 60, "Its daily schedule 3 is on time")]
#[case::beyond_the_grace(25 * HOUR + 30 * 60 + 1, "Its daily schedule 3 last ran 2026-11-20 05:00 UTC, but no usable backup is that recent.")]
#[case::an_old_scope(30 * DAY, "Its daily schedule 3 last ran 2026-11-20 05:00 UTC, but no usable backup of scope “entra” is that recent.")]
fn a_stale_backup_of_an_earlier_run_is_not_explained_by_the_schedule(#[case] age: i64, #[case] said: &str) {
    let schedule = schedule(3, json!({ "frequency": "daily", "last_run_at": ago(3 * HOUR) }));
    let mut sets = vec![of("entra", 1, age, json!({}))];
    sets.extend(said.contains("entra").then(|| of("intune", 2, HOUR, json!({}))));
    let report =
        report(&snapshot(json!([tenant(1, json!({ "backup_sets": sets, "backup_schedules": [schedule] }))])));
    let message = report["tenants"][0]["backup_health"]["supporting_message"].to_string();
    assert!(message.contains(said), "{message}");
    assert_eq!(message.contains("set freshness_hours"), said.contains("is on time"), "{message}");
    let item = report["overview"]["attention_items"][0]["body"].to_string();
    assert!(item.contains(said), "the overview says it too: {item}");
}

/// WD-7: a text of the past, for which no schedule is judged, says the same about backups and records.
#[test]
fn a_text_of_the_past_explains_what_does_not_depend_on_schedules() {
    let running =
        json!({ "status": "running", "created_at": ago(2 * DAY), "completed_at": null, "items": null });
    let left_out = of("b", 2, 3 * DAY, json!({}));
    let foreign = set(3, json!({ "tenant_id": 9 }));
    let more = json!({
        "backup_sets": [set(1, running), left_out, foreign],
        "scopes": { "b": { "expected": false } }
    });
    let message = tenant_as_of(more, -DAY)["backup_health"]["supporting_message"].to_string();
    for said in [
        "The rules leave out the scope of 1 other backup set",
        "Backup set 1 has been running since",
        "1 record of this tenant could not be used",
    ] {
        assert!(message.contains(said), "{said}: {message}");
    }
}

/// WD-7: the text says that nothing will run if all schedules are disabled or deleted, not if there are none.
#[rstest]
#[case::none(json!([]), false)]
#[case::disabled(json!([schedule(1, json!({ "is_enabled": false }))]), true)]
#[case::one_of_two(json!([schedule(1, json!({ "is_enabled": false })), schedule(2, json!({}))]), false)]
#[case::deleted(json!([schedule(1, json!({ "deleted_at": ago(1) }))]), false)]
fn a_tenant_says_that_no_schedule_will_run(#[case] schedules: Value, #[case] is_said: bool) {
    let message =
        derived(json!({ "backup_schedules": schedules }))["backup_health"]["supporting_message"].to_string();
    assert_eq!(
        message.contains("No schedule is enabled, so no backup will start by itself."),
        is_said,
        "{message}"
    );
}

/// WD-7: a tenant without any backup says when its first run is due.
#[test]
fn a_new_tenant_says_when_its_first_run_is_due() {
    let due = schedule(1, json!({ "last_run_at": null, "last_run_status": null, "next_run_at": at(HOUR) }));
    let report =
        report(&snapshot(json!([tenant(1, json!({ "backup_sets": [], "backup_schedules": [due] }))])));
    for text in [
        &report["tenants"][0]["backup_health"]["supporting_message"],
        &report["overview"]["attention_items"][0]["body"],
    ] {
        let text = text.to_string();
        assert!(text.contains("The first run of its schedule is due by 2026-11-20 09:00 UTC."), "{text}");
    }
}

/// WD-7: a tenant whose first backup is running says since when; a running backup explains nothing next to a usable one.
#[test]
fn a_tenant_whose_first_backup_is_running_says_since_when() {
    let running = |id: u64, created: Value| {
        set(id, json!({ "status": "running", "created_at": created, "completed_at": null, "items": null }))
    };
    let first = json!([
        running(1, ago(2 * HOUR)),
        running(2, ago(HOUR)),
        running(3, at(HOUR)),
        running(4, Value::Null)
    ]);
    let message = health_of(first)["supporting_message"].to_string();
    assert!(message.contains("Backup set 2 has been running since 2026-11-20 07:00 UTC."), "{message}");
    let deleted = with(running(5, ago(HOUR / 2)), json!({ "deleted_at": ago(1) }));
    let message =
        health_of(json!([deleted, set(6, json!({ "status": "failed" }))]))["supporting_message"].to_string();
    assert!(!message.contains("has been running"), "neither a deleted set nor a failed one runs: {message}");
    let second = health_of(json!([set(1, json!({})), running(2, ago(1))]))["supporting_message"].to_string();
    assert!(!second.contains("has been running"), "{second}");
}

/// WD-7, TM-1: an age near the window is given in hours and minutes.
#[test]
fn an_age_near_the_window_is_given_in_minutes() {
    let tenant = tenant_as_of(json!({}), DAY - HOUR + 41 * 60);
    assert_eq!(tenant["backup_health"]["headline"], "Latest backup is stale: 24 h 41 min old");
}

/// WD-7: of several scopes each sentence names its own; of a single one none does.
#[test]
fn each_sentence_names_its_scope_if_there_are_several() {
    let degraded = |scope: &str, id: u64| {
        of(
            scope,
            id,
            HOUR,
            json!({ "items": [{ "id": 1, "metadata": { "source": "metadata_only", "warnings": 7 } }] }),
        )
    };
    let message = |sets: Value| health_of(sets)["supporting_message"].as_str().unwrap_or_default().to_owned();
    let several = message(json!([degraded("a", 1), of("b", 2, 3 * DAY, json!({})), degraded("", 3)]));
    for said in [
        "Scope “a”: 1 of 1 item is degraded",
        "The unnamed scope: 1 of 1 item is degraded",
        "Scope “a”: unknown: ",
    ] {
        assert!(several.contains(said), "{several}");
    }
    assert!(!several.contains("Scope “b”: stale"), "it governs, so it comes first: {several}");
    let governed_by_another =
        message(json!([of("a", 1, 9 * DAY, json!({})), of("b", 2, 3 * DAY, json!({}))]));
    assert!(governed_by_another.contains("Scope “b”: stale, "), "{governed_by_another}");
    assert!(!governed_by_another.contains("Scope “a”: stale, "), "{governed_by_another}");
    let single = message(json!([degraded("a", 1)]));
    assert!(single.contains("1 of 1 item is degraded") && single.contains("Unknown: "), "{single}");
    assert!(!single.contains("cope “a”") && !single.contains("The unnamed scope"), "{single}");
}

/// WD-7: sets that were skipped are named if there are any.
#[test]
fn skipped_sets_are_named() {
    let failed = set(2, json!({ "status": "failed", "completed_at": ago(60) }));
    let message = |sets: Value| health_of(sets)["supporting_message"].as_str().unwrap_or_default().to_owned();
    let good = set(1, json!({}));
    let (with_failed, without) = (message(json!([good, failed])), message(json!([good])));
    assert!(with_failed.len() > without.len() && with_failed.contains("failed"), "{with_failed}");
    assert!(!without.contains("failed"), "{without}");
}
