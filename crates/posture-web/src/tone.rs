//! What a tone looks like. Which tone a state has is the core's to say.

use leptos::prelude::*;
pub use posture_core::tone::{
    Tone, backup as backup_tone, calmness as calmness_tone, outcome as outcome_tone, quality as quality_tone, recency as recency_tone,
    recovery as recovery_tone, run_role as run_role_tone, schedule as schedule_tone, severity as severity_tone,
};
pub use posture_core::words::backup_word;

/// A tone's shape, so that no verdict rests on colour.
pub fn shape(tone: Tone) -> AnyView {
    view! { <svg class="shape" viewBox="0 0 12 12" aria-hidden="true" focusable="false">{drawing(tone)}</svg> }.into_any()
}

/// What a tone's shape is drawn of, in a square of twelve.
pub fn drawing(tone: Tone) -> AnyView {
    match tone {
        Tone::Critical => view! { <path d="M4 .8h4L11.2 4v4L8 11.2H4L.8 8V4z" fill="currentColor"/> }.into_any(),
        Tone::High => view! { <path d="M6 1 11.5 11H.5z" fill="currentColor"/> }.into_any(),
        Tone::Medium => view! { <path d="M6 .5 11.5 6 6 11.5.5 6z" fill="currentColor"/> }.into_any(),
        Tone::Low => view! { <circle cx="6" cy="6" r="4" fill="currentColor"/> }.into_any(),
        Tone::Calm => view! {
            <circle cx="6" cy="6" r="5.2" fill="none" stroke="currentColor" stroke-width="1.4"/>
            <path d="m3.5 6.2 1.8 1.8 3.2-3.8" fill="none" stroke="currentColor" stroke-width="1.4"/>
        }
        .into_any(),
        Tone::Unknown => view! {
            <circle cx="6" cy="6" r="5" fill="none" stroke="currentColor" stroke-width="1.4" stroke-dasharray="2.4 1.6"/>
        }
        .into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_tones_share_a_shape() {
        let tones = [Tone::Critical, Tone::High, Tone::Medium, Tone::Low, Tone::Calm, Tone::Unknown];
        let shapes: std::collections::BTreeSet<_> = tones.into_iter().map(|tone| shape(tone).to_html()).collect();
        assert_eq!(shapes.len(), tones.len());
    }
}
