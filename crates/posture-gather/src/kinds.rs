//! The one table of the kinds of sources.

use std::collections::BTreeMap;

use posture_core::finding::Severity;
use posture_core::words::nearest;

use crate::adapters;
use crate::kind::Kind;
use crate::notes::quoted;
use crate::pace::{self, Pace, WithoutPauses};
use crate::records::Gathered;
use crate::source::Source;
use crate::tree::Tree;

/// Every kind, in the order in which a tree is tried for detection: a kind with clearer marks comes first.
pub const KINDS: &[Kind] = &[
    adapters::intunecd::KIND,
    // Its folders of types have names that IntuneManagement has too.
    adapters::tenuvault::KIND,
    adapters::intunemanagement::KIND,
    adapters::intunebackup::KIND,
    adapters::m365dsc::KIND,
    adapters::entra_recovery::KIND,
    adapters::utcm::KIND,
    adapters::cipp::KIND,
    adapters::velero::KIND,
    adapters::aws_backup::KIND,
    adapters::restic::KIND,
    adapters::csv::KIND,
];

/// The kind with this name.
pub fn of_name(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// The name of the kind that is most like the word, if any is.
pub fn nearest_name(word: &str) -> Option<&'static str> {
    nearest(word, KINDS.iter().map(|kind| kind.name))
}

/// The kinds that a tree looks like, each with the reason.
pub fn detect(tree: &dyn Tree) -> Vec<(&'static Kind, String)> {
    pace::run(detect_in_slices(tree, &WithoutPauses))
}

/// Like [`detect`], with pauses in large files.
pub async fn detect_in_slices(tree: &dyn Tree, pace: &dyn Pace) -> Vec<(&'static Kind, String)> {
    let mut found = Vec::new();
    for kind in KINDS {
        if let Some(pause) = pace.before_file() {
            pause.await;
        }
        found.extend((kind.detect)(tree, pace).await.map(|why| (kind, why)));
    }
    found
}

/// Reads a source: passes on the notes of the shell, then runs the adapter.
///
/// A source that must give backups and gave none is bad news, and its scope is expected.
pub fn gather(kind: &Kind, source: &Source<'_>) -> Gathered {
    pace::run(gather_in_slices(kind, source))
}

/// Like [`gather`], with a pause when the source's pace says so.
pub async fn gather_in_slices(kind: &Kind, source: &Source<'_>) -> Gathered {
    let mut gathered = Gathered::default();
    for note in source.tree.notes() {
        // What the shell could not read may have been a backup, so nothing looks whole without it.
        if note.severity == Severity::Error {
            let path = note.path.as_deref().unwrap_or("a part of the source");
            adapters::tell_unreadable(
                source,
                &mut gathered.records,
                path,
                note.message.trim_end_matches('.'),
            );
        }
        gathered.notes.add(note.clone());
    }
    (kind.gather)(source, &mut gathered).await;
    note_spellings(&mut gathered);
    let gives_others = !gathered.records.runs.is_empty() || !gathered.records.schedules.is_empty();
    // Records of other tenants say nothing about the one that is configured.
    let named = if source.tenant.is_empty() { gathered.tenants.values().collect() } else { Vec::new() };
    let is_named = !named.is_empty();
    let has_sets = !gathered.records.sets.is_empty() || named.iter().any(|named| !named.sets.is_empty());
    if !has_sets && (kind.gives_backups || !(gives_others || is_named)) {
        gathered.records.expected_scopes.push(source.scope.to_owned());
        let message = format!(
            "No backup was found in this source of kind {}. {}",
            kind.name,
            hint(kind, source, &gathered).await
        );
        gathered.notes.error("no_backup", None, message);
    }
    gathered
}

/// Names are compared without regard to case. If a source writes one in two ways, it may mean two tenants.
fn note_spellings(gathered: &mut Gathered) {
    let mut by_word: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for spelling in &gathered.spellings {
        by_word.entry(spelling.to_lowercase()).or_default().push(spelling);
    }
    let several = by_word.into_values().filter(|spellings| spellings.len() > 1);
    let messages: Vec<_> = several
        .map(|spellings| {
            let names = spellings.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(" and ");
            format!("{names} differ only in capitals, so their records count for one tenant. If they are two, rename one.")
        })
        .collect();
    for message in messages {
        gathered.notes.warning("same_name", None, message);
    }
}

/// How many tenants are named of a source that has only records of others.
const NAMED_TENANTS: usize = 5;

/// What to do about a source without backups.
async fn hint(kind: &Kind, source: &Source<'_>, gathered: &Gathered) -> String {
    let names = gathered.tenants.keys().map(String::as_str).filter(|name| !name.is_empty());
    if names.clone().next().is_some() {
        let mut some: Vec<_> = names.clone().take(NAMED_TENANTS).map(quoted).collect();
        let others = names.clone().count() - some.len();
        if others > 0 {
            some.push(format!("{others} more"));
        }
        let last = some.pop().unwrap_or_default();
        let all = if some.is_empty() { last } else { format!("{} and {last}", some.join(", ")) };
        let like = nearest(source.tenant, names)
            .map(|name| format!(" Did you mean {}?", quoted(name)))
            .unwrap_or_default();
        return format!("Its records are of {all}, not of {}.{like}", quoted(source.tenant));
    }
    if !gathered.tenants.is_empty() {
        return "Its records name no tenant.".to_owned();
    }
    if source.tree.entries().is_empty() {
        return "It has no files.".to_owned();
    }
    if gathered.notes.count("other_tenant") > 0 {
        return "Its records are of another tenant; check the id of the tenant.".to_owned();
    }
    let others = detect_in_slices(source.tree, source.pace).await;
    match others.into_iter().find(|(other, _)| other.name != kind.name) {
        Some((other, why)) => format!("It looks like {}: {why}.", other.name),
        None => format!("See {} for the files that are read.", kind.docs),
    }
}
