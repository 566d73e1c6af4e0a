use leptos::prelude::*;
use posture_core::views::truncation;

use crate::browser::focus;
use crate::store::evidence::use_evidence;
use crate::text;

/// A breadcrumb: its name and address.
pub type Crumb = (String, String);

/// The breadcrumbs of a tenant's pages: the workspace, the registry, the tenant.
const TENANT_CRUMB: usize = 2;

/// A page's heading: the way to it, its name, and a line about it. Names the window as well.
#[component]
pub(crate) fn PageHead(
    #[prop(optional)] crumbs: Vec<Crumb>,
    #[prop(into)] title: String,
    #[prop(optional, into)] note: String,
) -> impl IntoView {
    // A title may be taken from the address.
    let (title, note) = (truncation::line(&title).into_owned(), truncation::prose(&note).into_owned());
    // Below a tenant the window names it too, so that several tabs can be distinguished.
    let about = crumbs.iter().skip(TENANT_CRUMB).rev().map(|(name, _)| truncation::line(name));
    let page = std::iter::once(truncation::line(&title)).chain(about).collect::<Vec<_>>().join(" · ");
    let evidence = use_evidence();
    Effect::new(move |_| {
        let workspace = evidence.derived().map(|derived| derived.report.workspace.name.clone());
        document().set_title(&text::window_title(&page, workspace.as_deref()));
    });
    let crumbs = (!crumbs.is_empty()).then(|| {
        let steps = crumbs
            .into_iter()
            .map(|(name, url)| view! { <li><a href=url>{name}</a></li> }.into_any())
            .collect_view();
        view! { <nav class="crumbs" aria-label=text::BREADCRUMB><ol role="list">{steps}</ol></nav> }
    });
    let note = (!note.is_empty()).then(|| view! { <p class="page-note">{note}</p> });
    view! { <div class="page-head">{crumbs}<h1 tabindex="-1">{title}</h1>{note}</div> }
}

/// Moves the focus to the page's heading, so that what is read next is the new page.
pub fn focus_heading() {
    if let Some(heading) = focus::found("main h1") {
        let top = window().scroll_y().unwrap_or_default();
        focus::focus(&heading);
        // After going back, the scroll position is restored.
        window().scroll_to_with_x_and_y(0.0, top);
    }
}
