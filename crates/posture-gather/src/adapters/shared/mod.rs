//! What several adapters need: JSON values as tools write them, pages of Microsoft Graph, and news about files.

#[expect(dead_code, reason = "the adapters of folders follow")]
pub(super) mod folder_time;
pub(super) mod graph;
#[expect(dead_code, reason = "the adapters of folders follow")]
pub(super) mod inventory;
pub(super) mod news;
pub(super) mod values;

use crate::source::Source;

/// The natural key of a record within its tenant. Two sources of one kind have different scopes, so their records have different ids.
pub(super) fn natural_key(source: &Source<'_>, key: &str) -> String {
    format!("{}\n{key}", source.scope)
}
