//! The core's sentences about the contract's cases and about generated documents.

use posture_core::compare::diff::diff;
use posture_core::views::forecast::{HORIZONS, StepGroup, forecast};
use posture_core::views::why;
use posture_core::{Form, Options, Report, derive, words};
use posture_tests::cases::{self, Case};
use posture_tests::digests;
use posture_tests::mutation::Documents;
use serde_json::Value;

use super::collected::{Collected, quotes_emptied};

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

/// Keys of a snapshot whose values are names.
const NAMES: [&str; 8] =
    ["display_name", "domain", "external_id", "label", "name", "platform", "policy_type", "title"];

/// How many generated documents are read for what is wrong with them.
const DOCUMENTS: usize = 2_000;

/// WD-4: headlines, messages, titles and labels of reports.
#[test]
fn reports() {
    let mut said = Collected::default();
    for (case, report) in derived() {
        let names = names(&case);
        let report = serde_json::from_str(&report.to_json().unwrap()).unwrap();
        collect("report", &report, &names, &mut said);
    }
    insta::assert_snapshot!(said);
}

/// The line-by-line reasons of each tenant's verdicts.
#[test]
fn traces() {
    let mut said = Collected::default();
    for (case, report) in derived() {
        let names = names(&case);
        for tenant in &report.tenants {
            for line in why::trace(tenant, report.as_of, &[]) {
                said.add_without(line.label, &line.text, &names);
            }
        }
    }
    insta::assert_snapshot!(said);
}

/// Titles, notes and causes of comparisons, and what another policy would change.
#[test]
fn comparisons() {
    let mut said = Collected::default();
    let all: Vec<_> = derived().collect();
    for (before, old) in &all {
        for (after, new) in &all {
            let Ok(diff) = diff(old, new) else { continue };
            let names = [names(before), names(after)].concat();
            said.add_without("title", &words::diff_title(&diff), &names);
            for note in words::diff_notes(&diff, old, new) {
                said.add_without("notes", &note, &names);
            }
            said.add_without("another policy", &words::what_if(old, new), &names);
        }
    }
    insta::assert_snapshot!(said);
}

/// The forecast if nothing runs.
#[test]
fn forecasts() {
    let mut said = Collected::default();
    for (case, report) in derived() {
        let names = names(&case);
        for hours in HORIZONS {
            let ahead = forecast(&report, hours);
            said.add_without("title", &words::forecast_title(&ahead), &names);
            for limit in words::forecast_limits(&ahead, &report) {
                said.add_without("limits", &limit, &names);
            }
            for group in StepGroup::ALL {
                let steps = ahead.of_group(*group);
                said.add_without("group notes", &words::step_group_note(&ahead, &steps), &names);
                for step in steps {
                    said.add_without("steps", &words::lapse_sentence(&step.lapse), &names);
                }
            }
        }
    }
    insta::assert_snapshot!(said);
}

/// Why a document is refused, and what is found wrong in one that is not. A generated document quotes anything, so quotes are left out.
#[test]
fn refusals_and_findings() {
    let mut said = Collected::default();
    let mut documents = Documents::of(1);
    for _ in 0..DOCUMENTS {
        let document = documents.next_document();
        let options = Options { as_of: documents.next_as_of(), ..Options::default() };
        match derive(&document, Form::Json, &options) {
            Ok(report) => {
                for finding in &report.findings {
                    said.add(&format!("finding {}", finding.code), &quotes_emptied(&finding.message));
                }
            }
            Err(refusal) => {
                said.add(
                    &format!("refusal: {}", words::refusal_name(&refusal.kind)),
                    &quotes_emptied(&refusal.to_string()),
                );
            }
        }
    }
    insta::assert_snapshot!(said);
}

/// Each case that is not refused, with its report.
fn derived() -> impl Iterator<Item = (Case, Report)> {
    cases::all().into_iter().filter_map(|case| {
        let report = digests::derive(&case).ok()?;
        Some((case, report))
    })
}

/// The names in a case's snapshot, longest first.
fn names(case: &Case) -> Vec<String> {
    fn collect(value: &Value, names: &mut Vec<String>) {
        match value {
            Value::Array(elements) => elements.iter().for_each(|element| collect(element, names)),
            Value::Object(members) => {
                for (key, member) in members {
                    if let Some(text) = member.as_str().filter(|_| NAMES.contains(&key.as_str()))
                        && text.len() > 2
                    {
                        names.push(text.to_owned());
                    }
                    collect(member, names);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut names = Vec::new();
    collect(&serde_json::from_str(case.snapshot.get()).unwrap_or_default(), &mut names);
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    names.dedup();
    names
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
