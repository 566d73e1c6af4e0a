//! The endpoint's routes and what surrounds them.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state, map_response, map_response_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use posture_core::paths;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

use super::audit;
use super::authentication::{authenticate, only_scrapers};
use super::concurrency_limit::{Permits, limit};
use super::conditional::answer_conditionally;
use super::endpoint::{AppState, Endpoint};
use super::measure::measure;
use super::problem::{ApiError, answer_problems};
use super::request::{answered, assign_id, span, without_body};
use super::shared_bodies::SharedBodies;
use super::{api, app, health, host_check, openapi, reviews, security, sign_in};
use crate::access::Access;
use crate::answers::Answers;
use crate::metrics::Metrics;

/// The methods of almost every address.
const READ_ONLY: &str = "GET, HEAD";
/// How many responses of metrics are in progress at once, slow readers included.
const SCRAPES: usize = 8;
/// Compression level: low, because snapshots compress well and a user is waiting.
const COMPRESSION_LEVEL: CompressionLevel = CompressionLevel::Precise(4);

/// The routers of an endpoint.
pub struct Routers {
    /// The API, the app and health; without authentication also metrics.
    pub main: Router,
    /// Only metrics and health, for an address of their own.
    pub metrics: Router,
}

/// The endpoint at one address.
pub fn router(state: AppState) -> Router {
    routers(state).main
}

/// The endpoint, with a separate router for metrics.
pub fn routers(state: AppState) -> Routers {
    let access = Arc::new(state.access);
    let lost_audit_lines = state.audit.as_ref().map(|log| log.lost_lines());
    let metrics = Arc::new(Metrics::new(state.metrics, state.notifications, lost_audit_lines));
    let endpoint = Arc::new(Endpoint {
        source: state.source,
        reviews: state.reviews,
        review_bodies: SharedBodies::default(),
        answers: Answers::new(Arc::clone(&state.pool), Arc::clone(&state.space)),
        pool: state.pool,
        metrics: Arc::clone(&metrics),
        now: state.now,
        access: Arc::clone(&access),
    });
    // The app's files are in memory.
    let limited = from_fn_with_state(Permits::new(state.concurrency, Arc::clone(&state.space)), limit);
    // Each is encoded once, for all readers. A client that accepts no encoding of ours gets it unencoded.
    let from_evidence = Router::new()
        .route(paths::API_SNAPSHOT_ROUTE, get(api::snapshot))
        .route(paths::API_TENANT_SNAPSHOT_ROUTE, get(api::tenant_snapshot))
        .route(paths::API_REPORT_ROUTE, get(api::report));
    let api = Router::new()
        .route(paths::API_WORKSPACES, get(api::workspaces))
        .route(paths::API_SESSION, get(sign_in::current))
        .route(paths::API_DESCRIPTION, get(openapi::describe))
        .merge(reviews::routes())
        .layer(CompressionLayer::new().quality(COMPRESSION_LEVEL))
        .merge(from_evidence)
        .layer(map_response(revalidate))
        .layer(limited);
    let in_time = TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, state.answer_timeout);
    let scrapes = from_fn_with_state(Permits::new(SCRAPES, Arc::clone(&state.space)), limit);
    let metrics_route = Router::new().route(paths::METRICS, get(health::metrics)).layer(scrapes);
    let own_metrics = if matches!(*access, Access::Local) { metrics_route.clone() } else { Router::new() };
    let guarded = Router::new()
        .merge(api)
        .merge(own_metrics)
        .merge(sign_in::routes(&access))
        .method_not_allowed_fallback(|| async { ApiError::MethodNotAllowed(READ_ONLY).into_response() })
        .fallback(app::answer)
        .layer(from_fn(answer_conditionally))
        .layer(in_time)
        .layer(from_fn_with_state((Arc::clone(&access), state.now), authenticate))
        .layer(from_fn_with_state(Arc::clone(&access), host_check::only_known));
    let health = Router::new()
        .route(paths::HEALTH, get(health::healthz))
        .route(paths::READINESS, get(health::readyz))
        .method_not_allowed_fallback(|| async { ApiError::MethodNotAllowed(READ_ONLY).into_response() });
    let surrounded = |router: Router<Arc<Endpoint>>| {
        router
            .with_state(Arc::clone(&endpoint))
            .layer(from_fn_with_state(Arc::clone(&metrics), measure))
            .layer(from_fn(without_body))
            .layer(from_fn(host_check::only_one))
            .layer(from_fn_with_state(state.audit.clone(), audit::record))
            .layer(CatchPanicLayer::new())
            .layer(from_fn(answer_problems))
            .layer(map_response_with_state(Arc::clone(&access), vary_by_identity))
            .layer(from_fn(security::secure))
            .layer(
                TraceLayer::new_for_http()
                    .make_span_with(span)
                    .on_request(())
                    .on_response(answered)
                    .on_failure(()),
            )
            .layer(from_fn(assign_id))
    };
    let separate_metrics = metrics_route
        .layer(in_time)
        .layer(from_fn_with_state(Arc::<[_]>::from(state.metrics_from), only_scrapers))
        .layer(from_fn_with_state(Arc::from(state.metrics_hosts), host_check::only_known_for_metrics))
        .merge(health.clone())
        .fallback(|| async { ApiError::UnknownAddress.into_response() });
    Routers { main: surrounded(guarded.merge(health)), metrics: surrounded(separate_metrics) }
}

/// Evidence is for one viewer, and must be revalidated each time.
async fn revalidate(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}

/// Answers depend on the identity, which a proxy's header or a session's cookie states.
async fn vary_by_identity(State(access): State<Arc<Access>>, mut response: Response) -> Response {
    let states_identity = match &*access {
        Access::Local => return response,
        Access::Proxy(proxy) => proxy.identity_header.clone(),
        Access::SignIn(_) => header::COOKIE,
    };
    response.headers_mut().append(header::VARY, HeaderValue::from(states_identity));
    response
}
