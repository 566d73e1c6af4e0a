//! Gathering: whatever the files are, an adapter gives a snapshot that is read whole, and always the same one.

use posture_core::{Form, Options, derive};

use crate::gathered::{SEEDS, snapshot, tree};

pub(super) fn seeds() -> Vec<Vec<u8>> {
    SEEDS.iter().map(|seed| seed.as_bytes().to_vec()).collect()
}

/// Gathers the files of an input as a kind, twice.
pub(super) fn run(kind: &str, input: &[u8]) {
    let tree = tree(input);
    let first = snapshot(kind, &tree);
    assert!(first == snapshot(kind, &tree), "the same files give the same snapshot");
    match derive(&first, Form::Json, &Options::default()) {
        Ok(report) => {
            let excluded = report.denominators.exported - report.denominators.evaluated;
            assert_eq!(excluded, 0, "a tenant was set aside: {:?}", report.not_evaluated);
        }
        Err(refusal) => panic!("the snapshot is refused: {refusal:?}"),
    }
}
