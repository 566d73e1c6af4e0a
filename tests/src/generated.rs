//! Digests of the outcome of thousands of generated documents, refusals included.

use posture_core::report::canonical::ReportDigest;
use posture_core::{Form, Options};

use crate::mutation::{Documents, ndjson};

/// Number of documents.
pub const DOCUMENTS: usize = 10_000;
/// Number of documents per line.
const BATCH: usize = 500;
/// What the documents are drawn from.
pub const SEED: u64 = 10_000;

/// One line per batch: the number of its last document, and the digest over all results so far.
///
/// # Errors
///
/// If a report cannot be written as JSON.
pub fn derived() -> Result<String, serde_json::Error> {
    let mut documents = Documents::of(SEED);
    let (mut digest, mut lines) = (ReportDigest::default(), String::new());
    for number in 1..=DOCUMENTS {
        let document = documents.next_document();
        let options = Options { as_of: documents.next_as_of(), ..Options::default() };
        let lines_of_it = if number.is_multiple_of(5) { ndjson(&document) } else { None };
        let outcome = match &lines_of_it {
            Some(lines) => posture_core::derive(lines, Form::Ndjson, &options),
            None => posture_core::derive(&document, Form::Json, &options),
        };
        match outcome {
            Ok(report) => digest.add(&report.digest()?),
            // The sentence contains what, where and the position in the document.
            Err(refusal) => digest.add(refusal.to_string()),
        }
        if number.is_multiple_of(BATCH) {
            lines += &format!("{number} {}\n", digest.clone().finish());
        }
    }
    Ok(lines)
}
