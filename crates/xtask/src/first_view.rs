//! What the first view of the app brings over the wire.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use crate::workspace;

/// The most bytes it may be, compressed with brotli: what `specs/performance.md` asks for.
const MOST_BYTES: u64 = 250_000;

/// PF-5
///
/// Adds up the page and every file of the app that it names, and fails where that is more than it may be.
#[expect(clippy::disallowed_methods, reason = "reads the app that was built")]
pub(crate) fn check() -> Result<()> {
    let folder = workspace::root().join("dist");
    let page = std::fs::read_to_string(folder.join("index.html")).context("reading dist/index.html")?;
    let mut bytes = size(&folder, "index.html").context("dist/index.html is not compressed: the app is not built")?;
    for name in names(&page) {
        // Addresses that are no file of the app are pages.
        let Some(size) = size(&folder, name) else { continue };
        println!("{name}: {size} bytes");
        bytes += size;
    }
    println!("first view: {bytes} bytes of at most {MOST_BYTES}");
    ensure!(
        bytes <= MOST_BYTES,
        "the first view brings {bytes} bytes over the wire, more than {MOST_BYTES}; specs/performance.md says how to look"
    );
    Ok(())
}

/// The addresses in a page, without the leading slash.
fn names(page: &str) -> BTreeSet<&str> {
    page.split('"').filter_map(|part| part.strip_prefix('/')).collect()
}

fn size(folder: &Path, name: &str) -> Option<u64> {
    folder.join(format!("{name}.br")).metadata().ok().map(|file| file.len())
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_page_names_its_sheet_its_module_and_its_program_once_each() {
        let page =
            "<link href=\"/a.css\"><script src=\"/boot.js\" data-js=\"/b.js\" data-wasm=\"/c.wasm\"></script><link href=\"/c.wasm\">";
        assert_eq!(names(page).into_iter().collect::<Vec<_>>(), ["a.css", "b.js", "boot.js", "c.wasm"]);
    }
}
