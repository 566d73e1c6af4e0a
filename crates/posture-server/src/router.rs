//! The endpoint's routes and what surrounds them.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{from_fn, map_response};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use posture_core::paths;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

use crate::conditional::answer_conditionally;
use crate::problem::{ApiError, answer_problems};
use crate::source::EvidenceSource;
use crate::{api, app, hosts, security};

/// How long an answer may take to begin.
const TIMEOUT: Duration = Duration::from_secs(60);
/// How many bytes of a request's body are taken; no route reads any.
const BODY_LIMIT: usize = 1024;
/// How hard answers are compressed: snapshots shrink well early, and a person waits.
const COMPRESSION_LEVEL: CompressionLevel = CompressionLevel::Precise(4);

/// What the routes work on.
#[derive(Clone)]
pub struct AppState {
    /// Where the evidence comes from.
    pub source: Arc<dyn EvidenceSource>,
}

/// The whole endpoint: the API, the app, and health.
pub fn router(state: AppState) -> Router {
    let api = Router::new()
        .route(paths::API_WORKSPACES, get(api::workspaces))
        .route(paths::API_SNAPSHOT_ROUTE, get(api::snapshot))
        .route(paths::API_TENANT_SNAPSHOT_ROUTE, get(api::tenant_snapshot))
        .route(paths::API_REPORT_ROUTE, get(api::report))
        .layer(map_response(revalidate))
        .layer(CompressionLayer::new().quality(COMPRESSION_LEVEL));
    Router::new()
        .merge(api)
        .route(paths::HEALTH, get(api::healthz).layer(map_response(revalidate)))
        .method_not_allowed_fallback(|| async { ApiError::MethodNotAllowed.into_response() })
        .fallback(app::answer)
        .with_state(state.source)
        .layer(from_fn(answer_conditionally))
        .layer(RequestBodyLimitLayer::new(BODY_LIMIT))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, TIMEOUT))
        .layer(from_fn(hosts::only_loopback))
        .layer(CatchPanicLayer::new())
        .layer(from_fn(answer_problems))
        .layer(from_fn(security::secure))
        .layer(TraceLayer::new_for_http().on_failure(()))
}

/// Evidence is one reader's, and is asked for again each time.
async fn revalidate(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}
