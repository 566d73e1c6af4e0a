//! The embedded browser app: its files, compressed ahead of time, and its page for every path of the app.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use posture_core::paths;
use posture_core::vocabulary::Capability;
use posture_report::SHELL_FILE;
use rust_embed::{Embed, EmbeddedFile};

use super::conditional::etag;
use super::endpoint::Endpoint;
use super::problem::{ApiError, HasPage};
use crate::access::Viewer;
use crate::answers::encoding_weight;
use crate::sources::{Extent, Query};

const PAGE: &str = "index.html";
/// Encodings that files are stored in, smallest first, and the endings of their names.
const ENCODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];
const HASH_LENGTH: usize = 16;

#[derive(Embed)]
#[folder = "../../dist"]
struct Dist;

/// The bytes of a file of the app; `None` if this program was built without it.
pub fn app_file(name: &str) -> Option<Cow<'static, [u8]>> {
    Dist::get(name).map(|file| file.data)
}

/// Answers every path without a route: a file of the app, its page, or 404.
pub(super) async fn answer(
    State(endpoint): State<Arc<Endpoint>>,
    request: Request,
) -> Result<Response, ApiError> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(ApiError::MethodNotAllowed("GET, HEAD"));
    }
    if is_for_programs(request.uri().path()) {
        return Err(ApiError::UnknownAddress);
    }
    let name = file_name(request.uri());
    let mut page = file(name, request.headers()).ok_or(ApiError::UnknownFile)?;
    let records = paths::records(request.uri().path()).filter(|_| name == PAGE);
    let viewer = request.extensions().get::<Viewer>().cloned();
    if let (Some((external_id, capability)), Some(viewer)) = (records, viewer)
        && is_closed(&endpoint, &viewer, &external_id, capability).await?
    {
        *page.status_mut() = StatusCode::FORBIDDEN;
        page.extensions_mut().insert(HasPage);
    }
    Ok(page)
}

/// Whether a page shows records that the viewer may not open: those of a visible tenant, without the capability for them.
///
/// Answers false for every other tenant, so that a 403 never reveals whether it exists.
async fn is_closed(
    endpoint: &Endpoint,
    viewer: &Viewer,
    external_id: &str,
    capability: Capability,
) -> Result<bool, ApiError> {
    let closed = endpoint.entitlements(viewer).await?.lacking(capability);
    for (workspace, tenants) in closed {
        let query = Query { workspace, tenants, extent: Extent::Tenant(external_id.to_owned()) };
        match endpoint.source.version(&query).await {
            Ok(_) => return Ok(true),
            Err(error) if error.is_of_evidence() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(false)
}

/// Whether a path is, but for its case or a slash at its end, one that a program asks for: a probe must not take the app for an answer.
fn is_for_programs(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    [paths::API, paths::METRICS, paths::HEALTH, paths::READINESS]
        .into_iter()
        .any(|known| paths::is_within(&path, known))
}

/// The file for a path: the page if the path is one of the app's, else the file of that name.
fn file_name(uri: &Uri) -> &str {
    let path = uri.path();
    let last = path.rsplit('/').next().unwrap_or_default();
    if is_page(path) || !last.contains('.') { PAGE } else { path.trim_start_matches('/') }
}

/// Whether a path is one of the app's pages, whatever follows: a tenant's route key may look like a file name.
fn is_page(path: &str) -> bool {
    [paths::OVERVIEW, paths::OPEN, paths::COMPARE].into_iter().any(|page| paths::is_within(path, page))
}

/// Whether a path is a page over opened files, whose policy allows no connection for evidence.
pub(super) fn is_review_page(path: &str) -> bool {
    [paths::OPEN, paths::COMPARE].into_iter().any(|page| paths::is_within(path, page))
}

/// The files that the app itself fetches: its program, and the shell of self-contained reports.
pub(super) fn loaded_by_the_page() -> &'static [String] {
    static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
        Dist::iter()
            .filter(|name| name.ends_with(".wasm") || name == SHELL_FILE)
            .map(Cow::into_owned)
            .collect()
    });
    &NAMES
}

fn file(name: &str, request: &HeaderMap) -> Option<Response> {
    let plain = Dist::get(name)?;
    let compressed = ENCODINGS
        .into_iter()
        .filter(|(encoding, _)| encoding_weight(request, encoding) > 0.0)
        .find_map(|(encoding, suffix)| Some((encoding, Dist::get(&format!("{name}{suffix}"))?)));
    let mime = with_charset(plain.metadata.mimetype());
    let version = hex::encode(plain.metadata.sha256_hash());
    let (encoding, file) = compressed.map_or((None, plain), |(encoding, file)| (Some(encoding), file));
    let mut response = Body::from(bytes(file)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::try_from(mime).ok()?);
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static(if is_hashed(name) { FOREVER } else { "no-cache" }),
    );
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::ETAG, etag(&version));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Some(response)
}

const FOREVER: &str = "public, max-age=31536000, immutable";

fn bytes(file: EmbeddedFile) -> Bytes {
    match file.data {
        Cow::Borrowed(data) => Bytes::from_static(data),
        Cow::Owned(data) => Bytes::from(data),
    }
}

/// Whether a file name contains a hash of the content, as trunk writes it: `name-0123456789abcdef.css`, `…_bg.wasm`.
fn is_hashed(name: &str) -> bool {
    let is_hash = |part: &str| {
        part.len() == HASH_LENGTH
            && part.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'))
    };
    name.split(['-', '.', '_']).skip(1).any(is_hash)
}

fn with_charset(mime: &str) -> String {
    let is_text = mime.starts_with("text/") && !mime.contains("charset");
    if is_text { format!("{mime}; charset=utf-8") } else { mime.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_with_a_content_hash_are_kept_forever() {
        for name in [
            "posture-web-0a1b2c3d4e5f6789.js",
            "posture-web-0a1b2c3d4e5f6789_bg.wasm",
            "tokens-0a1b2c3d4e5f6789.css",
        ] {
            assert!(is_hashed(name), "{name}");
        }
        for name in [
            "index.html",
            "boot.js",
            "icon.svg",
            "manifest.webmanifest",
            "0a1b2c3d4e5f6789.js",
            "a-0a1b2c3d4e5f678.css",
        ] {
            assert!(!is_hashed(name), "{name}");
        }
    }

    #[test]
    fn paths_of_the_app_give_its_page_even_if_a_route_key_looks_like_a_file() {
        for path in ["/", "/admin", "/admin/t/contoso.example", "/open", "/compare", "/elsewhere"] {
            assert_eq!(file_name(&path.parse().unwrap()), PAGE, "{path}");
        }
        for path in ["/missing.js", "/assets/a.css", "/administrator.png"] {
            assert_eq!(file_name(&path.parse().unwrap()), &path[1..], "{path}");
        }
    }

    /// EP-5
    #[test]
    fn an_address_for_programs_is_recognised_in_any_case_and_with_a_slash() {
        for path in ["/api", "/API/v1/workspaces", "/api/", "/readyz/", "/Healthz", "/metrics/", "/healthz/x"]
        {
            assert!(is_for_programs(path), "{path}");
        }
        for path in ["/", "/admin", "/apis", "/admin/t/api"] {
            assert!(!is_for_programs(path), "{path}");
        }
    }
}
