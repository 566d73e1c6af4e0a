//! The snapshot inside a self-contained file, which the file's own script hands over.

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::*;
use posture_report::Manifest;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Node};

use crate::browser::address::EMBEDDED_SNAPSHOT;
use crate::store::chosen_file::Chosen;

/// The snapshot of this file. `None` if the file has none, or more than one: then it was changed after it was written.
pub async fn embedded_snapshot() -> Option<Chosen> {
    only(EMBEDDED_SNAPSHOT)?;
    let manifest = Manifest::parse(&only(Manifest::ID)?.text_content()?)?;
    match unpacked().await {
        Ok(snapshot) => Some(Chosen::of_page(manifest, snapshot)),
        Err(error) => {
            leptos::logging::error!("Failed to read the snapshot of this file: {error:?}");
            None
        }
    }
}

/// The element with this id, if there is exactly one.
fn only(id: &str) -> Option<Node> {
    let elements = document().query_selector_all(&format!("[id=\"{id}\"]")).ok()?;
    if elements.length() == 1 {
        return elements.get(0);
    }
    leptos::logging::error!("This file has {} blocks \"{id}\" instead of one", elements.length());
    None
}

async fn unpacked() -> Result<Blob, JsValue> {
    let window = window();
    let unpack: Function = Reflect::get(&window, &JsValue::from_str("postureSnapshot"))?.dyn_into()?;
    let promise: Promise = unpack.call0(&window)?.dyn_into()?;
    JsFuture::from(promise).await?.dyn_into()
}
