//! Which tenant an export belongs to, by its migration table.

use crate::adapters::shared::news;
use crate::adapters::shared::values::text;
use crate::notes::quoted;
use crate::records::Gathered;
use crate::source::Source;
use crate::tree::folder_of;

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

pub(super) async fn owner(source: &Source<'_>, folder: &str, gathered: &mut Gathered) -> Owner {
    let path_in = |folder: &str| {
        if folder.is_empty() { MIGRATION_TABLE.to_owned() } else { format!("{folder}/{MIGRATION_TABLE}") }
    };
    let entries = source.tree.entries();
    let candidates = [path_in(folder), path_in(folder_of(folder))];
    let table =
        candidates.iter().find_map(|path| entries.iter().find(|entry| entry.path.eq_ignore_ascii_case(path)));
    let value = match table {
        Some(entry) => match source.read_json(&entry.path).await {
            Ok(value) => Some(value),
            Err(why) => {
                news::unreadable(source, gathered, &entry.path, &why.to_string());
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
