//! The folders of posture-core follow the data: each imports only from those before it.

use super::imports::crates;
use super::root;

/// From first to last. What is not in a folder counts as the basics, below all of them.
const ORDER: [&str; 8] = ["json", "reading", "verdicts", "report", "views", "compare", "export", "notify"];

/// Files that are in no folder and use what folders hold: the crate's root, and what describes snapshots and reports.
const ABOVE_ALL: [&str; 2] = ["lib", "schema"];

/// Folders that decide, and therefore leave the sentences about it to others.
const WITHOUT_WORDS: [&str; 3] = ["json", "reading", "verdicts"];

#[test]
fn the_folders_of_the_core_import_only_from_those_before_them() {
    let core = crates(root()).into_iter().find(|each| each.name == "posture-core").unwrap();
    let against = core.imports().into_iter().filter(|(from, to)| goes_back(from, to));
    let list: String = against.map(|(from, to)| format!("\n{from} → {to}")).collect();
    assert!(list.is_empty(), "imports against the order {ORDER:?}:{list}");
}

/// Whether an import goes against the order. `words` may name the types of every folder, and serves those from `report` on.
fn goes_back(from: &str, to: &str) -> bool {
    if ABOVE_ALL.contains(&from) || from.starts_with("words") {
        return false;
    }
    if to.starts_with("words") {
        return WITHOUT_WORDS.contains(&folder(from)) || place(from) == 0;
    }
    place(to) > place(from)
}

/// The place of a file's folder in the order, from 1; 0 for the basics.
fn place(file: &str) -> usize {
    ORDER.iter().position(|name| *name == folder(file)).map_or(0, |place| place + 1)
}

fn folder(file: &str) -> &str {
    file.split('/').next().unwrap_or(file)
}

#[test]
fn folders_keep_their_order_and_only_later_ones_use_words() {
    assert!(!goes_back("verdicts/quality", "reading/counts"));
    assert!(goes_back("reading/counts", "verdicts/quality"));
    assert!(goes_back("timestamp", "json/fault"));
    assert!(!goes_back("report/model", "words/labels"));
    assert!(goes_back("verdicts/quality", "words/backup"));
    assert!(!goes_back("words/backup", "verdicts/quality"));
}
