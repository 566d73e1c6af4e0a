use leptos::prelude::*;
use posture_core::tone::Tone;
use posture_core::words;

use crate::tone::Shape;

/// A state in a word or two: word, shape and colour.
#[component]
pub(crate) fn Badge(tone: Tone, #[prop(into)] label: String) -> impl IntoView {
    view! { <span class="badge" data-tone=tone.as_str()><Shape tone/><span>{label}</span></span> }
}

/// The same, with how urgent it is in a word for those who see neither shape nor colour, and as its title.
#[component]
pub(crate) fn UrgentBadge(tone: Tone, #[prop(into)] label: String) -> impl IntoView {
    let urgency = words::tone_word(tone);
    let spoken = urgency.map(|word| view! { <span class="visually-hidden">{word}": "</span> });
    view! { <span class="badge" data-tone=tone.as_str() title=urgency><Shape tone/>{spoken}<span>{label}</span></span> }
}
