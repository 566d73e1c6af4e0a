use leptos::prelude::*;

/// A titled region; `id` must be the page's only one of its name.
pub fn panel(id: &'static str, title: &'static str, note: impl Into<String>, body: AnyView) -> AnyView {
    let note = note.into();
    let note = (!note.is_empty()).then(|| view! { <span class="panel-note">{note}</span> });
    view! {
        <section class="panel" id=id aria-labelledby=format!("{id}-title")>
            <header class="panel-head"><h2 id=format!("{id}-title")>{title}</h2>{note}</header>
            {body}
        </section>
    }
    .into_any()
}
