//! The browser app: `dist/`, which the server embeds.

use std::path::Path;

use anyhow::Result;

use crate::step::{self, command};
use crate::workspace;

/// The inputs of `dist/`, relative to the workspace root.
const INPUTS: [&str; 11] = [
    "crates/posture-core",
    "crates/posture-gather",
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

/// The last file that a build writes. The placeholder page has no compressed file, so it never counts as an app.
const OUTPUT: &str = "dist/index.html.br";

/// Builds the app unless it is newer than all its inputs.
pub(crate) fn build() -> Result<()> {
    if workspace::is_current(Path::new(OUTPUT), &INPUTS)? {
        eprintln!("== the app is up to date");
        return Ok(());
    }
    step::run("building the app", command("trunk").args(["build", "--release", "--offline"]))
}

/// Builds the app with these flags of the compiler as well.
pub(crate) fn build_with(flags: &str) -> Result<()> {
    let mut trunk = command("trunk");
    trunk
        .args(["build", "--release", "--offline"])
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags);
    step::run("building the app", &mut trunk)
}
