use leptos::prelude::*;

/// A titled region; `id` must be the page's only one of its name.
#[component]
pub(crate) fn Panel(
    id: &'static str,
    title: &'static str,
    #[prop(optional, into)] note: String,
    children: Children,
) -> impl IntoView {
    let note = (!note.is_empty()).then(|| view! { <span class="panel-note">{note}</span> });
    view! {
        <section class="panel" id=id aria-labelledby=format!("{id}-title")>
            <header class="panel-head"><h2 id=format!("{id}-title")>{title}</h2>{note}</header>
            {children()}
        </section>
    }
}
