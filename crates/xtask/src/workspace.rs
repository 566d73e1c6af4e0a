//! Paths and locked versions of the workspace.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context as _, Result};

/// The workspace root.
pub(crate) fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here)
}

/// The folder of tools that no package manager provides. It is never committed.
pub(crate) fn tools() -> PathBuf {
    root().join(".tools")
}

/// Cargo's target folder, wherever it is configured: this binary is in its `debug`.
pub(crate) fn target_dir() -> Result<PathBuf> {
    let this = std::env::current_exe().context("Failed to find this binary")?;
    let target = this
        .ancestors()
        .nth(2)
        .context("This binary is not in a target folder. Run it with `cargo xtask`")?;
    Ok(target.to_path_buf())
}

/// The version in `Cargo.lock` of a package that is there once.
#[expect(clippy::disallowed_methods, reason = "reads the workspace's own lock file")]
pub(crate) fn locked_version(package: &str) -> Result<String> {
    let path = root().join("Cargo.lock");
    let lock =
        std::fs::read_to_string(&path).with_context(|| format!("Failed to read {}", path.display()))?;
    let name = format!("name = \"{package}\"");
    lock.lines()
        .skip_while(|line| *line != name)
        .nth(1)
        .and_then(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
        .map(str::to_owned)
        .with_context(|| format!("{} has no version of {package}", path.display()))
}

/// Whether a file exists and is newer than all its inputs. Paths are relative to the workspace root.
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

/// The latest modification of a file, or of a folder and everything in it. A folder's own time shows removed files.
fn newest(path: &Path) -> Result<SystemTime> {
    let context = || format!("Failed to read {}", path.display());
    let metadata = path.metadata().with_context(context)?;
    let mut newest = metadata.modified()?;
    if metadata.is_dir() {
        for entry in path.read_dir().with_context(context)? {
            newest = newest.max(self::newest(&entry?.path())?);
        }
    }
    Ok(newest)
}
