//! Comparisons of two exports, of two instants, and of two policies.

use serde_json::{Value, json};

use posture_core::compare::change::{Change, Family};
use posture_core::compare::diff::{diff, former_route_key, view};
use posture_core::compare::policy_effect::policy_effect;
use posture_core::compare::replacement::{Export, check_replacement};
use posture_core::export::csv::Separator;
use posture_core::export::diff_csv::diff_csv;
use posture_core::views::groups::{GroupBy, GroupFilter};
use posture_core::{Report, words};
use posture_testing::sentences::Collected;

use crate::evidence::{DAY, HOUR, ago, at, run, schedule, set, snapshot, tenant, with};
use crate::stage::{Derived, cases, document_at, instant};

/// Titles, notes, states and causes of comparisons.
#[test]
fn comparisons() {
    let mut said = Collected::default();
    let cases = cases();
    for [one, other] in cases.array_windows() {
        compare(one, other, &mut said);
        compare(other, one, &mut said);
    }
    for (one, other) in pairs() {
        compare(&one, &other, &mut said);
        compare(&other, &one, &mut said);
    }
    insta::assert_snapshot!(said);
}

fn compare(old: &Derived, new: &Derived, said: &mut Collected) {
    let names = [&old.names[..], &new.names].concat();
    let (old, new) = (&old.report, &new.report);
    let diff = match diff(old, new) {
        Ok(diff) => diff.only(&GroupFilter::default(), old, new),
        Err(other) => return said.add("another workspace", &other.to_string()),
    };
    said.add_without("title", &words::diff_title(&diff), &names);
    said.add("worse and better", &words::worse_and_better(&diff));
    for note in words::diff_notes(&diff, old, new) {
        said.add_without("notes", &note, &names);
    }
    for tenant in &diff.tenants {
        for family in Family::ALL {
            let (before, after) = (view(old, tenant.old, *family), view(new, tenant.new, *family));
            said.add(words::family_name(*family), &words::states(before.as_ref(), after.as_ref()));
            for view in [before, after].into_iter().flatten() {
                said.add_without("cause", &view.cause, &names);
            }
        }
        if let Some(key) = former_route_key(tenant, old, new) {
            said.add_without("former key", &words::former_key(key), &names);
        }
    }
}

/// A comparison's groups, and those that no tenant is in.
#[test]
fn comparisons_of_groups() {
    let mut said = Collected::default();
    let documents = [json!([]), json!(["north"])].map(|labels| {
        let one = |id: u64| tenant(id, json!({ "labels": labels }));
        document_at(&snapshot(json!([one(1), one(2), tenant(3, json!({ "labels": ["south"] }))])), 0).report
    });
    let [old, new] = &documents;
    for name in ["north", "south", "nroth"] {
        let filter = GroupFilter::default().with(GroupBy::Label, name);
        let diff = diff(old, new).unwrap().only(&filter, old, new);
        for note in words::diff_notes(&diff, old, new) {
            said.add("notes", &note);
        }
    }
    said.add("columns", &words::GROUP_CHANGE_COLUMNS.join(", "));
    insta::assert_snapshot!(said);
}

/// A comparison in a file.
#[test]
fn files() {
    let (old, new) = pairs().remove(0);
    let diff = diff(&old.report, &new.report).unwrap();
    insta::assert_snapshot!(diff_csv(&diff.tenants, &old.report, &new.report, Separator::Semicolon));
}

/// What another policy would change.
#[test]
fn another_policy() {
    let mut said = Collected::default();
    let running =
        json!({ "status": "running", "completed_at": null, "started_at": ago(30 * HOUR), "results": null });
    let tenants = json!([
        tenant(1, json!({ "restore_runs": [run(1, running)] })),
        tenant(
            2,
            json!({ "backup_sets": [set(1, json!({ "completed_at": ago(30 * HOUR) }))], "profile": "gold" })
        ),
        tenant(3, json!({ "backup_schedules": [schedule(1, json!({ "last_run_at": ago(25 * HOUR) }))] })),
        tenant(
            4,
            json!({ "backup_sets": [set(1, json!({ "completed_at": ago(30 * HOUR), "status": "partial" }))] })
        ),
    ]);
    let under =
        |policy: Value| document_at(&with(snapshot(tenants.clone()), json!({ "policy": policy })), 0).report;
    let profile = |rules: Value| json!({ "profiles": { "gold": rules, "odd": {} } });
    let own = under(profile(json!({})));
    let tried = [
        profile(json!({})),
        with(profile(json!({})), json!({ "freshness_hours": 48 })),
        with(profile(json!({})), json!({ "schedule_grace_minutes": 90 })),
        with(
            profile(json!({ "freshness_hours": 31 })),
            json!({ "freshness_hours": 26, "schedule_grace_minutes": 90 }),
        ),
        profile(json!({ "schedule_grace_minutes": 60 })),
    ];
    for tried in tried.map(under) {
        said.add("what changes", &words::what_if(&own, &tried));
        said.add("what changes back", &words::what_if(&tried, &own));
        for (own, tried) in [(&own, &tried), (&tried, &own)] {
            said.add("recovery", words::what_if_recovery(own, tried).unwrap_or("Nothing."));
            effects(own, tried, &mut said);
        }
    }
    said.add("what it does not do", words::WHAT_IF_NOTE);
    insta::assert_snapshot!(said);
}

fn effects(own: &Report, tried: &Report, said: &mut Collected) {
    for tenant in &diff(own, tried).unwrap().tenants {
        for family in Family::ALL {
            said.add("effect on a tenant", policy_effect(tenant, *family, own, tried).1);
        }
    }
}

/// What changes are called, and what they mean.
#[test]
fn changes() {
    let mut said = Collected::default();
    for change in Change::ALL {
        said.add(words::change_label(*change), words::change_description(*change));
    }
    insta::assert_snapshot!(said);
}

/// EP-14, CL-30: which export may take the place of which, and how old or how far ahead one is.
#[test]
fn replacements() {
    let mut said = Collected::default();
    let workspace = |more: Value| {
        let document = with(
            snapshot(json!([])),
            json!({ "workspace": with(json!({ "id": 7, "name": "A workspace" }), more) }),
        );
        document_at(&document, 0).report.workspace
    };
    let (own, other) = (workspace(json!({})), workspace(json!({ "name": "Another", "slug": "another" })));
    let export =
        |workspace, seconds| Export { workspace, exported_at: instant(seconds), clock_skew_seconds: 300 };
    let (current, now) = (export(&own, 0), Some(instant(0)));
    for new in [export(&other, 0), export(&own, -DAY), export(&own, DAY), current] {
        let checked = check_replacement(current, new, now).err().map(|wrong| wrong.to_string());
        said.add("replacement", checked.as_deref().unwrap_or("It may take its place."));
    }
    said.add("ahead of the clock", &words::ahead_of_clock(instant(DAY), 86_400));
    let (what, remedy) = words::dated_ahead(instant(DAY), 86_400);
    said.add("ahead of the clock, in two", &what);
    said.add("ahead of the clock, in two", &remedy);
    let (age, judged) = words::aged(instant(0), instant(3 * DAY));
    said.add("aged", &age);
    said.add("aged", &judged);
    said.add("aged", words::HEALTHY_AS_OF_THE_EXPORT);
    said.add("two instants", &words::between_instants(instant(-DAY), instant(0)));
    said.add("reduced evidence", &words::reduced_since(instant(-DAY)));
    insta::assert_snapshot!(said);
}

/// Two exports each that differ in what cases do not differ in.
fn pairs() -> Vec<(Derived, Derived)> {
    let old_set =
        |more: Value| json!({ "backup_sets": [set(1, with(json!({ "completed_at": ago(2 * DAY) }), more))] });
    let stale = old_set(json!({}));
    let tenants = json!([
        tenant(1, json!({})),
        tenant(2, stale.clone()),
        tenant(3, json!({ "status": "draft" })),
        tenant(4, json!({})),
        tenant(5, old_set(json!({ "status": "partial" }))),
        tenant(6, json!({})),
        tenant(7, json!({ "status": "draft" })),
        tenant(8, json!({})),
    ]);
    let later = json!([
        tenant(1, json!({ "external_id": "renamed", "backup_sets": [], "restore_runs": [] })),
        tenant(2, json!({})),
        tenant(3, json!({})),
        tenant(4, json!({ "status": "draft" })),
        tenant(5, stale),
        tenant(9, json!({})),
        tenant(7, json!({ "backup_sets": 7 })),
        tenant(8, json!({ "backup_sets": 7 })),
        "not a tenant",
        {},
    ]);
    let exported = |tenants: Value, more: Value| document_at(&with(snapshot(tenants), more), 0);
    let none = || exported(json!([]), json!({}));
    let days = |days: u64| json!({ "policy": { "restore_evidence_days": days, "freshness_hours": 24 } });
    let long = json!({ "policy": { "freshness_hours": 1, "schedule_grace_minutes": 1, "restore_evidence_days": 1,
        "clock_skew_seconds": 1, "attention_limit": 1, "profiles": { "gold": {} },
        "scopes": { "": {}, "a": {}, "b": {} } } });
    let rules = |hours: u64, is_expected: bool| {
        let scope = json!({ "freshness_hours": hours, "expected": is_expected, "expected_policy_types": [hours.to_string()] });
        json!({ "policy": { "scopes": { "": scope, "a": scope }, "profiles": { "gold": { "freshness_hours": hours,
            "schedule_grace_minutes": hours, "restore_evidence_days": hours, "scopes": { "a": scope } } } } })
    };
    let profiles = |rules: Value| json!({ "policy": { "profiles": { "gold": rules, "b": {} } } });
    let same = snapshot(tenants.clone());
    vec![
        (exported(tenants, json!({})), exported(later, json!({ "exported_at": at(HOUR) }))),
        (exported(json!([tenant(1, json!({}))]), json!({})), none()),
        (exported(json!([]), days(1)), exported(json!([]), days(90))),
        (none(), exported(json!([]), long)),
        (exported(json!([]), rules(1, true)), exported(json!([]), rules(2, false))),
        (none(), exported(json!([]), rules(1, true))),
        (
            exported(json!([]), profiles(json!({ "scopes": { "": {} } }))),
            exported(json!([]), profiles(json!({}))),
        ),
        (document_at(&same, 0), document_at(&same, -3 * DAY)),
        (document_at(&same, -HOUR), document_at(&same, HOUR)),
        (none(), exported(json!([]), json!({ "workspace": { "id": 8, "name": "Another" } }))),
    ]
}
