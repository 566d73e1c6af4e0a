//! The snapshot inside a self-contained file, which the file's own script hands over.

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::*;
use posture_core::Timestamp;
use posture_core::views::reviews::read_marks;
use posture_report::Manifest;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Node};

use crate::browser::address::EMBEDDED_SNAPSHOT;
use crate::store::chosen_file::{Chosen, EmbeddedMetadata};

/// The snapshot of this file. `None` if the file has none, or more than one: then it was changed after it was written.
pub async fn embedded_snapshot() -> Option<Chosen> {
    only(EMBEDDED_SNAPSHOT)?;
    let Manifest { name, title, as_of, freshness_hours, schedule_grace_minutes, reviews, digest } =
        Manifest::parse(&only(Manifest::ID)?.text_content()?)?;
    let as_of = as_of.as_deref().and_then(Timestamp::parse);
    let stated = EmbeddedMetadata {
        title,
        as_of,
        freshness_hours,
        schedule_grace_minutes,
        reviews: read_marks(&reviews),
        digest: Some(digest),
    };
    let file = match unpacked().await {
        Ok(file) => file,
        Err(error) => {
            leptos::logging::error!("Failed to read the snapshot of this file: {error:?}");
            return None;
        }
    };
    Some(Chosen { name, file: Some(file), stated })
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
