//! How changes are counted, chosen by group and ordered.

use posture_core::compare::change::{Change, Family};
use posture_core::compare::diff::{Diff, label};
use posture_core::compare::groups::group_changes;
use posture_core::compare::known::Known;
use posture_core::compare::order::{record_url, worst_first};
use posture_core::views::groups::{GroupBy, GroupFilter};
use posture_core::{Report, words};
use serde_json::{Value, json};

use crate::diff::{compared, one, report_of};
use crate::evidence::{DAY, HOUR, ago, run, set, tenant, with};

fn stale() -> Value {
    json!({ "backup_sets": [set(1, json!({ "completed_at": ago(DAY + HOUR) }))] })
}

fn failed() -> Value {
    json!({ "restore_runs": [run(1, json!({ "status": "failed" }))] })
}

/// Two reports: tenant 1 is worse, 2 is better, 3 is both, 4 changed its cause, and 5 is unchanged.
fn two_reports() -> (Report, Report) {
    let labelled =
        |id: u64, labels: &[&str], more: Value| tenant(id, with(more, json!({ "labels": labels })));
    let failed_run = |id: u64| json!({ "restore_runs": [run(id, json!({ "status": "failed" }))] });
    let old = json!([
        labelled(1, &["north"], json!({})),
        labelled(2, &["north", "old"], stale()),
        labelled(3, &["north"], stale()),
        labelled(4, &["south"], failed_run(1)),
        labelled(5, &[], json!({})),
    ]);
    let new = json!([
        labelled(1, &["north"], stale()),
        labelled(2, &["north"], json!({})),
        labelled(3, &["north"], failed()),
        labelled(4, &["south"], failed_run(2)),
        labelled(5, &[], json!({})),
    ]);
    (report_of(old), report_of(new))
}

fn ids(diff: &Diff) -> Vec<u64> {
    diff.tenants.iter().map(|tenant| tenant.tenant_id.get()).collect()
}

/// CP-13: a tenant that is worse in one family and better in the other is worse.
#[test]
fn a_tenant_is_counted_as_worse_or_better_but_not_as_both() {
    let (old, new) = two_reports();
    let diff = compared(&old, &new);
    assert_eq!((diff.worse_tenants(), diff.better_tenants()), (2, 1));
    assert_eq!(compared(&new, &new).better_tenants(), 0);
}

/// CP-16, GR-2, GR-4: a filter by group keeps the tenants of its groups and counts the others.
#[test]
fn a_comparison_is_filtered_by_group() {
    let (old, new) = two_reports();
    let only = |pairs: &[(&str, &str)]| {
        let filter = GroupFilter::of_query(pairs.iter().copied());
        let unknown = compared(&old, &new).unknown_of(&filter, &old, &new);
        let diff = compared(&old, &new).only(&filter, &old, &new);
        assert_eq!(diff.unknown_groups, unknown);
        (ids(&diff), diff.filtered_out, unknown.into_iter().map(|group| group.name).collect::<Vec<_>>())
    };
    assert_eq!(only(&[]), (vec![1, 2, 3, 4, 5], 0, vec![]));
    assert_eq!(only(&[("label[]", "north")]), (vec![1, 2, 3], 2, vec![]));
    assert_eq!(only(&[("label[]", "south"), ("label[]", "west")]), (vec![4], 4, vec!["west".to_owned()]));
    let former = only(&[("label[]", "old")]);
    assert_eq!(former, (vec![], 5, vec!["old".to_owned()]), "the newer report's groups count");
    let filter = |name| GroupFilter::default().with(GroupBy::Label, name);
    let twice = compared(&old, &new).only(&filter("north"), &old, &new).only(&filter("south"), &old, &new);
    assert_eq!((ids(&twice), twice.filtered_out), (vec![], 5), "what was left out before stays counted");
}

/// GR-4: a group's counts add up to its tenants.
#[test]
fn the_counts_of_a_group_add_up() {
    let (old, new) = two_reports();
    let groups = group_changes(&compared(&old, &new), &old, &new, GroupBy::Label);
    let counts: Vec<_> = groups
        .iter()
        .map(|group| {
            let name = group.name.as_deref().unwrap_or_default();
            (name, group.worse, group.better, group.otherwise, group.unchanged, group.tenants())
        })
        .collect();
    assert_eq!(counts, [("", 0, 0, 0, 1, 1), ("north", 2, 1, 0, 0, 3), ("south", 0, 0, 1, 0, 1)]);
}

/// CP-15: the change decides before the newer verdict does.
#[test]
fn a_change_for_the_worse_is_listed_before_a_worse_verdict_that_is_better_than_it_was() {
    let named = |id: u64, name: &str, more: Value| tenant(id, with(more, json!({ "name": name })));
    let partial = || json!({ "backup_sets": [set(1, json!({ "status": "partial" }))] });
    let weak = || json!({ "backup_sets": [set(1, json!({ "items": [{ "id": 1, "metadata": { "source": "metadata_only" } }] }))] });
    let old = report_of(json!([
        named(1, "a better", json!({ "backup_sets": [] })),
        named(2, "b other cause", partial()),
        named(3, "c worse", json!({})),
    ]));
    let new = report_of(json!([
        named(1, "a better", stale()),
        named(2, "b other cause", weak()),
        named(3, "c worse", partial()),
        named(4, "d new", json!({ "backup_sets": [] })),
    ]));
    let diff = compared(&old, &new);
    let is_backup = |_: &posture_core::compare::diff::TenantChange, family| family == Family::BackupHealth;
    let lines = worst_first(&diff, &old, &new, is_backup);
    let lines: Vec<_> = lines
        .iter()
        .map(|(place, family)| {
            let tenant = &diff.tenants[*place];
            (tenant.of(*family), label(tenant, &old, &new).unwrap_or_default())
        })
        .collect();
    let expected = [
        (Change::Worse, "c worse"),
        (Change::ChangedCause, "b other cause"),
        (Change::New, "d new"),
        (Change::Better, "a better"),
    ];
    assert_eq!(lines, expected);
}

/// CP-15: a newer set that failed is in the list of sets, not on the page of the older one.
#[test]
fn a_newer_set_that_failed_leads_to_the_list() {
    let failed = set(2, json!({ "status": "failed", "completed_at": null, "created_at": ago(60) }));
    let url = |sets: Value| {
        let new = one(json!({ "backup_sets": sets }));
        record_url(&compared(&new, &new).tenants[0], Family::BackupHealth, &new)
    };
    let older = set(1, json!({}));
    assert_eq!(url(json!([older, failed])).as_deref(), Some("/admin/t/t-1/backup-sets"));
    assert_eq!(url(json!([older])).as_deref(), Some("/admin/t/t-1/backup-sets/1"));
}

/// NT-1, CP-9: what is kept of a former report tells a tenant's former name, and how many more entries name no tenant.
#[test]
fn a_kept_report_tells_former_names_and_further_entries() {
    let named = |name: &str| with(tenant(1, stale()), json!({ "name": name }));
    let (old, new) = (report_of(json!([named("Old")])), report_of(json!([])));
    let known = Known::of(&old);
    let changes = known.changes(&new);
    assert_eq!(changes.iter().map(|change| change.former_label()).collect::<Vec<_>>(), [Some("Old")]);
    let unnamed = report_of(json!([{ "id": "one" }, named("Old"), { "id": "two" }]));
    assert_eq!(known.unmatched_since(&unnamed), 2);
    assert_eq!(Known::of(&unnamed).unmatched_since(&old), 0, "fewer entries are not news");
}

/// CP-5, CP-8: content that became known is better, and content that became unknown is not the same.
#[test]
fn known_content_is_better_than_unknown_content() {
    let sets = |metadata: Value| json!({ "backup_sets": [set(1, json!({ "items": [{ "id": 1, "metadata": metadata }] }))] });
    let unread = || sets(json!({ "warnings": 7 }));
    let change = |old: Value, new: Value| compared(&one(old), &one(new)).tenants[0].backup_health;
    assert_eq!(change(unread(), json!({})), Change::Better);
    assert_eq!(change(json!({}), unread()), Change::Worse);
    let none = || json!({ "backup_sets": [set(1, json!({ "items": null }))] });
    assert_eq!(change(none(), json!({})), Change::Better, "between exports");
    assert_eq!(change(json!({}), none()), Change::Worse);
}

/// CP-9, CP-11: a line says what is worse, and notes come before the list.
#[test]
fn a_comparison_says_what_is_worse_and_what_to_know() {
    let title = |old: &Report, new: &Report| words::diff_title(&compared(old, new));
    let notes = |old: &Report, new: &Report| words::diff_notes(&compared(old, new), old, new);
    let good = report_of(json!([tenant(1, json!({}))]));
    assert_eq!((title(&good, &good).as_str(), notes(&good, &good).len()), ("Nothing is worse", 0));
    let both = report_of(json!([tenant(1, with(stale(), failed()))]));
    assert_eq!(title(&good, &both), "Worse: backup health of 1 tenant and recovery evidence of 1 tenant");
    assert_eq!(title(&good, &report_of(json!([tenant(1, stale())]))), "Worse: backup health of 1 tenant");
    assert_eq!(title(&both, &good), "Nothing is worse");
    let unmatched = report_of(json!([tenant(1, json!({})), { "id": "one" }, { "id": "two" }]));
    assert_eq!(title(&good, &unmatched), "Worse: more entries could not be matched to a tenant");
    assert_eq!(title(&unmatched, &good), "Nothing is worse");
    let said = "Entries that could not be matched to a tenant: 0 before, 2 after.";
    assert_eq!(notes(&good, &unmatched), [said]);
    let two = report_of(json!([tenant(1, json!({})), tenant(2, json!({})), tenant(3, json!({}))]));
    let gone = "2 tenants are no longer exported, so their current state is unknown.";
    assert_eq!(notes(&two, &good), [gone]);
    let one = report_of(json!([tenant(1, json!({})), tenant(2, json!({}))]));
    assert_eq!(notes(&one, &good), ["1 tenant is no longer exported, so its current state is unknown."]);
    let filter = GroupFilter::default().with(GroupBy::Label, "north");
    let diff = compared(&two, &two).only(&filter, &two, &two);
    let notes = words::diff_notes(&diff, &two, &two);
    assert!(
        notes.iter().any(|note| note == "3 tenants are left out: not in the groups asked for."),
        "{notes:?}"
    );
}
