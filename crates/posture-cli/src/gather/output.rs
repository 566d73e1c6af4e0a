//! What `posture gather` prints next to the snapshot.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use clap::ValueEnum;
use posture_gather::{KINDS, Note, Severity};
use serde::Serialize;

use crate::terminal;

/// How notes are written.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum NoteFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    tenant: &'a str,
    kind: &'a str,
    #[serde(flatten)]
    note: &'a Note,
}

/// Prints the notes of a source on standard error.
pub(super) fn print(tenant: &str, kind: &str, notes: &[Note], format: NoteFormat) {
    let mut lines = String::new();
    for note in notes {
        match format {
            NoteFormat::Json => {
                let line = serde_json::to_string(&Line { tenant, kind, note }).unwrap_or_default();
                lines.push_str(&line);
            }
            NoteFormat::Text => lines.push_str(&text(tenant, kind, note)),
        }
        lines.push('\n');
    }
    // Without standard error, nobody can read it.
    let _unheard = io::stderr().write_all(lines.as_bytes());
}

fn text(tenant: &str, kind: &str, note: &Note) -> String {
    let severity = match note.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    };
    let tenant = if tenant.is_empty() { String::new() } else { format!("{tenant}, ") };
    let path = note.path.as_ref().map(|path| format!("{path}: ")).unwrap_or_default();
    terminal::escaped(&format!("{severity}: {tenant}{kind}: {path}{}", note.message))
}

/// The kinds of sources and their keys.
pub(super) fn kinds() -> String {
    let mut page = String::new();
    for kind in KINDS {
        let _infallible = writeln!(page, "{:<18} {} ({})", kind.name, kind.title, kind.docs);
        for key in kind.keys {
            let _infallible =
                writeln!(page, "    {:<16} {} For example {}.", key.name, key.about, key.example);
        }
    }
    page
}
