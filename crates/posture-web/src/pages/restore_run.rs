//! One restore run.

use leptos::prelude::*;

use super::later::later;
use crate::text;

/// The page.
#[component]
pub fn RestoreRun() -> impl IntoView {
    later(text::RUN, "This page will show one restore run: its outcomes by what they say, and what they do not show.")
}
