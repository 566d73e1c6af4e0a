//! The contract's worked examples, compiled in, so that a browser has them too.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

include!(concat!(env!("OUT_DIR"), "/cases.rs"));

/// One worked example: `tests/cases/{name}.json`.
#[derive(Debug, Deserialize)]
pub struct Case {
    /// The file's name without `.json`.
    #[serde(skip)]
    pub name: &'static str,
    /// The as-of instant; `None` means the export's.
    pub as_of: Option<String>,
    /// The snapshot, exactly as in the file.
    pub snapshot: Box<RawValue>,
    /// The report's pinned fields, or `{"refused": true}`.
    pub expected: Value,
}

/// All cases, by name.
///
/// # Panics
///
/// If a file is not a case.
#[must_use]
pub fn all() -> Vec<Case> {
    let read = |&(name, text): &(&'static str, &str)| match serde_json::from_str::<Case>(text) {
        Ok(case) => Case { name, ..case },
        Err(error) => panic!("tests/cases/{name}.json is not a case: {error}"),
    };
    SOURCES.iter().map(read).collect()
}
