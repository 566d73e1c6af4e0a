//! The page for an unknown address.

use leptos::prelude::*;

use crate::parts::{back_to_overview, notice, page_head};
use crate::text;

/// Says that there is no such page, and links to the overview.
#[component]
pub fn UnknownPage() -> impl IntoView {
    view! {
        {page_head(Vec::new(), text::UNKNOWN_PAGE, "")}
        {notice("", text::UNKNOWN_PAGE_NOTE, back_to_overview())}
    }
}
