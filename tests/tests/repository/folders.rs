//! The folders of posture-core follow the data: each imports only from those before it.

use std::collections::BTreeSet;

use super::imports::{Import, crates};
use super::root;

/// From first to last. What is not in a folder counts as the basics, below all of them.
const ORDER: [&str; 7] = ["json", "reading", "verdicts", "report", "views", "compare", "export"];

/// Files that are in no folder and use what folders hold: the crate's root, and what describes or shortens whole reports.
const ABOVE_ALL: [&str; 3] = ["lib", "schema", "truncation"];

/// Folders that decide, and therefore leave the sentences about it to others.
const WITHOUT_WORDS: [&str; 3] = ["json", "reading", "verdicts"];

/// Imports that still go the wrong way. The list may only get shorter.
const KNOWN: &[(&str, &str)] = &[
    ("compare/diff_document", "export/csv"),
    ("finding", "reading/decode"),
    ("json/splitter", "reading/reader"),
    ("json/splitter", "reading/refusal"),
    ("paths", "reading/decode"),
    ("paths", "verdicts/backup_health"),
    ("paths", "verdicts/recovery_evidence"),
    ("policy", "reading/counts"),
    ("policy", "reading/decode"),
    ("policy", "reading/snapshot/rules"),
    ("reading/reader", "words"),
    ("reading/reader", "words/reading"),
    ("reading/record_filter", "words"),
    ("reading/record_filter", "words/reading"),
    ("reading/refusal", "words"),
    ("reading/refusal", "words/reading"),
    ("report/model", "views/forecast"),
    ("report/tenant", "views/forecast"),
    ("tone", "reading/snapshot/outcome"),
    ("tone", "report/dashboard"),
    ("tone", "report/overview"),
    ("tone", "verdicts/backup_health"),
    ("tone", "verdicts/quality"),
    ("tone", "verdicts/recovery_evidence"),
    ("tone", "verdicts/restore_attention"),
    ("tone", "verdicts/scope_health"),
    ("tone", "verdicts/scopes"),
    ("tone", "views/records"),
    ("verdicts/backup_health", "words"),
    ("verdicts/backup_health", "words/backup"),
    ("verdicts/backup_health", "words/labels"),
    ("verdicts/recovery_evidence", "words"),
    ("verdicts/recovery_evidence", "words/labels"),
    ("verdicts/recovery_evidence", "words/recovery"),
    ("verdicts/recovery_evidence", "words/time"),
    ("verdicts/restore_attention", "words"),
    ("verdicts/restore_attention", "words/recovery"),
    ("verdicts/restore_attention", "words/time"),
];

#[test]
fn the_folders_of_the_core_import_only_from_those_before_them() {
    let core = crates(root()).into_iter().find(|each| each.name == "posture-core").unwrap();
    let against: BTreeSet<Import> =
        core.imports().into_iter().filter(|(from, to)| goes_back(from, to)).collect();
    let known: BTreeSet<Import> =
        KNOWN.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect();
    let line = |(from, to): &Import| format!("\n{from} → {to}");
    let new: String = against.difference(&known).map(line).collect();
    let gone: String = known.difference(&against).map(line).collect();
    assert!(new.is_empty(), "imports against the order {ORDER:?}:{new}");
    assert!(gone.is_empty(), "no longer imported; take these out of KNOWN:{gone}");
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
