//! `restores.csv`: one or more rows per restore run, summed.

use std::collections::{BTreeMap, HashMap};

use posture_core::export::snapshot::{Counts, RestoreRun, Results};
use posture_core::{GREATEST_NUMBER, Timestamp};

use super::table::{Cell, Columns, Row, Table, pause_after};
use super::words;
use crate::ids::Ids;
use crate::notes::{Notes, quoted};
use crate::records::Gathered;
use crate::source::Source;
use crate::times;

pub(super) const COLUMNS: Columns = Columns {
    required: &["run", "status"],
    optional: &[
        "tenant",
        "completed_at",
        "dry_run",
        "applied",
        "failed",
        "partial",
        "skipped",
        "policy_type",
    ],
};

/// The statuses from worst to best; any other word is worse than all of them but the first.
const WORST_FIRST: [&str; 12] = [
    "failed",
    "partial",
    "completed_with_errors",
    "aborted",
    "canceled",
    "cancelled",
    "running",
    "queued",
    "pending",
    "completed",
    "previewed",
    "draft",
];

/// A run as its rows add up.
#[derive(Default)]
struct Sum {
    status: String,
    completed_at: Option<Timestamp>,
    dry_run: Option<bool>,
    counts: Counts,
    policy_types: BTreeMap<String, Counts>,
}

pub(super) async fn read(source: &Source<'_>, table: &Table, gathered: &mut Gathered) {
    let mut order: Vec<(String, String)> = Vec::new();
    let mut sums: HashMap<(String, String), Sum> = HashMap::new();
    for (index, row) in table.rows().iter().enumerate() {
        pause_after(source, index).await;
        let key = (table.text(row, "tenant").to_owned(), table.text(row, "run").to_owned());
        let sum = sums.entry(key.clone()).or_insert_with(|| {
            order.push(key);
            Sum::default()
        });
        sum.add(table, row, &mut gathered.notes);
    }
    let mut ids: HashMap<String, Ids> = HashMap::new();
    for (index, (tenant, run)) in order.into_iter().enumerate() {
        pause_after(source, index).await;
        let Some(sum) = sums.remove(&(tenant.clone(), run.clone())) else { continue };
        let natural_key = format!("{}\n{}\n{run}", tenant.to_lowercase(), source.scope);
        let (id, _) = ids.entry(tenant.to_lowercase()).or_default().claim("csv restore", &natural_key);
        source.records_of(&tenant, gathered).runs.push(sum.run(id));
    }
}

impl Sum {
    fn add(&mut self, table: &Table, row: &Row, notes: &mut Notes) {
        let path = Some(table.path());
        words::note_unknown(table, row, "status", words::RUN_STATUSES, notes);
        let status = table.stated(row, "status").unwrap_or("not stated");
        if !self.status.is_empty() && !self.status.eq_ignore_ascii_case(status) {
            let message = format!(
                "Line {}: the run has the statuses {} and {}; the worse counts.",
                row.line,
                quoted(&self.status),
                quoted(status)
            );
            notes.warning("different_statuses", path, message);
        }
        if self.status.is_empty() || rank(status) < rank(&self.status) {
            status.clone_into(&mut self.status);
        }
        match table.time(row, "completed_at") {
            Cell::Value(at) => self.completed_at = self.completed_at.max(Some(at)),
            Cell::Blank => {}
            Cell::Invalid => {
                let found = quoted(table.text(row, "completed_at"));
                notes.error(
                    "invalid_time",
                    path,
                    format!(
                        "Line {}: completed_at is {found}, which is not a time like 2026-04-08T01:00:00Z.",
                        row.line
                    ),
                );
            }
        }
        let mut unread = 0;
        match (table.truth(row, "dry_run"), self.dry_run) {
            (Cell::Value(now), Some(before)) if now != before => {
                notes.error(
                    "different_dry_run",
                    path,
                    format!(
                        "Line {}: the rows of the run differ in dry_run; it counts as executed.",
                        row.line
                    ),
                );
                self.dry_run = Some(false);
                unread += 1;
            }
            (Cell::Value(now), _) => self.dry_run = Some(now),
            (Cell::Blank, _) => {}
            (Cell::Invalid, _) => {
                let found = quoted(table.text(row, "dry_run"));
                notes.error(
                    "invalid_dry_run",
                    path,
                    format!("Line {}: dry_run is {found}; write true or false.", row.line),
                );
                unread += 1;
            }
        }
        let mut of_row = Counts::default();
        for (column, slot) in [
            ("applied", &mut of_row.applied),
            ("failed", &mut of_row.failed),
            ("partial", &mut of_row.partial),
            ("skipped", &mut of_row.skipped),
        ] {
            match table.number(row, column) {
                Cell::Value(count) => *slot = Some(count),
                Cell::Blank => {}
                Cell::Invalid => {
                    let found = quoted(table.text(row, column));
                    notes.error(
                        "invalid_number",
                        path,
                        format!("Line {}: {column} is {found}, which is not a count.", row.line),
                    );
                    unread += 1;
                }
            }
        }
        add(&mut self.counts, &of_row);
        if unread > 0 {
            // What could not be read may have been bad; an unrecognised outcome needs follow-up.
            self.counts.unrecognised = Some(self.counts.unrecognised.unwrap_or(0) + unread);
        }
        if let Some(policy_type) = table.stated(row, "policy_type") {
            add(self.policy_types.entry(policy_type.to_owned()).or_default(), &of_row);
        }
    }

    fn run(self, id: u64) -> RestoreRun {
        let has_counts = self.counts != Counts::default();
        let results = Results {
            counts: has_counts.then_some(self.counts),
            policy_types: self.policy_types.into_iter().map(|(name, counts)| (name.into(), counts)).collect(),
            ..Results::default()
        };
        RestoreRun {
            id,
            status: self.status.into(),
            is_dry_run: self.dry_run.unwrap_or(false),
            results: has_counts.then_some(results),
            completed_at: times::written(self.completed_at),
            ..RestoreRun::default()
        }
    }
}

fn add(sum: &mut Counts, more: &Counts) {
    let plus = |sum: &mut Option<u64>, more: Option<u64>| {
        if let Some(more) = more {
            *sum = Some(sum.unwrap_or(0).saturating_add(more).min(GREATEST_NUMBER));
        }
    };
    plus(&mut sum.applied, more.applied);
    plus(&mut sum.failed, more.failed);
    plus(&mut sum.partial, more.partial);
    plus(&mut sum.skipped, more.skipped);
}

fn rank(status: &str) -> usize {
    match WORST_FIRST.iter().position(|word| word.eq_ignore_ascii_case(status)) {
        Some(0) => 0,
        Some(place) => place + 1,
        None => 1,
    }
}
