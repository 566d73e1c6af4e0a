//! Elements of the page, and the keyboard focus.

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement, KeyboardEvent, NodeList, SvgElement};

/// The first element that a selector finds.
pub fn found(selector: &str) -> Option<Element> {
    document().query_selector(selector).ok().flatten()
}

/// The elements of a list, in its order.
pub fn elements(list: &NodeList) -> Vec<Element> {
    (0..list.length()).filter_map(|index| list.item(index)?.dyn_into().ok()).collect()
}

/// Gives an element the focus. Nothing changes if it cannot take it.
pub fn focus(element: &Element) {
    let _focused = match element.dyn_ref::<HtmlElement>() {
        Some(element) => element.focus(),
        // The others are parts of pictures.
        None => element.unchecked_ref::<SvgElement>().focus(),
    };
}

/// Moves the focus from one of these elements to the next, or to the one before, by the arrow keys.
pub fn step(event: &KeyboardEvent, elements: &[Element]) {
    let step: isize = match event.key().as_str() {
        "ArrowRight" | "ArrowDown" => 1,
        "ArrowLeft" | "ArrowUp" => -1,
        _ => return,
    };
    let focused = document().active_element();
    let Some(at) = elements.iter().position(|element| focused.as_ref() == Some(element)) else { return };
    let Some(next) = at.checked_add_signed(step).and_then(|next| elements.get(next)) else { return };
    event.prevent_default();
    focus(next);
}
