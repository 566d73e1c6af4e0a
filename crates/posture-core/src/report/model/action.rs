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
    /// True if the viewer lacks the capability to open this page.
    pub disabled: bool,
    /// Why the link is disabled, as a sentence; null if it is not.
    pub helper_text: Option<String>,
    /// The kind of page that `url` opens.
    pub kind: BackupTargetKind,
    /// The text of the link, such as "Review backup set".
    pub label: &'static str,
    /// Path and query of the page, such as `/admin/t/adatum/backup-sets/7?…`; null if disabled.
    pub url: Option<String>,
}

/// Something a person can follow, or the reason why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Action {
    /// True if the link cannot be followed; `helper_text` says why.
    pub disabled: bool,
    /// Why the link is disabled, as a sentence; null if it is not.
    pub helper_text: Option<String>,
    /// The text of the link or of the next step, such as "Review restore run".
    pub label: &'static str,
    /// True if `url` is a link of the evidence's own, not a page of this product.
    pub leads_out: bool,
    /// Path and query of the page, or an absolute URL if `leads_out`; null if disabled.
    pub url: Option<String>,
}
