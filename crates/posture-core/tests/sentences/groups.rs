//! Groups of tenants, their policy, and names that nobody has.

use serde_json::json;

use posture_core::reading::policy_file::{check, unknown_keys};
use posture_core::views::groups::{GroupBy, GroupFilter, group_counts};
use posture_core::words;
use posture_testing::sentences::Collected;

use crate::evidence::{DAY, ago, schedule, snapshot, tenant, with};
use crate::stage::{cases, document_at};

/// Groups with how many of their tenants need attention.
#[test]
fn groups() {
    let mut said = Collected::default();
    let late = schedule(1, json!({ "last_run_status": "failed", "last_run_at": ago(DAY) }));
    let document = snapshot(json!([
        tenant(1, json!({ "profile": "gold", "labels": ["north"], "backup_sets": [], "restore_runs": [] })),
        tenant(2, json!({ "environment": "production", "backup_schedules": [late] })),
        tenant(3, json!({ "environment": "test" })),
    ]));
    let report = document_at(&with(document, json!({ "policy": { "profiles": { "gold": {} } } })), 0).report;
    for by in GroupBy::ALL {
        for group in group_counts(&report, *by) {
            let name = words::group_name(*by, group.name.as_deref());
            said.add(words::group_by_label(*by), &format!("{name}: {}", words::group_summary(&group)));
        }
    }
    said.add("not listed", &words::groups_not_listed(1));
    said.add("not listed", &words::groups_not_listed(2));
    insta::assert_snapshot!(said);
}

/// A group that no tenant is in, the name that is most like it, and those that there are.
#[test]
fn groups_that_nobody_is_in() {
    let mut said = Collected::default();
    let labels: Vec<_> = (10..25).map(|name| format!("label {name}")).collect();
    let document = snapshot(json!([tenant(1, json!({ "environment": "production", "labels": labels }))]));
    let report = document_at(&document, 0).report;
    let asked = [
        (GroupBy::Profile, "gold"),
        (GroupBy::Environment, "prodction"),
        (GroupBy::Environment, "test"),
        (GroupBy::Label, "lable 12"),
        (GroupBy::Label, "x"),
    ];
    for (by, name) in asked {
        for unknown in GroupFilter::default().with(by, name).unknown_in(&report) {
            said.add(words::group_by_label(by), &words::unknown_group(&unknown));
        }
    }
    insta::assert_snapshot!(said);
}

/// The known name that a misspelled one most likely means.
#[test]
fn nearest_names() {
    let names = ["freshness_hours", "schedule_grace_minutes", "scopes", "profiles", "ab", "ba"];
    let misspelled =
        ["freshness_hour", "Freshness_Hours", "grace", "scpoes", "profile", "aa", "a", "", "zzzz", "ba"];
    let found = misspelled.map(|name| format!("{name}: {}", words::nearest(name, names).unwrap_or("none")));
    insta::assert_snapshot!(found.join("\n"));
}

/// A policy in a line, and what is wrong with a policy file.
#[test]
fn policies() {
    let mut said = Collected::default();
    for case in cases() {
        said.add("policy", &words::policy_sentence(&case.report.policy));
    }
    let odd = json!({ "freshness_hour": 1, "colour": 1, "profiles": { "gold": { "scopes": { "": { "expcted": true } } } } });
    for key in unknown_keys(&odd) {
        said.add("unknown key", &words::unknown_policy_key(&key));
    }
    let files = [
        "{",
        "[1]",
        "",
        "{\"freshness_hours\": 0}",
        "{\"freshness_hours\": \"x\"}",
        "{\"freshness_hours\": 1, \"freshness_hours\": 1}",
        "{\"profiles\": {\"gold\": null}}",
        &"[".repeat(70),
        &"1".repeat(2000),
        "{\"freshness_hours\": 1, \"a\": \"\\x\"}",
        "{\"attention_limit\": 0}",
        "{\"profiles\": 7}",
    ];
    for file in files {
        let refusal = check(file).unwrap_err();
        said.add("policy file", &words::policy_refusal(&refusal, false));
        said.add("converted policy file", &words::policy_refusal(&refusal, true));
    }
    insta::assert_snapshot!(said);
}
