//! Routes for monitoring: liveness, readiness and metrics.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use posture_core::paths;
use tokio::time::timeout;

use super::endpoint::Endpoint;
use super::problem::{ApiError, Problems};

/// How long the source may take to say that it is available.
const PATIENCE: Duration = Duration::from_secs(5);
const OPEN_METRICS: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

/// Returns 200 while the process runs.
#[utoipa::path(
    get,
    path = paths::HEALTH,
    operation_id = "getHealth",
    tag = "health",
    responses((status = 200, description = "`ok`", body = String, content_type = "text/plain"), Problems)
)]
pub(super) async fn healthz() -> Response {
    plain("ok\n")
}

/// Returns 200 if the source of evidence is available, else 503.
#[utoipa::path(
    get,
    path = paths::READINESS,
    operation_id = "getReadiness",
    tag = "health",
    responses((status = 200, description = "`ready`", body = String, content_type = "text/plain"), Problems)
)]
pub(super) async fn readyz(State(endpoint): State<Arc<Endpoint>>) -> Result<Response, ApiError> {
    timeout(PATIENCE, endpoint.source.check())
        .await
        .map_err(|late| ApiError::Unavailable(Box::new(late)))??;
    Ok(plain("ready\n"))
}

/// All metrics. With `--auth proxy` they are only served at `--metrics-listen`.
#[utoipa::path(
    get,
    path = paths::METRICS,
    operation_id = "getMetrics",
    tag = "health",
    responses(
        (status = 200, description = "Metrics in the OpenMetrics text format", body = String, content_type = "application/openmetrics-text"),
        Problems,
    )
)]
pub(super) async fn metrics(State(endpoint): State<Arc<Endpoint>>) -> Result<Response, ApiError> {
    let now = (endpoint.now)().ok_or_else(|| ApiError::Fault("the clock is outside the calendar".into()))?;
    let text = endpoint.metrics.scrape(&*endpoint.source, &endpoint.pool, now).await;
    let text = text.map_err(|error| ApiError::Fault(Box::new(error)))?;
    let no_store = HeaderValue::from_static("no-store");
    Ok(([(header::CONTENT_TYPE, OPEN_METRICS), (header::CACHE_CONTROL, no_store)], text).into_response())
}

fn plain(text: &'static str) -> Response {
    ([(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], text).into_response()
}
