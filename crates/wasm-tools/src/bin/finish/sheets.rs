//! Joins the app's sheets into one for each part of the program: they compress to two thirds and take one request.

use std::path::Path;

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use crate::page::{self, Page};
use crate::{read_text, write};

/// Joins the sheets and returns both. One hash names both, so that `public/boot.js` derives the second's name from the first's.
pub(crate) fn join_sheets(folder: &Path, page: &Page) -> Result<[String; 2]> {
    let [first, later] = [joined(folder, &page.sheets)?, joined(folder, &page.later_sheets)?];
    let hash = hex::encode(&Sha256::digest([first.as_bytes(), later.as_bytes()].concat())[..8]);
    let name = format!("styles-{hash}.css");
    write(folder, &name, &first)?;
    write(folder, &format!("later-{hash}.css"), &later)?;
    write(folder, "index.html", &page::with_one_sheet(&read_text(folder, "index.html")?, &name)?)?;
    Ok([first, later])
}

fn joined(folder: &Path, sheets: &[String]) -> Result<String> {
    let mut rules = String::new();
    for sheet in sheets {
        let sheet_rules = without_comments(&read_text(folder, sheet)?);
        let lines = sheet_rules.lines().map(str::trim).filter(|line| !line.is_empty());
        rules.extend(lines.flat_map(|line| [line, "\n"]));
        std::fs::remove_file(folder.join(sheet)).with_context(|| format!("Failed to remove {sheet}"))?;
    }
    Ok(rules)
}

/// A sheet without its comments.
fn without_comments(sheet: &str) -> String {
    let mut parts = sheet.split("/*");
    let first = parts.next().unwrap_or_default();
    let behind = parts.filter_map(|part| Some(part.split_once("*/")?.1));
    std::iter::once(first).chain(behind).collect()
}

#[cfg(test)]
mod tests {
    use super::without_comments;

    #[test]
    fn only_comments_are_left_out() {
        assert_eq!(without_comments("/* All. */a{}/**/\nb/* c */{}\n"), "a{}\nb{}\n");
        assert_eq!(without_comments("a{}"), "a{}");
    }
}
