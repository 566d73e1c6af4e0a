//! The overview of a workspace: how calm it is, its metrics, and what is known of the past.

use serde_json::{Value, json};

use posture_core::export::csv::{Separator, findings_csv, registry_csv};
use posture_core::report::calmness::current;
use posture_core::report::currency::Currency;
use posture_core::report::registry::signals;
use posture_core::views::concern::Concern;
use posture_core::views::distribution::Spread;
use posture_core::views::reviews::Marks;
use posture_core::words;
use posture_testing::sentences::Collected;

use crate::evidence::{DAY, HOUR, ago, run, set, snapshot, tenant, with};
use crate::stage::{Derived, cases, document_at, instant};

/// Whether a workspace is calm, as of its export and now.
#[test]
fn calmness() {
    let mut said = Collected::default();
    for Derived { report, names, .. } in cases().into_iter().chain(beyond_cases()) {
        said.add_without("as of the export", &report.overview.calmness.title, &names);
        said.add_without("as of the export", &report.overview.calmness.body, &names);
        for currency in [Currency::Current, Currency::Aged, Currency::Ahead(600)] {
            let now = current(&report, currency);
            said.add_without("now", &now.title, &names);
            said.add_without("now", &now.body, &names);
            now.blockers.iter().for_each(|blocker| said.add("blockers", blocker));
        }
        said.add("not evaluated", &words::exclusions(&report.denominators));
    }
    insta::assert_snapshot!(said);
}

/// What is known away from the export.
#[test]
fn away_from_the_export() {
    let mut said = Collected::default();
    let emptied = json!({ "backup_sets": [set(1, json!({ "completed_at": ago(2 * DAY), "items": null, "item_count": 3 }))] });
    let document = |more: Value| snapshot(json!([tenant(1, more.clone()), tenant(2, more)]));
    for (more, seconds) in
        [(json!({}), 3 * DAY), (json!({}), -60), (json!({}), -DAY), (emptied.clone(), -DAY), (emptied, -60)]
    {
        said.add("past and future", &words::away_from_export(&document_at(&document(more), seconds).report));
    }
    let ages = [(-10, 0), (-181 * DAY, 0), (-180 * DAY, 0)];
    for (at, as_of) in ages {
        let age = words::old_evidence(instant(at), instant(as_of));
        said.add("recovery evidence", age.as_deref().unwrap_or("not old"));
    }
    insta::assert_snapshot!(said);
}

/// What is counted, and which tenants that lists.
#[test]
fn metrics() {
    let mut said = Collected::default();
    for Derived { report, .. } in cases() {
        for metric in &report.overview.summary_metrics {
            said.add(&metric.label, &metric.description);
        }
        let spread = Spread::of(&report);
        for segment in spread.postures.iter().chain(&spread.states) {
            said.add("segments", segment.label);
        }
    }
    for concern in Concern::ALL {
        let (label, tab) = (words::concern_label(*concern), words::concern_tab(*concern));
        said.add("concerns", &format!("{label} ({tab}): {}", words::concern_description(*concern)));
    }
    said.add("segments", words::WITH_A_WARNING);
    said.add("segments", words::CONTENT_UNKNOWN);
    said.add("ages", &words::AGE_PART_LABELS.join(", "));
    said.add("order", words::TRIAGE_ORDER);
    insta::assert_snapshot!(said);
}

/// The registry and the findings in files.
#[test]
fn files() {
    let signal = |urgency: &str, title: &str| json!({ "domain": "alerts", "key": title, "urgency": urgency, "title": title });
    let document = snapshot(json!([
        tenant(1, json!({ "signals": [signal("low", "Low"), signal("high", "High")], "backup_sets": [] })),
        tenant(2, json!({ "signals": [signal("low", "Low")], "status": "active", "profile": "none" })),
        tenant(3, json!({ "backup_sets": 7 })),
    ]));
    let report = document_at(&document, 0).report;
    let notes: Vec<_> =
        report.tenants.iter().filter_map(|one| Some(words::signals_note(&signals(one)?))).collect();
    insta::assert_snapshot!(format!(
        "{}\n{}\n{}",
        registry_csv(&report, &report.tenants, &Marks::default(), Separator::Semicolon),
        findings_csv(&report, Separator::Semicolon),
        notes.join("\n")
    ));
}

/// Workspaces that no case has.
fn beyond_cases() -> Vec<Derived> {
    let old = |id: u64| {
        tenant(
            id,
            json!({ "restore_runs": [run(1, json!({ "completed_at": ago((180 + id.cast_signed()) * DAY) }))] }),
        )
    };
    let failed = set(2, json!({ "status": "failed", "completed_at": ago(60) }));
    let unsettled = |id: u64| tenant(id, json!({ "backup_sets": [set(1, json!({})), failed] }));
    let unread = |id: u64| {
        tenant(
            id,
            json!({ "backup_sets": [set(1, json!({ "items": [{ "id": 1, "metadata": { "warnings": 7 } }] }))] }),
        )
    };
    let at = |tenants: Value, seconds: i64| document_at(&snapshot(tenants), seconds);
    let checked = json!({ "checked_domains": ["operations"] });
    vec![
        at(json!([old(1)]), 0),
        at(json!([old(1), old(2)]), 0),
        at(json!([unsettled(1), unsettled(2)]), 0),
        at(json!([unread(1), unread(2)]), 0),
        at(json!([tenant(1, json!({}))]), 2 * DAY),
        at(
            json!([tenant(1, json!({ "backup_sets": [set(1, json!({ "completed_at": ago(3 * HOUR) }))] }))]),
            -2 * HOUR,
        ),
        document_at(&with(snapshot(json!([tenant(1, json!({}))])), checked), 0),
    ]
}
