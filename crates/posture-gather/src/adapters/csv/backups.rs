//! `backups.csv`: one row per backup set.

use std::collections::{BTreeMap, HashMap};

use posture_core::export::snapshot::{BackupSet, QualitySummary, Text};

use super::table::{self, Cell, Columns, Row, Table, pause_after};
use super::words;
use crate::ids::Ids;
use crate::notes::{Notes, quoted};
use crate::records::Gathered;
use crate::source::Source;
use crate::times;

pub(super) const COLUMNS: Columns = Columns {
    required: &["completed_at", "status"],
    optional: &["tenant", "scope", "set", "items", "degraded_items", "policy_types"],
};

pub(super) async fn read(source: &Source<'_>, table: &Table, gathered: &mut Gathered) {
    let mut ids: HashMap<String, Ids> = HashMap::new();
    if !source.tenant.is_empty() {
        // Growing a list of very many sets would copy them.
        gathered.records.sets.reserve(table.rows().len());
    }
    for (index, row) in table.rows().iter().enumerate() {
        pause_after(source, index).await;
        let tenant = table.text(row, "tenant");
        let mut set = set(source, table, row, &mut gathered.notes);
        let natural_key = format!(
            "{}\n{}\n{}",
            tenant.to_lowercase(),
            set.scope.as_deref().unwrap_or_default(),
            key(table, row)
        );
        let (id, is_own) = ids.entry(tenant.to_lowercase()).or_default().claim("csv backup", &natural_key);
        if !is_own {
            let message =
                format!("Line {} repeats the set {}; both are kept.", row.line, quoted(key(table, row)));
            gathered.notes.warning("repeated_record", Some(table.path()), message);
        }
        set.id = id;
        let records = source.records_of(tenant, gathered);
        if lacks_time(table, row, &set.status) {
            // The set drops out of the verdict, and an older one must not look current for it.
            let title = format!("Times of {} cannot be read", table.path());
            let found = quoted(table.text(row, "completed_at"));
            let body =
                format!("The first is {found} on line {}. Write times like 2026-04-08T01:00:00Z.", row.line);
            table::bad_rows(records, title, body);
        }
        records.sets.push(set);
    }
}

/// What tells a set from the others of its scope.
fn key<'r>(table: &Table, row: &'r Row) -> &'r str {
    table.stated(row, "set").unwrap_or_else(|| table.text(row, "completed_at"))
}

/// Whether a row has something else than a time, or none although its backup is over.
fn lacks_time(table: &Table, row: &Row, status: &str) -> bool {
    match table.time(row, "completed_at") {
        Cell::Value(_) => false,
        Cell::Invalid => true,
        Cell::Blank => ["completed", "partial"].iter().any(|word| word.eq_ignore_ascii_case(status)),
    }
}

fn set(source: &Source<'_>, table: &Table, row: &Row, notes: &mut Notes) -> BackupSet {
    let completed_at = table.time(row, "completed_at");
    let status = table.stated(row, "status").unwrap_or_else(|| {
        notes.error(
            "no_status",
            Some(table.path()),
            format!("Line {} has no status; the set does not count.", row.line),
        );
        "not stated"
    });
    if lacks_time(table, row, status) {
        let found = quoted(table.text(row, "completed_at"));
        let message = format!(
            "Line {}: completed_at is {found}, which is not a time like 2026-04-08T01:00:00Z; the set counts as not completed.",
            row.line
        );
        notes.error("invalid_time", Some(table.path()), message);
    }
    words::note_unknown(table, row, "status", words::SET_STATUSES, notes);
    let content = Content::read(table, row, notes);
    let scope = match table.stated(row, "scope") {
        Some(scope) if source.is_scope_stated => format!("{}/{scope}", source.scope),
        Some(scope) => scope.to_owned(),
        None => source.scope.to_owned(),
    };
    BackupSet {
        name: table.stated(row, "set").map(|name| name.to_owned().into()),
        scope: Some(scope.into()),
        status: status.to_owned().into(),
        item_count: content.items,
        completed_at: times::written(completed_at.value()),
        opaque: content.quality.is_none().then_some(true),
        quality: content.quality,
        ..BackupSet::default()
    }
}

/// What a row says about a set's content.
struct Content {
    items: Option<u64>,
    quality: Option<QualitySummary>,
}

impl Content {
    fn read(table: &Table, row: &Row, notes: &mut Notes) -> Self {
        let mut is_known = true;
        let mut number = |column: &'static str| {
            let cell = table.number(row, column);
            if matches!(cell, Cell::Invalid) {
                let found = quoted(table.text(row, column));
                notes.error(
                    "invalid_number",
                    Some(table.path()),
                    format!("Line {}: {column} is {found}, which is not a count.", row.line),
                );
            }
            cell.value()
        };
        let (items, degraded) = (number("items"), number("degraded_items"));
        let policy_types = policy_types(table.text(row, "policy_types"));
        if items.is_none() && degraded.is_none() && policy_types.is_empty() {
            return Self { items, quality: None };
        }
        // A count that is not stated leaves the content in part unknown; it is never read as zero problems.
        is_known &= items.is_some() && degraded.is_some();
        let least = degraded
            .unwrap_or(0)
            .max(policy_types.values().fold(0, |sum: u64, count| sum.saturating_add(*count)));
        let quality = QualitySummary {
            total_items: items.unwrap_or(least),
            degraded_items: degraded.unwrap_or(0),
            families: BTreeMap::new(),
            unknowns: if is_known { BTreeMap::new() } else { [("content_opaque".into(), 1)].into() },
            policy_types: (!policy_types.is_empty()).then_some(policy_types),
        };
        Self { items, quality: Some(quality) }
    }
}

/// Types separated by `|` or `;`, each with its count after `=` if that is stated, else 1.
fn policy_types(text: &str) -> BTreeMap<Text, u64> {
    let mut types = BTreeMap::new();
    for part in text.split(['|', ';']).map(str::trim).filter(|part| !part.is_empty()) {
        let counted =
            part.rsplit_once('=').and_then(|(name, count)| Some((name.trim(), count.trim().parse().ok()?)));
        let (name, count): (&str, u64) = counted.unwrap_or((part, 1));
        let sum = types.entry(Text::from(name.to_owned())).or_insert(0_u64);
        *sum = sum.saturating_add(count);
    }
    types
}
