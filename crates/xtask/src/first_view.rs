//! The size of the app's first view over the wire.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use crate::workspace;

/// Bytes over the wire, compressed with brotli, that the first view should not exceed.
const AIM: u64 = 250_000;
/// Bytes over the wire that the first view must not exceed.
const LIMIT: u64 = 275_000;

/// PF-5
///
/// Adds up the page and every file of the app that it names. Warns above [`AIM`], fails above [`LIMIT`].
#[expect(clippy::disallowed_methods, reason = "reads the app that was built")]
pub(crate) fn check() -> Result<()> {
    let folder = workspace::root().join("dist");
    let page =
        std::fs::read_to_string(folder.join("index.html")).context("Failed to read dist/index.html")?;
    let mut bytes = size(&folder, "index.html")
        .context("dist/index.html.br is missing. Build the app: `cargo xtask build`")?;
    for name in names(&page) {
        // Addresses without a file are pages of the app.
        let Some(size) = size(&folder, name) else { continue };
        println!("{name}: {size} bytes");
        bytes += size;
    }
    println!("first view: {bytes} bytes (aim {AIM}, limit {LIMIT})");
    if let Some(warning) = verdict(bytes)? {
        eprintln!("warning: {warning}");
    }
    Ok(())
}

/// A warning for a size above the aim; an error for a size above the limit.
fn verdict(bytes: u64) -> Result<Option<String>> {
    ensure!(
        bytes <= LIMIT,
        "The first view takes {bytes} bytes over the wire, more than the limit of {LIMIT}. \
         Move code behind `posture_web`'s split point; specs/performance.md says how to measure"
    );
    Ok((bytes > AIM)
        .then(|| format!("the first view takes {bytes} bytes over the wire, more than the aim of {AIM}")))
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
    use super::{AIM, LIMIT, names, verdict};

    #[test]
    fn a_page_names_its_sheet_its_module_and_its_program_once_each() {
        let page = "<link href=\"/a.css\"><script src=\"/boot.js\" data-js=\"/b.js\" data-wasm=\"/c.wasm\"></script><link href=\"/c.wasm\">";
        assert_eq!(names(page).into_iter().collect::<Vec<_>>(), ["a.css", "b.js", "boot.js", "c.wasm"]);
    }

    #[test]
    fn a_size_up_to_the_aim_passes_up_to_the_limit_warns_and_above_it_fails() {
        assert!(verdict(AIM).is_ok_and(|warning| warning.is_none()));
        assert!(verdict(AIM + 1).is_ok_and(|warning| warning.is_some()));
        assert!(verdict(LIMIT).is_ok_and(|warning| warning.is_some()));
        assert!(verdict(LIMIT + 1).is_err());
    }
}
