use leptos::prelude::*;
use posture_core::paths;

use super::page_head::page_head;
use crate::text;

/// The pages about the whole workspace: address and name.
const SECTIONS: [(&str, &str); 5] = [
    (paths::OVERVIEW, text::OVERVIEW),
    (paths::CHANGES, text::CHANGES),
    (paths::TREND, text::TREND),
    (paths::FORECAST, text::FORECAST),
    (paths::WHAT_IF, text::WHAT_IF),
];

/// The heading of a page about the whole workspace, with the way to the others next to it. `here` is its address.
pub fn workspace_head(title: &'static str, here: &'static str, note: &'static str) -> AnyView {
    let link = |(url, name): (&'static str, &'static str)| {
        let current = (url == here).then_some("page");
        view! { <a class="choice" href=url aria-current=current>{name}</a> }.into_any()
    };
    view! {
        <div class="head-line">
            {page_head(Vec::new(), title, note)}
            <nav class="choices sections" aria-label=text::WORKSPACE>{SECTIONS.map(link).into_iter().collect_view()}</nav>
        </div>
    }
    .into_any()
}
