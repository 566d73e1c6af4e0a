//! Reading and writing the files that are packed.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

#[expect(clippy::disallowed_methods, reason = "packing reads files")]
pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("Failed to read {}", path.display()))
}

#[expect(clippy::disallowed_methods, reason = "packing reads files")]
pub(super) fn read_text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("Failed to read {}", path.display()))
}

#[expect(clippy::disallowed_methods, reason = "packing writes files")]
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("Failed to write {}", path.display()))
}

/// The files directly in a folder, in order of names.
pub(super) fn of_folder(folder: &Path) -> Result<Vec<PathBuf>> {
    let context = || format!("Failed to read {}", folder.display());
    let mut files = Vec::new();
    for entry in folder.read_dir().with_context(context)? {
        let path = entry.with_context(context)?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The files in a folder and its folders, as paths relative to it.
pub(super) fn below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut ahead = vec![folder.to_path_buf()];
    while let Some(next) = ahead.pop() {
        for entry in next.read_dir().with_context(|| format!("Failed to read {}", next.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                ahead.push(path);
            } else {
                found.push(path.strip_prefix(folder)?.to_path_buf());
            }
        }
    }
    found.sort();
    Ok(found)
}
