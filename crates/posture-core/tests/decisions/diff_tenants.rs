//! Which tenants of two reports belong together, and what is new, gone or no longer evaluated.

use rstest::rstest;
use serde_json::json;

use posture_core::compare::change::Change;
use posture_core::compare::diff::{Place, diff, former_route_key, label};
use posture_core::{Form, Options, derive, words};

use crate::diff::{compared, one, report_of};
use crate::evidence::{snapshot, tenant};

/// A tenant of an export, or none.
fn entries_of(word: &str) -> Vec<serde_json::Value> {
    match word {
        "not exported" => Vec::new(),
        "evaluated" => vec![tenant(1, json!({}))],
        "not active" => vec![tenant(1, json!({ "status": "archived" }))],
        "unreadable" => vec![tenant(1, json!({ "backup_sets": "none" }))],
        "foreign" => vec![tenant(1, json!({ "workspace_id": 99 }))],
        "odd status" => vec![tenant(1, json!({ "status": "odd" }))],
        "duplicate" => vec![tenant(2, json!({ "external_id": "t-1" })), tenant(1, json!({}))],
        other => panic!("no such state: {other}"),
    }
}

/// CP-3: moves in and out of the export and of evaluation, for both families alike.
#[rstest]
#[case("not exported", "evaluated", Change::New)]
#[case("not exported", "unreadable", Change::New)]
#[case("evaluated", "not exported", Change::Gone)]
#[case("unreadable", "not exported", Change::Gone)]
#[case("evaluated", "not active", Change::LeftEvaluation)]
#[case("evaluated", "unreadable", Change::Worse)]
#[case("evaluated", "foreign", Change::Worse)]
#[case("evaluated", "duplicate", Change::Worse)]
#[case("evaluated", "odd status", Change::Worse)]
#[case("not active", "evaluated", Change::EnteredEvaluation)]
#[case("unreadable", "evaluated", Change::EnteredEvaluation)]
#[case("not active", "unreadable", Change::Worse)]
#[case("not active", "odd status", Change::Worse)]
#[case("unreadable", "not active", Change::ChangedCause)]
#[case("odd status", "not active", Change::ChangedCause)]
#[case("unreadable", "foreign", Change::ChangedCause)]
#[case("unreadable", "unreadable", Change::Unchanged)]
#[case("not active", "not active", Change::Unchanged)]
fn a_tenant_that_was_set_aside_is_not_gone(
    #[case] before: &str,
    #[case] after: &str,
    #[case] expected: Change,
) {
    let (old, new) = (report_of(json!(entries_of(before))), report_of(json!(entries_of(after))));
    let diff = compared(&old, &new);
    let found = diff.tenants.iter().find(|tenant| tenant.tenant_id.get() == 1).expect("the tenant is named");
    assert_eq!((found.backup_health, found.recovery_evidence), (expected, expected));
    assert_eq!(diff.is_worse(), expected == Change::Worse);
}

/// CP-2: matched by id; a former key is shown, and another id is another tenant.
#[test]
fn a_tenant_is_known_by_its_id_and_its_former_key_is_shown() {
    let old = one(json!({}));
    let renamed = one(json!({ "external_id": "t-new", "name": "New name" }));
    let diff = compared(&old, &renamed);
    let [only] = diff.tenants.as_slice() else { panic!("{diff:?}") };
    assert_eq!(only.backup_health, Change::Unchanged);
    assert_eq!(former_route_key(only, &old, &renamed), Some("t-1"));
    assert_eq!(label(only, &old, &renamed), Some("New name"));
    let other = report_of(json!([tenant(2, json!({ "external_id": "t-1" }))]));
    let changes: Vec<_> = compared(&old, &other).tenants.iter().map(|tenant| tenant.backup_health).collect();
    assert_eq!(changes, [Change::Gone, Change::New]);
    assert_eq!(former_route_key(&compared(&old, &old).tenants[0], &old, &old), None);
}

/// CP-9: of entries with one id, that whose evidence is unknown speaks for the tenant; the others are counted.
#[rstest]
#[case(&["not active"], 0, 0)]
#[case(&["not active", "unreadable"], 1, 1)]
#[case(&["unreadable", "not active"], 0, 1)]
#[case(&["not active", "odd status"], 0, 1)]
#[case(&["unreadable", "unreadable"], 0, 1)]
#[case(&["not active", "unreadable", "unreadable"], 1, 2)]
fn of_entries_with_one_id_the_unknown_speaks(
    #[case] words: &[&str],
    #[case] place: usize,
    #[case] unmatched: u64,
) {
    let entries: Vec<_> = words.iter().flat_map(|word| entries_of(word)).collect();
    let (old, new) = (report_of(json!([])), report_of(json!(entries)));
    let diff = compared(&old, &new);
    let found = diff.tenants.iter().find(|tenant| tenant.tenant_id.get() == 1).expect("the tenant is named");
    assert_eq!((found.new, diff.new_unmatched), (Place::NotEvaluated(place), unmatched));
}

/// CP-9: entries that name no tenant are counted, and more of them is worse.
#[test]
fn entries_that_name_no_tenant_are_counted_separately() {
    let (old, new) =
        (one(json!({})), report_of(json!([tenant(1, json!({})), { "id": "one" }, tenant(1, json!({}))])));
    let diff = compared(&old, &new);
    assert_eq!((diff.tenants.len(), diff.old_unmatched, diff.new_unmatched), (1, 0, 2));
    assert!(diff.is_worse());
    assert!(!compared(&new, &old).is_worse());
    assert!(words::diff_title(&diff).starts_with("Worse"));
}

/// CP-1: reports of different workspaces.
#[test]
fn reports_of_different_workspaces_are_not_compared() {
    let old = one(json!({}));
    let mut other = snapshot(json!([]));
    other["workspace"] = json!({ "id": 8, "name": "Another" });
    let new = derive(other.to_string().as_bytes(), Form::Json, &Options::default()).expect("it is read");
    let refused = diff(&old, &new).expect_err("it is refused").to_string();
    for part in
        ["workspace 7 (A workspace)", "workspace 8 (Another)", "Compare two snapshots of one workspace"]
    {
        assert!(refused.contains(part), "{refused}");
    }
}
