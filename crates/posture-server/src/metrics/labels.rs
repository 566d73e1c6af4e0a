//! The labels that several metrics share.

pub(super) const BACKUP_HEALTH: &str = "backup_health";
pub(super) const RECOVERY_EVIDENCE: &str = "recovery_evidence";

/// A label's value, escaped for the text format; the encoder does not escape.
pub(super) fn escaped(text: &str) -> String {
    text.replace('\\', r"\\").replace('"', r#"\""#).replace('\n', r"\n")
}
