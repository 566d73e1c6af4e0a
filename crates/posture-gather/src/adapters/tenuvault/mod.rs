//! TenuVault: backup folders with `metadata.json`, and the export of its audit log.

mod audit;
mod backups;
mod items;
mod owner;

use std::collections::BTreeMap;
use std::future::ready;

use super::shared::folder_time::TIMEZONE;
use super::shared::news;
use crate::kind::Kind;
use crate::records::Gathered;
use crate::source::Source;
use crate::tree::{Tree, folder_of, name_of, stem_and_extension};

use backups::{MANIFEST, METADATA, Place};

/// The row of the table of kinds.
pub const KIND: Kind = Kind {
    name: "tenuvault",
    title: "TenuVault",
    docs: "docs/gather/tenuvault.md",
    keys: &[TIMEZONE],
    reads_history: false,
    gives_backups: true,
    names_tenants: true,
    detect: |tree, _| Box::pin(ready(detect(tree))),
    gather: |source, gathered| Box::pin(gather(source, gathered)),
};

fn detect(tree: &dyn Tree) -> Option<String> {
    tree.entries().iter().find_map(|entry| {
        let folder = name_of(folder_of(&entry.path));
        let name = entry.name();
        if name == MANIFEST || name.starts_with("tenuvault-operation-history-") {
            return Some(format!("it has {}", entry.path));
        }
        let is_backup =
            name == METADATA && folder.starts_with("backup-") && backups::named_time(folder).is_some();
        is_backup.then(|| format!("{} is the summary of a backup of TenuVault", entry.path))
    })
}

async fn gather(source: &Source<'_>, gathered: &mut Gathered) {
    let mut found: BTreeMap<String, backups::Backup> = BTreeMap::new();
    let mut events = Vec::new();
    for entry in source.tree.entries() {
        source.pause().await;
        let path = entry.path.as_str();
        let (stem, extension) = stem_and_extension(entry.name());
        if let Some((root, Place::Log)) = backups::place(source.tree, path) {
            match source.read_text(path).await {
                Ok(log) => found.entry(root.to_owned()).or_default().add_log(&log),
                Err(why) => news::unreadable(source, gathered, path, &why.to_string()),
            }
            continue;
        }
        if extension != "json" {
            let why = if stem.starts_with("tenuvault-operation-history-") {
                "export the audit log as JSON, not as CSV"
            } else {
                "it is not a .json file"
            };
            news::skipped(gathered, path, why);
            continue;
        }
        if let Some((root, place)) = backups::place(source.tree, path) {
            found.entry(root.to_owned()).or_default().add(
                place,
                path,
                source.read_json(path).await,
                gathered,
            );
            continue;
        }
        match source.read_json(path).await {
            Ok(value) => {
                let before = events.len();
                audit::events(value, 0, &mut events);
                if events.len() == before {
                    news::skipped(gathered, path, "it is neither in a backup nor an event of the audit log");
                } else {
                    let message = format!("Events read: {}.", events.len() - before);
                    gathered.notes.info("read", Some(path), message);
                }
            }
            Err(why) => news::unreadable(source, gathered, path, &why.to_string()),
        }
    }
    let sets = backups::records(source, found, gathered);
    audit::records(source, events, &sets, gathered);
}
