//! Export folders: one backup set each, with what the log says about them.

use std::collections::BTreeMap;

use posture_core::export::snapshot::{BackupItem, BackupSet};

use super::batch::Batch;
use super::commander::{self, Table};
use super::items::{self, Place};
use super::log::{Session, Work};
use super::owner::{MIGRATION_TABLE, Owner, Tables, is_guid, owner};
use crate::adapters::shared::folder_time::{DatedFiles, Origin, date_in, named, of_folder};
use crate::adapters::shared::folders::{note_origin, number};
use crate::adapters::shared::inventory::{failed_item, keep_newest_items};
use crate::adapters::shared::{natural_key, news};
use crate::ids::Ids;
use crate::notes::quoted;
use crate::records::Gathered;
use crate::source::Source;
use crate::times;
use crate::tree::{folder_of, name_of};

/// How many failed exports of each kind are kept, the newest ones.
const KEPT: usize = 50;

/// The files of one export.
#[derive(Default)]
struct Export {
    items: Vec<BackupItem>,
    files: DatedFiles,
}

pub(super) async fn records(
    source: &Source<'_>,
    batch: &Batch,
    sessions: &[Session],
    gathered: &mut Gathered,
) {
    let exports = read(source, batch, gathered).await;
    let mut owned: BTreeMap<String, Vec<BackupSet>> = BTreeMap::new();
    let mut ids = Ids::default();
    let count = exports.len();
    lost_exports(source, sessions, &exports, &mut ids, &mut owned, gathered);
    let owners = Tables::named(MIGRATION_TABLE, source.tree);
    let tables = Tables::named(commander::TABLE, source.tree);
    for (folder, export) in exports {
        let tenant = match owner(source, &owners, &folder, gathered).await {
            Owner::Configured => String::new(),
            Owner::Named(name) => name,
            Owner::Refused(why) => {
                gathered.notes.error("refused", Some(&folder), why.clone());
                news::expect_scope(source, &mut gathered.records);
                news::signal_once(
                    &mut gathered.records,
                    "other_tenant",
                    "high",
                    format!("An export of {} is not this tenant's", source.scope),
                    why,
                );
                continue;
            }
        };
        let (id, _) = ids.claim("intunemanagement export", &natural_key(source, &named(source, &folder)));
        let context = Context {
            session: session_of(source, &folder, count, sessions),
            table: commander::table(source, &tables, &folder, gathered).await,
            name_filter: batch.name_filter.as_deref(),
        };
        let set = set(source, id, &folder, export, &context, gathered);
        owned.entry(tenant).or_default().push(set);
    }
    failed_jobs(source, sessions, &mut ids, owned.entry(String::new()).or_default());
    for (tenant, mut sets) in owned {
        keep_newest_items(&mut sets);
        source.records_of(&tenant, gathered).sets.append(&mut sets);
    }
}

/// The exports by their folder: the one that holds the folders of types.
async fn read(source: &Source<'_>, batch: &Batch, gathered: &mut Gathered) -> BTreeMap<String, Export> {
    let entries = source.tree.entries();
    let has = |folder: &str, name: &str| {
        let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        entries.binary_search_by(|entry| entry.path.as_str().cmp(&path)).is_ok()
    };
    let has_table = |folder: &str| has(folder, MIGRATION_TABLE) || has(folder, commander::TABLE);
    let mut exports: BTreeMap<String, Export> = BTreeMap::new();
    for entry in entries {
        source.pause().await;
        let path = entry.path.as_str();
        let folder = folder_of(path);
        let (root, type_folder) = (folder_of(folder), name_of(folder));
        let is_own = [MIGRATION_TABLE, commander::TABLE, Batch::FILE]
            .iter()
            .any(|name| entry.name().eq_ignore_ascii_case(name));
        if is_own || entry.name().to_lowercase().starts_with("cloudapipowershellmanagement.") {
            continue;
        }
        // A type that this version does not know is one if it is next to a migration table.
        let is_type = items::of_folder(type_folder).is_some() || (!folder.is_empty() && has_table(root));
        let (root, place) = match (is_type, has(folder, MIGRATION_TABLE)) {
            (true, _) => (root, Place::Type(type_folder)),
            (false, true) => (folder, Place::Flat),
            (false, false) => {
                news::skipped(gathered, path, "it is not in a folder of a type");
                continue;
            }
        };
        if type_folder.eq_ignore_ascii_case("Groups") {
            news::skipped(gathered, path, "groups are exported for imports, not as a backup");
            continue;
        }
        match items::read(source, place, path, batch).await {
            Ok((item, code)) => {
                let broken =
                    item.metadata.as_ref().and_then(|metadata| metadata.integrity_warning.as_deref());
                if let Some(why) = broken {
                    gathered.notes.error(code, Some(path), why.to_owned());
                }
                let export = exports.entry(root.to_owned()).or_default();
                export.files.add(root, entry);
                export.items.push(item);
            }
            Err(why) => news::skipped(gathered, path, why),
        }
    }
    exports
}

/// Whether the log names this folder, as it was on the machine of the export.
fn is_in(source: &Source<'_>, folder: &str, name: &str) -> bool {
    !name.is_empty() && named(source, folder).split('/').any(|part| part.eq_ignore_ascii_case(name))
}

/// The newest export of this folder in the log: by the root folder, else by the organisation, whose name can be a folder below the root.
fn session_of<'s>(
    source: &Source<'_>,
    folder: &str,
    count: usize,
    sessions: &'s [Session],
) -> Option<&'s Session> {
    let newest = |is_wanted: &dyn Fn(&Session) -> bool| {
        let is_export = |session: &&Session| session.work == Work::Export && is_this_tenant(source, session);
        sessions.iter().rev().filter(is_export).find(|session| is_wanted(session))
    };
    let is_dated = date_in(&named(source, folder)).is_some();
    newest(&|session| is_in(source, folder, session.folder()))
        .or_else(|| {
            newest(&|session| {
                is_in(source, folder, session.organisation.as_deref().unwrap_or(""))
                    && date_in(session.folder()).is_none()
            })
        })
        // An export into a folder of another date is another one.
        .or_else(|| newest(&|session| count == 1 && !(is_dated && date_in(session.folder()).is_some())))
}

/// Whether a session may be of the configured tenant.
pub(super) fn is_this_tenant(source: &Source<'_>, session: &Session) -> bool {
    match (source.external_id, &session.tenant_id) {
        (Some(wanted), Some(found)) => {
            !is_guid(wanted) || !is_guid(found) || wanted.eq_ignore_ascii_case(found)
        }
        _ => true,
    }
}

/// What else is known of an export.
struct Context<'c> {
    session: Option<&'c Session>,
    table: Option<Table>,
    name_filter: Option<&'c str>,
}

fn set(
    source: &Source<'_>,
    id: u64,
    folder: &str,
    export: Export,
    context: &Context<'_>,
    gathered: &mut Gathered,
) -> BackupSet {
    let Export { mut items, files } = export;
    let Context { session, table, name_filter } = context;
    let (completed_at, origin) = match table.as_ref().and_then(|table| table.exported_at) {
        Some(at) => (Some(at), Origin::MigrationTable),
        None => of_folder(source, folder, &files),
    };
    let named = named(source, folder);
    let shown = if named.is_empty() { "Export" } else { &named };
    note_origin(&origin, folder, &files, gathered);
    let mut status = "completed";
    let mut partial = |code, path: &str, message: String, gathered: &mut Gathered| {
        status = "partial";
        gathered.notes.error(code, Some(path), message);
    };
    if let Some(table) = table {
        let others = items.iter().filter(|item| !table.has(item)).count();
        if others > 0 {
            let message = format!(
                "Files of objects that {} does not list, so they are left from an earlier export: {others}.",
                commander::TABLE
            );
            partial("left_over", folder, message, gathered);
        }
    }
    let logged = session.and_then(Session::name_filter);
    if let Some(filter) = logged.or(*name_filter) {
        let message = format!("Only objects with {} in their names were exported.", quoted(filter));
        partial("name_filter", folder, message, gathered);
    }
    if let Some(session) = session {
        for (policy_type, name, why) in failures(session) {
            gathered.notes.error(
                "failed_item",
                Some(&session.path),
                format!("{policy_type}: {}.", quoted(&why)),
            );
            items.push(failed_item(&policy_type, name.as_deref(), &why));
        }
        if session.finished_at.is_none() {
            let message =
                format!("The log does not say that the export to {} finished.", quoted(&session.root));
            partial("unfinished_export", &session.path, message, gathered);
        }
    }
    number("intunemanagement item", &mut items);
    BackupSet {
        id,
        name: Some(format!("{shown} ({})", origin.words()).into()),
        scope: Some(source.scope.to_owned().into()),
        status: status.into(),
        completed_at: times::written(completed_at),
        items: Some(items),
        ..BackupSet::default()
    }
}

/// The objects that an export failed on: policy type, name and reason.
fn failures(session: &Session) -> Vec<(String, Option<String>, String)> {
    let mut failures = Vec::new();
    let (mut title, mut object) = (String::new(), None);
    for entry in &session.entries {
        let text = entry.text.trim();
        if let Some(rest) = text.strip_prefix("Export ") {
            match rest.split_once(": ") {
                Some((written, name)) => {
                    written.clone_into(&mut title);
                    // The count at the end is the progress, not the name.
                    let name = name
                        .rsplit_once(" (")
                        .filter(|(_, end)| end.contains('/'))
                        .map_or(name, |(name, _)| name);
                    object = Some(name.to_owned());
                }
                None => match rest.strip_suffix(" objects") {
                    Some(written) => {
                        written.clone_into(&mut title);
                        object = None;
                    }
                    None => object = Some(rest.to_owned()),
                },
            }
            continue;
        }
        let is_failure = (entry.severity >= 3)
            || text.starts_with("Batch result ") && text.contains("Skipping")
            || text.starts_with("Not all batch objects returned")
            || text.starts_with("Max retry reached");
        if is_failure && !text.starts_with("Failed to download Graph MetaData") {
            failures.push((items::policy_type_of_title(&title).to_owned(), object.clone(), text.to_owned()));
        }
    }
    failures
}

/// Exports that the log says failed and whose dated folder is not here: a failed set each, so that an older export does not look like
/// the last.
fn lost_exports(
    source: &Source<'_>,
    sessions: &[Session],
    exports: &BTreeMap<String, Export>,
    ids: &mut Ids,
    owned: &mut BTreeMap<String, Vec<BackupSet>>,
    gathered: &mut Gathered,
) {
    let is_lost = |session: &&Session| {
        session.work == Work::Export
            && is_this_tenant(source, session)
            && date_in(session.folder()).is_some()
            && !exports.keys().any(|folder| is_in(source, folder, session.folder()))
            && (session.finished_at.is_none() || !failures(session).is_empty())
    };
    for session in sessions.iter().rev().filter(is_lost).take(KEPT) {
        let key = format!("lost\n{}", session.root);
        let (id, _) = ids.claim("intunemanagement export", &natural_key(source, &key));
        let message = format!(
            "The export to {} failed or did not finish, and its folder is not here.",
            quoted(&session.root)
        );
        gathered.notes.error("lost_export", Some(&session.path), message);
        let organisation = session.organisation.clone().filter(|_| source.tenant.is_empty());
        owned.entry(organisation.unwrap_or_default()).or_default().push(BackupSet {
            id,
            name: Some(format!("Failed export to {}, which is not here", session.folder()).into()),
            scope: Some(source.scope.to_owned().into()),
            status: "failed".into(),
            created_at: times::written(session.started_at),
            ..BackupSet::default()
        });
    }
}

/// Jobs that ended before they signed in: a failed set each, the newest ones first.
fn failed_jobs(source: &Source<'_>, sessions: &[Session], ids: &mut Ids, sets: &mut Vec<BackupSet>) {
    let failed = sessions.iter().rev().filter(|session| session.work == Work::NotSignedIn);
    for session in failed.take(KEPT) {
        let at = session.started_at;
        let key = format!("failed\n{}", at.map(|at| at.to_string()).unwrap_or_default());
        let (id, _) = ids.claim("intunemanagement export", &natural_key(source, &key));
        let why = session.entries.first().map(|entry| entry.text.trim().to_owned()).unwrap_or_default();
        sets.push(BackupSet {
            id,
            name: Some(format!("Export that did not start: {why}").into()),
            scope: Some(source.scope.to_owned().into()),
            status: "failed".into(),
            created_at: times::written(at),
            ..BackupSet::default()
        });
    }
}
