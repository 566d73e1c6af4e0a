//! One self-contained file, made in the browser from the app's own files and an opened snapshot.

use js_sys::Uint8Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use posture_report::{Enclosed, SHELL_FILE};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Response};

use crate::download::download;
use crate::evidence::Evidence;
use crate::file_bytes::{FileBytes, describe, gzip_stream};
use crate::opened::{Files, OpenedFile};
use crate::text;

/// How far the making of a file has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Making {
    /// None is asked for.
    Idle,
    /// It is being made.
    Busy,
    /// It was not made, and why.
    Failed(String),
}

/// Makes the file of what is shown, and offers it to the browser's downloads.
pub fn save(files: Files, evidence: Evidence, state: RwSignal<Making>) {
    let (Some(file), Some(derived), Some(digest)) = (files.shown_untracked(), evidence.derived_untracked(), evidence.digest_untracked())
    else {
        return;
    };
    let Some(content) = files.content(&file).filter(|_| state.get_untracked() != Making::Busy) else { return };
    state.set(Making::Busy);
    spawn_local(async move {
        let report = &derived.report;
        let as_of = (report.as_of != report.exported_at).then(|| report.as_of.to_string());
        match make(&file, &content, as_of, digest).await {
            Ok(html) => {
                download(&format!("{}.html", stem(&file.name)), text::HTML_MEDIA_TYPE, &html);
                state.set(Making::Idle);
            }
            Err(why) => state.set(Making::Failed(why)),
        }
    });
}

async fn make(file: &OpenedFile, content: &Blob, as_of: Option<String>, digest: String) -> Result<String, String> {
    let shell = shell().await.map_err(|_| text::NO_SHELL.to_owned())?;
    if sha256(content).await? != file.sha256 {
        return Err(text::CHANGED_ON_DISK.to_owned());
    }
    let packed = packed(content).await.map_err(|error| describe(&error))?;
    let enclosed = Enclosed {
        name: file.name.as_str().into(),
        title: None,
        as_of: as_of.map(Into::into),
        freshness_hours: None,
        schedule_grace_minutes: None,
        digest: digest.into(),
        packed: packed.into(),
    };
    enclosed.fill(&shell).ok_or_else(|| text::NO_SHELL.to_owned())
}

/// The app as one page, which the policy of this document allows it to fetch.
async fn shell() -> Result<String, JsValue> {
    let response: Response = JsFuture::from(window().fetch_with_str(&format!("/{SHELL_FILE}"))).await?.dyn_into()?;
    let text = JsFuture::from(response.text()?).await?.as_string();
    text.filter(|_| response.ok()).ok_or(JsValue::NULL)
}

async fn sha256(content: &Blob) -> Result<String, String> {
    let said = |fault: crate::file_fault::FileFault| fault.found();
    let mut bytes = FileBytes::as_stored(content);
    while bytes.next().await.map_err(said)?.is_some() {}
    Ok(bytes.sha256())
}

async fn packed(content: &Blob) -> Result<Vec<u8>, JsValue> {
    let stream = content.stream().pipe_through(&gzip_stream("CompressionStream")?);
    let response = Response::new_with_opt_readable_stream(Some(&stream))?;
    Ok(Uint8Array::new(&JsFuture::from(response.array_buffer()?).await?).to_vec())
}

fn stem(name: &str) -> &str {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    name.strip_suffix(".json").or(name.strip_suffix(".ndjson")).unwrap_or(name)
}
