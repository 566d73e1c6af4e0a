//! The workspaces the endpoint serves.

use leptos::prelude::*;
use posture_core::{Timestamp, paths, words};

use crate::browser::address::{use_document, use_navigate};
use crate::browser::clock::Clock;
use crate::browser::fetch::WorkspaceEntry;
use crate::parts::{OpenPanel, OpenedFiles, PageHead, Panel, absolute, with_report};
use crate::store::evidence::use_evidence;
use crate::store::shown_report::ShownReport;
use crate::store::wanted::Wanted;
use crate::store::workspace_states::workspace_states;
use crate::text;

/// Lists the workspaces; choosing one shows its overview.
#[component]
pub fn Workspaces() -> impl IntoView {
    if use_document().is_review() {
        return view! { <PageHead title=text::OPEN_FILES/> <Panel id="open-files" title=text::OPEN_FILES><OpenedFiles/></Panel> <OpenPanel/> }
            .into_any();
    }
    with_report(|| text::WORKSPACES.to_owned(), |derived| page(derived))
}

fn page(derived: &ShownReport) -> AnyView {
    let evidence = use_evidence();
    let shown = derived.report.workspace.id;
    let navigate = use_navigate();
    let title = derived.report.overview.calmness.title.clone();
    let states = workspace_states(&evidence.workspaces(), (shown, title));
    let clock = Clock::start();
    let age = move |at: Timestamp| clock.now().map(|now| format!(" · {}", text::relative(at, now)));
    let row = move |entry: WorkspaceEntry| {
        let name = entry.name.clone().or(entry.source.clone()).unwrap_or_else(|| text::UNNAMED.to_owned());
        let open = entry.served().map(|workspace| {
            let choose = move |_| {
                evidence.choose(Wanted::Workspace(workspace));
                navigate.to(&paths::with_query(paths::OVERVIEW, "", paths::WORKSPACE_KEY, Some(&workspace.to_string())));
            };
            view! { <button type="button" class="button" on:click=choose>{text::OPEN}<span class="visually-hidden">" "{name.clone()}</span></button> }
        });
        let is_shown = (entry.served() == Some(shown))
            .then(|| view! { <span class="note workspace-shown">{text::SHOWN}</span> });
        let tenants = entry.tenants.map(|tenants| words::counted(tenants, "tenant", "tenants"));
        // Evidence that is not of the present has no state to show.
        let state_of = entry.served().filter(|_| entry.warning.is_none());
        let state = state_of.map(|id| view! { {move || states.read().get(&id).cloned()} });
        let facts = open.is_some().then(|| view! {
            <span>{state}</span>
            <span class="note">{tenants}</span>
            <span class="note">{entry.exported_at.map(|at| view! { {text::EXPORTED}" "{absolute(at)}{move || age(at)} })}</span>
        });
        let source = entry
            .source
            .filter(|source| *source != name)
            .map(|source| view! { " "<span class="note">{source}</span> });
        let way = open.map(|open| view! { <span class="workspace-way">{is_shown}{open}</span> });
        let problems = entry.refusal.into_iter().chain(entry.warning);
        let problems = problems.map(|problem| view! { <p class="detail">{problem}</p> }).collect_view();
        view! { <li class="row"><span class="row-name">{name}{source}</span>{facts}{way}{problems}</li> }
            .into_any()
    };
    let rows = move || evidence.workspaces().into_iter().map(row).collect_view();
    view! { <PageHead title=text::WORKSPACES/> <ul class="panel rows workspaces" role="list">{rows}</ul> }
        .into_any()
}
