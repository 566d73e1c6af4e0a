//! Finishes a build of the app in `$TRUNK_STAGING_DIR`: names the program's further parts, joins the sheets, writes the shell of report
//! pages and the service worker's list of files, and compresses everything. Trunk runs this as its `post_build` hook.

mod compress;
mod offline;
mod page;
mod sheets;
mod single_file;

use std::path::Path;

use anyhow::{Context as _, Result};
use wasm_tools::{PARTS, SNIPPETS, part_file};

use crate::page::Page;

fn main() -> Result<()> {
    let folder = std::env::var_os("TRUNK_STAGING_DIR")
        .context("TRUNK_STAGING_DIR is not set; trunk sets it for the hooks of Trunk.toml")?;
    let folder = Path::new(&folder);
    let page = page::read(&read_text(folder, "index.html")?)?;
    place_parts(folder, &page)?;
    for script in ["boot.js", "theme.js"] {
        write(folder, script, &wasm_tools::without_comments(&read_text(folder, script)?))?;
    }
    let sheets = sheets::join_sheets(folder, &page)?;
    single_file::write_shell(folder, &page, &sheets)?;
    offline::write_worker(folder)?;
    compress::compress_folder(folder)
}

/// Moves the further parts of the program next to the first.
fn place_parts(folder: &Path, page: &Page) -> Result<()> {
    let snippets = folder.join(SNIPPETS);
    for part in PARTS {
        let placed = folder.join(page.further_part(part));
        std::fs::rename(snippets.join(part_file(part)), &placed)
            .with_context(|| format!("Failed to write {}", placed.display()))?;
    }
    std::fs::remove_dir(&snippets).with_context(|| format!("Failed to remove {}", snippets.display()))
}

/// Reads a file of the app.
#[expect(clippy::disallowed_methods, reason = "a build tool over the files trunk hands it")]
fn read(folder: &Path, name: &str) -> Result<Vec<u8>> {
    let path = folder.join(name);
    std::fs::read(&path).with_context(|| format!("Failed to read {}", path.display()))
}

/// Reads a text file of the app.
fn read_text(folder: &Path, name: &str) -> Result<String> {
    String::from_utf8(read(folder, name)?).with_context(|| format!("{name} is not UTF-8 text"))
}

#[expect(clippy::disallowed_methods, reason = "a build tool over the files trunk hands it")]
fn write(folder: &Path, name: &str, text: &(impl AsRef<[u8]> + ?Sized)) -> Result<()> {
    let path = folder.join(name);
    std::fs::write(&path, text).with_context(|| format!("Failed to write {}", path.display()))
}
