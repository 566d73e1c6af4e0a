//! Notes: what an adapter read, what it skipped, and why.

use std::collections::BTreeMap;

use posture_core::finding::Severity;
use posture_core::invisible_chars::{code_point, made_visible};
use serde::Serialize;

/// How many notes of one code are kept in full; the rest are counted.
const KEPT_PER_CODE: usize = 20;

/// One thing an adapter has to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// An error says that something was left out or could not be read, and a verdict may rest on it; a warning that something is uncertain;
    /// an information what was read, and what was skipped on purpose.
    pub severity: Severity,
    /// A stable word for scripts, for instance `unreadable_file`.
    pub code: &'static str,
    /// The file, below the source's root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// A whole sentence.
    pub message: String,
}

impl Note {
    /// Whether it says that the source, or a part of it, could not be read.
    pub fn is_of_unreadable(&self) -> bool {
        self.severity == Severity::Error && (self.code == "no_backup" || self.code.contains("unreadable"))
    }
}

/// The notes of a source, in order. A code that is repeated a million times takes no more memory than twenty.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    notes: Vec<Note>,
    counted: BTreeMap<(Severity, &'static str), usize>,
}

impl Notes {
    /// Adds a note. The root of a source has no path of its own. Hidden characters in its message are made visible.
    pub fn add(&mut self, mut note: Note) {
        note.path = note.path.filter(|path| !path.is_empty());
        let count = self.counted.entry((note.severity, note.code)).or_default();
        *count += 1;
        if *count <= KEPT_PER_CODE {
            note.message = visible_line(&note.message);
            self.notes.push(note);
        }
    }

    /// Adds an information.
    pub fn info(&mut self, code: &'static str, path: Option<&str>, message: impl Into<String>) {
        self.add(Note {
            severity: Severity::Info,
            code,
            path: path.map(ToOwned::to_owned),
            message: message.into(),
        });
    }

    /// Adds a warning.
    pub fn warning(&mut self, code: &'static str, path: Option<&str>, message: impl Into<String>) {
        self.add(Note {
            severity: Severity::Warning,
            code,
            path: path.map(ToOwned::to_owned),
            message: message.into(),
        });
    }

    /// Adds an error.
    pub fn error(&mut self, code: &'static str, path: Option<&str>, message: impl Into<String>) {
        self.add(Note {
            severity: Severity::Error,
            code,
            path: path.map(ToOwned::to_owned),
            message: message.into(),
        });
    }

    /// How many notes of a code were added.
    pub fn count(&self, code: &str) -> usize {
        self.counted.iter().filter(|((_, counted), _)| *counted == code).map(|(_, count)| count).sum()
    }

    /// The notes, and one more for each code of which not all were kept.
    pub fn into_vec(self) -> Vec<Note> {
        let mut notes = self.notes;
        for ((severity, code), count) in self.counted {
            if count > KEPT_PER_CODE {
                let more = count - KEPT_PER_CODE;
                notes.push(Note {
                    severity,
                    code,
                    path: None,
                    message: format!(
                        "There are {more} more notes like the first {KEPT_PER_CODE} with the code {code}."
                    ),
                });
            }
        }
        notes
    }
}

/// Text as a note quotes it: on one line, shortened, in quotation marks, with nothing hidden.
pub fn quoted(text: &str) -> String {
    const LONGEST: usize = 80;
    let mut rest = text.chars();
    let short: String = rest.by_ref().take(LONGEST).collect();
    let end = if rest.next().is_some() { "…" } else { "" };
    format!("\"{}{end}\"", visible_line(&short))
}

/// Text on one line, with each control or hidden character written as its code point.
fn visible_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in made_visible(text).chars() {
        // The line breaks and tabs that pages keep.
        if character.is_control() {
            line.push_str(&code_point(character));
        } else {
            line.push(character);
        }
    }
    line
}
