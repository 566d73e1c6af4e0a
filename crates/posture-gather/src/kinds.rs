//! The one table of the kinds of sources.

use serde_json::Value;

use crate::adapters;
use crate::records::Gathered;
use crate::source::{Source, nearest};
use crate::tree::Tree;

/// A key that a source of some kind may have in the configuration.
#[derive(Clone, Copy)]
pub struct Key {
    /// The key.
    pub name: &'static str,
    /// What it means: one sentence.
    pub about: &'static str,
    /// An example value, as the configuration writes it.
    pub example: &'static str,
    /// Whether the value is the path of a file. The shell reads it, and the adapter finds it in [`Source::files`].
    pub is_file: bool,
    /// Accepts a value, or says what to write instead.
    pub check: fn(&Value) -> Result<(), &'static str>,
}

/// A kind of source: a tool, or a kind of file.
pub struct Kind {
    /// The word in the configuration and on the command line. It is also the default scope.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// The page about it.
    pub docs: &'static str,
    /// Its own keys.
    pub keys: &'static [Key],
    /// Whether the adapter reads the git history of its tree. If not, a repository is read as the folder it is.
    pub reads_history: bool,
    /// Whether every source of the kind must give a backup set, so that none is bad news.
    pub gives_backups: bool,
    /// Says why a tree looks like this kind, or `None` if it does not. It may read a few files.
    pub detect: fn(&dyn Tree) -> Option<String>,
    /// Reads the source.
    pub gather: fn(&Source<'_>, &mut Gathered),
}

/// Every kind, in the order in which a tree is tried for detection: a kind with clearer marks comes first.
pub const KINDS: &[Kind] = &[
    adapters::intunecd::KIND,
    adapters::intunemanagement::KIND,
    adapters::intunebackup::KIND,
    adapters::m365dsc::KIND,
    adapters::tenuvault::KIND,
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
    KINDS.iter().filter_map(|kind| Some((kind, (kind.detect)(tree)?))).collect()
}

/// Reads a source: passes on the notes of the shell, then runs the adapter.
///
/// A source that must give backups and gave none is bad news, and its scope is expected.
pub fn gather(kind: &Kind, source: &Source<'_>) -> Gathered {
    let mut gathered = Gathered::default();
    for note in source.tree.notes() {
        gathered.notes.add(note.clone());
    }
    (kind.gather)(source, &mut gathered);
    let records = &gathered.records;
    let gave_others =
        !gathered.tenants.is_empty() || !records.runs.is_empty() || !records.schedules.is_empty();
    if records.sets.is_empty() && (kind.gives_backups || !gave_others) {
        gathered.records.expected_scopes.push(source.scope.to_owned());
        gathered.notes.error(
            "no_backup",
            None,
            format!("No backup was found in this source of kind {}.", kind.name),
        );
    }
    gathered
}
