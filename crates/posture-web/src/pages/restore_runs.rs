//! A tenant's restore runs.

use leptos::prelude::*;

use super::later::later;
use crate::text;

/// The page.
#[component]
pub fn RestoreRuns() -> impl IntoView {
    later(text::RESTORE_RUNS, "This page will list the tenant's restore runs: what each has shown, and what to do about it.")
}
