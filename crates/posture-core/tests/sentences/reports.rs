//! What a report says.

use serde_json::{Value, json};

use posture_core::views::why;
use posture_core::words;
use posture_testing::sentences::Collected;

use crate::evidence::{DAY, HOUR, ago, at, run, schedule, set, snapshot, tenant, with};
use crate::stage::{Derived, cases, document_at, tenants_at};

/// Keys whose values are words of a vocabulary, addresses or names, not sentences.
const CODES: [&str; 12] = [
    "as_of",
    "exported_at",
    "format",
    "governing_family",
    "path",
    "policy_types",
    "recovery_claim_boundary",
    "slug",
    "tenant_label",
    "tenant_route_key",
    "url",
    "workspace_id",
];

/// WD-4: headlines, messages, titles and labels of reports.
#[test]
fn reports() {
    let mut said = Collected::default();
    for Derived { report, names, .. } in cases().into_iter().chain(beyond_cases()) {
        collect("report", &serde_json::from_str(&report.to_json().unwrap()).unwrap(), &names, &mut said);
    }
    insta::assert_snapshot!(said);
}

/// The line-by-line reasons of each tenant's verdicts.
#[test]
fn traces() {
    let mut said = Collected::default();
    for Derived { report, records, names, .. } in cases().into_iter().chain(beyond_cases()) {
        for tenant in &report.tenants {
            let records = records.iter().find(|(id, _)| *id == tenant.tenant_id);
            for line in why::trace(tenant, records.map(|(_, records)| records)) {
                said.add_without(line.label, &line.text, &names);
            }
        }
    }
    insta::assert_snapshot!(said);
}

/// A tenant's line in a list, and what is said of each part of its verdicts.
#[test]
fn lists() {
    let mut said = Collected::default();
    for Derived { report, names, .. } in cases().into_iter().chain(beyond_cases()) {
        for tenant in &report.tenants {
            let health = &tenant.backup_health;
            said.add_without("backup note", &words::backup_note(health), &names);
            said.add_without("backup in a word", words::backup_word(health), &names);
            said.add_without("backup cause", &words::backup_cause(health), &names);
            said.add_without("recovery note", words::recovery_note(tenant), &names);
        }
    }
    insta::assert_snapshot!(said);
}

/// States that no case has.
fn beyond_cases() -> Vec<Derived> {
    let stale = |more: Value| set(1, with(json!({ "completed_at": ago(2 * DAY) }), more));
    let failed = |id: u64| set(id, json!({ "status": "failed", "completed_at": ago(60) }));
    let late =
        |id: u64| schedule(id, json!({ "name": format!("Nightly {id}"), "last_run_status": "failed" }));
    let off = |id: u64| schedule(id, json!({ "is_enabled": false }));
    let queued =
        |id: u64| json!({ "id": id, "status": "queued", "is_dry_run": false, "created_at": ago(3 * DAY) });
    let outcomes = |results: Value| json!({ "restore_runs": [run(1, json!({ "results": results }))] });
    let types = |names: &[&str]| -> Vec<_> {
        let named = names.iter().map(|name| json!({ "outcome": "failed", "policy_type": name }));
        named.chain([json!({ "outcome": "applied" })]).collect()
    };
    let unresolved = |names: &[&str]| {
        json!({ "restore_runs": [run(1, json!({})),
            run(2, json!({ "completed_at": ago(2 * HOUR), "results": types(names) }))] })
    };
    let contents = [
        json!({ "backup_sets": [], "backup_schedules": [late(1), late(2), late(3), late(4), late(5)] }),
        json!({ "backup_sets": [stale(json!({}))], "backup_schedules": [off(1), off(2), off(3), off(4), off(5)] }),
        json!({ "backup_sets": [stale(json!({}))], "backup_schedules": [off(1)] }),
        json!({ "backup_sets": [stale(json!({}))], "backup_schedules": [late(1), off(2)] }),
        json!({ "backup_sets": [set(1, json!({})), failed(2), failed(3), failed(4), failed(5)] }),
        json!({ "backup_sets": [failed(2), failed(3), failed(4), failed(5)] }),
        json!({ "backup_sets": [stale(json!({ "confirmations": [ago(DAY + HOUR)] }))] }),
        json!({ "restore_runs": [run(1, json!({})), queued(2), queued(3), queued(4), queued(5)] }),
        unresolved(&["a"]),
        unresolved(&["a", "b", "c", "d", "e"]),
        outcomes(json!([{ "outcome": "applied" }, { "outcome": "partial" }])),
        outcomes(json!([{ "outcome": "applied" }, { "outcome": "skipped" }, { "outcome": "failed" }])),
        json!({ "restore_runs": [run(1, json!({ "completed_at": ago(200 * DAY) }))] }),
        json!({ "restore_runs": [run(1, json!({ "completed_at": ago(200 * DAY), "status": "failed" }))] }),
        json!({ "backup_sets": [set(1, json!({ "items": null, "item_count": 3,
            "quality": { "total_items": 3, "degraded_items": 1, "families": { "metadata_only": 1, "odd": 1 },
                "unknowns": { "assignments_unknown": 2, "warnings_unread": 1, "odd": 1 } } }))] }),
        json!({ "backup_sets": [set(1, json!({ "items": null, "opaque": true })) ] }),
        json!({ "name": "" , "labels": "invalid", "environment": 7 }),
    ];
    let mut all = tenants_at(contents, 0);
    all.extend(tenants_at([json!({ "backup_schedules": [late(1)] })], -2 * HOUR));
    all.extend([weekly(), scopes(), interval()]);
    all
}

/// A schedule that is on time although its backup is beyond the window, with and without a plan for the next run.
fn weekly() -> Derived {
    let run_at = |more: Value| {
        let base = json!({ "frequency": "weekly", "days_of_week": [1], "last_run_at": ago(2 * DAY) });
        json!([schedule(1, with(base, more))])
    };
    let old = json!([set(1, json!({ "completed_at": ago(2 * DAY) }))]);
    let monthly = json!({ "frequency": "monthly", "days_of_week": null });
    let one = |id: u64, more| tenant(id, json!({ "backup_sets": old, "backup_schedules": run_at(more) }));
    document_at(
        &snapshot(json!([one(1, json!({})), one(2, json!({ "next_run_at": at(DAY) })), one(3, monthly)])),
        0,
    )
}

/// An interval that its exporter states in minutes, beyond the window.
fn interval() -> Derived {
    let every = json!({ "frequency": "interval", "interval_minutes": 4000, "last_run_at": ago(2 * DAY) });
    let sets = json!([set(1, json!({ "completed_at": ago(2 * DAY), "scope": "intune" })), set(2, json!({}))]);
    let waits = schedule(1, json!({ "last_run_at": null, "last_run_status": null, "next_run_at": at(HOUR) }));
    let running = json!({ "id": 1, "status": "running", "created_at": ago(HOUR) });
    document_at(
        &snapshot(json!([
            tenant(1, json!({ "backup_sets": sets, "backup_schedules": [schedule(1, every)] })),
            tenant(2, json!({ "backup_sets": [running], "backup_schedules": [waits] })),
        ])),
        0,
    )
}

/// Two scopes, each with something wrong, under rules of their own.
fn scopes() -> Derived {
    let types = |names: &[&str]| -> Vec<_> {
        names.iter().enumerate().map(|(id, name)| json!({ "id": id + 1, "policy_type": name })).collect()
    };
    let of = |id: u64, scope: &str, age: i64, names: &[&str]| {
        set(id, json!({ "scope": scope, "completed_at": ago(age), "items": types(names) }))
    };
    let many = ["a"; 9];
    let expected = json!({ "policy": { "scopes": {
        "intune": { "expected": true, "expected_policy_types": ["a", "b", "c", "d", "e", "A"] },
        "": { "expected_policy_types": ["b", "mobileapp"] },
        "entra": { "freshness_hours": 3 }, "spare": { "expected": true }, "gone": { "expected": false },
    } } });
    let one = json!({ "backup_sets": [
        of(1, "intune", 3 * HOUR, &["x", "y", "a"]), of(2, "intune", HOUR, &["a"]),
        of(3, "entra", 5 * HOUR, &["a"]), of(4, "", HOUR, &["mobileApp"]),
        of(5, "gone", HOUR, &["a"]),
        of(6, "falls", 3 * HOUR, &many), of(7, "falls", HOUR, &["a"]),
    ] });
    let unnamed = json!({ "backup_sets": [
        set(1, json!({ "completed_at": ago(3 * HOUR), "items": types(&["b", "mobileApp", "x", "x", "x", "x", "x"]) })),
        set(2, json!({ "items": types(&["mobileApp", "x"]) })),
    ] });
    let left_out = json!({ "backup_sets": [of(1, "gone", HOUR, &["a"]), of(2, "gone", HOUR, &["a"])] });
    let opaque = json!({ "backup_sets": [
        set(1, json!({ "scope": "intune", "items": null, "opaque": true })), of(2, "b", HOUR, &["a"]),
    ] });
    let contents = [one, unnamed, left_out, opaque];
    let tenants: Vec<_> = contents.into_iter().zip(1..).map(|(more, id)| tenant(id, more)).collect();
    document_at(&with(snapshot(json!(tenants)), expected), 0)
}

/// Every text with a space below a value, by its keys.
fn collect(keys: &str, value: &Value, names: &[String], said: &mut Collected) {
    match value {
        Value::String(text) if text.contains(' ') => said.add_without(keys, text, names),
        Value::Array(elements) => elements.iter().for_each(|element| collect(keys, element, names, said)),
        Value::Object(members) => {
            for (key, member) in members.iter().filter(|(key, _)| !CODES.contains(&key.as_str())) {
                collect(&format!("{keys}.{key}"), member, names, said);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
