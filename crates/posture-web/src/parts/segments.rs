use leptos::prelude::*;
use posture_core::distribution::Segment;

use super::badge;
use crate::text;

/// A distribution as one bar and its legend, which holds the same figures; their sum is shown.
pub fn distribution(segments: &[Segment]) -> AnyView {
    let bar = segments
        .iter()
        .filter(|segment| segment.tenants > 0)
        .map(|segment| view! { <i data-tone=segment.tone.as_str() style:flex-grow=segment.tenants.to_string()></i> }.into_any())
        .collect_view();
    let legend = segments
        .iter()
        .map(|segment| {
            let is_empty = segment.tenants == 0;
            view! {
                <div class:empty=is_empty>
                    <dt>{badge(segment.tone, segment.label)}</dt>
                    <dd>{text::grouped(segment.tenants)}</dd>
                </div>
            }
            .into_any()
        })
        .collect_view();
    let sum: u64 = segments.iter().map(|segment| segment.tenants).sum();
    view! {
        <div class="pad">
            <div class="segments" aria-hidden="true">{bar}</div>
            <dl class="legend">
                {legend}
                <div class="sum"><dt>{text::EXPORTED}</dt><dd>{text::grouped(sum)}</dd></div>
            </dl>
        </div>
    }
    .into_any()
}
