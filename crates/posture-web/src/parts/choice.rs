use leptos::prelude::*;

/// A link to another choice, marked if it is the current one.
pub fn choice(url: String, is_asked: bool, content: AnyView) -> AnyView {
    view! { <a class="choice" href=url aria-current=is_asked.then_some("true")>{content}</a> }.into_any()
}
