use leptos::prelude::*;
use posture_core::paths;
use posture_core::views::concern::Concern;
use posture_core::views::distribution::Segment;
use posture_core::words;

use super::badge::Badge;
use crate::text;
use crate::tone::{self, Tone};

/// A distribution as one bar and its legend, which holds the same figures; their sum is shown. What is recent with a warning is a part of the
/// healthy ones, in the bar and in the legend. `filter` is the registry's query key for
/// the segments' states; `exclusions` says why tenants were not evaluated.
pub fn distribution(segments: &[Segment], filter: &'static str, exclusions: &str) -> AnyView {
    let bar = segments
        .iter()
        .filter(|segment| segment.tenants > 0)
        .map(|segment| {
            let part = |tone: Tone, tenants: u64, label: &'static str| {
                let title = format!("{label}: {}", text::grouped(tenants));
                (tenants > 0).then(|| view! { <i data-tone=tone.as_str() title=title style:flex-grow=tenants.to_string()></i> })
            };
            let warned = part(tone::WITH_WARNING, segment.warned, words::RECENT_WITH_WARNING);
            let unknown = part(Tone::Unknown, segment.unknown, words::CONTENT_UNKNOWN);
            let plain = segment.tenants - segment.warned - segment.unknown;
            view! { {part(segment.tone, plain, segment.label)} {warned} {unknown} }.into_any()
        })
        .collect_view();
    let legend = segments
        .iter()
        .map(|segment| {
            let is_empty = segment.tenants == 0;
            let word = view! { <Badge tone=segment.tone label=segment.label/> }.into_any();
            let word = match (is_empty, segment.key) {
                (true, _) => word,
                (false, "") => {
                    view! { <a href="#evidence">{word}</a><small>{exclusions.to_owned()}</small> }.into_any()
                }
                (false, key) => view! { <a href=paths::registry([(filter, key)])>{word}</a> }.into_any(),
            };
            view! {
                <div class:empty=is_empty>
                    <dt>{word}</dt>
                    <dd>{text::grouped(segment.tenants)}</dd>
                </div>
                {with_warning(segment)}
                {unknown_content(segment)}
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

/// How many of a segment are recent with a warning, with a link to them.
fn with_warning(segment: &Segment) -> AnyView {
    let url = paths::registry([(paths::ATTENTION_KEY, Concern::RecentWithWarning.as_str())]);
    let row = || {
        let word = view! { <Badge tone=tone::WITH_WARNING label=words::WITH_A_WARNING/> }.into_any();
        view! { <div class="part"><dt>{text::OF_WHICH}" "<a href=url>{word}</a></dt><dd>{text::grouped(segment.warned)}</dd></div> }
    };
    (segment.warned > 0).then(row).into_any()
}

/// How many of a segment are in it only because nothing is known of their content.
fn unknown_content(segment: &Segment) -> AnyView {
    let row = || {
        view! { <div class="part"><dt>{text::OF_WHICH}" "<Badge tone=Tone::Unknown label=words::CONTENT_UNKNOWN/></dt><dd>{text::grouped(segment.unknown)}</dd></div> }
    };
    (segment.unknown > 0).then(row).into_any()
}
