//! The contract's worked examples.
#![cfg(test)]

use std::path::Path;

use posture_core::{Form, Options, derive};
use serde_json::Value;

/// Name and content of every case, by name.
pub(crate) fn cases() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases");
    let paths = folder.read_dir().expect("the cases are there").flatten().map(|entry| entry.path());
    let mut cases: Vec<_> = paths
        .map(|path| (path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), read(&path)))
        // Text that is not Unicode cannot be held as a value.
        .filter(|(_, text)| !text.contains("\\ud8"))
        .map(|(name, text)| (name, serde_json::from_str(&text).expect("a case is JSON")))
        .collect();
    cases.sort_by(|(a, _), (b, _): &(String, Value)| a.cmp(b));
    assert!(cases.len() > 50, "{} cases", cases.len());
    cases
}

/// The report of a case, unless it is refused.
pub(crate) fn report_of(case: &Value) -> Option<Value> {
    let options = Options { as_of: case["as_of"].as_str().map(str::to_owned), ..Options::default() };
    let report = derive(case["snapshot"].to_string().as_bytes(), Form::Json, &options).ok()?;
    Some(
        serde_json::from_str(&report.to_json().expect("a report is always written"))
            .expect("a report is JSON"),
    )
}

#[expect(clippy::disallowed_methods, reason = "the cases are files of the repository")]
fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a case can be read")
}
