//! Sets that are folders of files: what several tools' exports have in common.

use std::collections::BTreeMap;

use posture_core::export::snapshot::{BackupItem, BackupSet};

use super::folder_time::{DatedFiles, Origin, named, of_folder};
use super::inventory::keep_newest_items;
use super::natural_key;
use crate::ids::Ids;
use crate::records::Gathered;
use crate::source::Source;
use crate::times;

/// The content of one export.
#[derive(Default)]
pub(in crate::adapters) struct Export {
    /// What it holds, without ids.
    pub items: Vec<BackupItem>,
    /// Its files.
    pub files: DatedFiles,
    /// Whether something says that it is not whole.
    pub is_partial: bool,
}

/// One set for each export, by its folder. The set's name says where its time comes from.
pub(in crate::adapters) fn records(
    source: &Source<'_>,
    kind: &str,
    exports: BTreeMap<String, Export>,
    gathered: &mut Gathered,
) {
    let mut ids = Ids::default();
    let mut sets = Vec::new();
    for (folder, export) in exports {
        let named = named(source, &folder);
        let (id, _) = ids.claim(kind, &natural_key(source, &named));
        let (completed_at, origin) = of_folder(source, &folder, &export.files);
        note_origin(&origin, &folder, &export.files, gathered);
        let shown = if named.is_empty() { "Export" } else { &named };
        let mut items = export.items;
        number(kind, &mut items);
        sets.push(BackupSet {
            id,
            name: Some(format!("{shown} ({})", origin.words()).into()),
            scope: Some(source.scope.to_owned().into()),
            status: if export.is_partial { "partial".into() } else { "completed".into() },
            completed_at: times::written(completed_at),
            items: Some(items),
            ..BackupSet::default()
        });
    }
    keep_newest_items(&mut sets);
    gathered.records.sets.append(&mut sets);
}

/// Says what is uncertain about the time of an export.
pub(in crate::adapters) fn note_origin(
    origin: &Origin,
    folder: &str,
    files: &DatedFiles,
    gathered: &mut Gathered,
) {
    match origin {
        Origin::Name => {
            let message = "The time of this export is the date in the folder's name, which is a local time.";
            gathered.notes.info("local_time", Some(folder), message);
        }
        Origin::ShallowClone => {
            let body = "The clone is shallow and ends before the commit that made the export, so nothing says when that was. Fetch the whole history (fetch-depth: 0).";
            history_unknown(gathered, "history_shallow", "The git history is incomplete", body);
        }
        Origin::BrokenHistory => {
            let body = "The history cannot be read as far as the commit that made the export. Clone the repository again.";
            history_unknown(gathered, "history_unreadable", "Part of the git history cannot be read", body);
        }
        Origin::Nowhere => {
            let message = "Nothing says when this export was made; it does not count. Put the date into the folder's name.";
            gathered.notes.error("no_time", Some(folder), message);
        }
        Origin::NewestFile if files.older() > 0 => {
            let message = format!(
                "Files that are more than a day older than the newest, so the last export did not write them: {}. Their objects are gone, or the export failed. Export into an empty folder, or one with the date in its name.",
                files.older()
            );
            gathered.notes.warning("older_files", Some(folder), message);
        }
        Origin::MigrationTable | Origin::Commit(_) | Origin::NewestFile => {}
    }
}

/// Bad news about the time of an export, once for all exports of a source.
fn history_unknown(gathered: &mut Gathered, key: &'static str, title: &'static str, body: &'static str) {
    if !gathered.records.signals.iter().any(|known| known.key == key) {
        gathered.bad_news(key, "high", title, body);
    }
}

/// Gives items their ids: by type, identifier and name.
pub(in crate::adapters) fn number(kind: &str, items: &mut [BackupItem]) {
    let mut ids = Ids::default();
    for item in items {
        let key = [&item.policy_type, &item.policy_identifier, &item.display_name]
            .map(|part| part.as_deref().unwrap_or_default())
            .join("\n");
        item.id = ids.claim(kind, &key).0;
    }
}
