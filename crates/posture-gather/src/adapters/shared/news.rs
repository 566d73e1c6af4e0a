//! News about files, in the words that every adapter shares.

use posture_core::export::snapshot::Signal;

use crate::records::{Gathered, Records};
use crate::source::Source;

/// A file that holds evidence cannot be read: its scope is expected, and the verdict shows that something is missing.
///
/// There is one signal per source; the notes name every file.
pub(in crate::adapters) fn unreadable(source: &Source<'_>, gathered: &mut Gathered, path: &str, why: &str) {
    gathered.notes.error("unreadable_file", Some(path), format!("Failed to read the file: {why}."));
    tell_unreadable(source, &mut gathered.records, path, why);
}

/// Tells the verdict of a tenant that one of its files cannot be read.
pub(crate) fn tell_unreadable(source: &Source<'_>, records: &mut Records, path: &str, why: &str) {
    expect_scope(source, records);
    signal_once(
        records,
        "source_unreadable",
        "high",
        format!("A file of {} cannot be read", source.scope),
        format!("Failed to read {path}: {why}. The notes of the gathering name every such file."),
    );
}

/// The source must have a backup, although this file gave none.
pub(in crate::adapters) fn expect_scope(source: &Source<'_>, records: &mut Records) {
    let scopes = &mut records.expected_scopes;
    if !scopes.iter().any(|scope| scope == source.scope) {
        scopes.push(source.scope.to_owned());
    }
}

/// Adds a signal of the domain `operations`, unless the tenant has one with this key.
pub(in crate::adapters) fn signal_once(
    records: &mut Records,
    key: &'static str,
    urgency: &'static str,
    title: String,
    body: String,
) {
    let signals = &mut records.signals;
    if signals.iter().any(|known| known.key == key) {
        return;
    }
    signals.push(Signal {
        domain: "operations".into(),
        key: key.into(),
        urgency: urgency.into(),
        title: title.into(),
        body: Some(body.into()),
        url: None,
    });
}

/// A file that this kind of source does not read.
pub(in crate::adapters) fn skipped(gathered: &mut Gathered, path: &str, why: &str) {
    gathered.notes.info("skipped", Some(path), format!("The file was skipped: {why}."));
}
