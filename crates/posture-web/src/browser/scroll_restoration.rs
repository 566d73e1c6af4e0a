//! The scroll position of a page when it was left. It is kept in the browser's history, next to the page's address, and restored when
//! the user goes back or forward: of the window, of a long table that scrolls in its own frame, and the row that was opened from it.

use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Element, Event};

use crate::browser::address::listen;
use crate::browser::focus;

/// How long a page rests before its place is kept; browsers allow few changes of history a second.
const REST: Duration = Duration::from_millis(100);
/// Frames a page may take to become as long as it was.
const PATIENCE: u32 = 60;
/// A table that scrolls in a frame of its own; a page has one at most.
const FRAME: &str = "main .long";
/// The page's content, whose rows are identified by an attribute.
const CONTENT: &str = "main";
/// What a row's link is known by.
const ROW: &str = "data-row";

/// A place in a page, in whole CSS pixels from the top.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    window: i32,
    frame: i32,
    row: Option<String>,
}

/// Keeps places and finds them again, as long as the document lives.
pub fn keep_scroll_positions() {
    let resting = StoredValue::new_local(None::<TimeoutHandle>);
    let move_on = move || {
        if let Some(earlier) = resting.try_update_value(Option::take).flatten() {
            earlier.clear();
        }
    };
    listen(&window(), "scroll", true, move |_| {
        move_on();
        resting.set_value(set_timeout_with_handle(|| Place::of_page(focused_row()).keep(), REST).ok());
    });
    // Before the router follows a link.
    listen(&window(), "click", true, move |event| {
        move_on();
        Place::of_page(row_of(event)).keep();
    });
    // For a served page; the other is for one whose route is in the fragment.
    listen(&window(), "popstate", true, |_| find());
    listen(&window(), "hashchange", true, |_| find());
}

fn find() {
    if let Some(place) = Place::kept() {
        go(place, PATIENCE);
    }
}

/// Goes to a place, and to the row that was opened from there, until a frame begins at it: the page may have to be drawn first, the rows
/// follow the scrolling, and the heading takes the focus meanwhile.
fn go(place: Place, patience: u32) {
    request_animation_frame(move || {
        if patience == 0 || Place::of_page(focused_row().filter(|_| place.row.is_some())) == place {
            return;
        }
        // The row may not be drawn yet.
        let row = place.row.as_deref().and_then(|row| focus::found(&format!("{CONTENT} [{ROW}=\"{row}\"]")));
        row.iter().for_each(focus::focus);
        window().scroll_to_with_x_and_y(0.0, place.window.into());
        if let Some(frame) = frame() {
            frame.set_scroll_top(place.frame);
        }
        go(place, patience - 1);
    });
}

fn row_of(event: &Event) -> Option<String> {
    row_at(&event.target()?.dyn_into::<Element>().ok()?)
}

fn focused_row() -> Option<String> {
    row_at(&document().active_element()?)
}

fn row_at(element: &Element) -> Option<String> {
    // A click anywhere in a table's row is one on its link.
    let link = element.closest(&format!("[{ROW}]")).ok()?;
    let of_row = || element.closest("tr").ok()??.query_selector(&format!("[{ROW}]")).ok()?;
    let row = link.or_else(of_row)?.get_attribute(ROW)?;
    // It goes into a selector as it is.
    row.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '-').then_some(row)
}

fn frame() -> Option<Element> {
    document().query_selector(FRAME).ok().flatten()
}

impl Place {
    #[expect(clippy::cast_possible_truncation, reason = "whole CSS pixels")]
    fn of_page(row: Option<String>) -> Self {
        let window = window().scroll_y().unwrap_or_default() as i32;
        Self { window, frame: frame().map_or(0, |frame| frame.scroll_top()), row }
    }

    /// Writes it next to the current address. If the history is full, only the scroll position is lost.
    fn keep(self) {
        let row = self.row.map_or(JsValue::NULL, |row| JsValue::from_str(&row));
        let place = js_sys::Array::of3(&self.window.into(), &self.frame.into(), &row);
        let _ = window().history().and_then(|history| history.replace_state(&place, ""));
    }

    #[expect(clippy::cast_possible_truncation, reason = "as it was written")]
    fn kept() -> Option<Self> {
        let place = window().history().ok()?.state().ok()?.dyn_into::<js_sys::Array>().ok()?;
        let whole = |at: u32| place.get(at).as_f64().map(|number| number as i32);
        Some(Self { window: whole(0)?, frame: whole(1)?, row: place.get(2).as_string() })
    }
}
