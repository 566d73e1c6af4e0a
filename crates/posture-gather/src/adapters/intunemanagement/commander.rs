//! Intune Commander's migration table: which objects were exported, and when.

use std::collections::BTreeSet;

use posture_core::Timestamp;
use posture_core::export::snapshot::BackupItem;
use serde_json::Value;

use super::owner::Tables;
use crate::adapters::shared::news;
use crate::adapters::shared::values::{get, text, time};
use crate::records::Gathered;
use crate::source::Source;

/// The file next to the folders of types. It does not say whose objects they are.
pub(super) const TABLE: &str = "migration-table.json";

/// What the table says of the last export into its folder.
pub(super) struct Table {
    /// When the last object was exported.
    pub(super) exported_at: Option<Timestamp>,
    ids: BTreeSet<String>,
}

impl Table {
    /// Whether the last export wrote this item. One that cannot be read has no id.
    pub(super) fn has(&self, item: &BackupItem) -> bool {
        item.policy_identifier.as_deref().is_none_or(|id| self.ids.contains(&id.to_lowercase()))
    }
}

/// The table in a folder.
pub(super) async fn table(
    source: &Source<'_>,
    tables: &Tables<'_>,
    folder: &str,
    gathered: &mut Gathered,
) -> Option<Table> {
    let path = tables.in_folder(folder)?;
    match source.read_json(path).await {
        Ok(value) => {
            let entries = get(&value, "entries").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            Some(Table {
                exported_at: entries.iter().filter_map(|entry| time(entry, "exportedAt")).max(),
                ids: entries
                    .iter()
                    .filter_map(|entry| text(entry, "originalId"))
                    .map(str::to_lowercase)
                    .collect(),
            })
        }
        Err(why) => {
            news::unreadable(source, gathered, path, &why.to_string());
            None
        }
    }
}
