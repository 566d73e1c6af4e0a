//! CSV files: for everything that has no adapter of its own.
//!
//! `backups.csv`, `restores.csv` and `schedules.csv`, each with a header, separated by commas, semicolons or tabs.

mod backups;
mod restores;
mod schedules;
mod table;
mod words;

use std::future::ready;

use super::shared::news;
use crate::kind::Kind;
use crate::notes::quoted;
use crate::pace::Pause;
use crate::records::{Gathered, Records};
use crate::source::Source;
use crate::tree::{Tree, name_of, stem_and_extension};

/// The row of the table of kinds.
pub const KIND: Kind = Kind {
    name: "csv",
    title: "CSV files",
    docs: "docs/gather/csv.md",
    keys: &[],
    reads_history: false,
    gives_backups: false,
    names_tenants: true,
    detect: |tree, _| Box::pin(ready(detect(tree))),
    gather: |source, gathered| Box::pin(gather(source, gathered)),
};

/// A file this adapter reads, and how.
type Reader = for<'r> fn(&'r Source<'_>, &'r table::Table, &'r mut Gathered) -> Pause<'r>;

const FILES: [(&str, table::Columns, Reader); 3] = [
    ("backups.csv", backups::COLUMNS, |source, table, gathered| {
        Box::pin(backups::read(source, table, gathered))
    }),
    ("restores.csv", restores::COLUMNS, |source, table, gathered| {
        Box::pin(restores::read(source, table, gathered))
    }),
    ("schedules.csv", schedules::COLUMNS, |source, table, gathered| {
        Box::pin(schedules::read(source, table, gathered))
    }),
];

fn detect(tree: &dyn Tree) -> Option<String> {
    let found = tree
        .entries()
        .iter()
        .find(|entry| FILES.iter().any(|(name, ..)| entry.name().eq_ignore_ascii_case(name)))?;
    Some(format!("it has the file {}", found.path))
}

async fn gather(source: &Source<'_>, gathered: &mut Gathered) {
    let mut read = 0;
    for (name, columns, reader) in FILES {
        for entry in source.tree.entries().iter().filter(|entry| entry.name().eq_ignore_ascii_case(name)) {
            source.pause().await;
            read += 1;
            let path = entry.path.as_str();
            let table = match source.read_text(path).await {
                Ok(text) => table::Table::read(source, path, &text, &columns).await,
                Err(error) => Err(error.to_string()),
            };
            match table {
                Ok(table) => {
                    for column in table.unknown_columns() {
                        let message = format!("The column {} is not known and was not read.", quoted(column));
                        gathered.notes.warning("unknown_column", Some(path), message);
                    }
                    gathered.notes.info("read", Some(path), format!("Rows read: {}.", table.rows().len()));
                    reader(source, &table, gathered).await;
                    broken_rows(source, &table, gathered).await;
                    table.free(source).await;
                }
                Err(why) => {
                    gathered.bad_news(
                        "source_unreadable",
                        "high",
                        format!("{name} cannot be read"),
                        format!("Failed to read {path}: {why}."),
                    );
                    gathered.records.expected_scopes.push(source.scope.to_owned());
                }
            }
        }
    }
    let is_read = |name: &str| FILES.iter().any(|(known, ..)| name.eq_ignore_ascii_case(known));
    for entry in source.tree.entries().iter().filter(|entry| !is_read(entry.name())) {
        source.pause().await;
        skipped(&entry.path, gathered);
    }
    if read == 0 {
        let body = "None of backups.csv, restores.csv and schedules.csv was found. Name the files like that, or see docs/gather/csv.md.";
        gathered.bad_news("source_unreadable", "high", "No CSV file was found", body);
    }
}

/// A table of another name is probably meant to be read; any other file is not.
fn skipped(path: &str, gathered: &mut Gathered) {
    let (_, extension) = stem_and_extension(name_of(path));
    if matches!(extension.as_str(), "csv" | "tsv" | "txt" | "xlsx" | "xls" | "ods") {
        let names = FILES.map(|(name, ..)| name).join(", ");
        let message = format!("The file was not read. Only files named {names} are.");
        gathered.notes.warning("other_table", Some(path), message);
    } else {
        news::skipped(gathered, path, "it is not a .csv file");
    }
}

/// Rows that could not be read are bad news for the tenant they name, or for every tenant if they name none.
async fn broken_rows(source: &Source<'_>, table: &table::Table, gathered: &mut Gathered) {
    for (index, (line, tenant, why)) in table.broken().enumerate() {
        table::pause_after(source, index).await;
        gathered.notes.error(
            "unreadable_row",
            Some(table.path()),
            format!("Line {line} was not read: {why}."),
        );
        let add = |records: &mut Records| {
            let title = format!("Rows of {} cannot be read", table.path());
            table::bad_rows(records, title, format!("The first is line {line}: {why}."));
        };
        match tenant {
            Some(tenant) if !tenant.is_empty() => add(source.records_of(tenant, gathered)),
            _ => {
                gathered.tenants.values_mut().for_each(add);
                add(&mut gathered.records);
            }
        }
    }
}
