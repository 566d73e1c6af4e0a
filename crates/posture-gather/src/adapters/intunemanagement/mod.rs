//! IntuneManagement, and Intune Commander, which writes the same folders.
//!
//! `<root>[/Company]/<ObjectTypeId>/<name>.json` with `MigrationTable.json` next to the folders of types, and the log
//! `CloudAPIPowerShellManagement.log`.

mod exports;
mod imports;
mod items;
mod log;

use serde_json::Value;

use super::shared::folder_time::TIMEZONE;
use super::shared::values::{flag, get, text};
use crate::kinds::Kind;
use crate::notes::quoted;
use crate::records::Gathered;
use crate::source::Source;
use crate::text as encoding;
use crate::tree::{Tree, folder_of, name_of};

/// The row of the table of kinds.
pub const KIND: Kind = Kind {
    name: "intunemanagement",
    title: "IntuneManagement",
    docs: "docs/gather/intunemanagement.md",
    keys: &[TIMEZONE],
    reads_history: true,
    gives_backups: true,
    detect,
    gather,
};

const MIGRATION_TABLE: &str = "MigrationTable.json";

fn detect(tree: &dyn Tree) -> Option<String> {
    let entries = tree.entries();
    let table = entries.iter().find(|entry| entry.name().eq_ignore_ascii_case(MIGRATION_TABLE));
    if let Some(table) = table {
        return Some(format!("it has {}", table.path));
    }
    let known = entries.iter().find(|entry| {
        let folder = folder_of(&entry.path);
        entry.name().to_lowercase().ends_with(".json") && items::is_distinctive(name_of(folder))
    })?;
    Some(format!("{} is in a folder of a type of IntuneManagement", known.path))
}

fn gather(source: &Source<'_>, gathered: &mut Gathered) {
    let batch = Batch::read(source, gathered);
    let sessions = log::sessions(source, gathered);
    exports::records(source, &batch, &sessions, gathered);
    imports::records(source, &sessions, gathered);
}

/// What `BulkExport.json` configures.
#[derive(Default)]
struct Batch {
    exports_assignments: Option<bool>,
}

impl Batch {
    const FILE: &'static str = "BulkExport.json";

    fn read(source: &Source<'_>, gathered: &mut Gathered) -> Self {
        let mut batch = Self::default();
        let entries = source.tree.entries().iter();
        for entry in entries.filter(|entry| entry.name().eq_ignore_ascii_case(Self::FILE)) {
            let path = entry.path.as_str();
            match source.tree.read(path).map_err(encoding::TextError::from).and_then(encoding::json) {
                Ok(value) => {
                    let controls = get(&value, "BulkExport").and_then(Value::as_array);
                    let control = controls.into_iter().flatten().find(|control| {
                        text(control, "Name")
                            .is_some_and(|name| name.eq_ignore_ascii_case("chkExportAssignments"))
                    });
                    batch.exports_assignments = control.and_then(|control| flag(control, "Value"));
                    gathered.notes.info("read", Some(path), "The settings of the bulk export were read.");
                }
                Err(why) => {
                    gathered.notes.warning(
                        "unreadable_file",
                        Some(path),
                        format!("Failed to read the file: {why}."),
                    );
                }
            }
        }
        batch
    }
}

/// Whose export a folder is, by the migration table in it or above it.
enum Owner {
    /// The configured tenant's, because the table says so or nothing says otherwise.
    Configured,
    /// The tenant that the table names, as none is configured.
    Named(String),
    /// Another tenant's, or nobody's: it must not be used. Says why.
    Refused(String),
}

fn owner(source: &Source<'_>, folder: &str, gathered: &mut Gathered) -> Owner {
    let path_in = |folder: &str| {
        if folder.is_empty() { MIGRATION_TABLE.to_owned() } else { format!("{folder}/{MIGRATION_TABLE}") }
    };
    let entries = source.tree.entries();
    let candidates = [path_in(folder), path_in(folder_of(folder))];
    let table =
        candidates.iter().find_map(|path| entries.iter().find(|entry| entry.path.eq_ignore_ascii_case(path)));
    let value = table.and_then(|entry| {
        let read = source.tree.read(&entry.path).map_err(encoding::TextError::from).and_then(encoding::json);
        read.map_err(|why| {
            let message =
                format!("Failed to read the migration table: {why}. Nothing says whose export this is.");
            gathered.notes.warning("unreadable_file", Some(&entry.path), message);
        })
        .ok()
    });
    let Some(value) = value else {
        if source.tenant.is_empty() {
            let why = format!(
                "The folder {} has no {MIGRATION_TABLE}, so nothing says whose export it is. A baseline is not a backup. Name the tenant with --tenant if it is one.",
                quoted(folder)
            );
            return Owner::Refused(why);
        }
        let message = format!(
            "There is no {MIGRATION_TABLE}, so nothing says whose export this is; it is taken for {}'s.",
            quoted(source.tenant)
        );
        gathered.notes.warning("no_migration_table", Some(folder), message);
        return Owner::Configured;
    };
    let written_id = text(&value, "TenantId").unwrap_or_default();
    let organisation = text(&value, "Organization").unwrap_or_default();
    match source.external_id {
        Some(wanted)
            if is_guid(wanted) && is_guid(written_id) && !wanted.eq_ignore_ascii_case(written_id) =>
        {
            Owner::Refused(format!(
                "The folder {} is an export of the tenant {written_id} ({}), not of {wanted}. Its files were not used.",
                quoted(folder),
                quoted(organisation)
            ))
        }
        _ if source.tenant.is_empty() => {
            let name = if organisation.is_empty() { written_id } else { organisation };
            Owner::Named(name.to_owned())
        }
        _ => Owner::Configured,
    }
}

fn is_guid(text: &str) -> bool {
    text.len() == 36 && text.chars().all(|char| char.is_ascii_hexdigit() || char == '-')
}
