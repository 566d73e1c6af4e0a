//! Which tenant an export belongs to, by its migration table.

use std::collections::HashMap;

use crate::adapters::shared::news;
use crate::adapters::shared::values::text;
use crate::notes::quoted;
use crate::records::Gathered;
use crate::source::Source;
use crate::tree::{Tree, folder_of};

/// The file next to the folders of types that says whose objects they are.
pub(super) const MIGRATION_TABLE: &str = "MigrationTable.json";

/// Whose export a folder is, by the migration table in it or above it.
pub(super) enum Owner {
    /// The configured tenant's, because the table says so or nothing says otherwise.
    Configured,
    /// The tenant that the table names, as none is configured.
    Named(String),
    /// Another tenant's, or nobody's: it must not be used. Says why.
    Refused(String),
}

/// The files with these names, whatever their capitals, by the folder in lower case.
pub(super) struct Tables<'t>(HashMap<String, &'t str>);

impl<'t> Tables<'t> {
    pub(super) fn named(name: &str, tree: &'t dyn Tree) -> Self {
        let mut tables = HashMap::new();
        for entry in tree.entries().iter().filter(|entry| entry.name().eq_ignore_ascii_case(name)) {
            tables.entry(folder_of(&entry.path).to_ascii_lowercase()).or_insert(entry.path.as_str());
        }
        Self(tables)
    }

    /// The path of the file in a folder.
    pub(super) fn in_folder(&self, folder: &str) -> Option<&'t str> {
        self.0.get(&folder.to_ascii_lowercase()).copied()
    }
}

pub(super) async fn owner(
    source: &Source<'_>,
    tables: &Tables<'_>,
    folder: &str,
    gathered: &mut Gathered,
) -> Owner {
    let table = tables.in_folder(folder).or_else(|| tables.in_folder(folder_of(folder)));
    let value = match table {
        Some(path) => match source.read_json(path).await {
            Ok(value) => Some(value),
            Err(why) => {
                news::unreadable(source, gathered, path, &why.to_string());
                None
            }
        },
        None => None,
    };
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
        _ => {
            if source.external_id.is_none() && !organisation.is_empty() && !source.is_tenant(organisation) {
                let message = format!(
                    "The export is of the organisation {}; it is taken for {}'s. State the external id to have this checked.",
                    quoted(organisation),
                    quoted(source.tenant)
                );
                gathered.notes.warning("other_organisation", Some(folder), message);
            }
            Owner::Configured
        }
    }
}

pub(super) fn is_guid(text: &str) -> bool {
    text.len() == 36 && text.chars().all(|char| char.is_ascii_hexdigit() || char == '-')
}
