//! The contract's cases, and the agreement of native code and the browser. One source, run in both.
#![expect(clippy::expect_used, reason = "a test whose report cannot be read fails")]

use posture_tests::cases::{self, Case};
#[cfg(not(target_arch = "wasm32"))]
use posture_tests::mutation;
use posture_tests::{compare, digests, gathered, generated};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

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

/// RL-2: every key of the snapshot's schema is in a text that the generated documents start from, or is put into one.
#[cfg(not(target_arch = "wasm32"))]
#[test]
fn generated_documents_draw_on_every_key_of_the_contract() {
    fn keys<'s>(schema: &'s Value, found: &mut std::collections::BTreeSet<&'s str>) {
        match schema {
            Value::Object(members) => {
                let properties = members.get("properties").and_then(Value::as_object);
                found.extend(properties.into_iter().flatten().map(|(key, _)| key.as_str()));
                members.values().for_each(|member| keys(member, found));
            }
            Value::Array(elements) => elements.iter().for_each(|element| keys(element, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let schema: Value = serde_json::from_str(include_str!("../../specs/schema/snapshot.schema.json"))
        .expect("the schema is JSON");
    let mut expected = std::collections::BTreeSet::new();
    keys(&schema, &mut expected);
    let texts: String =
        mutation::snapshots().iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect();
    let is_drawn = |key: &&&str| mutation::KEYS.contains(*key) || texts.contains(&format!("\"{key}\":"));
    let missing: Vec<_> = expected.iter().filter(|key| !is_drawn(key)).collect();
    assert!(expected.len() > 60, "{expected:?}");
    assert!(missing.is_empty(), "no text has {missing:?}");
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
