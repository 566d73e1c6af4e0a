//! Counts answers and how long they took to start.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::problem::SourceFailed;
use super::request::route;
use crate::metrics::Metrics;

/// Measures one request.
pub(super) async fn measure(State(metrics): State<Arc<Metrics>>, request: Request, next: Next) -> Response {
    let route = route(&request);
    let started = now();
    let in_flight = metrics.request_started();
    let response = next.run(request).await;
    drop(in_flight);
    if response.extensions().get::<SourceFailed>().is_some() {
        metrics.source_failed();
    }
    metrics.answered(route, response.status().as_u16(), started.elapsed());
    response
}

#[expect(clippy::disallowed_methods, reason = "latency is what is measured")]
fn now() -> Instant {
    Instant::now()
}
