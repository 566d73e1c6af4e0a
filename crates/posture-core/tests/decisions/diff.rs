//! How a tenant changed between two reports.

use rstest::rstest;
use serde_json::{Value, json};

use posture_core::compare::change::{Change, Family};
use posture_core::compare::diff::{Diff, Place, diff, label, view};
use posture_core::compare::diff_document::diff_json;
use posture_core::compare::groups::group_changes;
use posture_core::compare::order::{record_url, worst_first};
use posture_core::export::csv::Separator;
use posture_core::export::diff_csv::diff_csv;
use posture_core::views::groups::GroupBy;
use posture_core::{Form, Options, Report, derive, words};

use crate::evidence::{DAY, FRESHNESS, HOUR, ago, at, run, schedule, set, snapshot, tenant, with};

#[track_caller]
pub(crate) fn report_of(tenants: Value) -> Report {
    derive(snapshot(tenants).to_string().as_bytes(), Form::Json, &Options::default())
        .unwrap_or_else(|refusal| panic!("{refusal}"))
}

/// The report of one tenant with this in it.
#[track_caller]
pub(crate) fn one(more: Value) -> Report {
    report_of(json!([tenant(1, more)]))
}

#[track_caller]
pub(crate) fn compared(old: &Report, new: &Report) -> Diff {
    diff(old, new).unwrap_or_else(|other| panic!("{other}"))
}

/// How the backup health and the recovery evidence of the only tenant changed.
#[track_caller]
fn changes(before: Value, after: Value) -> (Change, Change) {
    let diff = compared(&one(before), &one(after));
    let [only] = diff.tenants.as_slice() else { panic!("one tenant: {diff:?}") };
    (only.backup_health, only.recovery_evidence)
}

fn sets(more: Value) -> Value {
    json!({ "backup_sets": [set(1, more)] })
}

fn fresh() -> Value {
    sets(json!({}))
}

fn stale() -> Value {
    sets(json!({ "completed_at": ago(FRESHNESS + 1) }))
}

fn degraded(metadata: Value) -> Value {
    sets(json!({ "items": [{ "id": 1, "metadata": metadata }] }))
}

fn metadata_only() -> Value {
    degraded(json!({ "source": "metadata_only" }))
}

fn absent() -> Value {
    json!({ "backup_sets": [] })
}

fn follow_up(causes: Value) -> Value {
    json!({ "backup_schedules": [schedule(1, causes)] })
}

/// CP-4: the posture decides first, in the contract's order.
#[rstest]
#[case::fresh_to_stale(fresh(), stale(), Change::Worse)]
#[case::fresh_to_absent(fresh(), absent(), Change::Worse)]
#[case::fresh_to_degraded(fresh(), metadata_only(), Change::Worse)]
#[case::degraded_to_stale(metadata_only(), stale(), Change::Worse)]
#[case::stale_to_absent(stale(), absent(), Change::Worse)]
#[case::stale_to_fresh(stale(), fresh(), Change::Better)]
#[case::absent_to_stale(absent(), stale(), Change::Better)]
#[case::absent_to_degraded(absent(), metadata_only(), Change::Better)]
#[case::degraded_to_fresh(metadata_only(), fresh(), Change::Better)]
fn a_posture_nearer_the_front_of_the_order_is_worse(
    #[case] before: Value,
    #[case] after: Value,
    #[case] expected: Change,
) {
    assert_eq!(changes(before, after).0, expected);
}

/// CP-5: within a posture, the tenant's problems.
#[rstest]
#[case::a_schedule_came_to_need_follow_up(json!({}), follow_up(json!({ "last_run_status": "failed" })), Change::Worse)]
#[case::it_no_longer_does(follow_up(json!({ "last_run_status": "failed" })), follow_up(json!({})), Change::Better)]
#[case::one_more_cause(
    follow_up(json!({ "last_run_at": ago(30 * DAY) })),
    follow_up(json!({ "last_run_at": ago(30 * DAY), "last_run_status": "failed" })),
    Change::Worse
)]
#[case::another_cause(follow_up(json!({ "last_run_at": ago(30 * DAY) })), follow_up(json!({ "last_run_status": "failed" })), Change::ChangedCause)]
#[case::another_schedule(
    follow_up(json!({ "last_run_status": "failed" })),
    json!({ "backup_schedules": [schedule(2, json!({ "last_run_status": "failed" }))] }),
    Change::ChangedCause
)]
#[case::another_family(metadata_only(), degraded(json!({ "has_orphaned_assignments": true })), Change::ChangedCause)]
#[case::one_more_family(
    metadata_only(),
    degraded(json!({ "source": "metadata_only", "has_orphaned_assignments": true })),
    Change::Worse
)]
#[case::stale_and_now_degraded_too(
    stale(),
    sets(json!({ "completed_at": ago(FRESHNESS + 1), "status": "partial" })),
    Change::Worse
)]
#[case::a_newer_set_failed(
    fresh(),
    json!({ "backup_sets": [set(1, json!({})), set(2, json!({ "status": "failed", "completed_at": ago(60) }))] }),
    Change::Worse
)]
fn within_a_posture_more_against_the_tenant_is_worse(
    #[case] before: Value,
    #[case] after: Value,
    #[case] expected: Change,
) {
    assert_eq!(changes(before, after).0, expected);
}

/// CP-6: the same verdict on another basis, and what is not a change at all.
#[rstest]
#[case::the_same(fresh(), fresh(), Change::Unchanged)]
#[case::a_newer_set_of_the_same_standing(fresh(), json!({ "backup_sets": [set(2, json!({ "completed_at": ago(60) }))] }), Change::Unchanged)]
#[case::another_set_is_stale(stale(), json!({ "backup_sets": [set(2, json!({ "completed_at": ago(FRESHNESS + 60) }))] }), Change::ChangedCause)]
#[case::longer_stale(stale(), sets(json!({ "completed_at": ago(9 * DAY) })), Change::Unchanged)]
#[case::absent_for_another_cause(absent(), sets(json!({ "status": "failed" })), Change::ChangedCause)]
#[case::a_newer_set_fails_otherwise(beside(&["failed", "odd"]), beside(&["failed", "odd", "running"]), Change::ChangedCause)]
#[case::newer_sets_fail_alike(beside(&["failed", "odd"]), beside(&["odd", "failed"]), Change::Unchanged)]
#[case::another_degraded_set(
    metadata_only(),
    json!({ "backup_sets": [set(2, json!({ "items": [{ "id": 1, "metadata": { "source": "metadata_only" } }] }))] }),
    Change::Unchanged
)]
fn an_equal_verdict_is_unchanged_unless_its_basis_differs(
    #[case] before: Value,
    #[case] after: Value,
    #[case] expected: Change,
) {
    assert_eq!(changes(before, after).0, expected);
}

/// A set that is fresh, and newer ones of these states that do not count.
fn beside(statuses: &[&str]) -> Value {
    let newer = statuses
        .iter()
        .zip(2..)
        .map(|(status, id)| set(id, json!({ "status": status, "completed_at": ago(60) })));
    let sets: Vec<_> = [set(1, json!({}))].into_iter().chain(newer).collect();
    json!({ "backup_sets": sets })
}

fn runs(more: Value) -> Value {
    json!({ "restore_runs": [run(1, more)] })
}

fn ended(status: &str) -> Value {
    runs(json!({ "status": status }))
}

fn skipped() -> Value {
    runs(json!({ "results": [{ "outcome": "skipped" }] }))
}

fn no_history() -> Value {
    json!({ "restore_runs": [] })
}

/// CP-7: recovery evidence in the order of rank and urgency.
#[rstest]
#[case(ended("completed"), ended("failed"), Change::Worse)]
#[case(ended("completed"), no_history(), Change::Worse)]
#[case(no_history(), skipped(), Change::Worse)]
#[case(skipped(), ended("partial"), Change::Worse)]
#[case(ended("partial"), ended("failed"), Change::Worse)]
#[case(ended("failed"), ended("partial"), Change::Better)]
#[case(ended("failed"), ended("completed"), Change::Better)]
#[case(no_history(), ended("completed"), Change::Better)]
#[case::a_newer_clean_run(ended("completed"), json!({ "restore_runs": [run(2, json!({ "completed_at": ago(60) }))] }), Change::Unchanged)]
#[case::another_run_failed(ended("failed"), json!({ "restore_runs": [run(2, json!({ "status": "failed" }))] }), Change::ChangedCause)]
#[case::it_failed_for_another_cause(
    ended("failed"),
    runs(json!({ "operation_run": { "status": "completed", "outcome": "failed" } })),
    Change::ChangedCause
)]
#[case::the_same_failure(ended("failed"), ended("failed"), Change::Unchanged)]
fn a_restore_verdict_nearer_the_front_of_the_order_is_worse(
    #[case] before: Value,
    #[case] after: Value,
    #[case] expected: Change,
) {
    assert_eq!(changes(before, after).1, expected);
}

/// CP-8: what would look better only because sight was lost.
#[rstest]
#[case::the_history_is_gone(ended("failed"), no_history())]
#[case::the_time_is_gone(
    ended("failed"),
    runs(json!({ "completed_at": null, "started_at": null, "created_at": null }))
)]
#[case::the_failed_run_was_set_aside(
    json!({ "restore_runs": [run(1, json!({})), run(2, json!({ "status": "failed", "completed_at": ago(60) }))] }),
    json!({ "restore_runs": [run(1, json!({})), run(2, json!({ "status": "failed", "completed_at": ago(60), "tenant_id": 99 }))] })
)]
fn recovery_evidence_that_is_no_longer_seen_is_no_better(#[case] before: Value, #[case] after: Value) {
    assert_eq!(changes(before, after).1, Change::ChangedCause);
}

/// CP-8: quality turned unknown, and a worse set that was set aside.
#[rstest]
#[case::the_content_is_unknown(stale(), sets(json!({ "items": null })))]
#[case::the_degraded_set_was_set_aside(
    json!({ "backup_sets": [set(1, json!({})), set(2, json!({ "status": "partial", "completed_at": ago(60) }))] }),
    json!({ "backup_sets": [set(1, json!({})), set(2, json!({ "status": "partial", "completed_at": ago(60), "tenant_id": 99 }))] })
)]
fn backup_health_that_is_no_longer_seen_is_no_better(#[case] before: Value, #[case] after: Value) {
    assert_eq!(changes(before, after).0, Change::ChangedCause);
}

/// CP-8: schedules are not judged before the export.
#[test]
fn a_schedule_that_is_no_longer_judged_is_no_better() {
    let failed = follow_up(json!({ "last_run_status": "failed" }));
    let document = snapshot(json!([tenant(1, with(stale(), failed))]));
    let later = with(document.clone(), json!({ "exported_at": at(1) }));
    let diff = compared(&as_of(&document, HOUR), &as_of(&later, -HOUR));
    assert_eq!(diff.tenants[0].backup_health, Change::ChangedCause);
}

/// A snapshot judged so many seconds after the instant that snapshots are exported at here.
pub(crate) fn as_of(document: &Value, seconds: i64) -> Report {
    let options = Options { as_of: at(seconds).as_str().map(str::to_owned), ..Options::default() };
    derive(document.to_string().as_bytes(), Form::Json, &options).expect("it is read")
}

/// A set of two days ago that is fresh yesterday, and one of today.
pub(crate) fn two_nights(today: Value) -> Value {
    json!([set(1, json!({ "completed_at": ago(DAY + HOUR) })), set(2, today)])
}

/// CP-15: worst first, and each line leads to its record.
#[test]
fn changes_are_listed_worst_first_and_lead_to_their_record() {
    let document = snapshot(json!([
        tenant(
            1,
            json!({ "name": "Better", "restore_runs": [], "backup_sets": [set(1, json!({ "completed_at": ago(3 * DAY) })), set(2, json!({}))] })
        ),
        tenant(
            2,
            json!({ "name": "Stale", "restore_runs": [], "backup_sets": [set(5, json!({ "completed_at": ago(DAY + HOUR) }))] })
        ),
        tenant(
            3,
            json!({ "name": "Failed", "backup_sets": two_nights(json!({})),
            "restore_runs": [run(1, json!({ "completed_at": ago(2 * DAY) })), run(9, json!({ "status": "failed" }))] })
        ),
    ]));
    let (old, new) = (as_of(&document, -DAY), as_of(&document, 0));
    let found = compared(&old, &new);
    let is_change = |tenant: &posture_core::compare::diff::TenantChange, family| {
        matches!(tenant.of(family), Change::Worse | Change::Better)
    };
    let lines = worst_first(&found, &old, &new, is_change);
    let listed: Vec<_> = lines
        .iter()
        .map(|(place, family)| {
            let tenant = &found.tenants[*place];
            (
                label(tenant, &old, &new).unwrap_or_default(),
                record_url(tenant, *family, &new).unwrap_or_default(),
            )
        })
        .collect();
    assert_eq!(
        listed,
        [
            ("Failed", "/admin/t/t-3/restore-runs/9?recovery_posture_reason=failed".to_owned()),
            ("Stale", "/admin/t/t-2/backup-sets/5?backup_health_reason=latest_backup_stale".to_owned()),
            ("Better", "/admin/t/t-1/backup-sets/2".to_owned()),
        ]
    );
    assert_eq!(words::worse_and_better(&found), "2 worse, 1 better");
}

/// CP-10: both sides' causes, in the views, the JSON and the CSV.
#[test]
fn both_sides_are_shown_with_their_causes() {
    let (old, new) = (one(fresh()), one(with(stale(), ended("failed"))));
    let diff = compared(&old, &new);
    let tenant = diff.tenants[0];
    let after = view(&new, tenant.new, Family::BackupHealth).expect("it is there");
    assert_eq!((after.state, after.reasons.as_slice()), ("stale", ["latest_backup_stale"].as_slice()));
    assert!(after.cause.contains("Backup set 1 completed"), "{}", after.cause);
    assert_eq!(view(&new, Place::NotExported, Family::BackupHealth), None);

    let json: Value = serde_json::from_str(&diff_json(&diff, &old, &new, None).expect("it is written"))
        .expect("it is JSON");
    assert_eq!(json["is_worse"], true);
    assert_eq!(json["totals"]["backup_health"]["worse"], 1);
    assert_eq!(json["totals"]["backup_health"]["unchanged"], 0);
    let backup = &json["tenants"][0]["backup_health"];
    assert_eq!((&backup["before"]["state"], &backup["after"]["state"]), (&json!("healthy"), &json!("stale")));
    assert_eq!(json["new"]["report_digest"], json!(new.digest().expect("it is written")));

    let csv = diff_csv(&diff.tenants, &old, &new, Separator::Comma);
    let lines: Vec<_> = csv.split_terminator("\r\n").collect();
    assert_eq!((lines.len(), lines[0]), (3, words::DIFF_COLUMNS.join(",").as_str()));
    assert!(
        lines[1].contains(",Backup health,Worse,Healthy,") && lines[2].contains(",Recovery evidence,Worse,"),
        "{csv}"
    );
}

/// GR-4: each tenant counts once in each of its groups, by the newer report if that evaluates it; a tenant in no group comes first.
#[test]
fn changes_are_counted_by_group() {
    let labelled = |id, labels: Value, more: Value| tenant(id, with(more, json!({ "labels": labels })));
    let report = |tenants: Value| {
        derive(snapshot(tenants).to_string().as_bytes(), Form::Json, &Options::default()).expect("it is read")
    };
    let old = report(json!([
        labelled(1, json!(["north"]), fresh()),
        labelled(2, json!(["north", "hospital"]), fresh()),
        labelled(3, json!(["south"]), fresh()),
        labelled(4, json!([]), stale()),
    ]));
    let new = report(json!([
        labelled(1, json!(["north"]), stale()),
        labelled(2, json!(["north", "hospital"]), fresh()),
        labelled(3, json!(["north"]), json!({ "status": "archived" })),
        labelled(4, json!([]), fresh()),
    ]));
    let diff = compared(&old, &new);
    let groups = group_changes(&diff, &old, &new, GroupBy::Label);
    let counted = groups.iter().map(|group| {
        let name = group.name.as_deref().unwrap_or_default();
        (name, group.worse, group.better, group.otherwise, group.unchanged)
    });
    assert_eq!(
        counted.collect::<Vec<_>>(),
        [("", 0, 1, 0, 0), ("hospital", 0, 0, 0, 1), ("north", 1, 0, 0, 1), ("south", 0, 0, 1, 0)]
    );
    let csv = diff_csv(&diff.tenants, &old, &new, Separator::Semicolon);
    let line = csv.lines().find(|line| line.starts_with("2;")).expect("it has every tenant");
    assert!(line.contains(";\"north, hospital\";"), "{line}");
    assert!(line.ends_with(";2026-11-20T08:00:00Z;2026-11-20T08:00:00Z"), "{line}");
    assert!(group_changes(&diff, &old, &new, GroupBy::Profile).is_empty());
}

/// CP-11: what a reader must know first.
#[test]
fn swapped_snapshots_and_other_policies_are_reported() {
    let document = |exported_at: Value, hours: u64| {
        let mut document = snapshot(json!([tenant(1, json!({}))]));
        document["exported_at"] = exported_at;
        document["policy"] = json!({ "freshness_hours": hours });
        derive(document.to_string().as_bytes(), Form::Json, &Options::default()).expect("it is read")
    };
    let (early, late) = (document(ago(0), 24), document(at(HOUR), 48));
    let told = |old: &Report, new: &Report| words::diff_notes(&compared(old, new), old, new).join(" ");
    assert!(told(&late, &early).contains("The second snapshot is older than the first"));
    assert_eq!(told(&early, &late), "The two snapshots have different policies: freshness 24 h → 48 h.");
    assert_eq!(told(&early, &early), "");
}
