use leptos::prelude::*;
use posture_core::paths;

use super::page_head::PageHead;
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
#[component]
pub(crate) fn WorkspaceHead(
    title: &'static str,
    here: &'static str,
    #[prop(optional)] note: &'static str,
) -> impl IntoView {
    let link = |(url, name): (&'static str, &'static str)| {
        let current = (url == here).then_some("page");
        view! { <a class="choice" href=url aria-current=current>{name}</a> }.into_any()
    };
    view! {
        <div class="head-line">
            <PageHead title note/>
            <nav class="choices sections" aria-label=text::WORKSPACE>{SECTIONS.map(link).into_iter().collect_view()}</nav>
        </div>
    }
}
