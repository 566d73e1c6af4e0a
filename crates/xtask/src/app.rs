//! The browser app: `dist/`, which the server embeds.

use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context as _, Result};

use crate::step::{self, command};
use crate::workspace;

/// What `dist/` is made from, relative to the workspace root.
const INPUTS: [&str; 9] = [
    "crates/posture-core",
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
    if is_current()? {
        eprintln!("== the app is up to date");
        return Ok(());
    }
    step::run("building the app", command("trunk").args(["build", "--release", "--offline"]))
}

fn is_current() -> Result<bool> {
    let Ok(output) = workspace::root().join(OUTPUT).metadata() else {
        return Ok(false);
    };
    let built = output.modified()?;
    for input in INPUTS {
        if newest(&workspace::root().join(input))? >= built {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The latest modification of a file, or of a folder and all in it; a folder's own time tells of removed files.
fn newest(path: &Path) -> Result<SystemTime> {
    let context = || format!("reading {}", path.display());
    let metadata = path.metadata().with_context(context)?;
    let mut newest = metadata.modified()?;
    if metadata.is_dir() {
        for entry in path.read_dir().with_context(context)? {
            newest = newest.max(self::newest(&entry?.path())?);
        }
    }
    Ok(newest)
}
