use leptos::prelude::*;

use super::as_of::AS_OF_MENU;
use super::time::absolute;
use crate::browser::address::use_document;
use crate::browser::clock::Clock;
use crate::store::evidence::use_evidence;
use crate::store::phase::Activity;
use crate::store::second_bundle::use_second_bundle;
use crate::text;

/// The instant everything is judged at, how old the evidence is, and a button to fetch newer.
#[component]
pub(crate) fn EvidenceBar(clock: Clock) -> impl IntoView {
    let (evidence, second) = (use_evidence(), use_second_bundle());
    let judged = move || {
        evidence.derived().map(|derived| {
            let as_of = derived.report.as_of;
            let age = move || {
                let exported_at = derived.report.exported_at;
                clock.now().map(|now| format!("{} {}", text::EVIDENCE.to_lowercase(), text::relative(exported_at, now)))
            };
            view! {
                <button type="button" class="tool as-of" popovertarget=AS_OF_MENU disabled=move || !second.is_loaded()>
                    <span>{text::AS_OF}" "{absolute(as_of)}</span>
                    <span class="as-of-age">{age}</span>
                </button>
            }
        })
    };
    let updated = move || Some(text::updated(evidence.updated_at()?, clock.now()?));
    let is_loading = move || matches!(evidence.activity(), Activity::Loading(_));
    let refresh = move || {
        view! {
            <button type="button" class="tool" aria-disabled=move || is_loading().then_some("true") on:click=move |_| if !is_loading() { evidence.load() }>
                <svg class="icon" class:turning=is_loading viewBox="0 0 16 16" aria-hidden="true" focusable="false">
                    <path d="M13.5 8A5.5 5.5 0 1 1 11.6 3.8M12 .8v3.4H8.6" fill="none" stroke="currentColor" stroke-width="1.5"/>
                </svg>
                <span class="visually-hidden">{text::REFRESH}</span>
                <span class="updated">{updated}</span>
            </button>
        }
    };
    let can_refresh = !use_document().is_review();
    view! { {judged} {can_refresh.then(refresh)} }
}
