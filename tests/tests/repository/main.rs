//! Rules for the repository as a whole: imports, dependencies and documents.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, reason = "a test whose set-up fails has failed")]
#![expect(clippy::disallowed_methods, reason = "the repository is files")]

mod cycles;
mod dependencies;
mod faults;
mod folders;
mod imports;
mod snippets;
mod tokens;

use std::path::Path;

/// The folder of the workspace.
fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}
