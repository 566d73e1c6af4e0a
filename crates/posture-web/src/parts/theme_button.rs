use leptos::prelude::*;

use crate::browser::theme::{Theme, advance};
use crate::text;

/// A button that cycles through the three choices.
#[component]
pub fn ThemeButton(
    /// The choice in force.
    theme: RwSignal<Theme>,
) -> impl IntoView {
    view! {
        <button type="button" class="tool" on:click=move |_| advance(theme)>
            <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
                <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="1.5"/>
                <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor"/>
            </svg>
            <span class="visually-hidden">{text::THEME}</span>
            <span class="tool-word">{move || theme.get().label()}</span>
        </button>
    }
}
