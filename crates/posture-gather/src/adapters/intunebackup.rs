//! IntuneBackupAndRestore: folders by type, with the assignments in a folder of their own.
//!
//! An inventory only: the tool keeps no record of its runs.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::future::ready;

use posture_core::export::snapshot::BackupItem;

use super::shared::folder_time::TIMEZONE;
use super::shared::folders::{self, Export};
use super::shared::inventory::{broken_item, item, with_assignments, with_problem, wrong_setting_count};
use super::shared::news;
use super::shared::values::text;
use crate::kind::Kind;
use crate::notes::quoted;
use crate::records::Gathered;
use crate::source::Source;
use crate::tree::{Tree, is_json, stem_and_extension};

/// The row of the table of kinds.
pub const KIND: Kind = Kind {
    name: "intunebackup",
    title: "IntuneBackupAndRestore",
    docs: "docs/gather/intunebackup.md",
    keys: &[TIMEZONE],
    reads_history: true,
    gives_backups: true,
    names_tenants: false,
    detect: |tree, _| Box::pin(ready(detect(tree))),
    gather: |source, gathered| Box::pin(gather(source, gathered)),
};

/// The folders of types. The tool does not back up the assignments of intents.
const TYPES: [&str; 10] = [
    ADMX,
    "App Protection Policies",
    "Autopilot Deployment Profiles",
    "Client Apps",
    INTENTS,
    "Device Compliance Policies",
    "Device Configurations",
    "Device Health Scripts",
    "Device Management Scripts",
    "Settings Catalog",
];
/// The tool writes the settings of such a template, without the template: a list, or one object if there is one setting.
const ADMX: &str = "Administrative Templates";
const INTENTS: &str = "Device Management Intents";

/// Where a file is: the export's folder, the type, and the path below it.
struct Place<'p> {
    root: &'p str,
    policy_type: &'static str,
    below: &'p str,
}

fn place(path: &str) -> Option<Place<'_>> {
    let mut start = 0;
    for part in path.split('/') {
        let end = start + part.len();
        let known = TYPES.into_iter().find(|known| known.eq_ignore_ascii_case(part));
        if let (Some(policy_type), Some(below)) = (known, path.get(end + 1..)) {
            let root = path.get(..start).unwrap_or_default().trim_end_matches('/');
            return Some(Place { root, policy_type, below });
        }
        start = end + 1;
    }
    None
}

fn detect(tree: &dyn Tree) -> Option<String> {
    let mut types = BTreeSet::new();
    let mut has_assignments = false;
    // A template of a repository has the folders, each with a README.
    for entry in tree.entries().iter().filter(|entry| is_json(entry.name())) {
        if let Some(place) = place(&entry.path) {
            types.insert(place.policy_type);
            has_assignments |= place.below.starts_with("Assignments/");
        }
    }
    let first = types.first()?;
    (has_assignments || types.len() > 1).then(|| {
        format!(
            "it has {} folders that IntuneBackupAndRestore writes, for instance {}",
            types.len(),
            quoted(first)
        )
    })
}

async fn gather(source: &Source<'_>, gathered: &mut Gathered) {
    // The names of the assignment files, by export and type.
    let mut assignments: BTreeMap<(&str, &str), BTreeSet<String>> = BTreeMap::new();
    let mut broken: BTreeSet<(&str, &str, String)> = BTreeSet::new();
    for entry in source.tree.entries() {
        if let Some(Place { root, policy_type, below }) = place(&entry.path)
            && let Some(name) = below.strip_prefix("Assignments/")
        {
            let name = stem_and_extension(name).0.to_lowercase();
            source.pause_in_file().await;
            if let Some(why) = unreadable(source, &entry.path).await {
                let message = format!("Failed to read the assignments: {why}.");
                gathered.notes.error("unreadable_file", Some(&entry.path), message);
                broken.insert((root, policy_type, name.clone()));
            }
            assignments.entry((root, policy_type)).or_default().insert(name);
        }
    }
    let assignments: BTreeMap<_, _> =
        assignments.into_iter().map(|(place, names)| (place, Assignments::new(names))).collect();
    let mut exports: BTreeMap<String, Export> = BTreeMap::new();
    let mut used: BTreeSet<(String, String)> = BTreeSet::new();
    for entry in source.tree.entries() {
        source.pause().await;
        let path = entry.path.as_str();
        let Some(Place { root, policy_type, below }) = place(path) else {
            news::skipped(gathered, path, "it is not in a folder of a type");
            continue;
        };
        let export = exports.entry(root.to_owned()).or_default();
        export.files.add(root, entry);
        if below.starts_with("Assignments/") {
            continue;
        }
        let (stem, extension) = stem_and_extension(entry.name());
        let is_item = extension == "json" && (!below.contains('/') || policy_type == INTENTS);
        if !is_item {
            news::skipped(gathered, path, "it is the content of another item, or not a .json file");
            continue;
        }
        let value = source.read_json(path).await;
        let item = match value {
            Ok(value) if value.is_object() || (policy_type == ADMX && value.is_array()) => {
                let name = text(&value, "displayName").or_else(|| text(&value, "name")).unwrap_or(stem);
                let identifier = text(&value, "id");
                let item = item(policy_type, Some(name), identifier);
                let known = assignments.get(&(root, policy_type));
                let found = known.and_then(|known| known.of(stem, name, identifier)).cloned();
                if let Some(found) = &found {
                    used.insert((format!("{root}\n{policy_type}"), found.clone()));
                }
                let is_broken =
                    found.as_ref().is_some_and(|found| broken.contains(&(root, policy_type, found.clone())));
                let problem = wrong_setting_count(&value, &value);
                if let Some(why) = &problem {
                    gathered.notes.error("incomplete_item", Some(path), why.clone());
                }
                with_problem(captured(item, policy_type, found.is_some(), is_broken), problem)
            }
            read => {
                let why =
                    read.err().map_or_else(|| "it does not hold an object".to_owned(), |why| why.to_string());
                let why = format!("Failed to read {}: {why}.", entry.name());
                gathered.notes.error("unreadable_file", Some(path), why.clone());
                broken_item(policy_type, stem, &why)
            }
        };
        exports.entry(root.to_owned()).or_default().items.push(item);
    }
    for ((root, policy_type), known) in assignments {
        for name in known.names {
            if !used.contains(&(format!("{root}\n{policy_type}"), name.clone())) {
                let message = format!("{policy_type}: the assignments {} belong to no item.", quoted(&name));
                gathered.notes.warning("assignments_without_item", Some(root), message);
            }
        }
    }
    folders::records(source, "intunebackup", exports, gathered);
}

/// Why a file of assignments cannot be read, if so.
async fn unreadable(source: &Source<'_>, path: &str) -> Option<String> {
    match source.read_json(path).await {
        Ok(value) if value.is_array() || value.is_object() => None,
        Ok(_) => Some("it holds no assignments".to_owned()),
        Err(why) => Some(why.to_string()),
    }
}

/// The names of the assignment files of one type, in lower case.
struct Assignments {
    names: BTreeSet<String>,
    /// Of `<id> - <name>`, the first with each name.
    by_name: HashMap<String, String>,
}

impl Assignments {
    fn new(names: BTreeSet<String>) -> Self {
        let mut by_name = HashMap::new();
        for known in &names {
            if let Some((_, name)) = known.split_once(" - ") {
                by_name.entry(name.to_owned()).or_insert_with(|| known.clone());
            }
        }
        Self { names, by_name }
    }

    /// The file of an item: of its own name, or `<id> - <name>`.
    fn of(&self, stem: &str, name: &str, identifier: Option<&str>) -> Option<&String> {
        let with_id = identifier.map(|id| format!("{} - ", id.to_lowercase()));
        let by_id = with_id.and_then(|prefix| {
            self.names.range(prefix.clone()..).next().filter(|known| known.starts_with(&prefix))
        });
        // The first of both.
        let by_name = || {
            self.names
                .get(&stem.to_lowercase())
                .into_iter()
                .chain(self.by_name.get(&name.to_lowercase()))
                .min()
        };
        by_id.or_else(by_name)
    }
}

fn captured(item: BackupItem, policy_type: &str, has_file: bool, is_broken: bool) -> BackupItem {
    if policy_type == INTENTS {
        return with_assignments(
            item,
            "not_captured",
            Some("The tool does not back up the assignments of intents."),
        );
    }
    if is_broken {
        return with_assignments(item, "not_captured", Some("The file of its assignments cannot be read."));
    }
    if has_file {
        return with_assignments(item, "captured", None);
    }
    // The tool writes the file only if there are assignments.
    with_assignments(
        item,
        "unknown",
        Some("There is no file of assignments, which may mean that there were none."),
    )
}
