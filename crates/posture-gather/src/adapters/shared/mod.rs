//! What several adapters need: JSON values as tools write them, pages of Microsoft Graph, news about files, and recognising a source.

pub(super) mod detection;
pub(super) mod folder_time;
pub(super) mod folders;
pub(super) mod graph;
pub(super) mod inventory;
pub(in crate::adapters) mod news;
pub(super) mod owner;
pub(super) mod values;

use crate::source::Source;

/// The natural key of a record within its tenant. Two sources of one kind have different scopes, so their records have different ids.
pub(super) fn natural_key(source: &Source<'_>, key: &str) -> String {
    format!("{}\n{key}", source.scope)
}
