//! What generated documents are refused for, and what is wrong in them. The core's other sentences are among its own tests.

use posture_core::{Form, Options, derive, words};
use posture_testing::sentences::{Collected, quotes_emptied};
use posture_tests::mutation::Documents;

/// How many generated documents are read for what is wrong with them.
const DOCUMENTS: usize = 2_000;

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
