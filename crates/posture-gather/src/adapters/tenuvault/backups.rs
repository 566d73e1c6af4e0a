//! Backup folders: `backup-yyyy-MM-dd-HHmmss/<type>/<name>.json` and `metadata.json`, which is written last.
//!
//! A downloaded ZIP archive has no such folder; its `tenuvault-manifest.json` and the summary name it.

use std::collections::{BTreeMap, HashMap};

use posture_core::Timestamp;
use posture_core::export::snapshot::{BackupItem, BackupSet, QualitySummary, Text};
use serde_json::Value;

use super::items;
use super::owner::{is_ours, word};
use crate::adapters::shared::folder_time::local;
use crate::adapters::shared::folders::number;
use crate::adapters::shared::inventory::{
    broken_item, failed_item, item, keep_newest_items, with_assignments,
};
use crate::adapters::shared::natural_key;
use crate::adapters::shared::values::{count, get, sum, text, time};
use crate::ids::Ids;
use crate::notes::quoted;
use crate::records::Gathered;
use crate::source::Source;
use crate::text::TextError;
use crate::times;
use crate::tree::{Tree, folder_of, name_of, stem_and_extension};

/// The summary of a backup.
pub(super) const METADATA: &str = "metadata.json";
/// What a download adds to the backup: its name and the tenant.
pub(super) const MANIFEST: &str = "tenuvault-manifest.json";
/// What TenuVault's text interface writes next to the summary: the outcome of each type.
const LOG: &str = "backup.log";
/// How long a backup without a summary counts as running; TenuVault itself waits as long.
const RUNNING_SECONDS: u64 = 6 * 3600;

/// What a file of a backup is.
#[derive(Clone, Copy)]
pub(super) enum Place<'p> {
    Metadata,
    Manifest,
    Log,
    Item { type_folder: &'p str },
}

/// The backup folder that a file is in, and what it is there. A backup folder has a name with a time, or a summary.
pub(super) fn place<'p>(tree: &dyn Tree, path: &'p str) -> Option<(&'p str, Place<'p>)> {
    let folder = folder_of(path);
    let has = |root: &str, name: &str| {
        let path = if root.is_empty() { name.to_owned() } else { format!("{root}/{name}") };
        tree.entries().binary_search_by(|entry| entry.path.as_str().cmp(&path)).is_ok()
    };
    match name_of(path) {
        METADATA => return Some((folder, Place::Metadata)),
        MANIFEST => return Some((folder, Place::Manifest)),
        LOG if has(folder, METADATA) => return Some((folder, Place::Log)),
        _ => {}
    }
    let (root, type_folder) = (folder_of(folder), name_of(folder));
    if folder.is_empty() {
        return None;
    }
    let has_summary = || has(root, METADATA) || has(root, MANIFEST);
    (named_time(name_of(root)).is_some() || has_summary()).then_some((root, Place::Item { type_folder }))
}

/// The time in a folder's name, in UTC: `backup-2026-04-08-010000`, `2026-04-08_01-00-00` or `2026-04-08`.
pub(super) fn named_time(name: &str) -> Option<Timestamp> {
    let digits: String = match name.strip_prefix("backup-") {
        Some(rest) => rest.chars().filter(|char| *char != '-').collect(),
        None => {
            let (date, clock) = name.split_once('_').unwrap_or((name, ""));
            let clock = clock.split('_').next().unwrap_or_default();
            if date.len() != 10 {
                return None;
            }
            format!("{date}{clock}").chars().filter(|char| *char != '-').collect()
        }
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || !matches!(digits.len(), 8 | 14) {
        return None;
    }
    let number = |from: usize, to: usize| digits.get(from..to).map_or(Some(0), |text| text.parse().ok());
    times::utc(number(0, 4)?, number(4, 6)?, number(6, 8)?, number(8, 10)?, number(10, 12)?, number(12, 14)?)
        .filter(|at| times::is_plausible(*at))
}

/// One backup folder.
#[derive(Default)]
pub(super) struct Backup {
    items: Vec<BackupItem>,
    metadata: Option<Value>,
    manifest: Option<Value>,
    /// The types that the log calls failed, with the reason.
    logged_failures: Vec<(String, String)>,
    /// The types of which the log says that something is incomplete, with what it says.
    logged_warnings: Vec<(String, String)>,
    /// The items whose empty list of assignments may mean that an older version could not read them.
    maybe_unread: Vec<usize>,
    /// Why the summary cannot be read.
    broken_summary: Option<String>,
}

impl Backup {
    /// Reads the outcome of each type: `FAILED   DeviceConfigurations   Forbidden`.
    pub(super) fn add_log(&mut self, log: &str) {
        let rows = |word: &'static str| {
            log.lines().filter_map(move |line| {
                let rest = line.strip_prefix(word)?.trim();
                let (name, why) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
                Some((name.to_owned(), why.trim().to_owned()))
            })
        };
        self.logged_failures.extend(rows("FAILED "));
        self.logged_warnings.extend(rows("WARN "));
    }

    /// The tenant's id, in lower case.
    fn tenant_id(&self) -> Option<String> {
        let of_summary = self.metadata.as_ref().and_then(|metadata| text(metadata, "TenantId"));
        let of_manifest = || self.manifest.as_ref().and_then(|manifest| text(manifest, "sourceTenantId"));
        of_summary.or_else(of_manifest).map(str::to_lowercase)
    }

    /// The name of the backup's folder: the folder's own, if it has a time, else as the summary or the manifest states it.
    fn name<'b>(&'b self, root: &'b str) -> &'b str {
        let own = name_of(root);
        if named_time(own).is_some() {
            return own;
        }
        let of_summary = self.metadata.as_ref().and_then(|metadata| text(metadata, "BackupFolder"));
        let of_manifest = || self.manifest.as_ref().and_then(|manifest| text(manifest, "backupId"));
        of_summary.or_else(of_manifest).unwrap_or(own)
    }

    /// An instant that the backup states, which TenuVault's text interface writes in local time and all else in UTC.
    fn stated(&self, source: &Source<'_>, at: Timestamp) -> Timestamp {
        if self.is_of_text_interface() { local(source, at) } else { at }
    }

    fn is_of_text_interface(&self) -> bool {
        let version = self.metadata.as_ref().and_then(|metadata| text(metadata, "RunbookVersion"));
        version.is_some_and(|version| version.starts_with("tui"))
    }

    /// States assignments as unknown if an older version may have written an empty list without reading them.
    fn doubt_empty_lists(&mut self) {
        let listed = self.metadata.as_ref().and_then(|metadata| get(metadata, "Items"));
        // Versions that read them also record this hash.
        let is_read = |item: &BackupItem| {
            let key = format!(
                "{}/{}",
                item.policy_type.as_deref().unwrap_or_default(),
                item.policy_identifier.as_deref().unwrap_or_default()
            );
            listed
                .and_then(|items| get(items, &key))
                .is_some_and(|item| get(item, "hashWithEmptyAssignments").is_some())
        };
        if self.is_of_text_interface() {
            return;
        }
        for index in std::mem::take(&mut self.maybe_unread) {
            if let Some(item) = self.items.get_mut(index).filter(|item| !is_read(item)) {
                let reason =
                    "An older version of TenuVault wrote an empty list without reading the assignments.";
                *item = with_assignments(std::mem::take(item), "unknown", Some(reason));
            }
        }
    }

    pub(super) fn add(
        &mut self,
        place: Place<'_>,
        path: &str,
        read: Result<Value, TextError>,
        gathered: &mut Gathered,
    ) {
        let name = name_of(path);
        match (place, read) {
            (Place::Metadata, Ok(value)) if value.is_object() => self.metadata = Some(value),
            (Place::Metadata, read) => {
                let why = read.err().map_or_else(|| "it holds no object".to_owned(), |why| why.to_string());
                let message = format!(
                    "Failed to read the summary of the backup: {why}. Backups that TenuVault keeps are encrypted; use Download."
                );
                gathered.notes.error("unreadable_file", Some(path), message);
                self.broken_summary = Some(why);
            }
            (Place::Manifest, read) => self.manifest = read.ok(),
            (Place::Log, _) => {}
            (Place::Item { type_folder }, Ok(value)) if value.is_object() => {
                if items::may_be_unread(type_folder, &value) {
                    self.maybe_unread.push(self.items.len());
                }
                let item = items::read(type_folder, stem_and_extension(name).0, &value);
                let problem =
                    item.metadata.as_ref().and_then(|metadata| metadata.integrity_warning.as_deref());
                if let Some(why) = problem {
                    gathered.notes.error("incomplete_item", Some(path), why.to_owned());
                }
                self.items.push(item);
            }
            (Place::Item { type_folder }, read) => {
                let why = read.err().map_or_else(|| "it holds no object".to_owned(), |why| why.to_string());
                gathered.notes.error(
                    "unreadable_file",
                    Some(path),
                    format!("Failed to read the item: {why}."),
                );
                let why = format!("Failed to read {name}: {why}.");
                self.items.push(broken_item(type_folder, stem_and_extension(name).0, &why));
            }
        }
    }
}

/// The ids of the sets, by the name of the folder.
pub(super) type Sets = HashMap<String, u64>;

pub(super) fn records(source: &Source<'_>, found: BTreeMap<String, Backup>, gathered: &mut Gathered) -> Sets {
    let mut sets = Sets::new();
    let mut owned: BTreeMap<String, Vec<BackupSet>> = BTreeMap::new();
    let mut ids = Ids::default();
    for (root, backup) in found {
        let name = backup.name(&root).to_owned();
        let tenant_id = backup.tenant_id();
        if !is_ours(source, tenant_id.as_deref()) {
            let message =
                format!("The backup is of the tenant {}; it was skipped.", tenant_id.unwrap_or_default());
            gathered.notes.warning("other_tenant", Some(&root), message);
            continue;
        }
        let (id, _) = ids.claim("tenuvault backup", &natural_key(source, &root));
        let set = set(source, id, &root, backup, gathered);
        sets.insert(name, id);
        owned.entry(word(source, tenant_id.as_deref()).to_owned()).or_default().push(set);
    }
    for (tenant, mut sets) in owned {
        keep_newest_items(&mut sets);
        source.records_of(&tenant, gathered).sets.append(&mut sets);
    }
    sets
}

fn set(source: &Source<'_>, id: u64, root: &str, backup: Backup, gathered: &mut Gathered) -> BackupSet {
    let mut backup = backup;
    backup.doubt_empty_lists();
    let name = backup.name(root).to_owned();
    let started_at = named_time(&name).map(|at| backup.stated(source, at));
    let ended_at = backup.metadata.as_ref().and_then(|metadata| {
        let instant = ["timestamp", "EndTime"].into_iter().find_map(|key| time(metadata, key));
        let started = || named_time(text(metadata, "BackupDate")?);
        instant.or_else(started).map(|at| backup.stated(source, at))
    });
    if backup.is_of_text_interface() {
        let message = "The times of this backup are local times.";
        gathered.notes.info("local_time", Some(root), message);
    }
    let Backup { mut items, metadata, broken_summary, logged_failures, logged_warnings, .. } = backup;
    let mut set = BackupSet {
        id,
        name: Some(if name.is_empty() { "Backup".into() } else { name.into() }),
        scope: Some(source.scope.to_owned().into()),
        created_at: times::written(started_at),
        ..BackupSet::default()
    };
    let Some(metadata) = metadata else {
        // The summary is written last: without it the backup still runs, or it ended before it was whole.
        let is_young = started_at.is_some_and(|at| source.now.seconds_since(at) < RUNNING_SECONDS);
        let is_running = is_young && broken_summary.is_none();
        set.status = if is_running { "running".into() } else { "partial".into() };
        if !is_running {
            let message = "The backup has no summary that can be read, so it holds only part of the tenant.";
            gathered.notes.error("no_summary", Some(root), message);
            set.completed_at = times::written(started_at);
        }
        number("tenuvault item", &mut items);
        set.items = Some(items);
        return set;
    };
    let completed_at = ended_at.or(started_at);
    if completed_at.is_none() {
        gathered.notes.error(
            "no_time",
            Some(root),
            "Nothing says when the backup was made; it does not count.",
        );
    }
    set.completed_at = times::written(completed_at);
    let (failed, skipped) = (names(&metadata, "FailedTypes"), names(&metadata, "SkippedTypes"));
    for (policy_type, why) in logged_warnings {
        let message = format!("{}: {}.", quoted(&policy_type), quoted(&why));
        gathered.notes.warning("incomplete_type", Some(root), message);
    }
    for (policy_type, why) in logged_failures.into_iter().filter(|(name, _)| !failed.contains(name)) {
        let message = format!("{}: {}.", quoted(&policy_type), quoted(&why));
        gathered.notes.error("failed_type", Some(root), message);
        items.push(failed_item(&policy_type, None, "TenuVault could not read this type."));
    }
    let is_whole = failed.is_empty() && skipped.is_empty() && count(&metadata, "Failures").unwrap_or(0) == 0;
    set.status = status(text(&metadata, "Status"), is_whole);
    for (types, why) in
        [(failed, "TenuVault could not read this type."), (skipped, "Access to this type was denied.")]
    {
        for policy_type in types {
            gathered.notes.error("failed_type", Some(root), format!("{}: {why}", quoted(&policy_type)));
            items.push(failed_item(&policy_type, None, why));
        }
    }
    let excluded = get(&metadata, "Scope").map(|scope| names(scope, "Excluded")).unwrap_or_default();
    if !excluded.is_empty() {
        let message = format!("The backup was set to leave out {}.", quoted(&excluded.join(", ")));
        gathered.notes.info("excluded_types", Some(root), message);
    }
    content(&mut set, &metadata, items);
    set
}

/// Items from files, else from the summary's list, else the summary's counts.
fn content(set: &mut BackupSet, metadata: &Value, mut items: Vec<BackupItem>) {
    let listed = get(metadata, "Items").and_then(Value::as_object);
    let counts: BTreeMap<Text, u64> = get(metadata, "ItemCounts")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        // The sum over all types is next to the types.
        .filter(|(name, _)| !name.eq_ignore_ascii_case("TotalPolicies"))
        .filter_map(|(name, _)| {
            let number = count(get(metadata, "ItemCounts")?, name)?;
            Some((name.clone().into(), number))
        })
        .collect();
    let counted = counts.values().fold(0, |total, number| sum(total, *number));
    let is_failed =
        |item: &BackupItem| item.metadata.as_ref().is_some_and(|metadata| metadata.source.is_some());
    let has_files = items.iter().any(|item| !is_failed(item));
    let failed = items.iter().filter(|item| is_failed(item)).count() as u64;
    if !has_files {
        for (key, value) in listed.into_iter().flatten() {
            let (policy_type, identifier) = key.split_once('/').unwrap_or((key, ""));
            let name = text(value, "file").map(|file| stem_and_extension(name_of(file)).0);
            let item = item(policy_type, name, Some(identifier).filter(|text| !text.is_empty()));
            let reason = "Only the summary of the backup is here.";
            items.push(with_assignments(item, "unknown", Some(reason)));
        }
    }
    if !has_files && listed.is_none() && !counts.is_empty() {
        set.quality = Some(QualitySummary {
            total_items: sum(counted, failed),
            degraded_items: failed,
            families: if failed > 0 { [("metadata_only".into(), failed)].into() } else { BTreeMap::new() },
            unknowns: [("assignments_unknown".into(), counted)].into(),
            policy_types: Some(counts),
        });
        return;
    }
    let stated = listed.map_or(counted, |listed| listed.len() as u64);
    if stated > 0 {
        set.item_count = Some(sum(stated, failed));
    }
    if items.is_empty() && stated == 0 && listed.is_none() && get(metadata, "ItemCounts").is_none() {
        // The summary says nothing about the content.
        return;
    }
    number("tenuvault item", &mut items);
    set.items = Some(items);
}

/// The contract's word for a status. One that is not known stays as it is.
fn status(written: Option<&str>, is_whole: bool) -> Text {
    let Some(written) = written else { return "not stated".into() };
    let letters: String = written.to_lowercase().chars().filter(char::is_ascii_alphabetic).collect();
    match letters.as_str() {
        "completed" | "complete" | "success" | "succeeded" | "successful" if is_whole => "completed".into(),
        "completed" | "complete" | "success" | "succeeded" | "successful" | "incomplete" => "partial".into(),
        "failed" | "failure" | "error" => "failed".into(),
        // What was written until then stays.
        "cancelled" | "canceled" => "partial".into(),
        "running" | "inprogress" => "running".into(),
        _ if letters.contains("warning") || letters.contains("partial") => "partial".into(),
        _ => written.to_owned().into(),
    }
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
