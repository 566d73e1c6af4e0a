use leptos::prelude::*;
use posture_core::{Timestamp, words};

use crate::browser::time_zone::{local, local_hour};
use crate::text;

/// An instant: absolute with its time zone, in local time too if that differs, and relative to the as-of instant.
pub fn instant(at: Timestamp, as_of: Timestamp) -> AnyView {
    view! {
        {absolute(at)}
        " · "
        <span class="relative">{text::relative(at, as_of)}</span>
    }
    .into_any()
}

/// An absolute instant: in UTC, and in local time if that differs.
pub fn absolute(at: Timestamp) -> AnyView {
    let local = local(at).map(|local| view! { " "<span class="local">"("{local}")"</span> });
    view! { <time datetime=at.to_string()>{words::instant(at)}</time>{local} }.into_any()
}

/// An instant relative to another, with its local hour if that differs from UTC, above the absolute one.
pub fn relative_over_absolute(at: Timestamp, to: Timestamp) -> AnyView {
    let absolute = words::instant(at);
    let title = match local(at) {
        Some(local) => format!("{absolute} ({local})"),
        None => absolute.clone(),
    };
    let hour = local_hour(at).map(|hour| view! { " "<span class="local">"("{hour}")"</span> });
    view! { <time datetime=at.to_string() title=title><span>{text::relative(at, to)}{hour}</span><small>{absolute}</small></time> }
        .into_any()
}

/// An instant relative to another; its title has the absolute one.
pub fn relative(at: Timestamp, to: Timestamp) -> AnyView {
    view! { <time datetime=at.to_string() title=words::instant(at)>{text::relative(at, to)}</time> }
        .into_any()
}
