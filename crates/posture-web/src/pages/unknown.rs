//! The page for an unknown address.

use leptos::prelude::*;

use crate::parts::{BackToOverview, Notice, PageHead};
use crate::text;

/// Says that there is no such page, and links to the overview.
#[component]
pub fn UnknownPage() -> impl IntoView {
    view! {
        <PageHead title=text::UNKNOWN_PAGE/>
        <Notice note=text::UNKNOWN_PAGE_NOTE><BackToOverview/></Notice>
    }
}
