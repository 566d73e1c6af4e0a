//! The pages in `specs/` and the tests hold each other: no test names a requirement that is not stated, none that is stated goes unnamed.
#![cfg(test)]

mod sources;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use sources::texts_below;

/// What marks a stated requirement as one that no test holds yet.
const NOT_YET_TESTED: &str = "(not yet tested)";

#[test]
fn every_requirement_that_is_stated_is_named_by_a_test() {
    let named = named();
    let unnamed: Vec<_> = stated()
        .into_iter()
        .filter(|(id, line)| !line.contains(NOT_YET_TESTED) && !named.contains_key(id))
        .map(|(id, _)| id)
        .collect();
    assert!(
        unnamed.is_empty(),
        "name these in the doc comment of the test that holds them, or mark them “{NOT_YET_TESTED}”: {}",
        unnamed.join(", ")
    );
}

#[test]
fn every_requirement_that_a_test_names_is_stated() {
    let stated = stated();
    let unknown: Vec<_> = named()
        .into_iter()
        .filter(|(id, _)| !stated.contains_key(id))
        .map(|(id, place)| format!("{id} in {place}"))
        .collect();
    assert!(unknown.is_empty(), "no page in specs/ states {}", unknown.join(", "));
}

#[test]
fn a_requirement_that_is_marked_as_untested_is_named_by_no_test() {
    let stated = stated();
    let tested: Vec<_> = named()
        .into_keys()
        .filter(|id| stated.get(id).is_some_and(|line| line.contains(NOT_YET_TESTED)))
        .collect();
    assert!(tested.is_empty(), "take “{NOT_YET_TESTED}” off {}", tested.join(", "));
}

#[test]
fn the_requirements_of_a_page_are_numbered_from_1_without_a_gap() {
    let mut pages: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for id in stated().into_keys() {
        let (page, number) = id.split_once('-').expect("an id is a prefix and a number");
        pages.entry(page.to_owned()).or_default().push(number.parse().expect("a number"));
    }
    assert!(pages.len() > 10, "{pages:?}");
    for (page, mut numbers) in pages {
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=numbers.len()).collect::<Vec<_>>(), "{page}");
    }
}

/// The pages that say which test holds what. What they name like a test, in backticks with at least four underscores, is one.
const PAGES_THAT_NAME_TESTS: [&str; 2] = ["threats.md", "reliability.md"];

#[test]
fn every_test_that_a_page_names_is_there() {
    let sources: String = sources().into_iter().map(|(_, text)| text).collect();
    let mut missing = Vec::new();
    for (path, text) in texts_below(&repository().join("specs"), "md") {
        if !PAGES_THAT_NAME_TESTS.iter().any(|page| path.ends_with(page)) {
            continue;
        }
        let is_test = |word: &&str| {
            word.matches('_').count() > 3
                && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        };
        let named = text.split('`').filter(is_test).filter(|name| !sources.contains(&format!("fn {name}(")));
        missing.extend(named.map(|name| format!("{name} in {path}")));
    }
    assert!(missing.is_empty(), "no test has these names: {}", missing.join(", "));
}

/// DC-1
#[test]
fn every_row_of_the_decisions_names_tests_and_examples_that_are_there() {
    let (_, page) = texts_below(&repository().join("specs"), "md")
        .into_iter()
        .find(|(path, _)| path.ends_with("decisions.md"))
        .expect("the page");
    let sources: String = sources().into_iter().map(|(_, text)| text).collect();
    let is_test = |name: &str| {
        name.contains('_')
            && [format!("fn {name}("), format!("fn {name}<")].iter().any(|start| sources.contains(start))
    };
    let mut cases: BTreeSet<_> = texts_below(&repository().join("tests/cases"), "json")
        .into_iter()
        .map(|(path, _)| stem(&path))
        .collect();
    let known = cases.clone();
    let rows = page
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.rsplit_once(" | "))
        .filter(|(row, _)| *row != "row or boundary");
    let mut count = 0;
    for (row, held_by) in rows {
        let names: Vec<_> = held_by.split(", ").map(|name| name.trim_matches('`')).collect();
        assert!(names.iter().any(|name| is_test(name)), "no test holds “{row}”");
        for name in names {
            cases.remove(name);
            assert!(is_test(name) || known.contains(name), "“{row}” names {name}, which is not there");
        }
        count += 1;
    }
    assert!(count > 70, "{count} rows");
    assert!(cases.is_empty(), "no row names {cases:?}");
}

/// A file's name without its folder and its extension.
fn stem(path: &str) -> String {
    Path::new(path).file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every requirement that a page states, with its line.
fn stated() -> BTreeMap<String, String> {
    let mut stated = BTreeMap::new();
    for (path, text) in texts_below(&repository().join("specs"), "md") {
        for line in text.lines() {
            let Some((id, _)) = line.strip_prefix("- **").and_then(|rest| rest.split_once("**")) else {
                continue;
            };
            assert_eq!(ids(id), [id], "{path}: {line}");
            assert!(stated.insert(id.to_owned(), line.to_owned()).is_none(), "{id} is stated twice");
        }
    }
    stated
}

/// Every source file of the repository, with its path.
fn sources() -> Vec<(String, String)> {
    ["crates", "tests"].iter().flat_map(|folder| texts_below(&repository().join(folder), "rs")).collect()
}

/// Every requirement that a source names in a comment, with one of the places.
fn named() -> BTreeMap<String, String> {
    let mut named = BTreeMap::new();
    for (path, text) in sources() {
        for line in text.lines().filter_map(|line| line.trim_start().strip_prefix("///")) {
            let listed = line.split(": ").next().unwrap_or_default().trim();
            named.extend(ids(listed).into_iter().map(|id| (id.to_owned(), path.clone())));
        }
    }
    named
}

/// The ids in a list such as `BH-3, WD-5`; none where it is anything else.
fn ids(list: &str) -> Vec<&str> {
    let parts: Vec<_> = list.split(", ").map(str::trim).collect();
    let is_id = |part: &&str| {
        let bytes = part.as_bytes();
        let is_prefixed =
            bytes.len() > 3 && bytes[..2].iter().all(u8::is_ascii_uppercase) && bytes[2] == b'-';
        is_prefixed && bytes[3..].iter().all(u8::is_ascii_digit)
    };
    if parts.iter().all(is_id) { parts } else { Vec::new() }
}
