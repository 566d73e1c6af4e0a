//! The resolver in a browser. The input is generated there too, so that nothing large is transferred.

use posture_core::{Form, Options, Refusal, Report, ReportBuilder, SnapshotReader, assess_tenant};
use posture_synth::Detail;
use wasm_bindgen::prelude::*;

use crate::plan;

/// A slim snapshot with this many tenants.
#[wasm_bindgen]
pub fn slim_snapshot(tenants: u32) -> Vec<u8> {
    snapshot(tenants, Detail::Slim)
}

/// A full snapshot with this many tenants.
#[wasm_bindgen]
pub fn full_snapshot(tenants: u32) -> Vec<u8> {
    snapshot(tenants, Detail::Full)
}

fn snapshot(tenants: u32, detail: Detail) -> Vec<u8> {
    let mut document = Vec::new();
    if let Some(plan) = plan(tenants.into(), detail)
        && posture_synth::write(&plan, Form::Json, &mut document).is_err()
    {
        document.clear();
    }
    document
}

/// A derivation of a document that arrives in chunks, as an opened file does in the app.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Derivation {
    reader: SnapshotReader,
    builder: ReportBuilder,
}

#[wasm_bindgen]
impl Derivation {
    /// Starts a derivation.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Result<Self, JsError> {
        let reader =
            SnapshotReader::new(Form::Json, &Options::default()).map_err(|refusal| told(&refusal))?;
        Ok(Self { reader, builder: ReportBuilder::default() })
    }

    /// Takes the next chunk.
    pub fn push(&mut self, piece: Vec<u8>) -> Result<(), JsError> {
        self.reader.push_chunk(piece.into());
        self.judge()
    }

    /// Ends the document and returns the report.
    pub fn finish(mut self) -> Result<Derived, JsError> {
        self.reader.end();
        self.judge()?;
        let preamble = self.reader.finish().map_err(|refusal| told(&refusal))?;
        Ok(Derived(self.builder.finish(preamble)))
    }

    fn judge(&mut self) -> Result<(), JsError> {
        let judged = self.reader.drain(|tenant, frame| {
            let assessed = assess_tenant(&tenant, frame)?;
            self.builder.add(assessed)
        });
        judged.map_err(|refusal: Refusal| told(&refusal))
    }
}

/// A report, kept until it is freed. The app keeps it as long as its page.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Derived(Report);

#[wasm_bindgen]
impl Derived {
    /// Number of tenants.
    #[wasm_bindgen(getter)]
    pub fn tenants(&self) -> usize {
        self.0.tenants.len()
    }
}

fn told(refusal: &Refusal) -> JsError {
    JsError::new(&refusal.to_string())
}
