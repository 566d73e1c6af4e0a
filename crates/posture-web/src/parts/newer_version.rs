use leptos::prelude::*;

use crate::text;

/// The id of the offer to take a newer version of the app; `public/boot.js` shows it, and does what its button says.
const OFFER: &str = "newer-version";

/// Offers a newer version of the app once there is one; hidden until then.
#[component]
pub fn NewerVersion() -> impl IntoView {
    view! {
        <div role="status">
            <div id=OFFER class="banner" data-tone="low" hidden=true>
                <p class="banner-text">{text::NEWER_VERSION}</p>
                <button type="button" class="button">{text::RELOAD}</button>
            </div>
        </div>
    }
}
