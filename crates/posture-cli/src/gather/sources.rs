//! Tenants and their sources, as a configuration states them.

use std::path::PathBuf;

use posture_gather::assemble::{Expect, TenantPlan};
use posture_gather::{Kind, Settings};
use serde_json::Value;

/// A tenant and its sources. Without a plan, the source names its tenants itself.
pub(super) struct TenantSources {
    pub(super) plan: Option<TenantPlan>,
    pub(super) sources: Vec<SourceConfig>,
}

/// A source.
pub(super) struct SourceConfig {
    pub(super) kind: &'static Kind,
    pub(super) path: PathBuf,
    pub(super) scope: String,
    pub(super) is_scope_stated: bool,
    pub(super) expect: Expect,
    pub(super) settings: Settings,
    /// What paths in the settings are relative to.
    pub(super) base: PathBuf,
}

impl SourceConfig {
    /// The files that the settings name.
    pub(super) fn named_files(&self) -> impl Iterator<Item = PathBuf> {
        let files = self.kind.keys.iter().filter(|key| key.is_file);
        let named = files.filter_map(|key| self.settings.get(key.name).and_then(Value::as_str));
        named.map(|path| self.base.join(path))
    }
}
