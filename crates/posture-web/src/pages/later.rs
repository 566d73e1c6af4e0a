//! Pages of a later release: each says plainly what it will show, and leads back.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use posture_core::paths;

use crate::parts::{back_to_overview, notice, page_head};
use crate::text;

pub(super) fn later(title: &'static str, what: &'static str) -> AnyView {
    let tenant = use_params_map().get_untracked().get("external_id");
    let back = match tenant {
        Some(key) => view! { <a class="button" href=paths::tenant(&key)>{text::BACK_TO_TENANT}</a> }.into_any(),
        None => back_to_overview(),
    };
    view! { {page_head(Vec::new(), title, "")} {notice(text::NOT_BUILT_YET, what, back)} }.into_any()
}

/// Comparison of two snapshots.
#[component]
pub fn Compare() -> impl IntoView {
    later(text::COMPARE, "This page will compare two snapshots: which tenants are worse, better, changed, new or gone, and why.")
}
