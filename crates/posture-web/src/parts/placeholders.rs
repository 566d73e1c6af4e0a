use leptos::prelude::*;
use posture_core::paths;

use super::page_head::page_head;
use crate::store::second_bundle::use_second_bundle;
use crate::text;

/// Something is on its way, as the note says: the shape of what will be there.
pub fn skeleton(note: AnyView) -> AnyView {
    view! {
        <div class="loading" aria-busy="true">
            <p class="loading-note" role="status">{note}</p>
            <div class="panel skeleton skeleton-line" aria-hidden="true"></div>
            <div class="panel skeleton skeleton-strip" aria-hidden="true"></div>
            <div class="panel skeleton skeleton-list" aria-hidden="true"></div>
        </div>
    }
    .into_any()
}

/// Says that the second part of the app failed to load, with a button to retry.
pub fn second_bundle_failed() -> AnyView {
    let second = use_second_bundle();
    let told = view! { <p>{text::NO_SECOND_PART}</p> }.into_any();
    view! { {page_head(Vec::new(), text::NO_PAGE, "")} {failure_panel(told, move || second.load())} }
        .into_any()
}

/// A failure, and a button to try again.
pub fn failure_panel(told: AnyView, try_again: impl Fn() + 'static) -> AnyView {
    view! {
        <section class="panel state state-failed" role="alert">
            <p class="eyebrow">{text::FAILED_EYEBROW}</p>
            {told}
            <button type="button" class="button primary" on:click=move |_| try_again()>{text::TRY_AGAIN}</button>
        </section>
    }
    .into_any()
}

/// The same on the overview, which is there without it.
pub fn second_bundle_banner() -> AnyView {
    let second = use_second_bundle();
    let banner = move || {
        second.has_failed().then(|| {
            view! {
                <div class="banner" data-tone="unknown">
                    <p class="banner-text" role="alert">{text::NO_SECOND_PART}</p>
                    <button type="button" class="button" on:click=move |_| second.load()>{text::TRY_AGAIN}</button>
                </div>
            }
        })
    };
    banner.into_any()
}

/// There is nothing here, and what that means; `title` stays empty where the page's heading says it.
pub fn notice(title: &'static str, note: impl Into<String>, ways: AnyView) -> AnyView {
    let title = (!title.is_empty()).then(|| view! { <h2>{title}</h2> });
    view! { <section class="panel state">{title}<p>{note.into()}</p>{ways}</section> }.into_any()
}

/// The way back to the overview.
pub fn back_to_overview() -> AnyView {
    view! { <a class="button" href=paths::OVERVIEW>{text::BACK_TO_OVERVIEW}</a> }.into_any()
}
