//! What a tone looks like. The core decides which tone a state has.

use leptos::prelude::*;
pub use posture_core::report::tone::{
    UNSETTLED, WITH_WARNING, backup as backup_tone, current as current_tone, outcome as outcome_tone,
    posture as posture_tone, recovery as recovery_tone, severity as severity_tone,
};
pub use posture_core::tone::Tone;
pub use posture_core::words::backup_word;

/// A tone's shape, so that no verdict rests on colour.
#[component]
pub(crate) fn Shape(tone: Tone) -> impl IntoView {
    view! { <svg class="shape" viewBox="0 0 12 12" aria-hidden="true">{drawing(tone)}</svg> }
}

/// The path of a tone's shape, in a square of twelve. Each is one path, so that a shape can change in place.
pub fn drawing(tone: Tone) -> AnyView {
    let (path, line) = match tone {
        Tone::Critical => ("M4 .8h4L11.2 4v4L8 11.2H4L.8 8V4z", ""),
        Tone::High => ("M6 1 11.5 11H.5z", ""),
        Tone::Medium => ("M6 .5 11.5 6 6 11.5.5 6z", ""),
        Tone::Low => ("M10 6A4 4 0 0 1 2 6a4 4 0 0 1 8 0z", ""),
        Tone::Calm => ("M11.2 6A5.2 5.2 0 0 1 .8 6a5.2 5.2 0 0 1 10.4 0zM3.5 6.2l1.8 1.8 3.2-3.8", "line"),
        Tone::Unknown => ("M11 6A5 5 0 0 1 1 6a5 5 0 0 1 10 0z", "line dashed"),
    };
    view! { <path d=path class=line/> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_tones_share_a_shape() {
        let tones = [Tone::Critical, Tone::High, Tone::Medium, Tone::Low, Tone::Calm, Tone::Unknown];
        let shapes: std::collections::BTreeSet<_> =
            tones.into_iter().map(|tone| view! { <Shape tone/> }.into_any().to_html()).collect();
        assert_eq!(shapes.len(), tones.len());
    }
}
