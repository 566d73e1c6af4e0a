//! The service worker's list of files to keep: every file of this build with its digest, under a version that changes with any of them.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use crate::{read, read_text, write};

const WORKER: &str = "sw.js";
/// The line of the worker that is replaced.
const UNBUILT: &str = "const BUILD = { version: \"unbuilt\", page: \"\", files: {} };";
/// The page itself is kept under each of its addresses.
const PAGE: &str = "index.html";

pub(crate) fn write_worker(folder: &Path) -> Result<()> {
    let worker = read_text(folder, WORKER)?;
    let mut version = Sha256::new();
    version.update(&worker);
    let (mut page, mut files) = (String::new(), Vec::new());
    for name in names(folder)? {
        let digest = hex::encode(Sha256::digest(read(folder, &name)?));
        version.update(&name);
        version.update(&digest);
        if name == PAGE {
            page = digest;
        } else {
            files.push(format!("\"/{name}\": \"{digest}\""));
        }
    }
    let version = hex::encode(&version.finalize()[..8]);
    let (before, after) =
        worker.split_once(UNBUILT).with_context(|| format!("{WORKER} lacks the line {UNBUILT}"))?;
    let files = files.join(", ");
    let build =
        format!("const BUILD = {{ version: \"{version}\", page: \"{page}\", files: {{ {files} }} }};");
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
