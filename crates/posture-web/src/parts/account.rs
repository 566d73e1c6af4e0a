use leptos::prelude::*;
use leptos::task::spawn_local;
use posture_core::views::truncation;

use crate::browser::session::{reader, sign_out};
use crate::text;

/// Who is signed in, and a button to sign out; nothing if the endpoint authenticates nobody.
#[component]
pub(crate) fn Account() -> impl IntoView {
    let (known, failure) = (RwSignal::new(None), RwSignal::new(None));
    Effect::new(move |_| {
        spawn_local(async move {
            // A failure is shown by what else the page asks for.
            if let Ok(Some(reader)) = reader().await {
                let _gone = known.try_set(Some(reader));
            }
        });
    });
    let leave = move |_| {
        spawn_local(async move {
            if let Err(failed) = sign_out().await {
                let _gone = failure.try_set(Some(failed.detail));
            }
        });
    };
    let shown = move || {
        known.get().map(|reader| {
            let name = truncation::line(&reader.name).into_owned();
            let button = reader
                .has_signed_in
                .then(|| view! { <button type="button" class="tool" on:click=leave>{text::SIGN_OUT}</button> });
            view! {
                <span class="reader" title=reader.identity><span class="visually-hidden">{text::SIGNED_IN_AS}</span><bdi>{name}</bdi></span>
                {button}
            }
        })
    };
    view! { {shown}<span role="alert">{move || failure.get()}</span> }
}
