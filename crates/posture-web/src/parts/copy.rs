use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser::clipboard::write;
use crate::store::said::use_said;
use crate::text;

/// The attribute that copy buttons are found by.
pub const COPY: &str = ".copy";

/// A button that copies a tenant's key. In a row it is not a stop of the Tab key, since each row has one: `c` presses that of the row with the
/// focus.
#[component]
pub(crate) fn CopyButton(
    key: String,
    #[prop(into)] about: String,
    #[prop(optional)] is_tab_stop: bool,
) -> impl IntoView {
    let said = use_said();
    let name = format!("{}: {about}", text::COPY_KEY);
    let title = format!("{} {key}", text::COPY_KEY);
    let copy = move |_| {
        let key = key.clone();
        spawn_local(async move {
            let outcome = if write(&key).await { text::copied(&key) } else { text::NOT_COPIED.to_owned() };
            said.say(outcome);
        });
    };
    view! {
        <button type="button" class="copy" tabindex={(!is_tab_stop).then_some("-1")} aria-label=name title=title on:click=copy>
            <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
                <path d="M5.5 5.5v-4h9v9h-4M1.5 5.5h9v9h-9z" fill="none" stroke="currentColor" stroke-width="1.3"/>
            </svg>
        </button>
    }
}

/// Copies the key of the row that has the focus, if there is one.
pub fn copy_of_focused_row() {
    use wasm_bindgen::JsCast as _;
    let row = document().active_element().and_then(|focused| focused.closest("tr").ok().flatten());
    let button = row.and_then(|row| row.query_selector(COPY).ok().flatten());
    if let Some(button) = button.and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok()) {
        button.click();
    }
}
