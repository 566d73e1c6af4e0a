//! No two files of a crate import each other, directly or through others.

use std::collections::{BTreeMap, BTreeSet};

use super::imports::{Import, crates};
use super::root;

/// Imports that still close a cycle: the crate, the file, and what it imports. The list may only get shorter.
const KNOWN: &[(&str, &str, &str)] = &[
    ("wasm-tools/bin/finish", "lib", "offline"),
    ("wasm-tools/bin/finish", "lib", "sheets"),
    ("wasm-tools/bin/finish", "lib", "single_file"),
];

#[test]
fn no_two_files_of_a_crate_import_each_other_in_a_cycle() {
    let mut wrong = String::new();
    for each in crates(root()) {
        let imports = each.imports();
        let known: BTreeSet<Import> = KNOWN
            .iter()
            .filter(|(name, _, _)| *name == each.name)
            .map(|(_, from, to)| ((*from).to_owned(), (*to).to_owned()))
            .collect();
        let others: BTreeSet<Import> = imports.difference(&known).cloned().collect();
        for cycle in cycles(&others) {
            wrong += &format!("\n{}: {}", each.name, cycle.join(" → "));
        }
        for (from, to) in known.iter().filter(|(from, to)| !reaches(&others, to, from)) {
            wrong +=
                &format!("\n{}: {from} → {to} closes no cycle any more; take it out of KNOWN", each.name);
        }
    }
    assert!(wrong.is_empty(), "files import each other; move what both need to a file of its own:{wrong}");
}

/// One cycle for each file that is in one and was not in a cycle before.
fn cycles(imports: &BTreeSet<Import>) -> Vec<Vec<String>> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for (from, to) in imports {
        if seen.contains(from) {
            continue;
        }
        if let Some(path) = path(imports, to, from) {
            seen.extend(path.iter().cloned());
            found.push([vec![from.clone()], path].concat());
        }
    }
    found
}

fn reaches(imports: &BTreeSet<Import>, from: &str, to: &str) -> bool {
    path(imports, from, to).is_some()
}

/// The shortest way from one file to another along imports, both ends included.
fn path(imports: &BTreeSet<Import>, from: &str, to: &str) -> Option<Vec<String>> {
    let mut before: BTreeMap<&str, &str> = BTreeMap::from([(from, from)]);
    let mut next = vec![from];
    while !next.is_empty() && !before.contains_key(to) {
        let mut further = Vec::new();
        for (importing, imported) in
            imports.iter().filter(|(importing, _)| next.contains(&importing.as_str()))
        {
            if !before.contains_key(imported.as_str()) {
                before.insert(imported, importing);
                further.push(imported.as_str());
            }
        }
        next = further;
    }
    let mut way = vec![to.to_owned()];
    let mut at = *before.get(to)?;
    while way.last().is_some_and(|last| last != from) {
        way.push(at.to_owned());
        at = before.get(at)?;
    }
    way.reverse();
    Some(way)
}

#[test]
fn a_cycle_is_found_whatever_its_length() {
    let imports = |list: &[(&str, &str)]| {
        list.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect()
    };
    assert_eq!(cycles(&imports(&[("a", "b"), ("b", "c"), ("a", "c")])), Vec::<Vec<String>>::new());
    assert_eq!(cycles(&imports(&[("a", "b"), ("b", "a")])), [["a", "b", "a"]]);
    assert_eq!(cycles(&imports(&[("a", "b"), ("b", "c"), ("c", "b")])), [["b", "c", "b"]]);
}
