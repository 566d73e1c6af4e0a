use leptos::prelude::*;
use web_sys::Element;

use crate::browser::focus::{self, focus};

/// What a row's link is found by. The link to the worst tenant is left out: it repeats the first one.
const ROW: &str = "main [data-row]:not(.worst)";
/// A table that scrolls in a frame of its own.
const FRAME: &str = "main .long";

/// Moves the focus to the first row of the page.
pub fn focus_first_row() {
    if let Some(frame) = focus::found(FRAME) {
        frame.set_scroll_top(0);
    }
    // The rows follow the scrolling.
    request_animation_frame(|| {
        request_animation_frame(|| {
            if let Some(row) = focus::found(ROW) {
                focus(&row);
            }
        });
    });
}

/// Moves the focus to the next row, or to the one before; from outside the rows to the first one in view.
pub fn step_rows(is_forward: bool) {
    let rows = rows();
    let focused = document().active_element();
    let at = rows.iter().position(|row| focused.as_ref() == Some(row));
    let to = match (at, is_forward) {
        (Some(at), true) => rows.get(at + 1),
        (Some(at), false) => at.checked_sub(1).and_then(|at| rows.get(at)),
        (None, _) => first_in_view(&rows),
    };
    if let Some(row) = to {
        focus(row);
    }
}

fn rows() -> Vec<Element> {
    document().query_selector_all(ROW).map(|found| focus::elements(&found)).unwrap_or_default()
}

fn first_in_view(rows: &[Element]) -> Option<&Element> {
    let frame = focus::found(&format!("{FRAME} thead"));
    let top = frame.map_or(0.0, |head| head.get_bounding_client_rect().bottom());
    rows.iter().find(|row| row.get_bounding_client_rect().top() >= top).or(rows.first())
}
