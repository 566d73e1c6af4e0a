//! The repository's own files, as tests read them.
#![cfg(test)]

use std::path::Path;

/// Path and text of every file of a kind below a folder.
pub(crate) fn texts_below(folder: &Path, extension: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for path in folder.read_dir().expect("the repository is whole").flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            found.extend(texts_below(&path, extension));
        } else if path.extension().is_some_and(|kind| kind == extension) {
            found.push(text(&path));
        }
    }
    found
}

/// Path and text of one file.
pub(crate) fn text(path: &Path) -> (String, String) {
    (path.display().to_string(), read(path))
}

#[expect(clippy::disallowed_methods, reason = "the tests hold the repository's own files against each other")]
fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("the repository is UTF-8")
}
