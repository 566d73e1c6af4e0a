//! Saves a text as a file.

use std::time::Duration;

use js_sys::{Array, Uint8Array};
use leptos::prelude::*;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// How long the text is kept for the browser to read.
const KEPT: Duration = Duration::from_secs(60);

/// What a table begins with, so that a spreadsheet reads its text as UTF-8.
pub const CSV_MARK: char = '\u{feff}';

/// Offers the text to the browser's downloads under this name.
pub fn download(name: &str, media_type: &str, text: &str) {
    if let Err(error) = offer(name, media_type, text) {
        leptos::logging::warn!("{name} could not be downloaded: {error:?}");
    }
}

/// Offers bytes to the browser's downloads under this name.
pub fn download_bytes(name: &str, bytes: &Blob) {
    if let Err(error) = offer_bytes(name, bytes) {
        leptos::logging::warn!("{name} could not be downloaded: {error:?}");
    }
}

fn offer(name: &str, media_type: &str, text: &str) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    // As bytes: a text in JavaScript has at most half a billion characters, and would be one more copy.
    // The constructor takes parts of any kind; every binding of it is a function of its own in the first view.
    let bytes = Array::of1(&Uint8Array::from(text.as_bytes()));
    let blob = Blob::new_with_str_sequence_and_options(&bytes, &options)?;
    offer_bytes(name, &blob)
}

fn offer_bytes(name: &str, blob: &Blob) -> Result<(), JsValue> {
    let url = Url::create_object_url_with_blob(blob)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    // The browser reads the text after the click has returned.
    let revoke = move || {
        if let Err(error) = Url::revoke_object_url(&url) {
            leptos::logging::warn!("{url} stays in memory: {error:?}");
        }
    };
    set_timeout(revoke, KEPT);
    Ok(())
}
