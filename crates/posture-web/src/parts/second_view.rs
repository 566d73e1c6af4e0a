use leptos::prelude::*;

use super::placeholders::{SecondBundleFailed, Skeleton};
use crate::store::second_bundle::{SecondView, use_second_bundle};
use crate::text;

/// Draws a view of the second bundle once that is loaded.
#[component]
pub(crate) fn SecondPart(what: SecondView) -> impl IntoView {
    let bundle = use_second_bundle();
    let is_page = matches!(what, SecondView::Pages);
    if is_page {
        Effect::new(move |_| bundle.load());
    }
    let shown = move || {
        if bundle.is_loaded() {
            return bundle.draw(what).into_any();
        }
        match (is_page, bundle.has_failed()) {
            (false, _) => ().into_any(),
            (true, true) => view! { <SecondBundleFailed/> }.into_any(),
            (true, false) => view! { <Skeleton>{text::LOADING_PAGE}</Skeleton> }.into_any(),
        }
    };
    shown.into_any()
}
