//! Links and paths in the documents lead somewhere.
#![cfg(test)]

mod sources;

use std::path::{Path, PathBuf};

use sources::{text, texts_below};

/// Folders whose paths are checked wherever a document names them in code.
const ROOTS: [&str; 7] = ["crates/", "tests/", "specs/", "ops/", "docs/", "style/", "public/"];

#[test]
fn every_link_leads_to_a_file_and_a_heading() {
    let mut broken = Vec::new();
    for (path, page) in documents() {
        let folder = Path::new(&path).parent().expect("a file is in a folder");
        for link in links(&page).filter(|link| !link.contains("://")) {
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { PathBuf::from(&path) } else { folder.join(file) };
            let leads_somewhere = target.exists() && (heading.is_empty() || has_heading(&target, heading));
            if !leads_somewhere {
                broken.push(format!("{path}: {link}"));
            }
        }
    }
    assert!(broken.is_empty(), "these links lead nowhere:\n{}", broken.join("\n"));
}

#[test]
fn every_path_in_a_document_is_there() {
    let root = repository();
    let mut missing = Vec::new();
    for (path, page) in documents() {
        for named in page.split('`').skip(1).step_by(2).filter(|code| is_path(code)) {
            if !root.join(named).exists() && !root.join("crates").join(named).exists() {
                missing.push(format!("{path}: {named}"));
            }
        }
    }
    assert!(missing.is_empty(), "these paths do not exist:\n{}", missing.join("\n"));
}

fn documents() -> Vec<(String, String)> {
    let root = repository();
    let folders = ["specs", "docs", "ops"].iter().flat_map(|folder| texts_below(&root.join(folder), "md"));
    let singles = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"];
    folders.chain(singles.iter().map(|name| text(&root.join(name)))).collect()
}

/// The targets of a page's links.
fn links(page: &str) -> impl Iterator<Item = &str> {
    page.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0))
}

/// Whether a page has a heading, by the anchor that GitHub gives it.
fn has_heading(page: &Path, anchor: &str) -> bool {
    let (_, text) = text(page);
    let anchor_of = |heading: &str| {
        let kept = heading
            .to_lowercase()
            .chars()
            .filter(|mark| mark.is_alphanumeric() || " -_".contains(*mark))
            .collect::<String>();
        kept.trim().replace(' ', "-")
    };
    text.lines()
        .filter_map(|line| line.strip_prefix('#'))
        .any(|heading| anchor_of(heading.trim_start_matches('#')) == anchor)
}

/// Whether code in a document is one path of this repository or of a crate, without places to fill in.
fn is_path(code: &str) -> bool {
    let is_in_crate = code.starts_with("posture-") && (code.contains("/src/") || code.contains("/tests/"));
    (is_in_crate || ROOTS.iter().any(|root| code.starts_with(root)))
        && !code.contains([' ', '*', '{', '<', '…', '\n'])
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository")
}
