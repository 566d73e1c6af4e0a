//! Where the page's route is written: in the path of a document that the endpoint serves, in the fragment of one over opened files.
//!
//! A *review document* is loaded from `/open`, `/compare` or a file. Its path never changes, so that the content-security policy it came
//! with holds for every page shown in it, and so that it works from `file://`; `/open#/admin/t/x` shows the page `/admin/t/x`.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::location::{BrowserUrl, LocationProvider as _};
use posture_core::paths;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Element, Event, EventTarget, HtmlDetailsElement, HtmlElement};

/// The base URL that a fragment's route is resolved against; never shown or requested.
const BASE: &str = "http://posture.invalid";

/// The id of the element that holds the snapshot of a self-contained file.
pub const EMBEDDED_SNAPSHOT: &str = "posture-snapshot";

/// What kind of document the app runs in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Document {
    /// It shows what the endpoint serves.
    #[default]
    Served,
    /// It shows opened files and sends no request.
    Review,
}

impl Document {
    /// The document this program runs in.
    pub fn of_page() -> Self {
        let location = window().location();
        let path = location.pathname().unwrap_or_default();
        let is_file = location.protocol().is_ok_and(|protocol| protocol == "file:");
        let is_review = is_file
            || is_embedded()
            || [paths::OPEN, paths::COMPARE].iter().any(|page| paths::is_within(&path, page));
        if is_review { Self::Review } else { Self::Served }
    }

    /// Whether it shows opened files.
    pub fn is_review(self) -> bool {
        self == Self::Review
    }
}

/// Whether this document is a self-contained file, with a snapshot inside.
pub fn is_embedded() -> bool {
    document().get_element_by_id(EMBEDDED_SNAPSHOT).is_some()
}

/// Whether an endpoint served this document, which then has the workspaces' pages too.
pub fn is_served() -> bool {
    cfg!(target_family = "wasm")
        && window().location().protocol().is_ok_and(|protocol| protocol.starts_with("http"))
}

/// The kind of this document.
pub fn use_document() -> Document {
    use_context().unwrap_or_default()
}

/// The page shown: path and query, as its address states them.
pub fn shown(kind: Document) -> (String, String) {
    let location = window().location();
    match kind {
        Document::Served => (location.pathname().unwrap_or_default(), location.search().unwrap_or_default()),
        Document::Review => {
            let route =
                route_of(&location.hash().unwrap_or_default()).unwrap_or_else(|| default_route().to_owned());
            let path = route.split(['?', '#']).next().unwrap_or_default().to_owned();
            let query = route.get(path.len()..).unwrap_or_default().to_owned();
            (path, query)
        }
    }
}

/// Goes to a page of a review document.
pub fn go(url: &str) {
    report(window().location().set_hash(url));
    scroll_up();
}

/// Navigates to other pages.
#[derive(Clone, Copy, Debug)]
pub struct Navigate {
    kind: Document,
    router: StoredValue<Router>,
}

type Router = Arc<dyn Fn(&str, NavigateOptions) + Send + Sync>;

/// The navigator of the app's pages; only within a router.
pub fn use_navigate() -> Navigate {
    Navigate {
        kind: use_document(),
        router: StoredValue::new(Arc::new(leptos_router::hooks::use_navigate())),
    }
}

impl Navigate {
    /// Navigates to a page; the browser's back button leads here.
    pub fn to(self, url: &str) {
        match self.kind {
            Document::Served => {
                self.router.with_value(|go| go(url, NavigateOptions::default()));
                write_down(url);
            }
            Document::Review => go(url),
        }
    }

    /// Replaces the current address and keeps the scroll position.
    pub fn replace(self, url: &str) {
        match self.kind {
            Document::Served => {
                let staying = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
                self.router.with_value(|go| go(url, staying));
            }
            Document::Review => report(window().location().replace(&format!("#{url}"))),
        }
    }
}

/// Puts an address into the browser's history where the router did not: after a step back and one forward it takes the page before for
/// the present one.
fn write_down(url: &str) {
    let location = window().location();
    let shown =
        [location.pathname(), location.search(), location.hash()].into_iter().flatten().collect::<String>();
    if shown != url {
        report(
            window().history().and_then(|history| history.push_state_with_url(&JsValue::NULL, "", Some(url))),
        );
    }
}

/// Lets the router show the fragment's page, now and whenever it changes. To be called within a router, before its routes are drawn.
pub fn follow_fragment() {
    let Some(browser) = use_context::<BrowserUrl>() else { return };
    let url = browser.as_url().clone();
    let go = move |route: &str| {
        let parsed =
            BrowserUrl::parse_with_base(route, BASE).ok().filter(|parsed| *url.read_untracked() != *parsed);
        if let Some(parsed) = parsed {
            url.set(parsed);
        }
    };
    let fragment = || window().location().hash().unwrap_or_default();
    go(route_of(&fragment()).as_deref().unwrap_or(default_route()));
    let follow = move || match (route_of(&fragment()), fragment().is_empty()) {
        (Some(route), _) => go(&route),
        (None, true) => go(default_route()),
        // A place within the page.
        (None, false) => {}
    };
    // The router would read the document's own path; listening in the capture phase comes before it.
    let moved = follow.clone();
    listen(&window(), "popstate", true, move |event| {
        event.stop_immediate_propagation();
        moved();
    });
    listen(&window(), "hashchange", true, move |_| follow());
    // A link is given its route's fragment before anyone can follow it, copy it or open it elsewhere; then the browser does the rest.
    let document = document();
    listen(&document, "mousedown", false, |event| {
        if let Some(link) = link_of(event) {
            point_at_fragment(&link);
        }
    });
    listen(&document, "click", false, |event| {
        let Some(link) = link_of(event) else { return };
        if !shows_place(event) {
            if !point_at_fragment(&link) {
                return;
            }
            scroll_up();
        }
        // The router listens at the window.
        event.stop_propagation();
    });
}

/// The page of a review document whose fragment names none.
fn default_route() -> &'static str {
    let path = window().location().pathname().unwrap_or_default();
    match (is_embedded(), paths::is_within(&path, paths::COMPARE)) {
        (true, _) => paths::OVERVIEW,
        (false, true) => paths::COMPARE,
        (false, false) => paths::OPEN,
    }
}

/// The route a fragment states; none if it names a place within the page, or nothing.
fn route_of(fragment: &str) -> Option<String> {
    let route = fragment.strip_prefix('#')?;
    (route.len() > 1 && route.starts_with('/')).then(|| route.to_owned())
}

/// The link an event is about, unless it leaves the app.
fn link_of(event: &Event) -> Option<Element> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    let link = target.closest("a[href]").ok().flatten()?;
    let leaves = link.get_attribute("rel").is_some_and(|rel| rel.split(' ').any(|word| word == "external"));
    (!leaves && !link.has_attribute("download") && !link.has_attribute("target")).then_some(link)
}

/// Replaces a link to a page of the app by that page's fragment; false for any other link.
fn point_at_fragment(link: &Element) -> bool {
    let href = link.get_attribute("href").unwrap_or_default();
    if href.starts_with("#/") {
        return true;
    }
    let is_page =
        [paths::OVERVIEW, paths::OPEN, paths::COMPARE].iter().any(|page| paths::is_within(&href, page));
    if is_page {
        report(link.set_attribute("href", &format!("#{href}")));
    }
    is_page
}

/// Shows the place of this page that a clicked link points at, opened and focused; false if it points elsewhere.
pub fn shows_place(event: &Event) -> bool {
    let Some(place) = link_of(event).and_then(|link| within_page(&link)) else { return false };
    event.prevent_default();
    show(&place);
    true
}

/// The element of this page a link points at.
fn within_page(link: &Element) -> Option<Element> {
    let href = link.get_attribute("href")?;
    let id = href.strip_prefix('#').filter(|id| !id.starts_with('/'))?;
    document().get_element_by_id(id)
}

fn show(element: &Element) {
    if let Some(details) = element.dyn_ref::<HtmlDetailsElement>() {
        details.set_open(true);
    }
    element.scroll_into_view();
    // A disclosure takes the focus by its summary.
    let focused =
        element.query_selector(":scope > summary").ok().flatten().unwrap_or_else(|| element.clone());
    if let Some(element) = focused.dyn_ref::<HtmlElement>() {
        report(element.focus());
    }
}

fn scroll_up() {
    request_animation_frame(|| window().scroll_to_with_x_and_y(0.0, 0.0));
}

/// Listens for an event at a target as long as the document lives.
pub fn listen(target: &EventTarget, name: &str, capture: bool, heard: impl Fn(&Event) + 'static) {
    let heard = Closure::<dyn Fn(Event)>::new(move |event| heard(&event));
    report(target.add_event_listener_with_callback_and_bool(name, heard.as_ref().unchecked_ref(), capture));
    // The app lives as long as its document.
    heard.forget();
}

fn report(outcome: Result<(), JsValue>) {
    if let Err(error) = outcome {
        leptos::logging::warn!("the browser refused: {error:?}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fragment_is_a_route_if_it_begins_with_a_slash() {
        assert_eq!(route_of("#/admin/t/a%2Fb?as_of=x").as_deref(), Some("/admin/t/a%2Fb?as_of=x"));
        for other in ["", "#", "#/", "#evidence", "/admin"] {
            assert_eq!(route_of(other), None, "{other}");
        }
    }
}
