use leptos::prelude::*;

use crate::store::said::use_said;

/// What the app says in passing, read out as well.
#[component]
pub fn Toast() -> impl IntoView {
    let said = use_said();
    view! { <p class="said" role="status" data-shown=move || (!said.text().is_empty()).then_some("true")>{move || said.text()}</p> }
}
