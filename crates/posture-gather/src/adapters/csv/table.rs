//! A CSV file with a header, in any order of columns.

use std::borrow::Cow;
use std::collections::HashMap;

use posture_core::export::snapshot::Signal;
use posture_core::{GREATEST_NUMBER, Timestamp};

use crate::notes::quoted;
use crate::records::Records;
use crate::source::Source;
use crate::times;

/// How many rows a file may have, and how long a line may be, in bytes: each row takes a thousand bytes of memory.
const MOST_ROWS: usize = 250_000;
const LONGEST_LINE: usize = 1 << 20;
/// How many `|` and `;` a file may have: each name of a list between them takes a hundred bytes of memory.
const MOST_PARTS: usize = 4_000_000;

/// The columns of a file.
pub(super) struct Columns {
    /// Without these the file cannot be read.
    pub(super) required: &'static [&'static str],
    /// These may be absent.
    pub(super) optional: &'static [&'static str],
}

/// A file that was read.
pub(super) struct Table {
    path: String,
    columns: HashMap<&'static str, usize>,
    unknown: Vec<String>,
    rows: Vec<Row>,
    broken: Vec<(u64, Option<String>, String)>,
}

/// A row, with its line in the file.
pub(super) struct Row {
    pub(super) line: u64,
    fields: csv::StringRecord,
}

/// What a cell says.
pub(super) enum Cell<T> {
    /// Nothing.
    Blank,
    /// A value.
    Value(T),
    /// Something else.
    Invalid,
}

impl<T> Cell<T> {
    pub(super) fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Blank | Self::Invalid => None,
        }
    }
}

/// Offers the shell a pause now and then; `index` is that of a row.
pub(super) async fn pause_after(source: &Source<'_>, index: usize) {
    const SLICE: usize = 500;
    if index % SLICE == SLICE - 1 {
        source.pause_in_file().await;
    }
}

/// The text with lines that end with LF only. Excel's format for Macintosh ends them with CR only.
async fn with_short_ends<'t>(source: &Source<'_>, text: &'t str) -> Cow<'t, str> {
    let (end, last) = if text.contains('\n') { ("\r\n", '\n') } else { ("\r", '\r') };
    if !text.contains(end) {
        return Cow::Borrowed(text);
    }
    let mut short = String::with_capacity(text.len());
    for (index, line) in text.split_inclusive(last).enumerate() {
        pause_after(source, index).await;
        match line.strip_suffix(end) {
            Some(line) => short.extend([line, "\n"]),
            None => short.push_str(line),
        }
    }
    Cow::Owned(short)
}

impl Table {
    /// Reads the text of a file.
    pub(super) async fn read(
        source: &Source<'_>,
        path: &str,
        text: &str,
        columns: &Columns,
    ) -> Result<Self, String> {
        let known = |name: &str| {
            columns.required.iter().chain(columns.optional).copied().find(|column| *column == name)
        };
        if text.bytes().filter(|byte| matches!(byte, b'|' | b';')).count() > MOST_PARTS {
            return Err(format!("it has more than {MOST_PARTS} names in lists; leave out old rows"));
        }
        // The csv library counts lines wrongly if they end with CRLF.
        let text = &with_short_ends(source, text).await;
        if text.lines().any(|line| line.len() > LONGEST_LINE) {
            return Err(format!("it has a line of more than {} MB", LONGEST_LINE >> 20));
        }
        // Excel writes the separator into a line of its own.
        let is_hint = |line: &str| line.trim().trim_matches('"').to_lowercase().starts_with("sep=");
        let is_header = |line: &&str| !line.trim().is_empty() && !is_hint(line);
        let header_line = text.lines().find(is_header).ok_or("it is empty")?;
        let names = |separator: char| {
            header_line.split(separator).map(column_name).filter(|name| known(name).is_some()).count()
        };
        // With the wrong separator the whole header is one unknown name.
        let separator =
            [',', ';', '\t'].into_iter().rev().max_by_key(|separator| names(*separator)).unwrap_or(',');
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator as u8)
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let mut records = reader.records();
        let is_hint = |record: &csv::StringRecord| record.get(0).is_some_and(is_hint);
        let mut header = records.next().ok_or("it is empty")?.map_err(|error| error.to_string())?;
        if is_hint(&header) {
            header = records.next().ok_or("it is empty")?.map_err(|error| error.to_string())?;
        }
        let mut table = Self {
            path: path.to_owned(),
            columns: HashMap::new(),
            unknown: Vec::new(),
            rows: Vec::new(),
            broken: Vec::new(),
        };
        for (at, name) in header.iter().enumerate() {
            match known(&column_name(name)) {
                Some(column) if table.columns.insert(column, at).is_some() => {
                    return Err(format!("the column {column} occurs twice"));
                }
                Some(_) => {}
                None if name.is_empty() => {}
                None => table.unknown.push(name.to_owned()),
            }
        }
        if let Some(missing) = columns.required.iter().find(|column| !table.columns.contains_key(*column)) {
            let found: Vec<_> = header.iter().collect();
            return Err(format!(
                "the header lacks the column {missing}; it has {}",
                quoted(&found.join(", "))
            ));
        }
        for (index, record) in records.enumerate() {
            pause_after(source, index).await;
            if index >= MOST_ROWS {
                return Err(format!("it has more than {MOST_ROWS} rows; split it, or leave out old ones"));
            }
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    let line = error.position().map_or(0, csv::Position::line);
                    table.broken.push((line, None, error.to_string()));
                    continue;
                }
            };
            let line = record.position().map_or(0, csv::Position::line);
            let row = Row { line, fields: record };
            if row.fields.iter().all(str::is_empty) {
                continue;
            }
            if row.fields.len() == header.len() {
                table.rows.push(row);
                continue;
            }
            let tenant =
                table.columns.get("tenant").and_then(|at| row.fields.get(*at)).map(ToOwned::to_owned);
            table.broken.push((
                line,
                tenant,
                format!("it has {} fields, the header has {}", row.fields.len(), header.len()),
            ));
        }
        Ok(table)
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Frees the rows, with pauses.
    pub(super) async fn free(self, source: &Source<'_>) {
        for (index, row) in self.rows.into_iter().enumerate() {
            pause_after(source, index).await;
            drop(row);
        }
    }

    pub(super) fn unknown_columns(&self) -> &[String] {
        &self.unknown
    }

    /// The rows that could not be read: the line, the tenant if the row names one, and why.
    pub(super) fn broken(&self) -> impl Iterator<Item = (u64, Option<&str>, &str)> {
        self.broken.iter().map(|(line, tenant, why)| (*line, tenant.as_deref(), why.as_str()))
    }

    /// The text of a cell; empty if the column is absent.
    pub(super) fn text<'r>(&self, row: &'r Row, column: &str) -> &'r str {
        self.columns.get(column).and_then(|at| row.fields.get(*at)).unwrap_or_default()
    }

    /// The text of a cell, or `None` if it is blank.
    pub(super) fn stated<'r>(&self, row: &'r Row, column: &str) -> Option<&'r str> {
        Some(self.text(row, column)).filter(|text| !text.is_empty())
    }

    pub(super) fn number(&self, row: &Row, column: &str) -> Cell<u64> {
        match self.stated(row, column) {
            None => Cell::Blank,
            Some(text) => match text.parse() {
                Ok(number) if number <= GREATEST_NUMBER => Cell::Value(number),
                _ => Cell::Invalid,
            },
        }
    }

    pub(super) fn time(&self, row: &Row, column: &str) -> Cell<Timestamp> {
        match self.stated(row, column) {
            None => Cell::Blank,
            Some(text) => times::plausible(text).map_or(Cell::Invalid, Cell::Value),
        }
    }

    pub(super) fn truth(&self, row: &Row, column: &str) -> Cell<bool> {
        match self.text(row, column).to_lowercase().as_str() {
            "" => Cell::Blank,
            "true" | "yes" | "y" | "1" | "x" => Cell::Value(true),
            "false" | "no" | "n" | "0" => Cell::Value(false),
            _ => Cell::Invalid,
        }
    }
}

/// Adds a signal about rows, unless the tenant has one with this title.
pub(super) fn bad_rows(records: &mut Records, title: String, body: String) {
    if records.signals.iter().any(|known| *known.title == *title) {
        return;
    }
    records.signals.push(Signal {
        domain: "operations".into(),
        key: "rows_unreadable".into(),
        urgency: "high".into(),
        title: title.into(),
        body: Some(body.into()),
        url: None,
    });
}

fn column_name(name: &str) -> String {
    name.trim().trim_matches('"').trim().to_lowercase()
}
