use leptos::prelude::*;
use posture_core::tone::Tone;
use posture_core::words;

use crate::tone::shape;

/// A state in a word or two: word, shape and colour.
pub fn badge(tone: Tone, label: impl Into<String>) -> AnyView {
    view! { <span class="badge" data-tone=tone.as_str()>{shape(tone)}<span>{label.into()}</span></span> }
        .into_any()
}

/// The same, with how urgent it is in a word for those who see neither shape nor colour, and as its title.
pub fn urgent_badge(tone: Tone, label: impl Into<String>) -> AnyView {
    let urgency = words::tone_word(tone);
    let spoken = urgency.map(|word| view! { <span class="visually-hidden">{word}": "</span> });
    view! { <span class="badge" data-tone=tone.as_str() title=urgency>{shape(tone)}{spoken}<span>{label.into()}</span></span> }
        .into_any()
}
