//! Links to pages of the app.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use posture_core::paths;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::Element;

use crate::browser::address::{shows_place, use_navigate};

/// Follows links as they are written. The router would write a clicked link's path into the address bar decoded once more, so that a
/// route key that holds an escape would name another tenant on reload; and it does not hear of links in pictures. To be called once,
/// within a router.
pub fn follow_links_as_written() {
    let navigate = use_navigate();
    Effect::new(move |_| {
        let follow = Closure::<dyn Fn(MouseEvent)>::new(move |event: MouseEvent| {
            if shows_place(&event) {
                event.stop_propagation();
            } else if let Some(url) = followed(&event) {
                // The router listens at the window, and leaves alone what was taken care of.
                event.prevent_default();
                navigate.to(&url);
            }
        });
        let listening = document().add_event_listener_with_callback("click", follow.as_ref().unchecked_ref());
        if let Err(error) = listening {
            leptos::logging::warn!("links are left to the router: {error:?}");
        }
        // It listens as long as the page lives.
        follow.forget();
    });
}

/// The page of the app that a click leads to in this window.
fn followed(event: &MouseEvent) -> Option<String> {
    let is_plain = event.button() == 0
        && !(event.ctrl_key() || event.shift_key() || event.alt_key() || event.meta_key());
    if event.default_prevented() || !is_plain {
        return None;
    }
    let link = event.target()?.dyn_into::<Element>().ok()?.closest("a[href]").ok()??;
    let leaves = link.has_attribute("target") || link.has_attribute("download");
    let url = link.get_attribute("href").filter(|url| !leaves && is_page(url))?;
    Some(url)
}

/// Whether an address is one of the workspace's pages.
fn is_page(url: &str) -> bool {
    url.strip_prefix(paths::OVERVIEW).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_the_workspace_are_told_from_other_addresses() {
        for url in [paths::OVERVIEW, &paths::tenant("a"), &paths::registry([("search", "a")])] {
            assert!(is_page(url), "{url}");
        }
        for url in
            [paths::OPEN, "/administrator", "https://example.com/admin", "//example.com/admin", "#evidence"]
        {
            assert!(!is_page(url), "{url}");
        }
    }
}
