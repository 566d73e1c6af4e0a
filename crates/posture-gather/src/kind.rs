//! What a kind of source is: its keys, and the functions that detect and read it.

use std::pin::Pin;

use posture_core::Timestamp;
use posture_core::words::nearest;
use serde_json::Value;

use crate::notes::quoted;
use crate::pace::{Pace, Pause, WithoutPauses};
use crate::records::Gathered;
use crate::source::{Files, Settings, Source};
use crate::tree::Tree;

/// Why a tree looks like a kind.
pub type Detection<'t> = Pin<Box<dyn Future<Output = Option<String>> + 't>>;

/// A key that a source of some kind may have in the configuration.
#[derive(Clone, Copy)]
pub struct Key {
    /// The key.
    pub name: &'static str,
    /// What it means: one sentence.
    pub about: &'static str,
    /// An example value, as the configuration writes it.
    pub example: &'static str,
    /// Whether the value is the path of a file. The shell reads it, and the adapter finds it in [`Source::files`].
    pub is_file: bool,
    /// Accepts a value, or says what to write instead.
    pub check: fn(&Value) -> Result<(), &'static str>,
}

/// A kind of source: a tool, or a kind of file.
pub struct Kind {
    /// The word in the configuration and on the command line. It is also the default scope.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// The page about it.
    pub docs: &'static str,
    /// Its own keys.
    pub keys: &'static [Key],
    /// Whether the adapter reads the git history of its tree. If not, a repository is read as the folder it is.
    pub reads_history: bool,
    /// Whether every source of the kind must give a backup set. A source without one is then a problem.
    pub gives_backups: bool,
    /// Whether the files may name the tenants that their records are of, and be of several.
    pub names_tenants: bool,
    /// Says why a tree looks like this kind, or `None` if it does not. It may read a few files, with pauses in large ones.
    pub detect: for<'t> fn(&'t dyn Tree, &'t dyn Pace) -> Detection<'t>,
    /// Reads the source, with a pause when the source's pace says so.
    pub gather: for<'g> fn(&'g Source<'g>, &'g mut Gathered) -> Pause<'g>,
}

impl<'a> Source<'a> {
    /// A source without settings: the scope is the name of the kind, and every record belongs to a tenant that the source names.
    pub fn new(kind: &Kind, tree: &'a dyn Tree, now: Timestamp) -> Self {
        static NO_SETTINGS: Settings = Settings::new();
        static NO_FILES: Files = Files::new();
        Self {
            tree,
            name: "",
            scope: kind.name,
            is_scope_stated: false,
            tenant: "",
            is_shared: false,
            external_id: None,
            settings: &NO_SETTINGS,
            files: &NO_FILES,
            now,
            pace: &WithoutPauses,
        }
    }
}

/// Why a source is configured wrongly.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The kind has no such key.
    #[error("Unknown key {}.{}", quoted(found), nearest.map(|key| format!(" Did you mean {key}?")).unwrap_or_default())]
    UnknownKey {
        /// The key.
        found: String,
        /// The known key that is most like it.
        nearest: Option<&'static str>,
    },
    /// The value of a key has another type, or is out of range.
    #[error("{key} is {found}; {expected}.")]
    Value {
        /// The key.
        key: &'static str,
        /// The value, shortened.
        found: String,
        /// What it should be, as a sentence without a full stop.
        expected: &'static str,
    },
}

impl Kind {
    /// Checks the settings of a source of this kind.
    pub fn check(&self, settings: &Settings) -> Result<(), SourceError> {
        for (name, value) in settings {
            let Some(key) = self.keys.iter().find(|key| key.name == name) else {
                let names =
                    self.keys.iter().map(|key| key.name).chain(["kind", "path", "scope", "expect_types"]);
                return Err(SourceError::UnknownKey { found: name.clone(), nearest: nearest(name, names) });
            };
            (key.check)(value).map_err(|expected| SourceError::Value {
                key: key.name,
                found: quoted(&shown(value)),
                expected,
            })?;
        }
        Ok(())
    }
}

impl Key {
    /// A check that accepts any text but an empty one.
    pub fn is_text(value: &Value) -> Result<(), &'static str> {
        match value.as_str() {
            Some(text) if !text.is_empty() => Ok(()),
            _ => Err("write a string"),
        }
    }

    /// A check that accepts a whole number over 0.
    pub fn is_number(value: &Value) -> Result<(), &'static str> {
        if value.as_u64().is_some_and(|number| number > 0) {
            Ok(())
        } else {
            Err("write a whole number over 0")
        }
    }
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}
