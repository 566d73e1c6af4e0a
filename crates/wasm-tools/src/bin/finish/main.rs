//! Finishes the app: trunk runs this after a build, on `$TRUNK_STAGING_DIR`.
//!
//! It lays the program's parts beside each other, shortens the names in it, joins the sheets, writes the file that self-contained reports are made from, tells the service worker what the app consists of, and compresses all.

mod compress;
mod glue;
mod offline;
mod page;
mod sheets;
mod single_file;

use std::path::Path;

use anyhow::{Context as _, Result};

fn main() -> Result<()> {
    let folder = std::env::var_os("TRUNK_STAGING_DIR")
        .context("TRUNK_STAGING_DIR is not set; trunk sets it for the hooks of Trunk.toml")?;
    let folder = Path::new(&folder);
    place_second_part(folder)?;
    glue::shorten(folder)?;
    let sheets = sheets::join_sheets(folder)?;
    single_file::write_shell(folder, &sheets)?;
    offline::write_worker(folder)?;
    compress::compress_folder(folder)
}

/// Puts the program's second part, which wasm-bindgen's wrapper left among the snippets, beside the first.
fn place_second_part(folder: &Path) -> Result<()> {
    let page = page::read(&read_text(folder, "index.html")?)?;
    let snippets = folder.join("snippets");
    let second_part = folder.join(page.second_part());
    std::fs::rename(snippets.join("later.wasm"), &second_part)
        .with_context(|| format!("writing {}", second_part.display()))?;
    std::fs::remove_dir(&snippets).with_context(|| format!("removing {}", snippets.display()))
}

/// The bytes of a file of the app.
#[expect(clippy::disallowed_methods, reason = "a build tool over the files trunk hands it")]
fn read(folder: &Path, name: &str) -> Result<Vec<u8>> {
    let path = folder.join(name);
    std::fs::read(&path).with_context(|| format!("reading {}", path.display()))
}

/// The text of a file of the app.
fn read_text(folder: &Path, name: &str) -> Result<String> {
    String::from_utf8(read(folder, name)?).with_context(|| format!("{name} is no text"))
}

#[expect(clippy::disallowed_methods, reason = "a build tool over the files trunk hands it")]
fn write(folder: &Path, name: &str, text: &(impl AsRef<[u8]> + ?Sized)) -> Result<()> {
    let path = folder.join(name);
    std::fs::write(&path, text).with_context(|| format!("writing {}", path.display()))
}
