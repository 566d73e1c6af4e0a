use leptos::prelude::*;

/// A way to another question, marked where it is the one asked.
pub fn choice(url: String, is_asked: bool, content: AnyView) -> AnyView {
    view! { <a class="choice" href=url aria-current=is_asked.then_some("true")>{content}</a> }.into_any()
}
