//! What a person can follow, or why not.

use serde::Serialize;

use crate::vocabulary::vocabulary;

vocabulary! {
    /// Where a backup reason is followed up.
    pub enum BackupTargetKind {
        BackupSetsIndex = "backup_sets_index",
        BackupSetDetail = "backup_set_detail",
        BackupSchedulesIndex = "backup_schedules_index",
    }
}

/// Where a backup reason is followed up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ActionTarget {
    /// Whether the viewer lacks the capability to go there.
    pub disabled: bool,
    /// Why it is disabled.
    pub helper_text: Option<String>,
    /// What is there.
    pub kind: BackupTargetKind,
    /// What the action is called.
    pub label: &'static str,
    /// Its URL; null if disabled.
    pub url: Option<String>,
}

/// Something a person can follow, or the reason why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Action {
    /// Whether it cannot be followed.
    pub disabled: bool,
    /// Why it is disabled.
    pub helper_text: Option<String>,
    /// What it is called.
    pub label: &'static str,
    /// Whether it leads to a link of the evidence's own, not to a page of this product.
    pub leads_out: bool,
    /// Where it leads; null where disabled.
    pub url: Option<String>,
}
