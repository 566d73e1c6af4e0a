//! `specs/faults.md` names tests that exist.

use std::collections::BTreeSet;
use std::path::Path;

use super::root;

/// FT-1
#[test]
fn every_known_fault_names_tests_that_exist() {
    let page = text(&root().join("specs/faults.md"));
    let rows: Vec<_> = page
        .lines()
        .filter(|line| line.starts_with("| "))
        .filter(|line| !line.contains("| tests |"))
        .collect();
    assert!(rows.len() > 35, "{} rows", rows.len());
    let known = known();
    let mut missing = Vec::new();
    for row in rows {
        let cell = row.trim_end_matches(" |").rsplit(" | ").next().unwrap_or_default();
        let names: Vec<_> = cell.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "{row}");
        missing.extend(names.into_iter().filter(|name| !known.contains(*name)).map(str::to_owned));
    }
    assert!(missing.is_empty(), "specs/faults.md names tests that do not exist: {}", missing.join(", "));
}

/// The names of all functions in sources, and of all worked examples.
fn known() -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    for folder in ["crates", "tests"] {
        add(&root().join(folder), &mut known);
    }
    known
}

fn add(folder: &Path, known: &mut BTreeSet<String>) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        let kind = path.extension().and_then(|kind| kind.to_str());
        if path.is_dir() {
            add(&path, known);
        } else if kind == Some("json") && folder.ends_with("cases") {
            known.insert(path.file_stem().unwrap().to_string_lossy().into_owned());
        } else if kind == Some("rs") {
            let text = text(&path);
            let names = text.split("fn ").skip(1).filter_map(|rest| rest.split(['(', '<']).next());
            known.extend(names.map(str::to_owned));
        }
    }
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}
