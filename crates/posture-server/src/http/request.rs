//! Request ids and logging: one span and one line for each request, with nothing about tenants.

use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use hyper::body::Body as _;
use posture_core::paths;
use tower_http::request_id::{MakeRequestId as _, MakeRequestUuid, RequestId};
use tracing::Span;

use super::problem::ApiError;

/// The header with a request's id, in both directions.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const MAX_ID_BYTES: usize = 64;

/// Gives each request and its answer an id: the request's own if it is made of letters, digits, dots, dashes and underscores.
pub(super) async fn assign_id(mut request: Request, next: Next) -> Response {
    let own = request.headers().get(&REQUEST_ID).filter(|id| is_plain(id)).cloned();
    let id = own.or_else(|| MakeRequestUuid.make_request_id(&request).map(RequestId::into_header_value));
    let Some(id) = id else { return next.run(request).await };
    request.headers_mut().insert(REQUEST_ID, id.clone());
    let mut response = next.run(request).await;
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

fn is_plain(id: &HeaderValue) -> bool {
    let bytes = id.as_bytes();
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    (1..=MAX_ID_BYTES).contains(&bytes.len()) && bytes.iter().all(is_plain)
}

/// Rejects requests with a body, unless their route reads one, within limits of its own, or does not take their method.
pub(super) async fn without_body(request: Request, next: Next) -> Response {
    let is_taken = match *request.method() {
        Method::GET | Method::HEAD | Method::DELETE => true,
        Method::POST => route(&request) == paths::SIGN_OUT,
        // A mark's body has limits of its own.
        _ => false,
    };
    if !is_taken {
        return next.run(request).await;
    }
    let announced = request.headers().get(header::CONTENT_LENGTH).is_some_and(|length| length != "0");
    let has_body = announced || !request.body().is_end_stream();
    if has_body { ApiError::Body.into_response() } else { next.run(request).await }
}

/// A request's route pattern. The path itself is never logged, because it may hold a tenant's key.
pub(super) fn route(request: &Request) -> String {
    request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "app".to_owned(), |path| path.as_str().to_owned())
}

/// The span of a request's log lines.
pub(super) fn span(request: &Request) -> Span {
    let id = request.headers().get(&REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
    tracing::info_span!("request", id, method = %request.method(), route = route(request))
}

/// Logs an answer.
pub(super) fn answered(response: &Response, latency: Duration, _span: &Span) {
    tracing::info!(
        status = response.status().as_u16(),
        milliseconds = latency.as_secs_f64() * 1000.0,
        "answered"
    );
}
