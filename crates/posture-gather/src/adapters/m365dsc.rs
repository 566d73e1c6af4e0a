//! Microsoft365DSC: the configuration that an export writes, `M365TenantConfig.ps1`.
//!
//! An inventory only: the export keeps no record of its runs.

use std::collections::{BTreeMap, BTreeSet};

use posture_core::export::snapshot::BackupItem;

use super::shared::folder_time::TIMEZONE;
use super::shared::folders::{self, Export};
use super::shared::inventory::{broken_item, item, with_assignments};
use super::shared::news;
use crate::kind::Kind;
use crate::notes::quoted;
use crate::pace::Pace;
use crate::records::Gathered;
use crate::source::Source;
use crate::text;
use crate::tree::{Tree, folder_of, stem_and_extension};

/// The row of the table of kinds.
pub const KIND: Kind = Kind {
    name: "m365dsc",
    title: "Microsoft365DSC",
    docs: "docs/gather/m365dsc.md",
    keys: &[TIMEZONE],
    reads_history: true,
    gives_backups: true,
    names_tenants: false,
    detect: |tree, pace| Box::pin(detect(tree, pace)),
    gather: |source, gathered| Box::pin(gather(source, gathered)),
};

const FILE: &str = "M365TenantConfig.ps1";
/// How many resources, or lines between them, are read between two offers to pause.
const SLICE: usize = 100;
/// How an export starts.
const GENERATED: &str = "# Generated with Microsoft365DSC";

async fn detect(tree: &dyn Tree, pace: &dyn Pace) -> Option<String> {
    /// An export can be given another name.
    const MOST_READ: usize = 20;
    let entries = tree.entries();
    if let Some(entry) = entries.iter().find(|entry| entry.name().eq_ignore_ascii_case(FILE)) {
        return Some(format!("it has {}", entry.path));
    }
    let scripts = entries.iter().filter(|entry| stem_and_extension(entry.name()).1 == "ps1");
    for entry in scripts.take(MOST_READ) {
        let Ok(bytes) = tree.read(&entry.path) else { continue };
        if text::decode_in_slices(pace, bytes).await.is_ok_and(|content| is_configuration(&content)) {
            return Some(format!("{} is a configuration of Microsoft365DSC", entry.path));
        }
    }
    None
}

async fn gather(source: &Source<'_>, gathered: &mut Gathered) {
    let mut exports: BTreeMap<String, Export> = BTreeMap::new();
    let (mut listed, mut logs) = (BTreeSet::new(), BTreeSet::new());
    for entry in source.tree.entries() {
        source.pause().await;
        let path = entry.path.as_str();
        if entry.name().to_lowercase().contains("m365dsc-errorlog") {
            let message = "Microsoft365DSC logged errors here. Read them: a resource that failed is missing from the export.";
            gathered.notes.warning("error_log", Some(path), message);
            logs.insert(path);
            continue;
        }
        if stem_and_extension(entry.name()).1 != "ps1" {
            news::skipped(gathered, path, "it is not a .ps1 file");
            continue;
        }
        let is_export = entry.name().eq_ignore_ascii_case(FILE);
        match source.read_text(path).await {
            // An export can be given another name, so this may have been one.
            Err(why) if !is_export => news::unreadable(source, gathered, path, &why.to_string()),
            Ok(content) if !is_export || is_configuration(&content) => {
                let components = components(&content);
                if !is_configuration(&content) {
                    if components.is_empty() {
                        news::skipped(gathered, path, "it is not a configuration of Microsoft365DSC");
                    } else {
                        let message = format!("Types listed for the export: {}.", components.len());
                        gathered.notes.info("read", Some(path), message);
                    }
                    listed.extend(components);
                    continue;
                }
                listed.extend(components);
                if !content.contains(GENERATED) {
                    let message = format!(
                        "The configuration does not begin with \"{GENERATED}\", so nothing says that it is an export. A configuration that somebody wrote is not a backup, so it does not count. If it is an export, keep that line."
                    );
                    gathered.notes.error("not_generated", Some(path), message);
                    continue;
                }
                let export = exports.entry(folder_of(path).to_owned()).or_default();
                export.files.add(folder_of(path), entry);
                let found = resources(source, &content).await;
                let message = format!("Resources read: {}.", found.items.len());
                gathered.notes.info("read", Some(path), message);
                if let Some(why) = found.broken {
                    gathered.notes.error("broken_configuration", Some(path), why);
                    export.is_partial = true;
                }
                export.items.extend(found.items);
            }
            read => {
                let why = read.err().map(|why| why.to_string());
                let why = why.unwrap_or_else(|| "it is not a configuration of Microsoft365DSC".to_owned());
                let why = format!("Failed to read {}: {why}.", entry.name());
                gathered.notes.error("unreadable_file", Some(path), why.clone());
                let export = exports.entry(folder_of(path).to_owned()).or_default();
                export.files.add(folder_of(path), entry);
                export.is_partial = true;
                export.items.push(broken_item("not stated", entry.name(), &why));
            }
        }
    }
    // The log of an older export says nothing about the last one. Folders with dates are in the order of their dates.
    let last = exports.keys().next_back().map(String::as_str);
    let is_of_last = |path: &&&str| !exports.contains_key(folder_of(path)) || Some(folder_of(path)) == last;
    if let Some(path) = logs.iter().rfind(is_of_last) {
        let title = format!("An export of {} logged errors", source.scope);
        let body = format!("See {path}. A resource that failed is missing from the export.");
        news::signal_once(&mut gathered.records, "export_errors", "medium", title, body);
    }
    let found: BTreeSet<String> = exports
        .values()
        .flat_map(|export| &export.items)
        .filter_map(|item| Some(item.policy_type.as_deref()?.to_lowercase()))
        .collect();
    for missing in listed.iter().filter(|name| !found.contains(&name.to_lowercase())) {
        let message = format!(
            "{} is listed for the export, but the export has no resource of this type.",
            quoted(missing)
        );
        gathered.notes.info("type_without_resource", None, message);
    }
    folders::records(source, "m365dsc", exports, gathered);
}

fn is_configuration(content: &str) -> bool {
    let lower = content.to_ascii_lowercase();
    lower.contains("import-dscresource") && lower.contains("microsoft365dsc")
}

/// The types that a script passes to `Export-M365DSCConfiguration -Components @(…)`.
fn components(content: &str) -> Vec<String> {
    let mut names = Vec::new();
    for call in content.split("-Components").skip(1) {
        let Some((list, _)) = call.trim_start().strip_prefix("@(").and_then(|rest| rest.split_once(')'))
        else {
            continue;
        };
        let quoted = list.split(',').map(|name| name.trim().trim_matches(['"', '\'']).to_owned());
        names.extend(
            quoted.filter(|name| !name.is_empty() && name.chars().all(|char| char.is_ascii_alphanumeric())),
        );
    }
    names
}

/// The resources of a configuration.
struct Resources {
    items: Vec<BackupItem>,
    /// Why the file is not whole.
    broken: Option<String>,
}

/// Reads the blocks `Type "Name" { … }`. A block ends at a brace with the indentation of its head.
async fn resources(source: &Source<'_>, content: &str) -> Resources {
    let mut items = Vec::new();
    let mut broken = None;
    let mut lines = content.lines().enumerate().peekable();
    // Nothing before the node is a resource, for instance the parameters.
    let is_node = |line: &str| {
        let mut words = line.split_whitespace();
        words.next().is_some_and(|word| word.eq_ignore_ascii_case("node")) && words.next().is_some()
    };
    if !lines.by_ref().any(|(_, line)| is_node(line)) {
        return Resources { items, broken: Some("The file has no Node, so it ends too early.".to_owned()) };
    }
    let (mut is_closed, mut steps) = (false, 0);
    while let Some((number, line)) = lines.next() {
        steps += 1;
        if steps % SLICE == 0 {
            source.pause_in_file().await;
        }
        is_closed |= line.trim_end() == "}";
        let Some((policy_type, instance)) = head(line) else { continue };
        let opens = line.trim_end().ends_with('{') || lines.next_if(|(_, line)| line.trim() == "{").is_some();
        if !opens {
            continue;
        }
        let indentation = indentation(line);
        let mut block = Block::default();
        let mut has_end = false;
        for (_, line) in lines.by_ref() {
            if line.trim_end().trim_start() == "}" && self::indentation(line) == indentation {
                has_end = true;
                break;
            }
            block.read(line, indentation);
        }
        if !has_end {
            let why = format!("The resource {} on line {} has no end.", quoted(instance), number + 1);
            items.push(broken_item(policy_type, instance, &why));
            broken = Some(why);
            break;
        }
        items.extend(block.item(policy_type, instance));
    }
    if broken.is_none() && !is_closed {
        broken = Some("The configuration is not closed, so the file ends too early.".to_owned());
    }
    Resources { items, broken }
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The type and the instance name of a line like `AADGroup "AADGroup-Sales"`.
fn head(line: &str) -> Option<(&str, &str)> {
    let line = line.trim().trim_end_matches('{').trim_end();
    let (policy_type, name) = line.split_once(char::is_whitespace)?;
    let name = name.trim();
    let is_type = policy_type.starts_with(|char: char| char.is_ascii_uppercase())
        && policy_type.chars().all(|char| char.is_ascii_alphanumeric());
    let unquoted = ['"', '\''].into_iter().find_map(|quote| name.strip_prefix(quote)?.strip_suffix(quote));
    let is_word =
        !name.is_empty() && name.chars().all(|char| char.is_ascii_alphanumeric() || "-_.".contains(char));
    let instance = unquoted.or(is_word.then_some(name))?;
    let is_keyword = ["Node", "Configuration", "Import-DscResource"].contains(&policy_type);
    (is_type && !is_keyword).then_some((policy_type, instance))
}

/// What the lines of a block say.
#[derive(Default)]
struct Block {
    display_name: Option<String>,
    name: Option<String>,
    identifier: Option<String>,
    has_assignments: bool,
    is_absent: bool,
}

impl Block {
    fn read(&mut self, line: &str, head: usize) {
        let Some((key, value)) = line.split_once('=') else { return };
        // Keys of nested objects are further in. Microsoft365DSC indents a block's own keys by four.
        if indentation(line) > head + 4 {
            return;
        }
        let value = value.trim().trim_end_matches(';').trim();
        let text = || Some(value.trim_matches(['"', '\'']).to_owned()).filter(|text| !text.is_empty());
        match key.trim().to_ascii_lowercase().as_str() {
            "displayname" => self.display_name = text(),
            "name" | "identity" => self.name = text(),
            "id" => self.identifier = text(),
            "assignments" => self.has_assignments = true,
            "ensure" => self.is_absent = text().is_some_and(|text| text.eq_ignore_ascii_case("absent")),
            _ => {}
        }
    }

    /// The item, unless the resource says that something must not be there.
    fn item(self, policy_type: &str, instance: &str) -> Option<BackupItem> {
        if self.is_absent {
            return None;
        }
        let name = self.display_name.or(self.name);
        let item = item(policy_type, Some(name.as_deref().unwrap_or(instance)), self.identifier.as_deref());
        // Only Intune's resources have assignments, and the export writes the key only if there are some.
        Some(if !policy_type.starts_with("Intune") {
            item
        } else if self.has_assignments {
            with_assignments(item, "captured", None)
        } else {
            with_assignments(
                item,
                "unknown",
                Some("The resource does not say whether there were assignments."),
            )
        })
    }
}
