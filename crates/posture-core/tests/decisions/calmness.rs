//! Whether, and for what, a workspace may be called calm.

use posture_core::report::calmness::{SetAside, current, set_aside};
use posture_core::report::currency::Currency;
use posture_core::report::model::{CalmBlocker, Exclusion};
use posture_core::{Form, Options, Timestamp, derive, words};
use rstest::rstest;
use serde_json::{Value, json};

use crate::evidence::{
    DAY, EXPORTED_AT, FRESHNESS, HOUR, SKEW, at, report, report_as_of, run, set, snapshot, tenant, with,
};

fn calmness(head: Value, tenants: Value) -> Value {
    report(&with(snapshot(tenants), head))["overview"]["calmness"].clone()
}

fn signal() -> Value {
    json!({ "signals": [{ "domain": "alerts", "key": "k", "urgency": "low", "title": "A fact" }] })
}

fn unreadable() -> Value {
    json!({ "id": 99 })
}

/// WO-12: every blocker, on its own and together.
#[rstest]
#[case::calm(json!([tenant(1, json!({}))]), &[])]
#[case::no_tenants(json!([]), &["no_evaluated_tenants"])]
#[case::none_evaluated(json!([tenant(1, json!({ "status": "draft" }))]), &["no_evaluated_tenants"])]
#[case::an_item(json!([tenant(1, signal())]), &["attention_items"])]
#[case::a_tenant_set_aside(json!([tenant(1, json!({})), unreadable()]), &["unreadable_evidence"])]
#[case::a_duplicate(json!([tenant(1, json!({})), tenant(1, json!({}))]), &["unreadable_evidence"])]
#[case::a_foreign_one(json!([tenant(1, json!({})), tenant(2, json!({ "workspace_id": 8 }))]), &["unreadable_evidence"])]
#[case::an_unrecognised_status(json!([tenant(1, json!({})), tenant(2, json!({ "status": "odd" }))]), &["unreadable_evidence"])]
#[case::a_record_set_aside(json!([tenant(1, json!({ "backup_schedules": [{ "id": 1, "tenant_id": 2, "is_enabled": false, "frequency": "daily" }] }))]), &["unsettled_tenants", "unreadable_evidence"])]
#[case::another_not_active(json!([tenant(1, json!({})), tenant(2, json!({ "status": "archived" }))]), &[])]
#[case::a_warning(json!([tenant(1, json!({ "environment": 7 }))]), &[])]
#[case::nothing_but_an_unreadable_one(json!([unreadable()]), &["no_evaluated_tenants", "unreadable_evidence"])]
#[case::an_item_and_an_error(json!([tenant(1, signal()), unreadable()]), &["attention_items", "unreadable_evidence"])]
fn each_blocker_keeps_the_workspace_from_being_calm(#[case] tenants: Value, #[case] blockers: &[&str]) {
    let calmness = calmness(json!({}), tenants);
    assert_eq!(
        (&calmness["blockers"], &calmness["is_calm"]),
        (&json!(blockers), &json!(blockers.is_empty()))
    );
}

/// WO-12, TM-3, RP-1: data is too old beyond the freshness window.
#[rstest]
#[case::exactly(FRESHNESS, false)]
#[case::beyond(FRESHNESS + 1, true)]
#[case::before_the_export(-DAY, false)]
fn data_is_too_old_beyond_the_window(#[case] as_of: i64, #[case] too_old: bool) {
    let report = report_as_of(&snapshot(json!([])), as_of);
    let blockers = report["overview"]["calmness"]["blockers"].as_array().cloned().unwrap_or_default();
    assert_eq!(blockers.contains(&json!("data_too_old")), too_old);
    assert_eq!(report["data_age_seconds"], as_of.max(0));
}

/// WO-12: a late schedule is not an attention item, but its tenant is unsettled.
#[test]
fn a_late_schedule_on_its_own_leaves_its_tenant_unsettled() {
    let late = json!({ "backup_schedules": [{ "id": 1, "is_enabled": true, "frequency": "daily" }] });
    let calmness = calmness(json!({}), json!([tenant(1, late)]));
    assert_eq!((&calmness["is_calm"], &calmness["blockers"]), (&json!(false), &json!(["unsettled_tenants"])));
    assert_eq!(calmness["title"], "Not calm: 1 of 1 tenant is unsettled");
}

/// WO-13: the domains covered, in their own order.
#[rstest]
#[case(Value::Null, &["backup_health", "recovery_evidence"])]
#[case(json!(["alerts", "operations", "governance"]), &["governance", "backup_health", "recovery_evidence", "operations", "alerts"])]
#[case(json!(["operations"]), &["backup_health", "recovery_evidence", "operations"])]
fn the_domains_covered_are_named_in_order(#[case] checked: Value, #[case] domains: &[&str]) {
    let calmness = calmness(json!({ "checked_domains": checked }), json!([tenant(1, json!({}))]));
    assert_eq!(calmness["checked_domains"], json!(domains));
}

/// WO-14: where to go next.
#[rstest]
#[case::no_evaluated_tenants(json!([unreadable()]), "switch_workspace", "/admin/workspaces")]
#[case::calm(json!([tenant(1, json!({}))]), "choose_tenant", "/admin/choose-tenant")]
#[case::several_items_of_one(json!([tenant(1, json!({})), tenant(2, with(signal(), json!({ "backup_sets": [], "restore_runs": [] })))]), "tenant_dashboard", "/admin/t/t-2")]
#[case::items_of_two(json!([tenant(1, signal()), tenant(2, signal())]), "choose_tenant", "/admin/choose-tenant")]
#[case::only_an_error(json!([tenant(1, json!({})), unreadable()]), "choose_tenant", "/admin/choose-tenant")]
fn the_next_action_leads_to_the_blocker(#[case] tenants: Value, #[case] kind: &str, #[case] url: &str) {
    let expected = json!({ "kind": kind, "url": url, "disabled": false, "helper_text": null });
    assert_eq!(calmness(json!({}), tenants)["next_action"], expected);
}

/// WO-14: items beyond the limit count as well.
#[test]
fn an_item_that_is_not_shown_still_decides_where_to_go() {
    let calmness = calmness(
        json!({ "policy": { "attention_limit": 1 } }),
        json!([tenant(1, signal()), tenant(2, signal())]),
    );
    assert_eq!(calmness["next_action"]["kind"], "choose_tenant");
}

/// WO-15: the body says what the claim covers.
#[test]
fn the_body_names_domains_tenants_and_the_instant() {
    let tenants = json!([
        tenant(1, json!({})),
        tenant(1, json!({})),
        tenant(2, json!({ "status": "draft" })),
        tenant(4, json!({ "status": "archived" })),
        tenant(3, json!({ "workspace_id": 8 })),
        unreadable()
    ]);
    let body = calmness(json!({ "checked_domains": ["alerts"] }), tenants)["body"]
        .as_str()
        .map(str::to_owned)
        .unwrap_or_default();
    for said in [
        "backup health",
        "recovery evidence",
        "alerts",
        "1 of 6",
        "2 inactive",
        "1 unreadable",
        "1 duplicate",
        "1 from another workspace",
        "2026-11-20 08:00",
    ] {
        assert!(body.contains(said), "{said:?} in {body}");
    }
}

/// WO-15: the body says how old the oldest restores are on which calm rests.
#[test]
fn the_body_says_if_the_latest_restores_are_old() {
    let restored = |id: u64, days: i64| {
        tenant(id, json!({ "restore_runs": [run(1, json!({ "completed_at": at(-days * DAY) }))] }))
    };
    let body = |tenants: Value| calmness(json!({}), tenants)["body"].to_string();
    let old = body(json!([restored(1, 200), restored(2, 181), restored(3, 180)]));
    let expected = "Latest restore more than 180 days ago: 2 tenants; the oldest 200 days ago.";
    assert!(old.contains(expected), "{old}");
    let recent = body(json!([restored(1, 180)]));
    assert!(!recent.contains("Latest restore"), "{recent}");
}

/// WO-16: every exported tenant is in exactly one bucket.
#[test]
fn the_denominators_add_up() {
    let tenants = json!([
        tenant(1, json!({})),
        tenant(1, json!({})),
        tenant(2, json!({ "status": "draft" })),
        tenant(3, json!({ "status": "odd" })),
        tenant(4, json!({ "workspace_id": 8 })),
        unreadable(),
        7,
        tenant(5, json!({ "workspace_id": 7 }))
    ]);
    let expected = json!({ "exported": 8, "evaluated": 2, "not_active": 2, "unreadable": 2, "duplicate_tenant": 1, "foreign_workspace": 1 });
    assert_eq!(report(&snapshot(tenants))["denominators"], expected);
}

/// TM-1, TM-2, TM-5: all defaults of the policy, and each stated in its place.
#[test]
fn the_policy_that_was_used_is_stated() {
    let effective = |head: Value| report(&with(snapshot(json!([])), head))["policy"].clone();
    let defaults = json!({ "freshness_hours": 24, "schedule_grace_minutes": 30, "clock_skew_seconds": 300, "attention_limit": 10 });
    assert_eq!(effective(json!({})), defaults);
    assert_eq!(effective(json!({ "policy": { "clock_skew_seconds": null } })), defaults);
    let stated = json!({ "freshness_hours": 8760, "schedule_grace_minutes": 0, "clock_skew_seconds": 3600, "attention_limit": 1000 });
    assert_eq!(effective(json!({ "policy": stated })), stated);
}

/// TM-2: the skew is the policy's.
#[test]
fn the_skew_is_the_one_stated() {
    let ahead = |skew: i64, by: i64| {
        let sets = json!({ "backup_sets": [set(1, json!({ "completed_at": at(by) }))], "restore_runs": [run(1, json!({ "completed_at": at(-HOUR) }))] });
        let head = json!({ "policy": { "clock_skew_seconds": skew } });
        report(&with(snapshot(json!([tenant(1, sets)])), head))["tenants"][0]["backup_health"]["posture"]
            .clone()
    };
    assert_eq!((ahead(0, 0), ahead(0, 1)), (json!("healthy"), json!("absent")));
    assert_eq!((ahead(3600, 3600), ahead(3600, 3601)), (json!("healthy"), json!("absent")));
    assert_eq!((ahead(SKEW, SKEW), ahead(SKEW, SKEW + 1)), (json!("healthy"), json!("absent")));
}

/// DB-19: what an instant other than the export's leaves out; schedules are judged as far back as a clock may run ahead.
#[rstest]
#[case::ahead(HOUR, "The export is 60 min older", false)]
#[case::within_the_skew(-SKEW, "The export is from 5 min later.", false)]
#[case::beyond_the_skew(-SKEW - 1, "The export is from 5 min later.", true)]
fn an_instant_away_from_the_export_says_what_is_not_judged(
    #[case] seconds: i64,
    #[case] lies: &str,
    #[case] unjudged: bool,
) {
    let as_of = Timestamp::from_unix_seconds(EXPORTED_AT + seconds).map(|at| at.to_string());
    let document = snapshot(json!([tenant(1, json!({}))])).to_string();
    let report = derive(document.as_bytes(), Form::Json, &Options { as_of, ..Options::default() })
        .expect("it is read");
    let said = words::away_from_export(&report);
    assert!(said.contains(lies), "{said}");
    assert_eq!(said.contains("schedules are not judged"), unjudged, "{said}");
}

/// DB-19: evidence has aged once its export is older than the window, and is ahead beyond the skew.
#[test]
fn an_export_has_aged_beyond_the_window() {
    let document = snapshot(json!([])).to_string();
    let report = derive(document.as_bytes(), Form::Json, &Options::default()).expect("it is read");
    let by = |seconds: i64| {
        let now = Timestamp::from_unix_seconds(EXPORTED_AT + seconds).expect("within the calendar");
        Currency::of(&report, now)
    };
    let (current, aged) = (Currency::Current, Currency::Aged);
    assert_eq!([FRESHNESS - 1, FRESHNESS, FRESHNESS + 1].map(by), [current, current, aged]);
    let ahead = Currency::Ahead(300 + 1);
    assert_eq!([-300, -300 - 1].map(by), [current, ahead], "the skew is allowed");
}

/// WO-20: a report that says itself that its data is too old does not say so twice.
#[test]
fn a_blocker_that_the_report_states_is_not_repeated() {
    let as_of = at(FRESHNESS + 1).as_str().map(str::to_owned);
    let document = snapshot(json!([tenant(1, signal())])).to_string();
    let report = derive(document.as_bytes(), Form::Json, &Options { as_of, ..Options::default() })
        .expect("it is read");
    let shown = current(&report, Currency::Aged);
    assert_eq!(shown.blockers.last(), Some(&words::blocker_label(CalmBlocker::DataTooOld)));
    assert_eq!(shown.blockers.len() + 1, report.overview.calmness.blockers.len(), "{:?}", shown.blockers);
}

/// WO-24: errors are counted on their own, so they are not in the list of blockers too. An inactive tenant is not an error.
#[test]
fn errors_are_counted_next_to_the_other_blockers() {
    let shown = |tenants: Value| {
        let document = snapshot(tenants).to_string();
        let report = derive(document.as_bytes(), Form::Json, &Options::default()).expect("it is read");
        (current(&report, Currency::Aged).blockers, set_aside(&report))
    };
    let [errors, old] = [CalmBlocker::UnreadableEvidence, CalmBlocker::DataTooOld].map(words::blocker_label);
    let foreign = tenant(2, json!({ "workspace_id": 8 }));
    let draft = tenant(3, json!({ "status": "draft" }));
    let (blockers, counted) = shown(json!([tenant(1, signal()), foreign, draft, { "id": 4 }]));
    assert_eq!(blockers, [old]);
    let [unreadable, foreign] =
        [Exclusion::Unreadable, Exclusion::ForeignWorkspace].map(words::exclusion_label);
    let expected = SetAside { tenants: vec![(1, unreadable), (1, foreign)], errors: 2 };
    assert_eq!(counted, Some(expected));
    let (blockers, counted) = shown(json!([tenant(1, signal()), tenant(3, json!({ "status": "draft" }))]));
    assert!(counted.is_none() && !blockers.contains(&errors), "{blockers:?}");
}

/// WO-15: the statement counts the tenants of whose backups something is unknown.
#[test]
fn the_statement_counts_tenants_with_unknown_content() {
    let unknown = || json!({ "backup_sets": [set(1, json!({ "items": [{ "id": 1, "metadata": { "warnings": 7 } }] }))] });
    let body = |tenants: Value| calmness(json!({}), tenants)["body"].to_string();
    let both = json!([tenant(1, unknown()), tenant(2, json!({})), tenant(3, unknown())]);
    for (tenants, told) in [(both, "2 tenants"), (json!([tenant(1, json!({}))]), "none")] {
        let body = body(tenants);
        assert!(body.contains(&format!("Content partly unknown: {told}.")), "{body}");
    }
}

/// WO-20: what is calm as of its export is not calm by now if the export has aged or is ahead of the clock,
/// and the report keeps what it said.
#[rstest]
#[case::calm(json!([tenant(1, json!({}))]), "calm", "unknown")]
#[case::an_item(json!([tenant(1, signal())]), "low", "low")]
#[case::unreadable(json!([tenant(1, json!({})), unreadable()]), "unknown", "unknown")]
fn evidence_that_has_aged_is_not_shown_as_calm(
    #[case] tenants: Value,
    #[case] tone: &str,
    #[case] aged_tone: &str,
) {
    let report = derive(snapshot(tenants).to_string().as_bytes(), Form::Json, &Options::default())
        .expect("it is read");
    let calmness = &report.overview.calmness;
    let [shown, aged, ahead] =
        [Currency::Current, Currency::Aged, Currency::Ahead(900)].map(|currency| current(&report, currency));
    assert_eq!(
        (shown.tone.as_str(), shown.is_calm, &shown.title, &shown.body),
        (tone, calmness.is_calm, &calmness.title, &calmness.body)
    );
    for (shown, blocker) in [
        (aged, words::blocker_label(CalmBlocker::DataTooOld)),
        (ahead, "the export is dated ahead of the clock"),
    ] {
        assert_eq!((shown.tone.as_str(), shown.is_calm), (aged_tone, false));
        if calmness.is_calm {
            assert_eq!(shown.title, format!("Not calm: {blocker}"));
            assert_eq!(shown.blockers, [""; 0], "the title states it");
        } else {
            assert_eq!(shown.title, calmness.title);
            assert_eq!(shown.blockers.last(), Some(&blocker));
        }
        assert!(shown.body.ends_with(&calmness.body), "{}", shown.body);
    }
}
