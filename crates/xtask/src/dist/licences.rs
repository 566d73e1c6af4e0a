//! The licences of everything that ships, each text once.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, Result};

use super::files;
use super::packages::{Package, Packages};

/// Parts of the program besides packages.
const OTHERS: &str = "\
Posture's program also has parts of:
- Rust's standard library (MIT OR Apache-2.0), https://github.com/rust-lang/rust
- on Linux, musl's C library (MIT), https://musl.libc.org; on Windows, mingw-w64's runtime (ZPL-2.1 and public domain)
- SQLite (public domain), within libsqlite3-sys
";

/// How the names of files with licences begin.
const NAMES: [&str; 6] = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE"];

pub(super) fn text(packages: &Packages) -> Result<String> {
    let mut all = String::from("Licences of the packages that Posture is made of\n\n");
    all.push_str(OTHERS);
    all.push_str("\nPackages\n\n");
    // A text, and who has it.
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (key, package) in packages.iter().filter(|(_, package)| package.source.is_some()) {
        let licence = package.licence().unwrap_or_else(|| "unknown".to_owned());
        let address = package.repository.as_deref().unwrap_or("no address given");
        let own = own_texts(package)?;
        let note = if own.is_empty() { "; the package has no licence text" } else { "" };
        writeln!(all, "- {key}: {licence}, {address}{note}")?;
        for text in own {
            texts.entry(text).or_default().push(key.clone());
        }
    }
    let mut texts: Vec<_> = texts.into_iter().collect();
    // The texts that most packages share come first.
    texts.sort_by_key(|(_, keys)| std::cmp::Reverse(keys.len()));
    for (text, keys) in texts {
        write!(all, "\n{}\n{}\n\n{text}\n", "=".repeat(80), keys.join(", "))?;
    }
    Ok(all)
}

/// The licences in a package's folder.
fn own_texts(package: &Package) -> Result<Vec<String>> {
    let folder = package.manifest_path.parent().context("a package has no folder")?;
    let mut texts = Vec::new();
    for path in files::of_folder(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        if NAMES.iter().any(|beginning| name.starts_with(beginning)) {
            let text = String::from_utf8_lossy(&files::read(&path)?).replace("\r\n", "\n");
            texts.push(text.trim_end().to_owned());
        }
    }
    Ok(texts)
}
