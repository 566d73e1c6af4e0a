use leptos::prelude::*;
use posture_core::paths;
use posture_core::views::distribution::Segment;

use super::badge::badge;
use crate::text;

/// A distribution as one bar and its legend, which holds the same figures; their sum is shown. `filter` is the registry's query key for
/// the segments' states; `exclusions` says why tenants were not evaluated.
pub fn distribution(segments: &[Segment], filter: &'static str, exclusions: &str) -> AnyView {
    let bar = segments
        .iter()
        .filter(|segment| segment.tenants > 0)
        .map(|segment| {
            view! { <i data-tone=segment.tone.as_str() style:flex-grow=segment.tenants.to_string()></i> }
                .into_any()
        })
        .collect_view();
    let legend = segments
        .iter()
        .map(|segment| {
            let is_empty = segment.tenants == 0;
            let word = badge(segment.tone, segment.label);
            let word = match (is_empty, segment.key) {
                (true, _) => word,
                (false, "") => view! { {word}<small>{exclusions.to_owned()}</small> }.into_any(),
                (false, key) => view! { <a href=paths::registry([(filter, key)])>{word}</a> }.into_any(),
            };
            view! {
                <div class:empty=is_empty>
                    <dt>{word}</dt>
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
