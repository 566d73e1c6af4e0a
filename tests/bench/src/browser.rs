//! The same in a browser: the input is made there too, so that nothing large has to be brought in.

use posture_core::Form;
use posture_synth::Detail;
use wasm_bindgen::prelude::*;

use crate::{Stage, plan};

/// A slim snapshot of so many tenants.
#[wasm_bindgen]
pub fn slim_snapshot(tenants: u32) -> Vec<u8> {
    let mut document = Vec::new();
    if let Some(plan) = plan(tenants.into(), Detail::Slim)
        && posture_synth::write(&plan, Form::Json, &mut document).is_err()
    {
        document.clear();
    }
    document
}

/// Takes a document's bytes through the resolver up to the stage of this name, and says what came out.
#[wasm_bindgen]
pub fn run(stage: &str, document: &[u8]) -> Result<String, JsError> {
    let stage = Stage::ALL.into_iter().find(|one| one.name() == stage).ok_or_else(|| JsError::new("no such stage"))?;
    stage.run(document).map_err(|error| JsError::new(&error.to_string()))
}
