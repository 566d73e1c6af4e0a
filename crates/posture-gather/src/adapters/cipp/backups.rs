//! A scheduled backup: one file, or one row of `ExecListBackup`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use posture_core::Timestamp;
use posture_core::export::snapshot::{BackupItem, BackupSet, ItemMetadata, Text};
use serde_json::Value;

use super::tenants::Tenants;
use crate::adapters::shared::values::{get, text, time};
use crate::adapters::shared::{natural_key, news};
use crate::ids::Ids;
use crate::keep::UNREADABLE;
use crate::notes::quoted;
use crate::records::Gathered;
use crate::source::Source;
use crate::text::json_of;
use crate::times;
use crate::tree::{name_of, stem_and_extension};

/// The areas whose entries are items.
const ITEM_AREAS: [&str; 4] = ["ca", "intuneconfig", "intunecompliance", "intuneprotection"];
/// The areas whose entries are counted in a note: people, groups and settings of CIPP.
const OTHER_AREAS: [&str; 7] = [
    "users",
    "groups",
    "antispam",
    "antiphishing",
    "CippCustomVariables",
    "CippWebhookAlerts",
    "CippScriptedAlerts",
];

/// Whether an object has an area of a backup.
pub(super) fn has_area(value: &Value) -> bool {
    ITEM_AREAS.iter().chain(&OTHER_AREAS).any(|area| {
        value.as_object().is_some_and(|object| object.keys().any(|key| key.eq_ignore_ascii_case(area)))
    })
}

/// The known name of an area, if it is one.
pub(super) fn area(word: &str) -> Option<&'static str> {
    ITEM_AREAS.into_iter().chain(OTHER_AREAS).find(|area| area.eq_ignore_ascii_case(word))
}

/// The time at the end of a name like `contoso.onmicrosoft.com_2026-04-08-0100.json`, in UTC: CIPP runs in Azure Functions.
pub(super) fn named_time(name: &str) -> Option<Timestamp> {
    let stem = name.strip_suffix(".json").unwrap_or(name);
    let stem = stem.split("-part").next().unwrap_or(stem);
    let (_, at) = stem.rsplit_once('_')?;
    let [year, month, day, clock] = at.split('-').collect::<Vec<_>>().try_into().ok()?;
    let number = |text: &str, digits| {
        (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
    };
    let clock = number(clock, 4)?;
    times::utc(number(year, 4)?, number(month, 2)?, number(day, 2)?, clock / 100, clock % 100, 0)
}

/// One entry of an area.
enum Entry {
    Captured { policy_type: String, name: Option<String> },
    Failed { why: String },
}

/// One backup, as far as its file says.
pub(super) struct Backup {
    row_key: String,
    tenant: String,
    completed_at: Option<Timestamp>,
    path: String,
    /// The entries per area; `None` if only the name of the backup is known.
    areas: Option<BTreeMap<&'static str, Vec<Entry>>>,
    others: BTreeMap<&'static str, usize>,
    unreadable: Option<String>,
}

impl Backup {
    /// A file that is named like a backup but cannot be read.
    pub(super) fn unreadable(path: &str, why: &str) -> Self {
        let row_key = stem_and_extension(name_of(path)).0;
        Self {
            tenant: row_key.rsplit_once('_').map_or("", |(tenant, _)| tenant).to_owned(),
            completed_at: named_time(name_of(path)),
            row_key: row_key.to_owned(),
            path: path.to_owned(),
            areas: None,
            others: BTreeMap::new(),
            unreadable: Some(why.to_owned()),
        }
    }

    pub(super) fn read(path: &str, value: Value, gathered: &mut Gathered) -> Self {
        let row_key = text(&value, "RowKey").or_else(|| text(&value, "BackupName"));
        let row_key = row_key.unwrap_or_else(|| stem_and_extension(name_of(path)).0).to_owned();
        let completed_at =
            named_time(&row_key).or_else(|| named_time(name_of(path))).or_else(|| time(&value, "Timestamp"));
        if completed_at.is_none() {
            let message =
                format!("The backup {} says nowhere when it was made; it does not count.", quoted(&row_key));
            gathered.notes.error("no_time", Some(path), message);
        }
        let tenant = text(&value, "TenantFilter")
            .or_else(|| row_key.rsplit_once('_').map(|(tenant, _)| tenant))
            .unwrap_or_default()
            .to_owned();
        let mut backup = Self {
            row_key,
            tenant,
            completed_at,
            path: path.to_owned(),
            areas: None,
            others: BTreeMap::new(),
            unreadable: None,
        };
        // `ExecListBackup` puts the content as text into `Backup`; a link there means that CIPP could not fetch it.
        match text(&value, "Backup") {
            Some(content) if !has_area(&value) => match json_of(content) {
                Ok(content) => backup.read_areas(&content),
                Err(_) => {
                    let message =
                        format!("The content of the backup {} is not in the file.", quoted(&backup.row_key));
                    gathered.notes.warning("no_content", Some(path), message);
                }
            },
            _ if has_area(&value) => backup.read_areas(&value),
            _ if get(&value, "BackupName").is_some() => {
                let message = format!("Only the name of the backup {} is known.", quoted(&backup.row_key));
                gathered.notes.info("no_content", Some(path), message);
            }
            _ => backup.areas = Some(BTreeMap::new()),
        }
        backup
    }

    fn read_areas(&mut self, content: &Value) {
        let mut areas = BTreeMap::new();
        for (key, value) in content.as_object().into_iter().flatten() {
            let Some(area) = area(key) else { continue };
            // Older versions store each area as JSON text.
            let parsed = value.as_str().and_then(|text| json_of(text).ok());
            let is_list = parsed.as_ref().is_some_and(|parsed| parsed.is_array() || area != "ca");
            let value = parsed.filter(|_| is_list).unwrap_or_else(|| value.clone());
            // PowerShell writes a list of one entry as that entry, and an empty one as null.
            let entries = match value {
                Value::Array(entries) => entries,
                Value::Null => Vec::new(),
                Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => vec![value],
            };
            if ITEM_AREAS.contains(&area) {
                areas.insert(area, entries.iter().map(|value| entry(area, value)).collect());
            } else {
                self.others.insert(area, entries.len());
            }
        }
        self.areas = Some(areas);
    }

    pub(super) fn row_key(&self) -> &str {
        &self.row_key
    }

    pub(super) fn tenant(&self) -> &str {
        &self.tenant
    }

    /// Whether this is a better record of the same backup than another.
    pub(super) fn tells_more_than(&self, other: &Self) -> bool {
        self.areas.is_some() && other.areas.is_none()
    }
}

fn entry(area: &str, value: &Value) -> Entry {
    // A Conditional Access template is the text of an object; any other text says what failed.
    let parsed = value.as_str().and_then(|text| json_of(text).ok());
    let object = parsed.as_ref().filter(|parsed| parsed.is_object()).unwrap_or(value);
    if !object.is_object() {
        let why = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
        return Entry::Failed { why };
    }
    let name = text(object, "displayName").map(ToOwned::to_owned);
    if area == "ca" {
        return Entry::Captured { policy_type: area.to_owned(), name };
    }
    let written_type = text(object, "Type");
    if get(object, "TemplateJson").is_none_or(|content| content.as_str() == Some("")) {
        let what = name.or(written_type.map(ToOwned::to_owned)).unwrap_or_else(|| area.to_owned());
        return Entry::Failed { why: format!("{what} has no TemplateJson") };
    }
    let policy_type = written_type.map_or_else(|| area.to_owned(), |written| format!("{area}/{written}"));
    Entry::Captured { policy_type, name }
}

/// The ids of the sets, by the row key of the backup.
pub(super) type Sets = BTreeMap<String, u64>;

pub(super) fn records(
    source: &Source<'_>,
    tenants: &Tenants<'_>,
    backups: BTreeMap<String, Backup>,
    requested: &BTreeMap<String, BTreeSet<&'static str>>,
    gathered: &mut Gathered,
) -> Sets {
    let mut newest: HashMap<String, (Option<Timestamp>, &str)> = HashMap::new();
    for backup in backups.values() {
        let known = newest.entry(backup.tenant.to_lowercase()).or_insert((None, ""));
        *known = (*known).max((backup.completed_at, &backup.row_key));
    }
    let newest: BTreeSet<String> = newest.into_values().map(|(_, row_key)| row_key.to_owned()).collect();

    let mut ids: HashMap<String, Ids> = HashMap::new();
    let mut sets = Sets::new();
    for (row_key, backup) in backups {
        let (id, is_own) = ids
            .entry(backup.tenant.to_lowercase())
            .or_default()
            .claim("cipp backup", &natural_key(source, &row_key));
        if !is_own {
            let message = format!("The backup {} got the next free id.", quoted(&row_key));
            gathered.notes.warning("id_collision", Some(&backup.path), message);
        }
        // The tasks say what is requested now, so only the newest backup can lack it.
        let wanted = requested.get(&backup.tenant.to_lowercase()).filter(|_| newest.contains(&row_key));
        let tenant = backup.tenant.clone();
        let unreadable = backup.unreadable.clone().map(|why| (backup.path.clone(), why));
        let set = set(source, id, backup, wanted, gathered);
        if let Some(records) = tenants.records(source, &tenant, gathered) {
            if let Some((path, why)) = unreadable {
                news::tell_unreadable(source, records, &path, &why);
            }
            records.sets.push(set);
            sets.insert(row_key, id);
        }
    }
    sets
}

fn set(
    source: &Source<'_>,
    id: u64,
    backup: Backup,
    requested: Option<&BTreeSet<&'static str>>,
    gathered: &mut Gathered,
) -> BackupSet {
    let path = Some(backup.path.as_str());
    let mut set = BackupSet {
        id,
        name: Some(backup.row_key.clone().into()),
        scope: Some(source.scope.to_owned().into()),
        status: "completed".into(),
        completed_at: times::written(backup.completed_at),
        ..BackupSet::default()
    };
    if backup.unreadable.is_some() {
        // The file is there, so the backup ran; nothing of its content can be used.
        set.status = "failed".into();
        set.name = Some(format!("{} · {UNREADABLE}", backup.row_key).into());
        return set;
    }
    let Some(areas) = backup.areas else {
        set.opaque = Some(true);
        return set;
    };
    let present = |area: &str| areas.contains_key(area) || backup.others.contains_key(area);
    let missing: Vec<_> = requested.into_iter().flatten().filter(|area| !present(area)).copied().collect();
    if !missing.is_empty() {
        let message = format!("The backup lacks {}, which its task requests.", missing.join(", "));
        gathered.notes.error("area_missing", path, message);
        set.status = "partial".into();
    }
    if !backup.others.is_empty() {
        let counts: Vec<_> = backup.others.iter().map(|(area, count)| format!("{count} {area}")).collect();
        gathered.notes.info("counted", path, format!("Counted, not listed: {}.", counts.join(", ")));
    }
    let mut ids = Ids::default();
    let mut items = Vec::new();
    for (area, entries) in areas {
        for (index, entry) in entries.into_iter().enumerate() {
            let key = match &entry {
                Entry::Captured { policy_type, name: Some(name) } => format!("{policy_type}\n{name}"),
                Entry::Captured { .. } | Entry::Failed { .. } => format!("{area}\n{index}"),
            };
            let (id, _) = ids.claim("cipp item", &key);
            if let Entry::Failed { why } = &entry {
                gathered.notes.error("failed_item", path, format!("{area}: {}.", quoted(why)));
                set.status = "partial".into();
            }
            items.push(item(id, area, entry));
        }
    }
    if items.is_empty() && backup.others.values().any(|count| *count > 0) {
        set.opaque = Some(true);
    } else {
        set.items = Some(items);
    }
    set
}

fn item(id: u64, area: &str, entry: Entry) -> BackupItem {
    let owned = Text::from;
    match entry {
        Entry::Captured { policy_type, name } => BackupItem {
            id,
            policy_type: Some(owned(policy_type)),
            display_name: name.map(owned),
            metadata: Some(ItemMetadata {
                assignment_capture: Some("unknown".into()),
                assignment_capture_reason: Some(
                    "CIPP does not say whether assignments were captured.".into(),
                ),
                ..ItemMetadata::default()
            }),
            ..BackupItem::default()
        },
        Entry::Failed { why } => BackupItem {
            id,
            policy_type: Some(owned(area.to_owned())),
            metadata: Some(ItemMetadata {
                source: Some("metadata_only".into()),
                warnings: vec![owned(why)],
                ..ItemMetadata::default()
            }),
            ..BackupItem::default()
        },
    }
}
