use leptos::prelude::*;
use posture_core::words;

use super::placeholders::{Notice, Skeleton};
use crate::store::past_evidence::Past;
use crate::text;

/// What is shown in place of the past: that it is loading, why it failed to load, or when the evidence starts.
pub fn past_state<T>(past: &Past<T>) -> AnyView {
    match past {
        Past::Loading | Past::Ready(_) => view! { <Skeleton>{text::LOADING_PAST}</Skeleton> }.into_any(),
        Past::Failed(failure) => {
            view! { <Notice title=text::PAST_FAILED note={format!("{}. {}", failure.title, failure.detail)}/> }.into_any()
        }
        Past::StartsAt(at) => view! { <Notice title=text::NOT_IN_EVIDENCE note=words::evidence_starts(*at)/> }.into_any(),
    }
}
