//! The workspaces the endpoint serves.

use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use posture_core::paths;

use crate::evidence::{Derived, use_evidence};
use crate::fetch::WorkspaceEntry;
use crate::parts::{page_head, with_report};
use crate::text;

/// Lists the workspaces; choosing one shows its overview.
#[component]
pub fn Workspaces() -> impl IntoView {
    with_report(|| text::WORKSPACES.to_owned(), |derived| page(derived))
}

fn page(derived: &Derived) -> AnyView {
    let evidence = use_evidence();
    let shown = derived.report.workspace.id;
    let row = move |entry: WorkspaceEntry| {
        let navigate = use_navigate();
        let choose = move |_| {
            evidence.choose(entry.id);
            navigate(paths::OVERVIEW, leptos_router::NavigateOptions::default());
        };
        let is_shown = (entry.id == shown).then(|| view! { <span class="note">{text::SHOWN}</span> });
        view! {
            <li class="row">
                <span class="row-name">{entry.name}</span>
                {is_shown}
                <button type="button" class="button" on:click=choose>{text::OPEN}</button>
            </li>
        }
        .into_any()
    };
    let rows = move || evidence.workspaces().into_iter().map(row).collect_view();
    view! { {page_head(Vec::new(), text::WORKSPACES, "")} <ul class="panel rows" role="list">{rows}</ul> }.into_any()
}
