//! Writes the description of the API to `specs/`.

use std::fs;
use std::io;

#[expect(clippy::disallowed_methods, reason = "writes the committed description")]
fn main() -> io::Result<()> {
    let text = serde_json::to_string_pretty(&posture_server::description()).map_err(io::Error::from)?;
    fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/../../specs/openapi.json"), format!("{text}\n"))
}
