//! Tenants in groups.

use serde_json::json;

use posture_core::views::groups::{GroupBy, GroupFilter, group_counts, group_sections};
use posture_core::{Form, Options, Report, derive};

use crate::evidence::{snapshot, tenant, with};

fn report() -> Report {
    let document = snapshot(json!([
        tenant(1, json!({ "profile": "gold", "environment": "production", "labels": ["north", "hospital"] })),
        tenant(2, json!({ "profile": "gold", "labels": ["north", "north"], "backup_sets": [] })),
        tenant(3, json!({ "environment": "test", "labels": "invalid" })),
    ]));
    let policy = json!({ "policy": { "profiles": { "gold": {} } } });
    derive(with(document, policy).to_string().as_bytes(), Form::Json, &Options::default())
        .expect("it is read")
}

/// GR-1: a tenant counts once in each of its groups, and those that are in none come first.
#[test]
fn tenants_are_counted_by_profile_environment_and_label() {
    let report = report();
    let counted = |by| {
        let counts = group_counts(&report, by).into_iter();
        counts
            .map(|group| (group.name.unwrap_or_default(), group.tenants, group.backup_attention))
            .collect::<Vec<_>>()
    };
    let named = |name: &str, tenants, attention| (name.to_owned(), tenants, attention);
    assert_eq!(counted(GroupBy::Profile), [named("", 1, 0), named("gold", 2, 1)]);
    assert_eq!(
        counted(GroupBy::Environment),
        [named("", 1, 1), named("production", 1, 0), named("test", 1, 0)]
    );
    assert_eq!(counted(GroupBy::Label), [named("", 1, 0), named("hospital", 1, 0), named("north", 2, 1)]);
    assert_eq!(GroupBy::Label.names(&report), ["hospital", "north"]);
}

/// GR-4: a list in groups keeps its order within each group, and counts only what it lists.
#[test]
fn a_list_is_grouped() {
    let report = report();
    let grouped = |listed: &[usize], by| {
        let sections = group_sections(&report, listed, by).into_iter();
        sections
            .map(|section| (section.count.name.unwrap_or_default(), section.count.tenants, section.places))
            .collect::<Vec<_>>()
    };
    let named = |name: &str, places: &[usize]| (name.to_owned(), places.len() as u64, places.to_vec());
    assert_eq!(grouped(&[2, 1, 0], GroupBy::Profile), [named("", &[2]), named("gold", &[1, 0])]);
    assert_eq!(grouped(&[1, 0], GroupBy::Label), [named("hospital", &[0]), named("north", &[1, 0])]);
    assert!(grouped(&[], GroupBy::Label).is_empty());
    assert_eq!(GroupBy::of_query(Some("label")), Some(GroupBy::Label));
    assert_eq!((GroupBy::of_query(Some("colour")), GroupBy::of_query(None)), (None, None));
}

/// GR-2: of several groups of one kind any will do, and each kind that is asked for must hold.
#[test]
fn a_filter_admits_the_tenants_of_its_groups() {
    let report = report();
    let admitted = |pairs: &[(&str, &str)]| {
        let filter = GroupFilter::of_query(pairs.iter().copied());
        let admitted = report.tenants.iter().filter(|tenant| filter.admits(tenant));
        admitted.map(|tenant| tenant.tenant_id.get()).collect::<Vec<_>>()
    };
    assert_eq!(admitted(&[("search", "x")]), [1, 2, 3]);
    assert_eq!(admitted(&[("label[]", "north")]), [1, 2]);
    assert_eq!(admitted(&[("label[]", "north"), ("environment[]", "production")]), [1]);
    assert_eq!(admitted(&[("environment[]", "production"), ("environment[]", "test")]), [1, 3]);
    assert!(admitted(&[("profile[]", "silver")]).is_empty());
}
