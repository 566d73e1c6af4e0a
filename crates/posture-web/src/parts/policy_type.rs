use leptos::prelude::*;
use posture_core::words;

/// A policy type as people write it, and below it as the evidence does; `absent` if the evidence does not state it.
pub fn policy_type(written: Option<&str>, absent: &'static str) -> AnyView {
    let Some(written) = written else { return absent.into_any() };
    let name = words::policy_type_name(written);
    let identifier = (name != written).then(|| written.to_owned());
    view! { {name}<small>{identifier}</small> }.into_any()
}
