use leptos::prelude::*;
use posture_core::paths;

use super::page_head::PageHead;
use crate::store::second_bundle::use_second_bundle;
use crate::text;

/// A placeholder in the shape of what is loading, with a note.
#[component]
pub(crate) fn Skeleton(children: Children) -> impl IntoView {
    view! {
        <div class="loading" aria-busy="true">
            <p class="loading-note" role="status">{children()}</p>
            <div class="panel skeleton skeleton-line" aria-hidden="true"></div>
            <div class="panel skeleton skeleton-strip" aria-hidden="true"></div>
            <div class="panel skeleton skeleton-list" aria-hidden="true"></div>
        </div>
    }
}

/// Says that the second part of the app failed to load, with a button to retry.
#[component]
pub fn SecondBundleFailed() -> impl IntoView {
    let second = use_second_bundle();
    let told = view! { <p>{text::NO_SECOND_PART}</p> }.into_any();
    view! { <PageHead title=text::NO_PAGE/> <FailurePanel try_again={move || second.load()}>{told}</FailurePanel> }
}

/// A failure, and a button to try again.
#[component]
pub(crate) fn FailurePanel(children: Children, try_again: impl Fn() + 'static) -> impl IntoView {
    view! {
        <section class="panel state state-failed" role="alert">
            <p class="eyebrow">{text::FAILED_EYEBROW}</p>
            {children()}
            <button type="button" class="button primary" on:click=move |_| try_again()>{text::TRY_AGAIN}</button>
        </section>
    }
}

/// The same on the overview, which is there without it.
#[component]
pub fn SecondBundleBanner() -> impl IntoView {
    let second = use_second_bundle();
    move || {
        second.has_failed().then(|| {
            view! {
                <div class="banner" data-tone="unknown">
                    <p class="banner-text" role="alert">{text::NO_SECOND_PART}</p>
                    <button type="button" class="button" on:click=move |_| second.load()>{text::TRY_AGAIN}</button>
                </div>
            }
        })
    }
}

/// There is nothing here, and what that means; `title` stays empty if the page's heading says it.
#[component]
pub(crate) fn Notice(
    #[prop(optional)] title: &'static str,
    #[prop(into)] note: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let title = (!title.is_empty()).then(|| view! { <h2>{title}</h2> });
    view! { <section class="panel state">{title}<p>{note}</p>{children.map(|children| children())}</section> }
}

/// The way back to the overview.
#[component]
pub fn BackToOverview() -> impl IntoView {
    view! { <a class="button" href=paths::OVERVIEW>{text::BACK_TO_OVERVIEW}</a> }
}
