//! The checked-in schemas are current, and say what is read and what is written.
#![cfg(test)]
#![cfg(not(target_arch = "wasm32"))]

mod cases;

use posture_core::schema::{report_schema, snapshot_schema};
use serde_json::{Value, json};

use cases::{cases, report_of};

#[track_caller]
fn is_current(checked_in: &str, generated: &Value) {
    let checked_in: Value = serde_json::from_str(checked_in).expect("a schema is JSON");
    assert!(
        checked_in == *generated,
        "specs/schema is not what the types say; `cargo run -p posture-core --example write_schemas` writes it again"
    );
}

/// SN-40, RP-7: both schemas.
#[test]
fn schemas_are_current() {
    is_current(include_str!("../../../specs/schema/snapshot.schema.json"), &snapshot_schema());
    is_current(include_str!("../../../specs/schema/report.schema.json"), &report_schema());
}

/// Cases of arrays written as objects, which are read and which no exporter should write.
const WRITTEN_OTHERWISE: [&str; 4] = [
    "collections-as-numbered-objects",
    "php-empty-arrays-in-rules",
    "php-empty-arrays",
    "results-as-numbered-object",
];

/// Cases refused for what two values are to each other, which a schema does not say.
const REFUSED_TOGETHER: [&str; 3] =
    ["refused-before-since", "refused-export-of-year-one", "refused-since-after-export"];

/// SN-40: a case validates exactly if it is read without an unreadable tenant and without an unfit detail.
#[test]
fn a_snapshot_validates_if_all_of_it_is_read() {
    let schema = jsonschema::validator_for(&snapshot_schema()).expect("the schema is one");
    let mut validated = 0;
    for (name, case) in cases().into_iter().filter(|(name, _)| !WRITTEN_OTHERWISE.contains(&&**name)) {
        let Some(report) = report_of(&case) else { continue };
        let fits = !report["findings"]
            .as_array()
            .expect("findings")
            .iter()
            .any(|finding| finding["code"] == "unreadable_tenant" || finding["code"] == "unfit_detail");
        let errors: Vec<_> = schema
            .iter_errors(&case["snapshot"])
            .map(|error| format!("{} at {}", error, error.instance_path()))
            .collect();
        assert_eq!(errors.is_empty(), fits, "{name}: {errors:#?}");
        validated += usize::from(fits);
    }
    assert!(validated > 50, "{validated} cases validate");
}

/// SN-40: what is refused does not validate.
#[test]
fn a_refused_snapshot_does_not_validate() {
    let schema = jsonschema::validator_for(&snapshot_schema()).expect("the schema is one");
    let refused: Vec<_> =
        cases().into_iter().filter(|(_, case)| case["expected"] == json!({ "refused": true })).collect();
    assert!(!refused.is_empty());
    for (name, case) in refused.into_iter().filter(|(name, _)| !REFUSED_TOGETHER.contains(&&**name)) {
        assert!(!schema.is_valid(&case["snapshot"]), "{name}");
    }
}

/// RP-7: every report of every case.
#[test]
fn every_report_validates() {
    let schema = jsonschema::validator_for(&report_schema()).expect("the schema is one");
    for (name, case) in cases() {
        let Some(report) = report_of(&case) else { continue };
        let errors: Vec<_> = schema
            .iter_errors(&report)
            .map(|error| format!("{} at {}", error, error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}

/// RP-7: every key of a report is present, and one that is missing or mistyped is noticed.
#[test]
fn a_report_with_a_key_missing_or_mistyped_does_not_validate() {
    let schema = jsonschema::validator_for(&report_schema()).expect("the schema is one");
    let (_, case) = cases().into_iter().find(|(name, _)| name == "calm").expect("the calm case");
    let report = report_of(&case).expect("it is read");
    let keys: Vec<_> = report.as_object().expect("an object").keys().cloned().collect();
    for key in keys {
        let mut missing = report.clone();
        missing.as_object_mut().expect("an object").remove(&key);
        assert!(!schema.is_valid(&missing), "{key} missing");
        let mut mistyped = report.clone();
        mistyped[&key] = json!(-1.5);
        assert!(!schema.is_valid(&mistyped), "{key} mistyped");
    }
}
