//! The page of an address where there is none.

use leptos::prelude::*;

use crate::parts::{back_to_overview, notice, page_head};
use crate::text;

/// Says that nothing is here, and leads on.
#[component]
pub fn UnknownPage() -> impl IntoView {
    view! {
        {page_head(Vec::new(), text::UNKNOWN_PAGE, "")}
        {notice("", text::UNKNOWN_PAGE_NOTE, back_to_overview())}
    }
}
