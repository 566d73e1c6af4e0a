//! The table: what was measured, its budget, and whether it holds.

use std::fmt;

use serde::Serialize;

/// One thing that was measured.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    /// What.
    pub(crate) what: String,
    /// How much, in the budget's unit.
    pub(crate) measured: f64,
    /// The unit; none for a ratio.
    pub(crate) unit: &'static str,
    /// What it is held to; none where it only informs.
    pub(crate) budget: Option<Budget>,
    /// What it was computed from.
    pub(crate) from: String,
}

/// What a row is held to.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Budget {
    /// It may be this much.
    AtMost(f64),
    /// It has to be this much.
    AtLeast(f64),
}

impl Row {
    fn holds(&self) -> Option<bool> {
        self.budget.map(|budget| match budget {
            Budget::AtMost(most) => self.measured <= most,
            Budget::AtLeast(least) => self.measured >= least,
        })
    }

    fn cells(&self) -> [String; 5] {
        let amount = |value: f64| if self.unit.is_empty() { format!("{value:.2} ×") } else { format!("{value:.0} {}", self.unit) };
        let budget = match self.budget {
            Some(Budget::AtMost(most)) => format!("≤ {}", amount(most)),
            Some(Budget::AtLeast(least)) => format!("≥ {}", amount(least)),
            None => String::new(),
        };
        let holds = self.holds().map_or("", |holds| if holds { "yes" } else { "no" });
        [self.what.clone(), amount(self.measured), budget, holds.to_owned(), self.from.clone()]
    }
}

/// All rows of one run.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Table {
    rows: Vec<Row>,
}

const HEADS: [&str; 5] = ["what", "measured", "budget", "holds", "from"];

impl Table {
    pub(crate) fn add(&mut self, what: &str, measured: f64, unit: &'static str, budget: Option<Budget>, from: String) {
        let row = Row { what: what.to_owned(), measured, unit, budget, from };
        eprintln!("   {}", row.cells().join(" | "));
        self.rows.push(row);
    }

    pub(crate) fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self)
    }

    pub(crate) fn to_markdown(&self) -> String {
        let line = |cells: [String; 5]| format!("| {} |\n", cells.join(" | "));
        let rule = "|---|---:|---:|---|---|\n";
        let rows = self.rows.iter().map(|row| line(row.cells())).collect::<String>();
        line(HEADS.map(str::to_owned)) + rule + &rows
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<_> = std::iter::once(HEADS.map(str::to_owned)).chain(self.rows.iter().map(Row::cells)).collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: [usize; 5] = std::array::from_fn(width);
        for row in &rows {
            for (cell, width) in row.iter().zip(widths) {
                write!(f, "{cell}{}  ", " ".repeat(width - cell.chars().count()))?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
