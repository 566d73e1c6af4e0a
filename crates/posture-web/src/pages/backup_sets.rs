//! A tenant's backup sets.

use leptos::prelude::*;

use super::later::later;
use crate::text;

/// The page.
#[component]
pub fn BackupSets() -> impl IntoView {
    later(
        text::BACKUP_SETS,
        "This page will list the tenant's backup sets: when each completed, how good its content is, and which of them is the basis.",
    )
}
