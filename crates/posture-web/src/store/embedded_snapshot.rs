//! The snapshot inside a self-contained file, which the file's own script hands over.

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::*;
use posture_core::Timestamp;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

use crate::browser::address::EMBEDDED_SNAPSHOT;
use crate::store::opened_files::{Chosen, EmbeddedMetadata};

/// The snapshot of this file; `None` where the file has none.
pub async fn embedded_snapshot() -> Option<Chosen> {
    let block = document().get_element_by_id(EMBEDDED_SNAPSHOT)?;
    let stated = EmbeddedMetadata {
        title: block.get_attribute("data-title"),
        as_of: block.get_attribute("data-as-of").and_then(|at| Timestamp::parse(&at)),
        freshness_hours: block.get_attribute("data-freshness-hours").and_then(|hours| hours.parse().ok()),
        schedule_grace_minutes: block
            .get_attribute("data-schedule-grace-minutes")
            .and_then(|minutes| minutes.parse().ok()),
        digest: block.get_attribute("data-digest"),
    };
    let name = block.get_attribute("data-name")?;
    let file = match unpacked().await {
        Ok(file) => file,
        Err(error) => {
            leptos::logging::error!("the snapshot of this file cannot be read: {error:?}");
            return None;
        }
    };
    Some(Chosen { name, file: Some(file), stated })
}

async fn unpacked() -> Result<Blob, JsValue> {
    let window = window();
    let unpack: Function = Reflect::get(&window, &JsValue::from_str("postureSnapshot"))?.dyn_into()?;
    let promise: Promise = unpack.call0(&window)?.dyn_into()?;
    JsFuture::from(promise).await?.dyn_into()
}
