//! Pages of a later release: each says plainly what it will show, and leads back.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use posture_core::paths;

use crate::parts::{back_to_overview, notice, page_head};
use crate::text;

fn later(title: &'static str, what: &'static str) -> AnyView {
    let tenant = use_params_map().get_untracked().get("external_id");
    let back = match tenant {
        Some(key) => view! { <a class="button" href=paths::tenant(&key)>{text::BACK_TO_TENANT}</a> }.into_any(),
        None => back_to_overview(),
    };
    view! { {page_head(Vec::new(), title, "")} {notice(text::NOT_BUILT_YET, what, back)} }.into_any()
}

/// A tenant's backup sets.
#[component]
pub fn BackupSets() -> impl IntoView {
    later(text::BACKUP_SETS, "This page will list the tenant's backup sets: when each completed, how good its content is, and which of them is the basis.")
}

/// One backup set.
#[component]
pub fn BackupSet() -> impl IntoView {
    later(text::LATEST_BACKUP_SET, "This page will show one backup set: its age beside its content, the items that fall short first.")
}

/// A tenant's backup schedules.
#[component]
pub fn BackupSchedules() -> impl IntoView {
    later(text::BACKUP_SCHEDULES, "This page will list the tenant's schedules: when each last ran, when it should have, and why it needs follow-up.")
}

/// A tenant's restore runs.
#[component]
pub fn RestoreRuns() -> impl IntoView {
    later(text::RESTORE_RUNS, "This page will list the tenant's restore runs: what each has shown, and what to do about it.")
}

/// One restore run.
#[component]
pub fn RestoreRun() -> impl IntoView {
    later(text::RUN, "This page will show one restore run: its outcomes by what they say, and what they do not show.")
}

/// Offline review of a snapshot.
#[component]
pub fn OpenSnapshot() -> impl IntoView {
    later(text::OPEN_SNAPSHOT, "This page will open a snapshot file from this machine and show the same dashboard over it; nothing will be uploaded.")
}

/// Comparison of two snapshots.
#[component]
pub fn Compare() -> impl IntoView {
    later(text::COMPARE, "This page will compare two snapshots: which tenants are worse, better, changed, new or gone, and why.")
}
