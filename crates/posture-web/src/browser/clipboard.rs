//! The clipboard.

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Writes a text into the clipboard; false if the browser does not allow it, as it does not for pages over plain HTTP.
pub async fn write(text: &str) -> bool {
    match writing(text) {
        Ok(writing) => JsFuture::from(writing).await.is_ok(),
        Err(_) => false,
    }
}

/// `navigator.clipboard.writeText(text)`, where each step may be missing.
fn writing(text: &str) -> Result<Promise, JsValue> {
    let get = |from: &JsValue, name: &str| Reflect::get(from, &JsValue::from_str(name));
    let clipboard = get(&get(&window(), "navigator")?, "clipboard")?;
    let write: Function = get(&clipboard, "writeText")?.dyn_into()?;
    write.call1(&clipboard, &JsValue::from_str(text))?.dyn_into()
}
