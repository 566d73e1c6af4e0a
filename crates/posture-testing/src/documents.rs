//! Snapshots to try, and the forms in which they are written.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

/// The folder of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The snapshot of one of the contract's cases.
#[expect(clippy::disallowed_methods, reason = "the cases are files of the repository")]
pub fn case(name: &str) -> Value {
    let path = repository().join("tests/cases").join(name).with_extension("json");
    let mut case: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    case["snapshot"].take()
}

/// A snapshot in the NDJSON form.
pub fn ndjson(snapshot: &Value) -> String {
    let mut head = snapshot.as_object().unwrap().clone();
    let tenants = head.remove("tenants").unwrap();
    let lines = tenants.as_array().unwrap().iter().map(|tenant| format!("{tenant}\n"));
    format!("{}\n{}", Value::Object(head), lines.collect::<String>())
}

/// Bytes compressed with gzip.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}
