//! The service worker's list of files to keep: every file of this build, under a version that changes with any of them.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use crate::{read, read_text, write};

const WORKER: &str = "sw.js";
/// The line of the worker that is replaced.
const UNBUILT: &str = "const BUILD = { version: \"unbuilt\", files: [] };";

pub(crate) fn write_worker(folder: &Path) -> Result<()> {
    let worker = read_text(folder, WORKER)?;
    let names = names(folder)?;
    let mut version = Sha256::new();
    version.update(&worker);
    for name in &names {
        version.update(name);
        version.update(read(folder, name)?);
    }
    let version = hex::encode(&version.finalize()[..8]);
    // The page itself is kept under each of its addresses.
    let files: Vec<_> =
        names.iter().filter(|name| *name != "index.html").map(|name| format!("\"/{name}\"")).collect();
    let (before, after) =
        worker.split_once(UNBUILT).with_context(|| format!("{WORKER} lacks the line {UNBUILT}"))?;
    let build = format!("const BUILD = {{ version: \"{version}\", files: [{}] }};", files.join(", "));
    write(folder, WORKER, &format!("{before}{build}{after}"))
}

/// The names of the app's files except the worker, sorted. All are in one folder.
fn names(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("Failed to read {}", folder.display()))? {
        let name = entry?
            .file_name()
            .into_string()
            .map_err(|name| anyhow::anyhow!("{} is not UTF-8 text", name.display()))?;
        if name != WORKER && !name.ends_with(".br") && !name.ends_with(".gz") {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}
