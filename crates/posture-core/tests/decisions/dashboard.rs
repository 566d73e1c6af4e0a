//! What needs attention in one tenant, and what may be called healthy.

use rstest::rstest;
use serde_json::{Value, json};

use crate::evidence::{FRESHNESS, HOUR, ago, column, derived, run, schedule, set};

fn signal(domain: &str, key: &str, urgency: &str) -> Value {
    json!({ "domain": domain, "key": key, "urgency": urgency, "title": "A fact" })
}

/// TD-1, TD-2, TD-3: groups in their order, signals by urgency and key.
#[test]
fn groups_and_their_items_are_in_order() {
    let tenant = derived(json!({
        "backup_sets": [set(1, json!({ "status": "partial", "completed_at": ago(FRESHNESS + 1) }))],
        "backup_schedules": [schedule(1, json!({ "last_run_status": "failed" }))],
        "restore_runs": [],
        "signals": [signal("alerts", "z", "low"), signal("operations", "b", "high"), signal("governance", "g", "low"), signal("operations", "c", "critical"),
            signal("operations", "a", "high"), signal("operations", "B", "high")],
    }));
    let groups = &tenant["needs_attention"]["groups"];
    assert_eq!(
        column(groups, "domain"),
        ["backup_health", "recovery_evidence", "governance", "operations", "alerts"]
    );
    assert_eq!(
        column(&groups[0]["items"], "key"),
        ["latest_backup_stale", "latest_backup_degraded", "schedule_follow_up"]
    );
    assert_eq!(column(&groups[1]["items"], "key"), ["recovery_unvalidated"]);
    assert_eq!(column(&groups[3]["items"], "key"), ["c", "B", "a", "b"]);
    for item in groups
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|group| group["items"].as_array().cloned().unwrap_or_default())
    {
        for text in ["title", "body", "badge", "tone", "domain"] {
            assert!(item[text].is_string(), "{text} of {item}");
        }
        assert!(item["action"]["label"].is_string());
    }
}

/// TD-1: a domain with nothing is left out.
#[test]
fn empty_groups_are_left_out() {
    assert_eq!(derived(json!({}))["needs_attention"]["groups"], json!([]));
    let only_alerts = derived(json!({ "signals": [signal("alerts", "a", "low")] }));
    assert_eq!(column(&only_alerts["needs_attention"]["groups"], "domain"), ["alerts"]);
}

/// TD-4: the urgency of every item.
#[rstest]
#[case(json!({ "backup_sets": [] }), "no_backup_basis", "critical")]
#[case(json!({ "backup_sets": [set(1, json!({ "completed_at": ago(FRESHNESS + 1) }))] }), "latest_backup_stale", "high")]
#[case(json!({ "backup_sets": [set(1, json!({ "status": "partial" }))] }), "latest_backup_degraded", "medium")]
#[case(json!({ "backup_schedules": [schedule(1, json!({ "last_run_status": "odd" }))] }), "schedule_follow_up", "medium")]
#[case(json!({ "restore_runs": [run(1, json!({ "status": "failed" }))] }), "recovery_weakened", "critical")]
#[case(json!({ "restore_runs": [run(1, json!({ "status": "partial" }))] }), "recovery_weakened", "high")]
#[case(json!({ "restore_runs": [run(1, json!({ "metadata": { "non_applied": 1 } }))] }), "recovery_weakened", "medium")]
#[case(json!({ "restore_runs": [] }), "recovery_unvalidated", "medium")]
#[case(json!({ "signals": [signal("alerts", "own", "LOW")] }), "own", "low")]
#[case(json!({ "signals": [signal("alerts", "own", "high")] }), "own", "high")]
fn an_item_has_its_urgency(#[case] more: Value, #[case] key: &str, #[case] urgency: &str) {
    let groups = derived(more)["needs_attention"]["groups"].clone();
    assert_eq!(groups.as_array().map(Vec::len), Some(1));
    let item = &groups[0]["items"][0];
    assert_eq!((&item["key"], &item["urgency"]), (&json!(key), &json!(urgency)));
}

/// TD-5, WD-4: what may be called healthy, and only if nothing at all forbids it.
#[rstest]
#[case::all_in_order(json!({}), &["backups_recent_and_healthy", "no_recent_restore_issues_visible"])]
#[case::a_newer_failed_set(json!({ "backup_sets": [set(1, json!({})), set(2, json!({ "status": "failed" }))] }), &["no_recent_restore_issues_visible"])]
#[case::unvalidated(json!({ "restore_runs": [] }), &[])]
#[case::stale(json!({ "backup_sets": [set(1, json!({ "completed_at": ago(FRESHNESS + 1) }))] }), &[])]
#[case::late(json!({ "backup_schedules": [schedule(1, json!({ "last_run_status": "failed" }))] }), &[])]
#[case::a_signal(json!({ "signals": [signal("alerts", "a", "low")] }), &[])]
#[case::a_record_set_aside(json!({ "restore_runs": [run(1, json!({})), run(1, json!({ "completed_at": ago(2 * HOUR) }))] }), &[])]
fn healthy_checks_need_a_quiet_tenant(#[case] more: Value, #[case] keys: &[&str]) {
    let checks = derived(more)["needs_attention"]["healthy_checks"].clone();
    assert_eq!(column(&checks, "key"), keys);
    for check in checks.as_array().into_iter().flatten() {
        let title = match check["key"].as_str() {
            Some("backups_recent_and_healthy") => "Backups are recent and healthy",
            _ => "No recent restore issues visible",
        };
        assert_eq!(check["title"], title);
        assert!(check["claim_boundary"].as_str().is_some_and(|boundary| boundary.contains("not")), "{check}");
    }
}
