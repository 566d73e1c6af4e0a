use leptos::prelude::*;

/// A link to another choice, marked if it is the current one.
#[component]
pub(crate) fn Choice(url: String, is_asked: bool, children: Children) -> impl IntoView {
    view! { <a class="choice" href=url aria-current=is_asked.then_some("true")>{children()}</a> }
}
