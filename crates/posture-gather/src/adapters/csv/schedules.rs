//! `schedules.csv`: one row per backup schedule.

use std::collections::HashMap;

use posture_core::export::snapshot::BackupSchedule;

use super::table::{Cell, Columns, Row, Table, pause_after};
use super::words;
use crate::ids::Ids;
use crate::notes::{Notes, quoted};
use crate::records::Gathered;
use crate::source::Source;
use crate::times;

pub(super) const COLUMNS: Columns = Columns {
    required: &["schedule", "frequency"],
    optional: &["tenant", "interval_minutes", "last_run_at", "last_run_status", "next_run_at", "enabled"],
};

pub(super) async fn read(source: &Source<'_>, table: &Table, gathered: &mut Gathered) {
    let mut ids: HashMap<String, Ids> = HashMap::new();
    for (index, row) in table.rows().iter().enumerate() {
        pause_after(source, index).await;
        let (tenant, name) = (table.text(row, "tenant"), table.text(row, "schedule"));
        let mut schedule = schedule(table, row, &mut gathered.notes);
        let natural_key = format!("{}\n{}\n{name}", tenant.to_lowercase(), source.scope);
        let (id, is_own) = ids.entry(tenant.to_lowercase()).or_default().claim("csv schedule", &natural_key);
        if !is_own {
            let message = format!("Line {} repeats the schedule {}; both are kept.", row.line, quoted(name));
            gathered.notes.warning("repeated_record", Some(table.path()), message);
        }
        schedule.id = id;
        source.records_of(tenant, gathered).schedules.push(schedule);
    }
}

fn schedule(table: &Table, row: &Row, notes: &mut Notes) -> BackupSchedule {
    words::note_unknown(table, row, "frequency", words::FREQUENCIES, notes);
    words::note_unknown(table, row, "last_run_status", words::LAST_RUN_STATUSES, notes);
    let path = Some(table.path());
    let mut note = |code: &'static str, column: &str, what: &str| {
        let found = quoted(table.text(row, column));
        notes.error(code, path, format!("Line {}: {column} is {found}, which is {what}.", row.line));
    };
    let mut time = |column: &'static str| {
        let cell = table.time(row, column);
        if matches!(cell, Cell::Invalid) {
            note("invalid_time", column, "not a time like 2026-04-08T01:00:00Z");
        }
        times::written(cell.value())
    };
    let (last_run_at, next_run_at) = (time("last_run_at"), time("next_run_at"));
    let interval_minutes = match table.number(row, "interval_minutes") {
        Cell::Value(minutes) => Some(minutes),
        Cell::Blank => None,
        Cell::Invalid => {
            note("invalid_number", "interval_minutes", "not a count of minutes");
            // Out of range, so that the reader assumes the shortest interval and not none.
            Some(0)
        }
    };
    let is_enabled = match table.truth(row, "enabled") {
        Cell::Value(enabled) => enabled,
        Cell::Blank => true,
        Cell::Invalid => {
            note("invalid_enabled", "enabled", "neither true nor false; the schedule counts as enabled");
            true
        }
    };
    BackupSchedule {
        name: table.stated(row, "schedule").map(|name| name.to_owned().into()),
        is_enabled,
        frequency: table.text(row, "frequency").to_owned().into(),
        interval_minutes,
        last_run_at,
        last_run_status: table.stated(row, "last_run_status").map(|status| status.to_owned().into()),
        next_run_at,
        ..BackupSchedule::default()
    }
}
