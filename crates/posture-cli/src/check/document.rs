//! The result of a check as JSON.

use std::collections::BTreeMap;

use posture_core::Timestamp;
use posture_core::finding::Severity;
use posture_core::report::model::CalmBlocker;
use posture_core::report::model::{Denominators, Exclusion};
use serde::Serialize;

use super::checked::Checked;
use crate::summary::count_findings;

/// The format's name; see the table of formats in the change log.
const FORMAT: &str = "recovery-posture/check";
const VERSION: u64 = 1;

#[derive(Serialize)]
struct Document<'r> {
    format: &'static str,
    version: u64,
    workspace_id: u64,
    workspace: &'r str,
    as_of: Timestamp,
    exported_at: Timestamp,
    data_age_seconds: u64,
    is_calm: bool,
    title: &'r str,
    blockers: &'r [CalmBlocker],
    /// Blockers that only this machine's clock shows, as sentences.
    clock_blockers: &'r [String],
    metrics: BTreeMap<&'r str, u64>,
    attention_items: u64,
    not_evaluated: BTreeMap<&'static str, u64>,
    findings: BTreeMap<&'static str, u64>,
    report_digest: String,
}

/// One line of JSON.
pub(super) fn json(checked: &Checked<'_>) -> Result<String, anyhow::Error> {
    let report = checked.report;
    let excluded = |denominators: &Denominators| {
        Exclusion::ALL.iter().map(|reason| (reason.as_str(), denominators.excluded(*reason))).collect()
    };
    let metrics = report.overview.summary_metrics.iter();
    Ok(serde_json::to_string(&Document {
        format: FORMAT,
        version: VERSION,
        workspace_id: report.workspace.id.get(),
        workspace: &report.workspace.name,
        as_of: report.as_of,
        exported_at: report.exported_at,
        data_age_seconds: report.data_age_seconds,
        is_calm: checked.is_calm(),
        title: checked.title(),
        blockers: &report.overview.calmness.blockers,
        clock_blockers: &checked.by_clock,
        metrics: metrics.map(|metric| (metric.key.as_str(), metric.value)).collect(),
        attention_items: report.overview.attention_total,
        not_evaluated: excluded(&report.denominators),
        findings: BTreeMap::from([
            ("error", count_findings(report, Severity::Error)),
            ("warning", count_findings(report, Severity::Warning)),
        ]),
        report_digest: posture_engine::digest(report)?,
    })?)
}
