//! Links to pages of the app.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use posture_core::paths;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, Event};

use crate::browser::address::{listen, shows_place, use_navigate};
use crate::browser::query::Query;

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
                // The router listens at the window, and ignores events that were handled.
                event.prevent_default();
                navigate.to(&url);
            }
        });
        // Before anyone can copy a link or open it elsewhere.
        for event in ["mousedown", "focusin"] {
            listen(&document(), event, false, complete_link);
        }
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

/// What every address of the workspace's pages repeats from the present one: whose evidence it shows, and as of when.
const CARRIED: [&str; 2] = [paths::WORKSPACE_KEY, paths::AS_OF_KEY];

/// Adds to a link to a page of the workspace the workspace and the instant of the current address.
fn complete_link(event: &Event) {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let Some(link) = target.and_then(|target| target.closest("a[href]").ok().flatten()) else { return };
    let href = link.get_attribute("href").filter(|url| is_page(url));
    let here = window().location().search().ok();
    if let Some((href, here)) = href.zip(here) {
        let completed = completed(&href, &here);
        if completed != href
            && let Err(error) = link.set_attribute("href", &completed)
        {
            leptos::logging::warn!("a link does not name its workspace: {error:?}");
        }
    }
}

fn completed(href: &str, here: &str) -> String {
    let (rest, fragment) =
        href.split_once('#').map_or((href, None), |(rest, fragment)| (rest, Some(fragment)));
    let here = Query::of(here);
    let url = CARRIED.iter().fold(rest.to_owned(), |url, key| {
        let (path, search) = url.split_once('?').unwrap_or((&url, ""));
        match here.get(key) {
            Some(value) if Query::of(search).get(key).is_none() => {
                paths::with_query(path, search, key, Some(value))
            }
            _ => url,
        }
    });
    fragment.map_or_else(|| url.clone(), |fragment| format!("{url}#{fragment}"))
}

/// Whether an address is one of the workspace's pages.
fn is_page(url: &str) -> bool {
    paths::is_within(url, paths::OVERVIEW)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_repeats_the_workspace_and_the_instant_of_the_present_page() {
        let here = "?workspace=2&search=a&as_of=2026-11-20T08%3A00%3A00Z";
        assert_eq!(
            completed("/admin/t/a%2Fb", here),
            "/admin/t/a%2Fb?workspace=2&as_of=2026-11-20T08:00:00Z"
        );
        assert_eq!(completed("/admin?workspace=1#evidence", "?workspace=2"), "/admin?workspace=1#evidence");
        assert_eq!(completed("/admin/tenants?search=b", "?search=a"), "/admin/tenants?search=b");
    }

    #[test]
    fn pages_of_the_workspace_are_distinguished_from_other_addresses() {
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
