//! Intune Commander's migration table: which objects were exported, and when.

use std::collections::BTreeSet;

use posture_core::Timestamp;
use posture_core::export::snapshot::BackupItem;
use serde_json::Value;

use crate::adapters::shared::values::{get, text, time};
use crate::records::Gathered;
use crate::source::Source;
use crate::text as encoding;

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
pub(super) fn table(source: &Source<'_>, folder: &str, gathered: &mut Gathered) -> Option<Table> {
    let path = if folder.is_empty() { TABLE.to_owned() } else { format!("{folder}/{TABLE}") };
    let entry = source.tree.entries().iter().find(|entry| entry.path.eq_ignore_ascii_case(&path))?;
    let read = source.tree.read(&entry.path).map_err(encoding::TextError::from).and_then(encoding::json);
    match read {
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
            let message = format!("Failed to read the migration table: {why}.");
            gathered.notes.warning("unreadable_file", Some(&entry.path), message);
            None
        }
    }
}
