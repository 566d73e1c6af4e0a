use leptos::prelude::*;
use posture_core::{Timestamp, words};

use crate::text;

/// An instant: absolute with its time zone, and relative to the as-of instant.
pub fn instant(at: Timestamp, as_of: Timestamp) -> AnyView {
    view! {
        <time datetime=at.to_string()>{words::instant(at)}</time>
        " · "
        <span class="relative">{text::relative(at, as_of)}</span>
    }
    .into_any()
}

/// An absolute instant.
pub fn absolute(at: Timestamp) -> AnyView {
    view! { <time datetime=at.to_string()>{words::instant(at)}</time> }.into_any()
}

/// An instant relative to another; its title has the absolute one.
pub fn relative(at: Timestamp, to: Timestamp) -> AnyView {
    view! { <time datetime=at.to_string() title=words::instant(at)>{text::relative(at, to)}</time> }
        .into_any()
}
