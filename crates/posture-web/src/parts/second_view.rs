use leptos::prelude::*;

use super::placeholders::{second_bundle_failed, skeleton};
use crate::store::second_bundle::{SecondView, use_second_bundle};
use crate::text;

/// Draws a view of the second bundle once that is loaded.
pub fn second_view(what: SecondView) -> AnyView {
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
            (true, true) => second_bundle_failed(),
            (true, false) => skeleton(text::LOADING_PAGE.into_any()),
        }
    };
    shown.into_any()
}
