//! The contract's cases, and the agreement of native code and the browser. One source, run in both.
#![expect(clippy::expect_used, reason = "a test whose report cannot be read fails")]

use posture_tests::cases::{self, Case};
use posture_tests::{compare, digests, gathered, generated};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;
#[cfg(not(target_arch = "wasm32"))]
use {
    posture_core::verdicts::quality::{ItemUnknown, SetUnknown},
    posture_core::verdicts::unsettled::UnsettledCause,
    posture_core::{Form, Options},
    posture_tests::mutation,
    std::collections::BTreeSet,
};

#[wasm_bindgen_test(unsupported = test)]
fn every_case_derives_the_report_it_expects() {
    let cases = cases::all();
    let failures: Vec<String> = cases.iter().filter_map(failure).collect();
    let passed = cases.len() - failures.len();
    say(&format!("{passed} of {} cases hold", cases.len()));
    assert!(!cases.is_empty(), "tests/cases holds no case");
    assert!(
        failures.is_empty(),
        "{passed} of {} cases hold, these do not:\n{}",
        cases.len(),
        failures.join("\n")
    );
}

/// GA-3, RP-6, RL-2: natively, every digest is derived and left for the browser. In the browser, each of them must come out the same.
#[wasm_bindgen_test(unsupported = test)]
fn native_code_and_the_browser_derive_the_same_digests() {
    let cases = digests::derived().expect("a report is JSON");
    let documents = generated::derived().expect("a report is JSON");
    let is_refused = |line: &str| line.ends_with(" refused");
    assert!(cases.lines().any(is_refused) && !cases.lines().all(is_refused), "the cases cover both outcomes");
    agree(&(cases + &documents + &gathered::derived()));
}

/// The keys of the objects that a JSON Schema describes.
#[cfg(not(target_arch = "wasm32"))]
fn schema_keys<'s>(schema: &'s Value, found: &mut BTreeSet<&'s str>) {
    match schema {
        Value::Object(members) => {
            let properties = members.get("properties").and_then(Value::as_object);
            found.extend(properties.into_iter().flatten().map(|(key, _)| key.as_str()));
            members.values().for_each(|member| schema_keys(member, found));
        }
        Value::Array(elements) => elements.iter().for_each(|element| schema_keys(element, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// RL-2: every key of the snapshot's schema is in a synthetic workspace, and often in the generated documents.
#[cfg(not(target_arch = "wasm32"))]
#[test]
fn generated_documents_draw_on_every_key_of_the_contract() {
    let schema: Value = serde_json::from_str(include_str!("../../specs/schema/snapshot.schema.json"))
        .expect("the schema is JSON");
    let mut expected = BTreeSet::new();
    schema_keys(&schema, &mut expected);
    assert!(expected.len() > 60, "{expected:?}");
    let has = |text: &str, key: &str| text.contains(&format!("\"{key}\":"));
    let synthetic: String =
        mutation::synthetic_snapshots().map(|text| String::from_utf8_lossy(&text).into_owned()).collect();
    let missing: Vec<_> = expected.iter().filter(|key| !has(&synthetic, key)).collect();
    assert!(missing.is_empty(), "no synthetic workspace has {missing:?}");
    let mut documents = mutation::Documents::of(generated::SEED);
    let texts: Vec<_> = (0..500).map(|_| documents.next_document()).collect();
    let times = |key: &&&str| {
        texts.iter().filter(|text| std::str::from_utf8(text).is_ok_and(|text| has(text, key))).count()
    };
    let rare: Vec<_> = expected.iter().filter(|key| times(key) < 5).collect();
    assert!(rare.is_empty(), "fewer than 5 of 500 documents have {rare:?}");
}

/// RL-2: the synthetic workspaces show each unknown, each set-level family, and each cause that leaves a tenant unsettled,
/// and each finding that is about a record's content. One of them writes lists as objects with numbered keys.
#[cfg(not(target_arch = "wasm32"))]
#[test]
fn synthetic_workspaces_show_what_the_features_add() {
    let texts: Vec<_> = mutation::synthetic_snapshots().collect();
    let reports: Vec<_> = texts
        .iter()
        .map(|text| posture_core::derive(text, Form::Json, &Options::default()).expect("it is evaluated"))
        .collect();
    let tenants = || reports.iter().flat_map(|report| &report.tenants);
    let scopes = || tenants().flat_map(|tenant| &tenant.backup_health.scopes);
    let qualities = || scopes().filter_map(|scope| scope.quality.as_ref());
    let mut shown: BTreeSet<String> = BTreeSet::new();
    shown.extend(qualities().flat_map(|quality| quality.unknowns.keys()).map(|key| key.0.to_string()));
    shown.extend(qualities().flat_map(|quality| quality.families.keys()).map(|key| key.0.to_string()));
    shown.extend(tenants().flat_map(|tenant| &tenant.registry.unsettled).map(ToString::to_string));
    let runs = tenants().flat_map(|tenant| &tenant.restore_attention);
    shown.extend(runs.flat_map(|run| &run.causes).map(ToString::to_string));
    let findings = reports.iter().flat_map(|report| &report.findings);
    shown.extend(findings.map(|finding| finding.code.to_string()));
    let expected = ItemUnknown::ALL.iter().map(ToString::to_string);
    let expected = expected.chain(SetUnknown::ALL.iter().map(ToString::to_string));
    // Records are set aside by the basic faults, which the contract's cases have.
    let causes = UnsettledCause::ALL.iter().filter(|cause| **cause != UnsettledCause::RecordsSetAside);
    let expected = expected.chain(causes.map(ToString::to_string)).chain(
        [
            "types_missing",
            "assignments_not_captured",
            "stuck_in_queue",
            "outcomes_unread",
            "outcomes_unrecognised",
            "unknown_profile",
            "unread_outcomes",
            "implausible_timestamp",
            "unfit_detail",
        ]
        .map(ToOwned::to_owned),
    );
    let missing: Vec<_> = expected.filter(|word| !shown.contains(word)).collect();
    assert!(missing.is_empty(), "no synthetic workspace shows {missing:?}");
    let is_numbered = |text: &&Vec<u8>| String::from_utf8_lossy(text).contains("\"backup_sets\":{\"1\":{");
    assert!(texts.iter().any(|text| is_numbered(&text)), "no list is written as an object");
}

/// Leaves the digests where the browser's build looks for them.
#[cfg(not(target_arch = "wasm32"))]
#[expect(clippy::disallowed_methods, reason = "the digests are handed over in a file")]
fn agree(derived: &str) {
    let file = std::path::Path::new(env!("POSTURE_NATIVE_DIGESTS"));
    std::fs::create_dir_all(file.parent().expect("the file is in a folder"))
        .expect("the folder can be created");
    std::fs::write(file, derived).expect("the digests can be written");
}

#[cfg(target_arch = "wasm32")]
fn agree(derived: &str) {
    const NATIVE: &str = include_str!(concat!(env!("OUT_DIR"), "/native_digests.txt"));
    assert!(
        !NATIVE.is_empty(),
        "no native digests to compare with; run `cargo test --package posture-tests --test cases` first"
    );
    let differing: String = derived
        .lines()
        .zip(NATIVE.lines())
        .filter(|(here, native)| here != native)
        .map(|(here, native)| format!("\n  natively {native}\n  here     {here}"))
        .collect();
    assert!(
        derived == NATIVE,
        "the browser derives other digests than native code, or the core has changed since the native run; \
         run `cargo test --package posture-tests --test cases`, then this again:{differing}"
    );
}

/// Every way in which a case does not hold, or `None`.
fn failure(case: &Case) -> Option<String> {
    let expects_refusal = case.expected == json!({"refused": true});
    let differences = match digests::derive(case) {
        Err(_) if expects_refusal => return None,
        Err(refusal) => vec![format!("refused: {refusal}")],
        Ok(_) if expects_refusal => vec!["expected to be refused, derived".to_owned()],
        Ok(report) => {
            let written = report.to_json().expect("a report is JSON");
            let report: Value = serde_json::from_str(&written).expect("a report is JSON");
            compare::differences(&case.expected, &report)
        }
    };
    let lines: String = differences.iter().map(|difference| format!("\n    {difference}")).collect();
    (!differences.is_empty()).then(|| format!("  {}{lines}", case.name))
}

fn say(sentence: &str) {
    #[cfg(target_arch = "wasm32")]
    wasm_bindgen_test::console_log!("{sentence}");
    #[cfg(not(target_arch = "wasm32"))]
    println!("{sentence}");
}
