use leptos::prelude::*;
use posture_core::Timestamp;
use web_sys::HtmlInputElement;

use crate::text;

/// A field for an instant, in the format of all pages and not of the reader's system. Anything else that is typed is marked as
/// invalid and changes nothing.
#[component]
pub(crate) fn InstantField(
    #[prop(into)] written: Signal<Option<Timestamp>>,
    typed: Callback<Timestamp>,
) -> impl IntoView {
    let invalid = RwSignal::new(false);
    let read = move |event| {
        let input: HtmlInputElement = event_target(&event);
        let at = text::read_minute(&input.value());
        invalid.set(at.is_none());
        if let Some(at) = at {
            typed.run(at);
        }
    };
    let shown = Memo::new(move |_| written.get().map(text::minute).unwrap_or_default());
    // Another instant replaces what was typed.
    Effect::new(move |_| {
        shown.track();
        invalid.set(false);
    });
    view! {
        <input type="text" class="field instant" autocomplete="off" spellcheck="false" placeholder=text::INSTANT_FORM
            prop:value=move || shown.get() aria-invalid=move || invalid.get().then_some("true") on:change=read/>
    }
}
