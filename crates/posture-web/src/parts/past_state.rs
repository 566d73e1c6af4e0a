use leptos::prelude::*;
use posture_core::words;

use super::placeholders::{notice, skeleton};
use crate::store::past_evidence::Past;
use crate::text;

/// What is shown in place of the past: that it is loading, why it failed to load, or when the evidence starts.
pub fn past_state<T>(past: &Past<T>) -> AnyView {
    match past {
        Past::Loading | Past::Ready(_) => skeleton(text::LOADING_PAST.into_any()),
        Past::Failed(failure) => {
            notice(text::PAST_FAILED, format!("{}. {}", failure.title, failure.detail), ().into_any())
        }
        Past::StartsAt(at) => notice(text::NOT_IN_EVIDENCE, words::evidence_starts(*at), ().into_any()),
    }
}
