//! A configured source: the tree, its settings and the clock value.

use std::collections::BTreeMap;

use posture_core::Timestamp;
use serde_json::Value;

use crate::kinds::{Key, Kind};
use crate::notes::quoted;
use crate::records::{Gathered, Records};
use crate::text::{self, TextError};
use crate::tree::{ReadError, Tree};

/// The keys of a source beyond `kind`, `path`, `scope` and `expect_types`, which are the same for all kinds.
pub type Settings = BTreeMap<String, Value>;

/// The files that settings name, by the name of the key.
pub type Files = BTreeMap<String, Result<Vec<u8>, ReadError>>;

/// What an adapter gets.
pub struct Source<'a> {
    /// The files.
    pub tree: &'a dyn Tree,
    /// What the sets of this source cover. It is the name of the kind unless the configuration states another.
    pub scope: &'a str,
    /// Whether the configuration states the scope.
    pub is_scope_stated: bool,
    /// The tenant's name in the configuration. Empty if none is configured: then every record belongs to a tenant the source names.
    pub tenant: &'a str,
    /// The tenant's id in its own system, for instance a Microsoft 365 tenant id.
    pub external_id: Option<&'a str>,
    /// The keys of the kind, checked by [`Kind::check`].
    pub settings: &'a Settings,
    /// The files that the settings name.
    pub files: &'a Files,
    /// The instant of the export. No record may depend on another clock.
    pub now: Timestamp,
}

impl<'a> Source<'a> {
    /// A source without settings: the scope is the name of the kind, and every record belongs to a tenant that the source names.
    pub fn new(kind: &Kind, tree: &'a dyn Tree, now: Timestamp) -> Self {
        static NO_SETTINGS: Settings = Settings::new();
        static NO_FILES: Files = Files::new();
        Self {
            tree,
            scope: kind.name,
            is_scope_stated: false,
            tenant: "",
            external_id: None,
            settings: &NO_SETTINGS,
            files: &NO_FILES,
            now,
        }
    }

    /// The text of a setting.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.settings.get(key).and_then(Value::as_str)
    }

    /// The whole number of a setting.
    pub fn number(&self, key: &str) -> Option<u64> {
        self.settings.get(key).and_then(Value::as_u64)
    }

    /// Whether the source's word for a tenant, its name or its external id, is the configured tenant.
    pub fn is_tenant(&self, word: &str) -> bool {
        let matches = |known: &str| !known.is_empty() && known.to_lowercase() == word.trim().to_lowercase();
        matches(self.tenant) || self.external_id.is_some_and(matches)
    }

    /// The records of the tenant that the source names by this word; those of the configured tenant if the word is empty or names it.
    pub fn records_of<'g>(&self, word: &str, gathered: &'g mut Gathered) -> &'g mut Records {
        let word = word.trim();
        if self.is_tenant(word) || word.is_empty() {
            return &mut gathered.records;
        }
        gathered.tenants.entry(word.to_owned()).or_default()
    }

    /// Reads a file of the tree as text; see [`text::decode`].
    pub fn read_text(&self, path: &str) -> Result<String, TextError> {
        text::decode(self.tree.read(path)?)
    }
}

/// Why a source is configured wrongly.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The kind has no such key.
    #[error("unknown key {found}{}", nearest.map(|key| format!("; did you mean {key}?")).unwrap_or_default())]
    UnknownKey {
        /// The key.
        found: String,
        /// The known key that is most like it.
        nearest: Option<&'static str>,
    },
    /// The value of a key has another type, or is out of range.
    #[error("{key} is {found}; {expected}")]
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
            _ => Err("write a text"),
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

/// The word that is most like the one found, if any is.
pub fn nearest(found: &str, words: impl IntoIterator<Item = &'static str>) -> Option<&'static str> {
    let found = found.to_lowercase();
    // The first finds a word that is cut short, the second swapped letters in a short word.
    let likeness = |word: &str| {
        strsim::jaro_winkler(&found, word).max(strsim::normalized_damerau_levenshtein(&found, word))
    };
    let best = words.into_iter().max_by(|one, other| likeness(one).total_cmp(&likeness(other)))?;
    (likeness(best) >= 0.65).then_some(best)
}
