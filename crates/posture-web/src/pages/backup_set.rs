//! One backup set.

use leptos::prelude::*;

use super::later::later;
use crate::text;

/// The page.
#[component]
pub fn BackupSet() -> impl IntoView {
    later(text::LATEST_BACKUP_SET, "This page will show one backup set: its age beside its content, the items that fall short first.")
}
