//! What ties an answer to its log lines: a request id, and one span and line for each request, without anything of a tenant in them.

use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tower_http::request_id::{MakeRequestId as _, MakeRequestUuid, RequestId};
use tracing::Span;

/// Carries the id of a request, both ways.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const LONGEST_ID: usize = 64;

/// Gives each request an id, its own where it brings one of letters, digits, dots, dashes and underscores, and the answer the same.
pub(crate) async fn name_request(mut request: Request, next: Next) -> Response {
    let brought = request.headers().get(&REQUEST_ID).filter(|id| is_plain(id)).cloned();
    let id = brought.or_else(|| MakeRequestUuid.make_request_id(&request).map(RequestId::into_header_value));
    let Some(id) = id else { return next.run(request).await };
    request.headers_mut().insert(REQUEST_ID, id.clone());
    let mut response = next.run(request).await;
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

fn is_plain(id: &HeaderValue) -> bool {
    let bytes = id.as_bytes();
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    (1..=LONGEST_ID).contains(&bytes.len()) && bytes.iter().all(is_plain)
}

/// The route a request is answered by, as it is written with its parameters unnamed: an address may hold a tenant's key.
pub(crate) fn route(request: &Request) -> String {
    request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "app".to_owned(), |path| path.as_str().to_owned())
}

/// The span a request's log lines stand in.
pub(crate) fn span(request: &Request) -> Span {
    let id = request.headers().get(&REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
    tracing::info_span!("request", id, method = %request.method(), route = route(request))
}

/// Logs an answer.
pub(crate) fn answered(response: &Response, latency: Duration, _span: &Span) {
    tracing::info!(
        status = response.status().as_u16(),
        milliseconds = latency.as_secs_f64() * 1000.0,
        "answered"
    );
}
