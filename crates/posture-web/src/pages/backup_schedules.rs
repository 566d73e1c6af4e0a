//! A tenant's backup schedules.

use leptos::prelude::*;

use super::later::later;
use crate::text;

/// The page.
#[component]
pub fn BackupSchedules() -> impl IntoView {
    later(
        text::BACKUP_SCHEDULES,
        "This page will list the tenant's schedules: when each last ran, when it should have, and why it needs follow-up.",
    )
}
