//! TenuVault: backup folders with `metadata.json`, and the export of its audit log.

mod audit;
mod backups;

use std::collections::BTreeMap;

use serde_json::Value;

use super::shared::news;
use super::shared::values::{get, text};
use crate::kinds::Kind;
use crate::notes::quoted;
use crate::records::Gathered;
use crate::source::Source;
use crate::text as encoding;
use crate::tree::{Tree, folder_of, name_of, stem_and_extension};

/// The row of the table of kinds.
pub const KIND: Kind = Kind {
    name: "tenuvault",
    title: "TenuVault",
    docs: "docs/gather/tenuvault.md",
    keys: &[],
    reads_history: false,
    gives_backups: true,
    detect,
    gather,
};

const METADATA: &str = "metadata.json";

fn detect(tree: &dyn Tree) -> Option<String> {
    tree.entries().iter().find_map(|entry| {
        let folder = name_of(folder_of(&entry.path));
        let name = entry.name();
        if name == "tenuvault-manifest.json" || name.starts_with("tenuvault-operation-history-") {
            return Some(format!("it has {}", entry.path));
        }
        let is_backup =
            name == METADATA && folder.starts_with("backup-") && backups::named_time(folder).is_some();
        is_backup.then(|| format!("{} is the summary of a backup of TenuVault", entry.path))
    })
}

fn gather(source: &Source<'_>, gathered: &mut Gathered) {
    let mut found: BTreeMap<String, backups::Backup> = BTreeMap::new();
    let mut events = Vec::new();
    for entry in source.tree.entries() {
        let path = entry.path.as_str();
        let (stem, extension) = stem_and_extension(entry.name());
        if extension != "json" {
            let why = if stem.starts_with("tenuvault-operation-history-") {
                "export the audit log as JSON, not as CSV"
            } else {
                "it is not a .json file"
            };
            news::skipped(gathered, path, why);
            continue;
        }
        let read = || source.tree.read(path).map_err(encoding::TextError::from).and_then(encoding::json);
        if entry.name() == "tenuvault-manifest.json" {
            continue;
        }
        if let Some((root, place)) = backups::place(source.tree, path) {
            found.entry(root.to_owned()).or_default().add(place, path, read(), gathered);
            continue;
        }
        match read() {
            Ok(value) => {
                let before = events.len();
                audit::events(value, 0, &mut events);
                if events.len() == before {
                    news::skipped(gathered, path, "it is neither in a backup nor an event of the audit log");
                } else {
                    let message = format!("{} events were read.", events.len() - before);
                    gathered.notes.info("read", Some(path), message);
                }
            }
            Err(why) => news::unreadable(source, gathered, path, &why.to_string()),
        }
    }
    let sets = backups::records(source, found, gathered);
    audit::records(source, events, &sets, gathered);
}

/// Whether a record that names this tenant id may be used. A container can be shared by several tenants.
fn is_ours(source: &Source<'_>, tenant_id: Option<&str>) -> bool {
    let Some(tenant_id) = tenant_id else { return true };
    source.tenant.is_empty()
        || source.external_id.is_none_or(|wanted| {
            wanted.len() != 36 || tenant_id.len() != 36 || wanted.eq_ignore_ascii_case(tenant_id)
        })
}

/// The word by which a record's tenant is found: its id if none is configured.
fn word<'v>(source: &Source<'_>, tenant_id: Option<&'v str>) -> &'v str {
    if source.tenant.is_empty() { tenant_id.unwrap_or_default() } else { "" }
}

/// A list of texts, or of objects that name their type.
fn names(value: &Value, key: &str) -> Vec<String> {
    let values = match get(value, key) {
        Some(Value::Array(values)) => values.as_slice(),
        _ => &[],
    };
    values
        .iter()
        .map(|value| {
            let named =
                ["type", "folder", "name", "displayName"].into_iter().find_map(|key| text(value, key));
            value.as_str().or(named).map_or_else(|| quoted(&value.to_string()), ToOwned::to_owned)
        })
        .collect()
}
