//! The browser app: `dist/`, which the server embeds.

use std::path::Path;

use anyhow::Result;

use crate::step::{self, command};
use crate::workspace;

/// What `dist/` is made from, relative to the workspace root.
const INPUTS: [&str; 10] = [
    "crates/posture-core",
    "crates/posture-report",
    "crates/posture-web",
    "crates/wasm-tools",
    "style",
    "public",
    "index.html",
    "Trunk.toml",
    "Cargo.toml",
    "Cargo.lock",
];

/// The last file a build writes. A placeholder page has no compressed sibling, so it never passes for an app.
const OUTPUT: &str = "dist/index.html.br";

/// Builds the app unless it is newer than everything it is made from.
pub(crate) fn build() -> Result<()> {
    if workspace::is_current(Path::new(OUTPUT), &INPUTS)? {
        eprintln!("== the app is up to date");
        return Ok(());
    }
    step::run("building the app", command("trunk").args(["build", "--release", "--offline"]))
}
