//! Where things are: the workspace, its tools folder, its target folder, its locked versions.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context as _, Result};

/// The workspace root.
pub(crate) fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here)
}

/// The folder of tools that no package manager provides, never committed.
pub(crate) fn tools() -> PathBuf {
    root().join(".tools")
}

/// Cargo's target folder, wherever configuration or environment put it: this very binary lies in its `debug`.
pub(crate) fn target_dir() -> Result<PathBuf> {
    let this = std::env::current_exe().context("finding this binary")?;
    let target =
        this.ancestors().nth(2).context("this binary lies in no target folder; start it as `cargo xtask`")?;
    Ok(target.to_path_buf())
}

/// The version `Cargo.lock` holds of a package that occurs in it once.
#[expect(clippy::disallowed_methods, reason = "reads the workspace's own lock file")]
pub(crate) fn locked_version(package: &str) -> Result<String> {
    let path = root().join("Cargo.lock");
    let lock = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let name = format!("name = \"{package}\"");
    lock.lines()
        .skip_while(|line| *line != name)
        .nth(1)
        .and_then(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
        .map(str::to_owned)
        .with_context(|| format!("{} holds no version of {package}", path.display()))
}

/// Whether a file is there and newer than all it is made from. Paths are relative to the workspace root.
pub(crate) fn is_current(output: &Path, inputs: &[&str]) -> Result<bool> {
    let Ok(output) = root().join(output).metadata() else {
        return Ok(false);
    };
    let made = output.modified()?;
    for input in inputs {
        if newest(&root().join(input))? >= made {
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
