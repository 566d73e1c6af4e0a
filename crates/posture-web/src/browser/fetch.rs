//! Requests to the data endpoint. Every failure says what was requested, and what was answered.

use gloo_net::http::{Request, RequestBuilder, Response};
use js_sys::{Array, JSON, Number, Reflect, Uint8Array};
use leptos::prelude::window;
use posture_core::views::truncation;
use posture_core::{Id, Timestamp, paths};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ReadableStreamDefaultReader, RequestCache};

use crate::text;

/// A failed request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchFailure {
    /// In a line.
    pub title: String,
    /// What was requested, and what was answered.
    pub detail: String,
}

/// A workspace the endpoint knows of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkspaceEntry {
    /// Its id; `None` if not even that could be read.
    pub id: Option<Id>,
    /// Its name; `None` if it is not served.
    pub name: Option<String>,
    /// How many tenants of it the viewer may see, evaluated or not.
    pub tenants: Option<u64>,
    /// When its evidence was exported.
    pub exported_at: Option<Timestamp>,
    /// The source of its evidence, as the endpoint names it.
    pub source: Option<String>,
    /// Why it is not served.
    pub refusal: Option<String>,
    /// A problem of its evidence that does not prevent serving it.
    pub warning: Option<String>,
}

impl WorkspaceEntry {
    /// Its id, if it is served.
    pub fn served(&self) -> Option<Id> {
        self.id.filter(|_| self.refusal.is_none())
    }
}

/// What the endpoint says about a snapshot.
pub enum SnapshotAnswer {
    /// It is the one already held.
    Unchanged,
    /// Its bytes follow.
    Body {
        /// Its validator.
        etag: Option<String>,
        /// Its bytes.
        chunks: Chunks,
    },
}

/// What the endpoint says about one tenant's snapshot.
pub enum TenantAnswer {
    /// It is the one already held.
    Unchanged,
    /// There is no such tenant, or not for this viewer.
    Absent,
    /// The viewer may not open it, and why.
    Closed(String),
    /// Its bytes.
    Body {
        /// Its validator.
        etag: Option<String>,
        /// All of them.
        bytes: Vec<u8>,
    },
}

/// The workspaces the endpoint knows of.
pub async fn workspaces(url: &str) -> Result<Vec<WorkspaceEntry>, FetchFailure> {
    let answer = json(url).await?;
    match member(&answer, "workspaces").dyn_into::<Array>() {
        Ok(workspaces) => Ok(workspaces.iter().map(|stated| workspace(&stated)).collect()),
        Err(_) => Err(unreadable(url, text::NO_WORKSPACE_LIST)),
    }
}

fn workspace(stated: &JsValue) -> WorkspaceEntry {
    let line = |name| text_of(stated, name).map(|text| truncation::line(&text).into_owned());
    WorkspaceEntry {
        id: number_of(stated, "id").and_then(Id::new),
        name: line("name"),
        tenants: number_of(stated, "tenants"),
        exported_at: text_of(stated, "exported_at").and_then(|at| Timestamp::parse(&at)),
        source: line("source"),
        refusal: text_of(stated, "refusal"),
        warning: text_of(stated, "warning"),
    }
}

/// Whether a workspace is calm, in the line that its report says it in. The report's tenants, which come after it, are not read.
pub async fn calmness_title(url: &str) -> Result<String, FetchFailure> {
    let SnapshotAnswer::Body { mut chunks, .. } = snapshot(url, None).await? else {
        return Err(unreadable(url, text::NO_CALMNESS));
    };
    let (mut read, mut searched) = (Vec::new(), 0);
    while let Some(chunk) = chunks.next().await? {
        read.extend(chunk);
        if let Some(at) = tenants_at(&read, searched) {
            read.truncate(at);
            read.extend(b"}");
            chunks.cancel();
            break;
        }
        searched = read.len().saturating_sub(TENANTS.len());
    }
    let head = parsed(url, &String::from_utf8_lossy(&read))?;
    match text_of(&member(&member(&head, "overview"), "calmness"), "title") {
        Some(title) => Ok(truncation::line(&title).into_owned()),
        None => Err(unreadable(url, text::NO_CALMNESS)),
    }
}

/// How a report's list of tenants begins. Within a text its quotes would be escaped.
const TENANTS: &[u8] = b",\"tenants\":[";

/// The place at which a report's list of tenants begins.
fn tenants_at(report: &[u8], from: usize) -> Option<usize> {
    let rest = report.get(from..)?;
    rest.windows(TENANTS.len()).position(|part| part == TENANTS).map(|at| from + at)
}

/// An answer in JSON.
pub(super) async fn json(url: &str) -> Result<JsValue, FetchFailure> {
    let response = send(url, request(url)).await?;
    let body = response.text().await.map_err(|_| unreachable(url))?;
    parsed(url, &body)
}

/// Where an answer in JSON says to go.
pub(super) async fn location_of(url: &str, response: Response) -> Result<String, FetchFailure> {
    let body = response.text().await.map_err(|_| unreachable(url))?;
    let answer = parsed(url, &body)?;
    text_of(&answer, "location").ok_or_else(|| unreadable(url, text::NO_LOCATION))
}

/// A member of a JSON object; undefined if there is none.
fn member(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

pub(super) fn text_of(value: &JsValue, name: &str) -> Option<String> {
    member(value, name).as_string()
}

/// A whole number that is not negative and that JavaScript represents exactly.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be a whole number from 0"
)]
fn number_of(value: &JsValue, name: &str) -> Option<u64> {
    let number = member(value, name);
    let exact = number.as_f64().filter(|_| Number::is_safe_integer(&number))?;
    (exact >= 0.0).then_some(exact as u64)
}

/// An answer as text.
pub async fn plain(url: &str) -> Result<String, FetchFailure> {
    let response = send(url, request(url)).await?;
    response.text().await.map_err(|_| unreachable(url))
}

/// Puts a JSON text at an address.
pub async fn put(url: &str, json: &str) -> Result<(), FetchFailure> {
    let request = Request::put(url).header("Content-Type", "application/json");
    let request = request.body(json).map_err(|_| unreachable(url))?;
    let response = request.send().await.map_err(|_| unreachable(url))?;
    if response.ok() { Ok(()) } else { Err(refusal(url, response).await) }
}

/// Deletes what is at an address.
pub async fn delete(url: &str) -> Result<(), FetchFailure> {
    send(url, Request::delete(url)).await.map(drop)
}

/// A workspace's snapshot, unless it still is the one with this validator.
pub async fn snapshot(url: &str, held: Option<&str>) -> Result<SnapshotAnswer, FetchFailure> {
    let request = match held {
        Some(etag) => request(url).header("If-None-Match", etag),
        None => request(url),
    };
    let response = request.send().await.map_err(|_| unreachable(url))?;
    if response.status() == 304 && held.is_some() {
        return Ok(SnapshotAnswer::Unchanged);
    }
    let response = accepted(url, response).await?;
    let reader =
        response.body().map(|body| body.get_reader().unchecked_into::<ReadableStreamDefaultReader>());
    Ok(SnapshotAnswer::Body {
        etag: response.headers().get("ETag"),
        chunks: Chunks { url: url.to_owned(), reader },
    })
}

/// A workspace's snapshot with its validator, all of it at once.
pub async fn whole_snapshot(url: &str) -> Result<(Option<String>, Blob), FetchFailure> {
    let response = send(url, request(url)).await?;
    let etag = response.headers().get("ETag");
    let broken = |_: JsValue| unreachable(url);
    let bytes =
        JsFuture::from(web_sys::Response::from(response).blob().map_err(broken)?).await.map_err(broken)?;
    Ok((etag, bytes.unchecked_into()))
}

/// One tenant's snapshot, unless it still is the one with this validator.
pub async fn tenant_snapshot(url: &str, held: Option<&str>) -> Result<TenantAnswer, FetchFailure> {
    let request = match held {
        Some(etag) => request(url).header("If-None-Match", etag),
        None => request(url),
    };
    let response = request.send().await.map_err(|_| unreachable(url))?;
    match response.status() {
        304 if held.is_some() => return Ok(TenantAnswer::Unchanged),
        404 => return Ok(TenantAnswer::Absent),
        403 => return Ok(TenantAnswer::Closed(refusal(url, response).await.detail)),
        _ if !response.ok() => return Err(refusal(url, response).await),
        _ => {}
    }
    let etag = response.headers().get("ETag");
    let bytes = response.binary().await.map_err(|_| unreachable(url))?;
    Ok(TenantAnswer::Body { etag, bytes })
}

/// The bytes of an answer as they arrive.
pub struct Chunks {
    url: String,
    reader: Option<ReadableStreamDefaultReader>,
}

impl Chunks {
    /// The next bytes; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, FetchFailure> {
        let Some(reader) = &self.reader else { return Ok(None) };
        let broken = |_: JsValue| unreachable(&self.url);
        let read = JsFuture::from(reader.read()).await.map_err(broken)?;
        let value = Reflect::get(&read, &JsValue::from_str("value")).map_err(broken)?;
        Ok((!value.is_undefined()).then(|| Uint8Array::new(&value).to_vec()))
    }
}

impl Chunks {
    /// Reads no more of the answer.
    fn cancel(self) {
        if let Some(reader) = self.reader {
            // What is not read does not matter, whether the browser stops it or not.
            drop(reader.cancel());
        }
    }
}

fn request(url: &str) -> RequestBuilder {
    Request::get(url).cache(RequestCache::NoCache)
}

async fn send(url: &str, request: RequestBuilder) -> Result<Response, FetchFailure> {
    let response = request.send().await.map_err(|_| unreachable(url))?;
    accepted(url, response).await
}

/// An answer with content. A 304 has none: it counts only if it answers for a copy that is held.
async fn accepted(url: &str, response: Response) -> Result<Response, FetchFailure> {
    if response.ok() { Ok(response) } else { Err(refusal(url, response).await) }
}

/// The message of an answer without content. If the session has ended, the reader is sent to sign in and returns to this page.
pub(super) async fn refusal(url: &str, response: Response) -> FetchFailure {
    let challenge = response.headers().get("WWW-Authenticate");
    if response.status() == 401 && challenge.as_deref() == Some("Session") {
        let location = window().location();
        let shown = [location.pathname(), location.search()].map(Result::unwrap_or_default).concat();
        // If the browser refuses, the problem below is shown.
        let _refused = location.assign(&paths::sign_in(&shown));
    }
    let body = response.text().await.unwrap_or_default();
    // An error as RFC 9457 writes it; every member may be missing.
    let problem = JSON::parse(&body).unwrap_or(JsValue::UNDEFINED);
    let status = format!("{url}: {} {}", response.status(), response.status_text());
    let title = if response.status() == 304 { text::UNEXPECTED_ANSWER } else { text::REQUEST_REFUSED };
    FetchFailure {
        title: text_of(&problem, "title").unwrap_or_else(|| title.to_owned()),
        detail: text_of(&problem, "detail")
            .map_or_else(|| status.clone(), |detail| format!("{detail} ({status})")),
    }
}

/// The browser's own words for it tell an operator nothing; its console has them.
pub(super) fn unreachable(url: &str) -> FetchFailure {
    FetchFailure { title: text::ENDPOINT_UNREACHABLE.to_owned(), detail: text::requested(url) }
}

fn unreadable(url: &str, missing: &str) -> FetchFailure {
    FetchFailure { title: text::UNEXPECTED_ANSWER.to_owned(), detail: text::incomplete_answer(url, missing) }
}

/// JSON as the browser reads it. The parser's own words tell an operator nothing, so they are not shown.
fn parsed(url: &str, body: &str) -> Result<JsValue, FetchFailure> {
    JSON::parse(body).map_err(|_| FetchFailure {
        title: text::UNEXPECTED_ANSWER.to_owned(),
        detail: text::not_json(url, body),
    })
}

#[cfg(test)]
mod tests {
    use posture_core::{Form, Options, derive};

    use super::*;

    /// DB-21: what a workspace is said to be comes before its tenants.
    #[test]
    fn a_reports_tenants_are_found_after_its_calmness() {
        let case: serde_json::Value =
            serde_json::from_str(include_str!("../../../../tests/cases/workspace-order.json")).unwrap();
        let snapshot = case["snapshot"].to_string().replace("\"name\":\"", "\"name\":\",\\\"tenants\\\":[");
        let report = derive(snapshot.as_bytes(), Form::Json, &Options::default()).unwrap();
        let written = report.to_json().unwrap();
        let at = tenants_at(written.as_bytes(), 0).unwrap();
        let head: serde_json::Value = serde_json::from_str(&format!("{}}}", &written[..at])).unwrap();
        assert_eq!(head["overview"]["calmness"]["title"], report.overview.calmness.title);
        assert_eq!(head.get("tenants"), None);
        assert_eq!(tenants_at(b"{}", 0), None);
    }
}
