//! A configured source: the tree, its settings and the clock value.

use std::collections::BTreeMap;

use posture_core::Timestamp;
use serde_json::Value;

use crate::pace::Pace;
use crate::read_error::ReadError;
use crate::records::{Gathered, MOST_SPELLINGS, Records};
use crate::sliced_json;
use crate::text::{self, TextError};
use crate::tree::Tree;

/// The key that states which of the tenants in the files is meant.
pub const TENANT_FILTER: &str = "tenant_filter";

/// The keys of a source beyond `kind`, `path`, `scope` and `expect_types`, which are the same for all kinds.
pub type Settings = BTreeMap<String, Value>;

/// The files that settings name, by the name of the key.
pub type Files = BTreeMap<String, Result<Vec<u8>, ReadError>>;

/// What an adapter gets.
pub struct Source<'a> {
    /// The files.
    pub tree: &'a dyn Tree,
    /// The name of the folder or archive that the tree is; empty if the shell does not know it.
    pub name: &'a str,
    /// What the sets of this source cover. It is the name of the kind unless the configuration states another.
    pub scope: &'a str,
    /// Whether the configuration states the scope.
    pub is_scope_stated: bool,
    /// The tenant's name in the configuration. Empty if none is configured: then every record belongs to a tenant the source names.
    pub tenant: &'a str,
    /// Whether another configured tenant reads the same files. Then only records that name this tenant are its own.
    pub is_shared: bool,
    /// The tenant's id in its own system, for instance a Microsoft 365 tenant id.
    pub external_id: Option<&'a str>,
    /// The keys of the kind, checked by the kind.
    pub settings: &'a Settings,
    /// The files that the settings name.
    pub files: &'a Files,
    /// The instant of the export. No record may depend on another clock.
    pub now: Timestamp,
    /// When to pause.
    pub pace: &'a dyn Pace,
}

impl<'a> Source<'a> {
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

    /// Whether all records are the configured tenant's, whatever tenant they name.
    pub fn is_of_one_tenant(&self) -> bool {
        !self.tenant.is_empty() && !self.is_shared
    }

    /// The records of the tenant that the source names by this word; those of the configured tenant if the word names it, or is empty and
    /// no other tenant reads the source.
    pub fn records_of<'g>(&self, word: &str, gathered: &'g mut Gathered) -> &'g mut Records {
        let word = word.trim();
        if self.is_tenant(word) {
            let spellings = &mut gathered.spellings;
            if spellings.len() < MOST_SPELLINGS && !spellings.contains(word) {
                spellings.insert(word.to_owned());
            }
            return &mut gathered.records;
        }
        if word.is_empty() && !self.is_shared {
            return &mut gathered.records;
        }
        gathered.tenants.entry(word.to_owned()).or_default()
    }

    /// Offers the shell a pause. An adapter calls it before each file it visits.
    pub async fn pause(&self) {
        if let Some(pause) = self.pace.before_file() {
            pause.await;
        }
    }

    /// Offers the shell a pause within a large file.
    pub async fn pause_in_file(&self) {
        if let Some(pause) = self.pace.in_file() {
            pause.await;
        }
    }

    /// Reads a file of the tree as JSON, with pauses if it is large.
    pub async fn read_json(&self, path: &str) -> Result<Value, TextError> {
        self.json_of(&self.read_text(path).await?).await
    }

    /// The JSON value of a text, with pauses if it is long.
    pub async fn json_of(&self, text: &str) -> Result<Value, TextError> {
        sliced_json::value(self.pace, text).await
    }

    /// Reads a file of the tree as text; see [`text::decode`]. It pauses if the file is large.
    pub async fn read_text(&self, path: &str) -> Result<String, TextError> {
        text::decode_in_slices(self.pace, self.tree.read(path)?).await
    }
}
