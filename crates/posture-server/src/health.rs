//! What monitoring asks: whether the process runs, whether it can answer, and its figures.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use posture_core::paths;
use tokio::time::timeout;

use crate::metrics;
use crate::problem::{ApiError, Problems};
use crate::router::Endpoint;

/// How long the source may take to say that it can be asked.
const PATIENCE: Duration = Duration::from_secs(5);

/// Says that the process runs.
#[utoipa::path(
    get,
    path = paths::HEALTH,
    operation_id = "getHealth",
    tag = "health",
    responses((status = 200, description = "`ok`", body = String, content_type = "text/plain"), Problems)
)]
pub(crate) async fn healthz() -> Response {
    plain("ok\n")
}

/// Says whether the source of evidence can be asked.
#[utoipa::path(
    get,
    path = paths::READINESS,
    operation_id = "getReadiness",
    tag = "health",
    responses((status = 200, description = "`ready`", body = String, content_type = "text/plain"), Problems)
)]
pub(crate) async fn readyz(State(endpoint): State<Arc<Endpoint>>) -> Result<Response, ApiError> {
    timeout(PATIENCE, endpoint.source.check())
        .await
        .map_err(|late| ApiError::Unavailable(Box::new(late)))??;
    Ok(plain("ready\n"))
}

/// Every figure there is to tell monitoring. Behind a proxy they are told at an address of their own alone.
#[utoipa::path(
    get,
    path = paths::METRICS,
    operation_id = "getMetrics",
    tag = "health",
    responses(
        (status = 200, description = "Figures in the OpenMetrics text format", body = String, content_type = "application/openmetrics-text"),
        Problems,
    )
)]
pub(crate) async fn metrics(State(endpoint): State<Arc<Endpoint>>) -> Result<Response, ApiError> {
    let now =
        (endpoint.now)().ok_or_else(|| ApiError::Fault("the clock stands outside the calendar".into()))?;
    endpoint.metrics.scrape(&*endpoint.source, now).await.map(metrics::answer)
}

fn plain(text: &'static str) -> Response {
    ([(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], text).into_response()
}
