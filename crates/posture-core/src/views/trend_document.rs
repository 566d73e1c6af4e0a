//! A trend as a file: JSON for programs.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::reading::reader::Workspace;
use crate::timestamp::Timestamp;
use crate::verdicts::backup_health::BackupPosture;
use crate::verdicts::recovery_evidence::RecoveryState;
use crate::views::groups::GroupBy;
use crate::views::trend::{GroupTrend, Trend, TrendDay};
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
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<Groups<'t>>,
    not_evaluated: u64,
    notes: Vec<String>,
    since: Option<Timestamp>,
    version: u64,
    workspace: &'t Workspace,
}

#[derive(Serialize)]
struct Groups<'t> {
    by: GroupBy,
    listed: Vec<Group<'t>>,
    unlisted: u64,
}

#[derive(Serialize)]
struct Group<'t> {
    days: Vec<Day>,
    name: Option<&'t str>,
}

impl<'t> From<&'t GroupTrend> for Group<'t> {
    fn from(group: &'t GroupTrend) -> Self {
        Self { days: group.days.iter().map(Day::from).collect(), name: group.name.as_deref() }
    }
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
        groups: trend.groups.as_ref().map(|groups| Groups {
            by: groups.by,
            listed: groups.listed.iter().map(Group::from).collect(),
            unlisted: groups.unlisted,
        }),
        not_evaluated: trend.not_evaluated,
        notes: words::trend_notes(trend),
        since: trend.since,
        version: TREND_VERSION,
        workspace: &trend.workspace,
    })
}
