//! Strong ETags, one per content and encoding, and 304 if the client's copy is current.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use headers::{ETag, HeaderMapExt as _, IfNoneMatch};
use sha2::{Digest as _, Sha256};

/// Encodings, each of which has an ETag of its own, because its bytes differ.
const ENCODINGS: [&str; 3] = ["br", "gzip", "zstd"];

/// The strong ETag of `version`, a text of letters, digits and dashes.
pub(super) fn etag(version: &str) -> HeaderValue {
    HeaderValue::try_from(format!("\"{version}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

/// A version string that changes whenever one of the parts does.
pub(super) fn version(parts: &[&[u8]]) -> String {
    let hash = |mut hash: Sha256, part: &&[u8]| {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
        hash
    };
    hex::encode(parts.iter().fold(Sha256::new(), hash).finalize())
}

/// Appends the encoding of a compressed answer to its ETag, and answers 304 if the client holds any variant of the content.
///
/// The ETag of the inner answer must be that of the uncompressed content.
pub(super) async fn answer_conditionally(request: Request, next: Next) -> Response {
    let held = request.headers().typed_get::<IfNoneMatch>();
    let mut response = next.run(request).await;
    if response.status() != StatusCode::OK {
        return response;
    }
    let Some(plain) =
        response.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned)
    else {
        return response;
    };
    let encoding =
        response.headers().get(header::CONTENT_ENCODING).and_then(|encoding| encoding.to_str().ok());
    let tag = encoding.map_or_else(|| plain.clone(), |encoding| variant(&plain, encoding));
    let holds = |tag: &String| {
        let tag = tag.parse::<ETag>().ok();
        held.as_ref().zip(tag).is_some_and(|(held, tag)| !held.precondition_passes(&tag))
    };
    let others = ENCODINGS.iter().map(|encoding| variant(&plain, encoding)).chain([plain.clone()]);
    let current = [tag.clone()].into_iter().chain(others).find(holds);
    let is_current = current.is_some();
    if let Ok(tag) = HeaderValue::try_from(current.unwrap_or(tag)) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    if is_current { not_modified(response) } else { response }
}

/// The ETags in `If-None-Match`; `None` for `*`, which names no version.
pub(super) fn copies_held(headers: &HeaderMap) -> Option<IfNoneMatch> {
    headers.typed_get::<IfNoneMatch>().filter(|held| *held != IfNoneMatch::any())
}

/// The 304 answer if the client holds a variant of this version, before the content is made.
pub(super) fn not_modified_if_held(held: &IfNoneMatch, version: &str) -> Option<Response> {
    let plain = format!("\"{version}\"");
    let variants = ENCODINGS.iter().map(|encoding| variant(&plain, encoding)).chain([plain.clone()]);
    let is_held = |tag: &String| tag.parse::<ETag>().is_ok_and(|tag| !held.precondition_passes(&tag));
    let tag = HeaderValue::try_from(variants.into_iter().find(is_held)?).ok()?;
    let vary = HeaderValue::from_static("accept-encoding");
    Some((StatusCode::NOT_MODIFIED, [(header::ETAG, tag), (header::VARY, vary)]).into_response())
}

fn variant(tag: &str, encoding: &str) -> String {
    match tag.strip_suffix('"') {
        Some(open) => format!("{open}-{encoding}\""),
        None => tag.to_owned(),
    }
}

/// The answer without its content.
fn not_modified(response: Response) -> Response {
    let mut answer = StatusCode::NOT_MODIFIED.into_response();
    for name in [header::ETAG, header::CACHE_CONTROL, header::VARY] {
        if let Some(value) = response.headers().get(&name) {
            answer.headers_mut().insert(name, value.clone());
        }
    }
    answer
}
