//! One self-contained file, made in the browser from the app's own files and the snapshot on screen.

use js_sys::Uint8Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use posture_core::export::file_name::file_name;
use posture_core::{Report, paths};
use posture_report::{EmbeddedSnapshot, Manifest, SHELL_FILE};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Response};

use crate::browser::download::{download, download_bytes};
use crate::browser::fetch;
use crate::browser::file_bytes::{describe, gzip_stream};
use crate::browser::file_digest::sha256;
use crate::store::chosen_file::EmbeddedMetadata;
use crate::store::evidence::Evidence;
use crate::store::known_items::KnownStore;
use crate::store::opened_file::{FileDigest, OpenedFile};
use crate::store::opened_files::Files;
use crate::store::shown_report::ShownReport;
use crate::text;

/// How far the making of a file has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Making {
    /// None is requested.
    Idle,
    /// It is being made.
    Busy,
    /// It was not made, and why.
    Failed(String),
}

/// A snapshot as it came, and what it is called.
struct Content {
    name: String,
    bytes: Blob,
    /// What a saved report says about the policy to judge it by.
    stated: EmbeddedMetadata,
}

/// Makes the file of what is shown, and offers it to the browser's downloads.
pub fn save(files: Files, evidence: Evidence, known: KnownStore, state: RwSignal<Making>) {
    let (Some(derived), Some(digest)) = (evidence.derived_untracked(), evidence.digest_untracked()) else {
        return;
    };
    if state.get_untracked() == Making::Busy {
        return;
    }
    state.set(Making::Busy);
    spawn_local(async move {
        let made = match content(files, &derived).await {
            Ok(content) => make(&content, &derived.report, known, digest).await,
            Err(why) => Err(why),
        };
        match made {
            Ok(html) => {
                let name = file_name(&derived.report, text::POSTURE_FILE, "html");
                download(&name, text::HTML_MEDIA_TYPE, &html);
                state.set(Making::Idle);
            }
            Err(why) => state.set(Making::Failed(why)),
        }
    });
}

/// Offers the snapshot of what is shown to the browser's downloads, as it came.
pub fn save_snapshot(files: Files, evidence: Evidence, state: RwSignal<Making>) {
    let Some(derived) = evidence.derived_untracked() else { return };
    if state.get_untracked() == Making::Busy {
        return;
    }
    state.set(Making::Busy);
    spawn_local(async move {
        match content(files, &derived).await {
            Ok(content) => {
                let name = file_name(&derived.report, text::SNAPSHOT_FILE, extension(&content.name));
                download_bytes(&name, &content.bytes);
                state.set(Making::Idle);
            }
            Err(why) => state.set(Making::Failed(why)),
        }
    });
}

async fn content(files: Files, derived: &ShownReport) -> Result<Content, String> {
    match files.shown_untracked() {
        Some(file) => opened(files, &file).await,
        None => served(derived).await,
    }
}

/// The opened file, if it still is what was read.
async fn opened(files: Files, file: &OpenedFile) -> Result<Content, String> {
    let bytes = files.content(file).ok_or_else(|| text::CHANGED_ON_DISK.to_owned())?;
    let now = sha256(&bytes, || true).await.map_err(|fault| fault.found())?;
    // If the digest is still being computed, it is of the same unchanged bytes.
    let is_changed = match file.digest.get_untracked() {
        FileDigest::Computing => false,
        FileDigest::Known(known) => now != Some(known),
        FileDigest::Failed(_) => true,
    };
    if is_changed {
        return Err(text::CHANGED_ON_DISK.to_owned());
    }
    Ok(Content { name: file.name.clone(), bytes, stated: file.stated.clone() })
}

/// The endpoint's answer again, if it still is the one on screen.
async fn served(derived: &ShownReport) -> Result<Content, String> {
    let report = &derived.report;
    let workspace = report.workspace.id;
    let url = match report.since.filter(|since| *since < report.exported_at) {
        Some(since) => paths::api_snapshot_since(workspace, since),
        None => paths::api_snapshot(workspace),
    };
    let (etag, bytes) = fetch::whole_snapshot(&url).await.map_err(|failure| failure.detail)?;
    if etag != derived.etag {
        return Err(text::NEWER_EVIDENCE.to_owned());
    }
    let name =
        format!("workspace-{}-{}.json", report.workspace.id, report.exported_at.to_string().replace(':', ""));
    Ok(Content { name, bytes, stated: EmbeddedMetadata::default() })
}

async fn make(
    content: &Content,
    report: &Report,
    known: KnownStore,
    digest: String,
) -> Result<String, String> {
    let shell = shell().await.map_err(|_| text::NO_SHELL.to_owned())?;
    let packed = packed(&content.bytes).await.map_err(|error| describe(&error))?;
    let manifest = Manifest {
        name: content.name.clone(),
        title: content.stated.title.clone(),
        as_of: (report.as_of != report.exported_at).then(|| report.as_of.to_string()),
        freshness_hours: content.stated.freshness_hours,
        schedule_grace_minutes: content.stated.schedule_grace_minutes,
        policy: content.stated.policy.clone(),
        reviews: known.get_untracked().map(|known| known.marks.to_values()).unwrap_or_default(),
        digest,
    };
    EmbeddedSnapshot { manifest, packed }.fill(&shell).ok_or_else(|| text::NO_SHELL.to_owned())
}

/// The app as one page, which the policy of this document allows it to fetch.
async fn shell() -> Result<String, JsValue> {
    let response: Response =
        JsFuture::from(window().fetch_with_str(&format!("/{SHELL_FILE}"))).await?.dyn_into()?;
    let text = JsFuture::from(response.text()?).await?.as_string();
    text.filter(|_| response.ok()).ok_or(JsValue::NULL)
}

async fn packed(content: &Blob) -> Result<Vec<u8>, JsValue> {
    let stream = content.stream().pipe_through(&gzip_stream("CompressionStream")?);
    let response = Response::new_with_opt_readable_stream(Some(&stream))?;
    Ok(Uint8Array::new(&JsFuture::from(response.array_buffer()?).await?).to_vec())
}

/// How a snapshot's name ends: what it is packed as is its own.
fn extension(name: &str) -> &str {
    ["json.gz", "ndjson.gz", "jsonl.gz", "ndjson", "jsonl"]
        .into_iter()
        .find(|end| name.strip_suffix(end).is_some_and(|rest| rest.ends_with('.')))
        .unwrap_or("json")
}
