//! The contract's cases and the agreement of targets. One source, run natively and inside a browser.
#![expect(clippy::expect_used, reason = "a test whose report cannot be read fails")]

use posture_tests::cases::{self, Case};
use posture_tests::{compare, digests, generated};
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

/// RP-6
#[wasm_bindgen_test(unsupported = test)]
fn every_report_has_the_digest_recorded_natively() {
    let derived = digests::derived().expect("every report is JSON");
    let recorded: Vec<_> = digests::RECORDED.lines().collect();
    let differing: Vec<_> = derived.lines().filter(|line| !recorded.contains(line)).collect();
    assert!(
        derived == digests::RECORDED,
        "tests/digests.txt does not hold these digests, or others besides; where the reports changed on purpose, \
         `cargo xtask digests` records them anew:\n{}",
        differing.join("\n")
    );
}

/// RL-2
#[wasm_bindgen_test(unsupported = test)]
fn ten_thousand_generated_snapshots_come_to_what_was_recorded_natively() {
    let derived = generated::derived().expect("every report is JSON");
    let first =
        derived.lines().zip(generated::RECORDED.lines()).find(|(derived, recorded)| derived != recorded);
    assert!(
        derived == generated::RECORDED,
        "tests/generated.txt holds other digests from here on: {first:?}; where reports or refusals changed on purpose, \
         `cargo xtask digests` records them anew"
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
