//! The words that a snapshot knows, and the note about any other.

use posture_core::words::nearest;

use super::table::{Row, Table};

use crate::notes::{Notes, quoted};

pub(super) const SET_STATUSES: &[&str] =
    &["completed", "partial", "failed", "running", "pending", "queued", "archived"];
pub(super) const RUN_STATUSES: &[&str] = &[
    "completed",
    "completed_with_errors",
    "partial",
    "failed",
    "running",
    "pending",
    "queued",
    "draft",
    "scoped",
    "checked",
    "previewed",
    "canceled",
    "cancelled",
    "aborted",
];
pub(super) const FREQUENCIES: &[&str] = &["daily", "weekly", "monthly", "interval"];
pub(super) const LAST_RUN_STATUSES: &[&str] = &[
    "success",
    "succeeded",
    "completed",
    "partial",
    "failed",
    "running",
    "skipped",
    "canceled",
    "cancelled",
];

/// What people and other products write for a word.
const SYNONYMS: [(&str, &str); 10] = [
    ("done", "completed"),
    ("finished", "completed"),
    ("ok", "completed"),
    ("success", "completed"),
    ("succeeded", "completed"),
    ("successful", "completed"),
    ("warning", "partial"),
    ("error", "failed"),
    ("failure", "failed"),
    ("hourly", "interval"),
];

/// Notes a word that is not known. It stays as it is, and is never read as the good case.
pub(super) fn note_unknown(
    table: &Table,
    row: &Row,
    column: &'static str,
    known: &'static [&'static str],
    notes: &mut Notes,
) {
    let Some(word) = table.stated(row, column) else { return };
    if known.iter().any(|known| known.eq_ignore_ascii_case(word)) {
        return;
    }
    let synonym = SYNONYMS.iter().find(|(said, _)| said.eq_ignore_ascii_case(word)).map(|(_, meant)| *meant);
    let meant =
        synonym.filter(|meant| known.contains(meant)).or_else(|| nearest(word, known.iter().copied()));
    let hint = match meant {
        Some(meant) => format!("Did you mean {meant}?"),
        None => format!("Write one of {}.", known.join(", ")),
    };
    let message = format!(
        "Line {}: {column} is {}, which is not known, so it never counts as good. {hint}",
        row.line,
        quoted(word)
    );
    notes.warning("unknown_word", Some(table.path()), message);
}
