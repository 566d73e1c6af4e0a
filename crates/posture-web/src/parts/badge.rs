use leptos::prelude::*;
use posture_core::verdicts::restore_attention::Tone;

use crate::tone::shape;

/// A state in a word or two: word, shape and colour.
pub fn badge(tone: Tone, label: impl Into<String>) -> AnyView {
    view! { <span class="badge" data-tone=tone.as_str()>{shape(tone)}<span>{label.into()}</span></span> }
        .into_any()
}
