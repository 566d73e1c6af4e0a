//! The endpoint's routes and what surrounds them.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state, map_response, map_response_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use ipnet::IpNet;
use posture_core::{Timestamp, paths};
use tokio::sync::Semaphore;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

use crate::access::{Access, Entitlements, Viewer};
use crate::conditional::answer_conditionally;
use crate::identity::{identify, only_scrapers};
use crate::load::shed;
use crate::metrics::{Metrics, MetricsOptions, measure};
use crate::problem::{ApiError, answer_problems};
use crate::request::{answered, name_request, span};
use crate::source::{EvidenceSource, SourceError};
use crate::{api, app, health, hosts, openapi, security};

/// How many bytes of a request's body are taken; no route reads any.
const BODY_LIMIT: usize = 1024;
/// How hard answers are compressed: snapshots shrink well early, and a person waits.
const COMPRESSION_LEVEL: CompressionLevel = CompressionLevel::Precise(4);

/// What the endpoint works on and is set to.
#[derive(Clone)]
pub struct AppState {
    /// Where the evidence comes from.
    pub source: Arc<dyn EvidenceSource>,
    /// How viewers are told apart.
    pub access: Access,
    /// How many answers may be under way at once.
    pub concurrency: usize,
    /// How long an answer may take to begin.
    pub answer_timeout: Duration,
    /// What is asked of metrics.
    pub metrics: MetricsOptions,
    /// Where metrics may be scraped from beside loopback, at their own address.
    pub metrics_from: Vec<IpNet>,
    /// The present instant, at which metrics evaluate.
    pub now: fn() -> Option<Timestamp>,
}

impl AppState {
    /// A source for everyone on this machine, everything else as it is by default.
    pub fn local(source: Arc<dyn EvidenceSource>) -> Self {
        Self {
            source,
            access: Access::Local,
            concurrency: 256,
            answer_timeout: Duration::from_secs(60),
            metrics: MetricsOptions::default(),
            metrics_from: Vec::new(),
            now: present,
        }
    }
}

/// What the machine's clock says, to the second; `None` where that is outside the calendar.
#[expect(clippy::disallowed_methods, reason = "metrics tell how workspaces stand now")]
fn present() -> Option<Timestamp> {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Timestamp::from_unix_seconds(i64::try_from(since_epoch.as_secs()).ok()?)
}

/// What handlers share.
pub(crate) struct Endpoint {
    pub(crate) source: Arc<dyn EvidenceSource>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) now: fn() -> Option<Timestamp>,
    access: Arc<Access>,
}

impl Endpoint {
    /// What a viewer may see.
    pub(crate) async fn entitlements(&self, viewer: &Viewer) -> Result<Entitlements, SourceError> {
        self.access.entitlements(viewer, &*self.source).await
    }
}

/// The routers of an endpoint.
pub struct Routers {
    /// The API, the app and health; metrics too where everyone on this machine sees everything.
    pub main: Router,
    /// Metrics and health alone, for an address of their own.
    pub metrics: Router,
}

/// The endpoint at one address.
pub fn router(state: AppState) -> Router {
    routers(state).main
}

/// The endpoint, its metrics apart.
pub fn routers(state: AppState) -> Routers {
    let access = Arc::new(state.access);
    let metrics = Arc::new(Metrics::new(state.metrics));
    let endpoint = Arc::new(Endpoint {
        source: state.source,
        metrics: Arc::clone(&metrics),
        now: state.now,
        access: Arc::clone(&access),
    });
    // The app's files lie in memory and take no room; what reads evidence does.
    let room = from_fn_with_state(Arc::new(Semaphore::new(state.concurrency)), shed);
    let api = Router::new()
        .route(paths::API_WORKSPACES, get(api::workspaces))
        .route(paths::API_SNAPSHOT_ROUTE, get(api::snapshot))
        .route(paths::API_TENANT_SNAPSHOT_ROUTE, get(api::tenant_snapshot))
        .route(paths::API_REPORT_ROUTE, get(api::report))
        .route(paths::API_DESCRIPTION, get(openapi::describe))
        .layer(map_response(revalidate))
        .layer(CompressionLayer::new().quality(COMPRESSION_LEVEL))
        .layer(room.clone());
    let in_time = TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, state.answer_timeout);
    let figures = Router::new().route(paths::METRICS, get(health::metrics));
    let own_figures =
        if matches!(*access, Access::Local) { figures.clone().layer(room) } else { Router::new() };
    let guarded = Router::new()
        .merge(api)
        .merge(own_figures)
        .method_not_allowed_fallback(|| async { ApiError::MethodNotAllowed.into_response() })
        .fallback(app::answer)
        .layer(from_fn(answer_conditionally))
        .layer(RequestBodyLimitLayer::new(BODY_LIMIT))
        .layer(in_time)
        .layer(from_fn_with_state(Arc::clone(&access), identify))
        .layer(from_fn_with_state(Arc::clone(&access), hosts::only_known));
    let health = Router::new()
        .route(paths::HEALTH, get(health::healthz))
        .route(paths::READINESS, get(health::readyz))
        .method_not_allowed_fallback(|| async { ApiError::MethodNotAllowed.into_response() });
    let surrounded = |router: Router<Arc<Endpoint>>| {
        router
            .with_state(Arc::clone(&endpoint))
            .layer(from_fn_with_state(Arc::clone(&metrics), measure))
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
            .layer(from_fn(name_request))
    };
    let figures = figures
        .layer(in_time)
        .layer(from_fn_with_state(Arc::<[IpNet]>::from(state.metrics_from), only_scrapers));
    let elsewhere =
        figures.merge(health.clone()).fallback(|| async { ApiError::UnknownAddress.into_response() });
    Routers { main: surrounded(guarded.merge(health)), metrics: surrounded(elsewhere) }
}

/// Evidence is one reader's, and is asked for again each time.
async fn revalidate(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}

/// Behind a proxy, answers are one identity's.
async fn vary_by_identity(State(access): State<Arc<Access>>, mut response: Response) -> Response {
    if let Access::Proxy(proxy) = &*access {
        response.headers_mut().append(header::VARY, HeaderValue::from(proxy.identity_header.clone()));
    }
    response
}
