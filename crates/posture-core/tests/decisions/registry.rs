//! How tenants are ranked, sorted and chosen.

use rstest::rstest;
use serde_json::{Value, json};

use posture_core::report::registry::{RegistryFilter, signals, worst_first};
use posture_core::views::concern::Concern;
use posture_core::{Form, Options, derive, words};

use crate::evidence::{FRESHNESS, ago, derived, run, set, snapshot, tenant};

fn sets(more: Value) -> Value {
    json!([set(1, more)])
}

/// WO-17, WO-6: the least rank of the backup and recovery items.
#[rstest]
#[case(json!({}), 9)]
#[case(json!({ "backup_sets": [] }), 1)]
#[case(json!({ "backup_sets": sets(json!({ "completed_at": ago(FRESHNESS + 1) })) }), 3)]
#[case(json!({ "backup_sets": sets(json!({ "status": "partial" })) }), 4)]
#[case(json!({ "restore_runs": [run(1, json!({ "status": "failed" }))] }), 2)]
#[case(json!({ "restore_runs": [run(1, json!({ "status": "partial" }))] }), 2)]
#[case(json!({ "restore_runs": [run(1, json!({ "metadata": { "non_applied": 1 } }))] }), 5)]
#[case(json!({ "restore_runs": [] }), 6)]
#[case(json!({ "restore_runs": [], "backup_sets": sets(json!({ "status": "partial" })) }), 4)]
#[case(json!({ "restore_runs": [run(1, json!({ "status": "failed" }))], "backup_sets": sets(json!({ "completed_at": ago(FRESHNESS + 1) })) }), 2)]
#[case(json!({ "signals": [{ "domain": "governance", "key": "k", "urgency": "critical", "title": "A fact" }] }), 9)]
#[case(json!({ "backup_schedules": [{ "id": 1, "is_enabled": true, "frequency": "daily" }] }), 9)]
fn a_tenants_rank_is_the_least_of_its_items(#[case] more: Value, #[case] rank: u64) {
    let tenant = derived(more);
    let row = &tenant["registry"];
    assert_eq!(row["triage_rank"], rank);
    assert_eq!(
        (&row["backup_posture"], &row["backup_reason"]),
        (&tenant["backup_health"]["posture"], &tenant["backup_health"]["primary_reason"])
    );
    assert_eq!(
        (&row["recovery_state"], &row["recovery_reason"]),
        (&tenant["recovery_evidence"]["overview_state"], &tenant["recovery_evidence"]["reason"])
    );
}

/// WO-18: rank, then name after lower-casing, then id.
#[test]
fn worst_first_goes_by_rank_name_and_id() {
    let named =
        |id: u64, name: &str, more: Value| crate::evidence::with(tenant(id, more), json!({ "name": name }));
    let absent = || json!({ "backup_sets": [] });
    let snapshot = snapshot(json!([
        named(5, "a", json!({})),
        named(4, "b", absent()),
        named(3, "A", absent()),
        named(2, "a", absent()),
        named(1, "z", json!({ "restore_runs": [] }))
    ]));
    let report =
        derive(snapshot.to_string().as_bytes(), Form::Json, &Options::default()).expect("it is read");
    let mut tenants: Vec<_> = report.tenants.iter().collect();
    tenants.sort_by(|a, b| worst_first(a, b));
    assert_eq!(tenants.iter().map(|tenant| tenant.tenant_id.get()).collect::<Vec<_>>(), [2, 3, 4, 1, 5]);
}

/// WO-19: an empty choice is all, both must admit, and unknown words are dropped.
#[rstest]
#[case(&[], &[], &[1, 2, 3])]
#[case(&["absent"], &[], &[1, 2])]
#[case(&["absent", "healthy"], &[], &[1, 2, 3])]
#[case(&["stale"], &[], &[])]
#[case(&[], &["unvalidated"], &[2])]
#[case(&["absent"], &["unvalidated"], &[2])]
#[case(&["healthy"], &["unvalidated"], &[])]
#[case(&["odd"], &[], &[1, 2, 3])]
#[case(&["odd", "absent"], &["odd"], &[1, 2])]
fn a_filter_admits_what_both_choices_admit(
    #[case] postures: &[&str],
    #[case] states: &[&str],
    #[case] expected: &[u64],
) {
    let snapshot = snapshot(json!([
        tenant(1, json!({ "backup_sets": [] })),
        tenant(2, json!({ "backup_sets": [], "restore_runs": [] })),
        tenant(3, json!({}))
    ]));
    let report =
        derive(snapshot.to_string().as_bytes(), Form::Json, &Options::default()).expect("it is read");
    let filter = RegistryFilter::from_words(postures.iter().copied(), states.iter().copied());
    let admitted: Vec<_> = report
        .tenants
        .iter()
        .filter(|tenant| filter.admits(&tenant.registry))
        .map(|tenant| tenant.tenant_id.get())
        .collect();
    assert_eq!(admitted, expected);
}

/// WO-19: profiles and causes of being unsettled are filters too. Profiles that the policy does not have are dropped.
#[rstest]
#[case(&[], &[], &[1, 2, 3])]
#[case(&["weekly"], &[], &[1, 2])]
#[case(&["strict"], &[], &[])]
#[case(&["missing"], &[], &[1, 2, 3])]
#[case(&[], &["schedule_follow_up"], &[2])]
#[case(&[], &["schedule_follow_up", "unknown_profile"], &[2, 3])]
#[case(&["weekly"], &["unknown_profile"], &[])]
#[case(&[], &["odd"], &[1, 2, 3])]
fn a_filter_admits_profiles_and_causes(
    #[case] profiles: &[&str],
    #[case] causes: &[&str],
    #[case] expected: &[u64],
) {
    let late = json!({ "profile": "weekly", "backup_schedules": [{ "id": 1, "is_enabled": true, "frequency": "daily", "last_run_at": ago(60), "last_run_status": "failed" }] });
    let tenants = json!([
        tenant(1, json!({ "profile": "weekly" })),
        tenant(2, late),
        tenant(3, json!({ "profile": "missing" }))
    ]);
    let policy = json!({ "policy": { "profiles": { "weekly": {}, "strict": {} } } });
    let document = crate::evidence::with(snapshot(tenants), policy).to_string();
    let report = derive(document.as_bytes(), Form::Json, &Options::default()).expect("it is read");
    let filter = RegistryFilter::from_words(["healthy", "absent", "stale", "degraded"], [])
        .with_profiles(profiles.iter().copied(), &report.policy)
        .with_unsettled(causes.iter().copied());
    assert_eq!(filter.backup_posture.len(), 4, "the other choices stay");
    let admitted = report.tenants.iter().filter(|tenant| filter.admits(&tenant.registry));
    assert_eq!(admitted.map(|tenant| tenant.tenant_id.get()).collect::<Vec<_>>(), expected);
}

/// DB-5: a figure leads to the tenants with attention in its domain.
#[test]
fn a_concern_is_about_a_domain_or_about_none() {
    let domains = Concern::ALL.iter().map(|concern| concern.domain().map(|domain| domain.as_str()));
    let named = Concern::ALL.iter().map(|concern| {
        let is_none = matches!(concern, Concern::Unsettled | Concern::RecentWithWarning);
        (!is_none).then_some(concern.as_str())
    });
    assert_eq!(domains.collect::<Vec<_>>(), named.collect::<Vec<_>>());
}

/// WO-21: the most urgent signal of all domains, and how many more.
#[rstest]
#[case(json!([]), None)]
#[case(json!([("alerts", "low", "a")]), Some("a"))]
#[case(json!([("alerts", "high", "a"), ("governance", "medium", "b")]), Some("a and 1 more"))]
#[case(json!([("alerts", "high", "a"), ("operations", "high", "b"), ("governance", "low", "c")]), Some("b and 2 more"))]
fn a_tenants_signals_are_shown_by_the_most_urgent(#[case] listed: Value, #[case] note: Option<&str>) {
    let signal = |signal: &Value| json!({ "domain": signal[0], "urgency": signal[1], "key": signal[2], "title": signal[2] });
    let listed: Vec<_> = listed.as_array().unwrap().iter().map(signal).collect();
    let document = snapshot(json!([tenant(1, json!({ "signals": listed }))])).to_string();
    let report = derive(document.as_bytes(), Form::Json, &Options::default()).unwrap();
    assert_eq!(signals(&report.tenants[0]).map(|signals| words::signals_note(&signals)).as_deref(), note);
}
