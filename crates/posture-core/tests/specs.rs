//! Requirements and tests match: a test names only stated requirements, and each requirement has a test or a worked example.
#![cfg(test)]

mod sources;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use sources::texts_below;

/// Marks a requirement without a test.
const NOT_YET_TESTED: &str = "(not yet tested)";

#[test]
fn every_requirement_that_is_stated_is_named_by_a_test() {
    let (named, shown) = (named(), shown_by_examples());
    let unnamed: Vec<_> = stated()
        .into_iter()
        .filter(|(id, line)| !line.contains(NOT_YET_TESTED) && !named.contains_key(id) && !shown.contains(id))
        .map(|(id, _)| id)
        .collect();
    assert!(
        unnamed.is_empty(),
        "name these in the doc comment of a test, or mark them “{NOT_YET_TESTED}”: {}",
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
        .chain(shown_by_examples())
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

/// DC-1
#[test]
fn every_row_of_the_decisions_cites_tested_requirements() {
    let stated = stated();
    let mut cited = cited_by_tests();
    cited.extend(shown_by_examples());
    for (row, requirements, _) in decision_rows() {
        let ids = ids(&requirements);
        assert!(!ids.is_empty(), "“{row}” names no requirement: {requirements:?}");
        for id in ids {
            let line = stated.get(id).unwrap_or_else(|| panic!("“{row}” names {id}, which no page states"));
            assert!(
                cited.contains(id) || line.contains(NOT_YET_TESTED),
                "“{row}” names {id}, which no test cites"
            );
        }
    }
}

/// DC-1
#[test]
fn every_worked_example_has_a_row_in_the_decisions() {
    let named: BTreeSet<_> = decision_rows()
        .into_iter()
        .flat_map(|(_, _, examples)| {
            examples.split(", ").map(|name| name.trim_matches('`').to_owned()).collect::<Vec<_>>()
        })
        .collect();
    let cases = texts_below(&repository().join("tests/cases"), "json");
    let missing: Vec<_> =
        cases.iter().map(|(path, _)| stem(path)).filter(|case| !named.contains(case)).collect();
    assert!(missing.is_empty(), "add these worked examples to specs/decisions.md: {missing:?}");
}

/// The rows of `specs/decisions.md`: what they are about, their requirements and their worked examples.
fn decision_rows() -> Vec<(String, String, String)> {
    let (_, page) = texts_below(&repository().join("specs"), "md")
        .into_iter()
        .find(|(path, _)| path.ends_with("decisions.md"))
        .expect("the page");
    let rows: Vec<_> = page
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| row or boundary"))
        .map(|line| {
            let cells: Vec<_> =
                line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
            let [row, requirements, examples] =
                cells.try_into().unwrap_or_else(|_| panic!("not three cells: {line}"));
            (row, requirements, examples.trim_matches(['|', ' ']).to_owned())
        })
        .collect();
    assert!(rows.len() > 70, "{} rows", rows.len());
    rows
}

/// Every requirement that a row with worked examples names. A test derives each example.
fn shown_by_examples() -> BTreeSet<String> {
    let rows = decision_rows().into_iter().filter(|(_, _, examples)| !examples.is_empty());
    rows.flat_map(|(_, requirements, _)| {
        ids(&requirements).into_iter().map(str::to_owned).collect::<Vec<_>>()
    })
    .collect()
}

/// Every requirement that the doc comment of a test cites.
fn cited_by_tests() -> BTreeSet<String> {
    let mut cited = BTreeSet::new();
    for (_, text) in sources() {
        let (mut pending, mut is_test) = (Vec::new(), false);
        for line in text.lines().map(str::trim) {
            if let Some(comment) = line.strip_prefix("///") {
                pending.extend(listed(comment).into_iter().map(str::to_owned));
            } else if line.starts_with("#[") {
                is_test |= line.contains("test");
            } else if line.contains("fn ") || line.is_empty() {
                if is_test {
                    cited.append(&mut pending.drain(..).collect());
                }
                pending.clear();
                is_test = false;
            }
        }
    }
    cited
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
            if !id.contains(|character: char| character.is_ascii_digit()) {
                continue;
            }
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
            named.extend(listed(line).into_iter().map(|id| (id.to_owned(), path.clone())));
        }
    }
    named
}

/// The ids at the start of a doc comment such as `BH-3, WD-5: why`.
fn listed(comment: &str) -> Vec<&str> {
    ids(comment.split(": ").next().unwrap_or_default().trim())
}

/// The ids in a list such as `BH-3, WD-5`; none if it is anything else.
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
