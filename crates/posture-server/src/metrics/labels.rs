//! The labels that several metrics share.

use sha2::{Digest as _, Sha256};

pub(super) const BACKUP_HEALTH: &str = "backup_health";
pub(super) const RECOVERY_EVIDENCE: &str = "recovery_evidence";

/// The most characters of a label: a long one is kept once for each state, and Prometheus may reject it.
const MOST_CHARACTERS: usize = 300;
/// The part of a long label that is kept.
const KEPT_CHARACTERS: usize = 280;

/// A text as a label's value: one that is too long has a part of its digest for its end, so that two of them stay apart.
pub(super) fn label(text: &str) -> String {
    if text.chars().nth(MOST_CHARACTERS).is_none() {
        return escaped(text);
    }
    let kept: String = text.chars().take(KEPT_CHARACTERS).collect();
    let mut digest = hex::encode(Sha256::digest(text));
    digest.truncate(16);
    format!("{}… {digest}", escaped(&kept))
}

/// A label's value, escaped for the text format; the encoder does not escape.
fn escaped(text: &str) -> String {
    text.replace('\\', r"\\").replace('"', r#"\""#).replace('\n', r"\n")
}
