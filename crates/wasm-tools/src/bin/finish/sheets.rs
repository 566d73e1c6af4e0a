//! Two sheets in place of the app's many, for each part of the program one: together they compress to two thirds, and come in one request.

use std::path::Path;

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use crate::{page, read_text, write};

/// The joined sheets, in their order.
pub(crate) struct Sheets(pub(crate) [String; 2]);

/// Joins them. Both are named by one hash, so that `public/boot.js` makes the second's name of the first's.
pub(crate) fn join_sheets(folder: &Path) -> Result<Sheets> {
    let html = read_text(folder, "index.html")?;
    let page = page::read(&html)?;
    let [first, later] = [joined(folder, &page.sheets)?, joined(folder, &page.later_sheets)?];
    let hash: String = Sha256::new()
        .chain_update(&first)
        .chain_update(&later)
        .finalize()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let name = format!("styles-{hash}.css");
    write(folder, &name, &first)?;
    write(folder, &format!("later-{hash}.css"), &later)?;
    write(folder, "index.html", &page::with_one_sheet(&html, &name))?;
    Ok(Sheets([first, later]))
}

fn joined(folder: &Path, sheets: &[String]) -> Result<String> {
    let mut rules = String::new();
    for sheet in sheets {
        for line in read_text(folder, sheet)?.lines() {
            rules.push_str(line.trim());
            rules.push('\n');
        }
        std::fs::remove_file(folder.join(sheet)).with_context(|| format!("removing {sheet}"))?;
    }
    Ok(rules)
}
