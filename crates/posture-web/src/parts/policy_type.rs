use leptos::prelude::*;
use posture_core::words;

/// A policy type as people write it, and below it as the evidence does.
pub fn policy_type(written: &str) -> AnyView {
    let name = words::policy_type_name(written);
    let identifier = (name != written).then(|| view! { <small>{written.to_owned()}</small> });
    view! { {name}{identifier} }.into_any()
}
