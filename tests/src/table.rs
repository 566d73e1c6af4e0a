//! The table of a bench: what was measured, its budget, and whether it holds.

use serde::Serialize;

/// One thing that was measured.
#[derive(Debug, Serialize)]
pub struct Row {
    /// What was measured.
    pub what: String,
    /// The value, in the unit of the limit.
    pub measured: f64,
    /// The unit; none for a ratio.
    pub unit: &'static str,
    /// The limit; `None` if the row is only information.
    pub budget: Option<Budget>,
    /// Whether the limit is kept; `None` without one.
    pub holds: Option<bool>,
    /// What it was computed from.
    pub from: String,
}

/// The limit of a row.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Budget {
    /// The value may be at most this.
    AtMost(f64),
    /// The value must be at least this.
    AtLeast(f64),
}

impl Budget {
    /// Whether a value is within the limit. One that could not be measured is not.
    fn holds(self, measured: f64) -> bool {
        match self {
            Self::AtMost(most) => measured <= most,
            Self::AtLeast(least) => measured >= least,
        }
    }
}

impl Row {
    fn cells(&self) -> [String; 5] {
        let amount = |value: f64| {
            if self.unit.is_empty() { format!("{value:.2} ×") } else { format!("{value:.0} {}", self.unit) }
        };
        let budget = match self.budget {
            Some(Budget::AtMost(most)) => format!("≤ {}", amount(most)),
            Some(Budget::AtLeast(least)) => format!("≥ {}", amount(least)),
            None => String::new(),
        };
        let holds = self.holds.map_or("", |holds| if holds { "yes" } else { "no" });
        [self.what.clone(), amount(self.measured), budget, holds.to_owned(), self.from.clone()]
    }
}

/// All rows of one run.
#[derive(Debug, Default, Serialize)]
pub struct Table {
    rows: Vec<Row>,
}

const HEADS: [&str; 5] = ["what", "measured", "budget", "holds", "from"];

impl Table {
    /// Adds a row, and prints it at once.
    pub fn add(
        &mut self,
        what: &str,
        measured: f64,
        unit: &'static str,
        budget: Option<Budget>,
        from: String,
    ) {
        let holds = budget.map(|budget| budget.holds(measured));
        let row = Row { what: what.to_owned(), measured, unit, budget, holds, from };
        eprintln!("   {}", row.cells().join(" | "));
        self.rows.push(row);
    }

    /// The table as JSON.
    ///
    /// # Errors
    ///
    /// None that its values could give.
    pub fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self)
    }

    /// The table in Markdown.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let line = |cells: [String; 5]| format!("| {} |\n", cells.join(" | "));
        let rule = "|---|---:|---:|---|---|\n";
        let rows = self.rows.iter().map(|row| line(row.cells())).collect::<String>();
        line(HEADS.map(str::to_owned)) + rule + &rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PF-1
    #[test]
    fn a_row_says_what_was_measured_its_budget_and_whether_it_holds() {
        let mut table = Table::default();
        for (measured, budget) in [
            (1.0, Some(Budget::AtMost(1.0))),
            (1.01, Some(Budget::AtMost(1.0))),
            (5.0, Some(Budget::AtLeast(5.0))),
            (f64::NAN, Some(Budget::AtLeast(5.0))),
            (2.0, None),
        ] {
            table.add("reading", measured, "", budget, "two runs".to_owned());
        }
        table.add("memory", 255.6, "MB", Some(Budget::AtMost(256.0)), "a peak".to_owned());
        let told = "\
| what | measured | budget | holds | from |
|---|---:|---:|---|---|
| reading | 1.00 × | ≤ 1.00 × | yes | two runs |
| reading | 1.01 × | ≤ 1.00 × | no | two runs |
| reading | 5.00 × | ≥ 5.00 × | yes | two runs |
| reading | NaN × | ≥ 5.00 × | no | two runs |
| reading | 2.00 × |  |  | two runs |
| memory | 256 MB | ≤ 256 MB | yes | a peak |
";
        assert_eq!(table.to_markdown(), told);
        let json: serde_json::Value = serde_json::from_str(&table.to_json().unwrap()).unwrap();
        let holds: Vec<_> =
            json["rows"].as_array().unwrap().iter().map(|row| row["holds"].as_bool()).collect();
        assert_eq!(holds, [Some(true), Some(false), Some(true), Some(false), None, Some(true)]);
    }
}
