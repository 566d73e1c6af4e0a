//! What the pages' parts are called. Verdicts speak for themselves; their sentences come from the report.

use posture_core::finding::Severity;

pub(crate) const METRICS: &str = "Metrics";
pub(crate) const NEEDS_ATTENTION: &str = "Needs attention";
pub(crate) const TENANTS: &str = "Tenants, worst first";
pub(crate) const NOT_EVALUATED: &str = "Not evaluated";
pub(crate) const FINDINGS: &str = "Findings";
pub(crate) const BLOCKERS: &str = "Against calm";
pub(crate) const COUNTS: &str = "Counts";
pub(crate) const NAME: &str = "Tenant";
pub(crate) const BACKUP: &str = "Backup";
pub(crate) const RECOVERY: &str = "Recovery";
pub(crate) const REASON: &str = "Why";
pub(crate) const UNNAMED: &str = "(no readable name)";
pub(crate) const ATTENTION_ITEMS: &str = "Attention items";

/// How much of a list is shown.
pub(crate) fn showing(shown: usize, all: u64) -> String {
    format!("showing {shown} of {all}")
}

/// A severity's name, of one and of several.
pub(crate) fn severity(severity: Severity) -> (&'static str, &'static str) {
    match severity {
        Severity::Error => ("error", "errors"),
        Severity::Warning => ("warning", "warnings"),
        Severity::Info => ("note", "notes"),
    }
}
