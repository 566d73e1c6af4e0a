//! Tenants in groups.

use serde_json::json;

use posture_core::views::group_search::GroupSearch;
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

/// GR-1: a group counts what needs attention in each family, and what is unsettled.
#[test]
fn a_group_counts_attention_and_unsettled_tenants() {
    let labelled = |id: u64, more| tenant(id, with(more, json!({ "labels": ["north"] })));
    let late = json!({ "id": 1, "is_enabled": true, "frequency": "daily", "last_run_at": "2026-11-20T07:00:00Z", "last_run_status": "failed" });
    let document = snapshot(json!([
        labelled(1, json!({ "restore_runs": [] })),
        labelled(2, json!({ "restore_runs": [] })),
        labelled(3, json!({ "backup_schedules": [late], "backup_sets": [] })),
    ]));
    let report =
        derive(document.to_string().as_bytes(), Form::Json, &Options::default()).expect("it is read");
    let [north] = group_counts(&report, GroupBy::Label).try_into().expect("one group");
    assert_eq!(
        (north.tenants, north.backup_attention, north.recovery_attention, north.unsettled),
        (3, 1, 2, 1)
    );
}

/// GR-2: a group can be put into a filter and taken out again, and the filter's address has the rest.
#[test]
fn a_group_is_put_into_a_filter_and_taken_out() {
    let north = GroupFilter::default().with(GroupBy::Label, "north");
    let both = north.toggled(GroupBy::Profile, "gold");
    assert_eq!(both.pairs().collect::<Vec<_>>(), [("label[]", "north"), ("profile[]", "gold")]);
    assert_eq!(GroupFilter::of_query(both.pairs()), both);
    assert!(both.has(GroupBy::Label, "north") && both.has(GroupBy::Profile, "gold"));
    assert!(!both.has(GroupBy::Label, "gold") && !both.has(GroupBy::Label, "south"));
    assert!(both.asks_by(GroupBy::Profile) && !both.asks_by(GroupBy::Environment));
    assert_eq!(both.toggled(GroupBy::Profile, "gold"), north);
    let none = north.toggled(GroupBy::Label, "north");
    assert!(none.is_empty() && !north.is_empty());
}

/// GR-2: a group that no tenant is in is named, with those that there are.
#[test]
fn a_group_that_no_tenant_is_in_is_named() {
    let unknown = |filter: GroupFilter| {
        let unknown = filter.unknown_in(&report()).into_iter();
        unknown.map(|group| (group.by, group.name, group.known)).collect::<Vec<_>>()
    };
    let filter = |name| GroupFilter::default().with(GroupBy::Label, "north").with(GroupBy::Profile, name);
    assert_eq!(unknown(filter("gold")), []);
    assert_eq!(unknown(filter("glod")), [(GroupBy::Profile, "glod".to_owned(), vec!["gold".to_owned()])]);
}

/// GR-2: of very many known names the first thousand are kept.
#[test]
fn the_first_thousand_known_names_are_kept() {
    let known = |names: usize| {
        let labels: Vec<_> = (0..names).rev().map(|name| format!("{name:04}")).collect();
        let mut search = GroupSearch::of(&GroupFilter::default().with(GroupBy::Label, "odd"));
        search.see(|_| &labels);
        search.unknown().remove(0).known
    };
    assert_eq!(known(1000).len(), 1000);
    let first = known(1002);
    assert_eq!((first.len(), first.last().map(String::as_str)), (1000, Some("0999")));
}

/// GR-2: a tenant must be in one of the groups given for each kind that is given.
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
