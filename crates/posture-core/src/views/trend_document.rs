//! A trend as a file: JSON for programs, comma-separated values for a spreadsheet.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::reading::reader::Workspace;
use crate::timestamp::Timestamp;
use crate::verdicts::backup_health::BackupPosture;
use crate::verdicts::recovery_evidence::RecoveryState;
use crate::views::trend::{Trend, TrendDay};
use crate::words;

/// The `format` of a trend.
pub const TREND_FORMAT: &str = "recovery-posture/trend";
/// The version written here.
pub const TREND_VERSION: u64 = 1;

#[derive(Serialize)]
struct Document<'t> {
    days: Vec<Day>,
    exported_at: Timestamp,
    filtered_out: u64,
    format: &'static str,
    not_evaluated: u64,
    notes: Vec<String>,
    since: Option<Timestamp>,
    version: u64,
    workspace: &'t Workspace,
}

#[derive(Serialize)]
struct Day {
    as_of: Timestamp,
    backup_posture: BTreeMap<&'static str, u64>,
    recovery_evidence: BTreeMap<&'static str, u64>,
    tenants: u64,
    unknown_backup_posture: u64,
    unknown_recovery_evidence: u64,
}

impl From<&TrendDay> for Day {
    fn from(day: &TrendDay) -> Self {
        Self {
            as_of: day.at,
            backup_posture: BackupPosture::ALL
                .iter()
                .map(|posture| (posture.as_str(), day.posture(*posture)))
                .collect(),
            recovery_evidence: RecoveryState::ALL
                .iter()
                .map(|state| (state.as_str(), day.state(*state)))
                .collect(),
            tenants: day.tenants(),
            unknown_backup_posture: day.unknown_postures,
            unknown_recovery_evidence: day.unknown_states,
        }
    }
}

/// The trend as canonical JSON.
pub fn trend_json(trend: &Trend) -> Result<String, serde_json::Error> {
    serde_json::to_string(&Document {
        days: trend.days.iter().map(Day::from).collect(),
        exported_at: trend.exported_at,
        filtered_out: trend.filtered_out,
        format: TREND_FORMAT,
        not_evaluated: trend.not_evaluated,
        notes: words::trend_notes(trend),
        since: trend.since,
        version: TREND_VERSION,
        workspace: &trend.workspace,
    })
}

/// The trend with a line for each day below a line of column titles, oldest first.
pub fn trend_csv(trend: &Trend) -> String {
    let line = |cells: Vec<String>| format!("{}\r\n", cells.join(","));
    let mut written = line(words::trend_columns());
    for day in &trend.days {
        let counts = day.by_posture().into_iter().chain(day.by_state());
        let counts = counts.map(|segment| segment.tenants.to_string());
        written += &line(std::iter::once(day.at.to_string()).chain(counts).collect());
    }
    written
}
