//! IntuneManagement, and Intune Commander, which writes similar folders.
//!
//! `<root>[/Company]/<ObjectTypeId>/<name>.json` with `MigrationTable.json` next to the folders of types, and the log
//! `CloudAPIPowerShellManagement.log`. Intune Commander writes `migration-table.json` instead, no log, and some objects inside an
//! object that also has their assignments.

mod batch;
mod commander;
mod exports;
mod imports;
mod items;
mod log;
mod owner;

use std::future::ready;

use super::shared::folder_time::TIMEZONE;
use crate::kind::Kind;
use crate::records::Gathered;
use crate::source::Source;
use crate::tree::{Tree, folder_of, name_of};

use batch::Batch;
use owner::MIGRATION_TABLE;

/// The row of the table of kinds.
pub const KIND: Kind = Kind {
    name: "intunemanagement",
    title: "IntuneManagement",
    docs: "docs/gather/intunemanagement.md",
    keys: &[TIMEZONE],
    reads_history: true,
    gives_backups: true,
    names_tenants: false,
    detect: |tree, _| Box::pin(ready(detect(tree))),
    gather: |source, gathered| Box::pin(gather(source, gathered)),
};

fn detect(tree: &dyn Tree) -> Option<String> {
    let entries = tree.entries();
    let table = entries.iter().find(|entry| {
        [MIGRATION_TABLE, commander::TABLE].iter().any(|name| entry.name().eq_ignore_ascii_case(name))
    });
    if let Some(table) = table {
        return Some(format!("it has {}", table.path));
    }
    let known = entries.iter().find(|entry| {
        let folder = folder_of(&entry.path);
        entry.name().to_lowercase().ends_with(".json") && items::is_distinctive(name_of(folder))
    })?;
    Some(format!("{} is in a folder of a type of IntuneManagement", known.path))
}

async fn gather(source: &Source<'_>, gathered: &mut Gathered) {
    let batch = Batch::read(source, gathered).await;
    let sessions = log::sessions(source, gathered).await;
    exports::records(source, &batch, &sessions, gathered).await;
    imports::records(source, &sessions, gathered);
}
