//! Runs the resolver on one input and one thread, up to a stage.

use posture_core::report::canonical::{ReportDigest, parts};
use posture_core::{Form, Options, Refusal, Report, SnapshotReader, Timestamp, derive, export::slim};
use posture_synth::{Detail, Features, Plan};

#[cfg(target_arch = "wasm32")]
pub mod browser;

/// Size of a chunk in bytes.
const CHUNK_BYTES: usize = 1 << 16;

/// A stage of the resolver. Each includes the stages before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Tenants are cut out of the document.
    Split,
    /// The report is derived.
    Derive,
    /// The report is written.
    Report,
    /// The report's digest is computed.
    Digest,
    /// The slim export is written.
    Slim,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 5] = [Self::Split, Self::Derive, Self::Report, Self::Digest, Self::Slim];

    /// Its name on the command line and in the table of instructions.
    pub fn name(self) -> &'static str {
        match self {
            Self::Split => "split",
            Self::Derive => "derive",
            Self::Report => "report",
            Self::Digest => "digest",
            Self::Slim => "slim",
        }
    }

    /// Runs a document up to the stage, and returns a size that depends on the result.
    ///
    /// # Errors
    ///
    /// If the document is rejected or the report cannot be written.
    pub fn run(self, document: &[u8]) -> Result<String, Box<dyn std::error::Error>> {
        let report = || derive(document, Form::Json, &Options::default());
        Ok(match self {
            Self::Split => format!("{} tenants", split(document)?),
            Self::Derive => format!("{} tenants", report()?.tenants.len()),
            Self::Report => format!("{} bytes", report()?.to_json()?.len()),
            Self::Digest => digest(&report()?)?,
            Self::Slim => format!("{} bytes", slim::slim(document, Form::Json, None)?.len()),
        })
    }
}

/// The workspace that is measured.
///
#[must_use]
pub fn plan(tenants: u64, detail: Detail) -> Option<Plan> {
    Some(Plan {
        tenants,
        seed: 1,
        exported_at: Timestamp::parse("2026-04-08T06:00:00Z")?,
        detail,
        features: Features::Unused,
        damage: true,
    })
}

fn split(document: &[u8]) -> Result<usize, Refusal> {
    let mut reader = SnapshotReader::new(Form::Json, &Options::default())?;
    let mut tenants = 0;
    for chunk in document.chunks(CHUNK_BYTES) {
        reader.push(chunk);
        while reader.next_tenant()?.is_some() {
            tenants += 1;
        }
    }
    Ok(tenants)
}

fn digest(report: &Report) -> serde_json::Result<String> {
    let (mut digest, mut json) = (ReportDigest::default(), Vec::new());
    for part in parts(report) {
        json.clear();
        part.write(&mut json)?;
        digest.add(&json);
    }
    Ok(digest.finish())
}
