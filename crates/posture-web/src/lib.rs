//! The browser dashboard: a Leptos single-page app over `posture-core`. Components show; they decide nothing.

use leptos::prelude::*;

/// The whole app.
#[component]
pub fn App() -> impl IntoView {
    view! {
        <header class="bar"><span class="mark">"Posture"</span></header>
        <main><h1>"Posture"</h1></main>
    }
}
