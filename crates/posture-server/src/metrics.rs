//! `/metrics`: how workspaces stand, and how the endpoint does, in the OpenMetrics text format.
//!
//! A scrape evaluates each workspace at the present instant, rounded down to a fixed interval. What was derived is kept with the change mark
//! and the instant it was derived for, and derived again only where one of them is another: however often and by however many it is
//! scraped, a workspace is read at most once an interval and once a change. One scrape derives at a time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use posture_core::{Id, Options, Timestamp};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::document;
use crate::figures::{Figures, WorkspaceGauges};
use crate::problem::{ApiError, SourceFailed};
use crate::request::route;
use crate::source::{EvidenceSource, Extent, Mark, Query, Reach, SourceError, TenantScope};

/// Upper bounds of the latencies told, in seconds.
const LATENCIES: [f64; 10] = [0.001, 0.005, 0.02, 0.05, 0.1, 0.3, 1.0, 3.0, 10.0, 60.0];
const OPEN_METRICS: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

/// What is asked of metrics.
#[derive(Clone, Copy, Debug)]
pub struct MetricsOptions {
    /// Whether single tenants are told; their keys are labels then.
    pub by_tenant: bool,
    /// To how many seconds the instant of evaluation is rounded down, and so how often a workspace is derived at most.
    pub interval_seconds: u32,
}

impl Default for MetricsOptions {
    fn default() -> Self {
        Self { by_tenant: false, interval_seconds: 60 }
    }
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfAnswer {
    route: String,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfRoute {
    route: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfVersion {
    version: &'static str,
}

/// The endpoint's own counts, and what was last derived of each workspace.
pub(crate) struct Metrics {
    options: MetricsOptions,
    registry: Registry,
    answers: Family<OfAnswer, Counter>,
    latencies: Family<OfRoute, Histogram>,
    in_flight: Gauge,
    source_failures: Counter,
    source_up: Gauge,
    derived: Mutex<BTreeMap<Id, Derived>>,
}

struct Derived {
    mark: Mark,
    instant: i64,
    figures: Arc<Figures>,
}

impl Metrics {
    pub(crate) fn new(options: MetricsOptions) -> Self {
        let mut registry = Registry::with_prefix("posture");
        let answers = Family::<OfAnswer, Counter>::default();
        let latencies = Family::<OfRoute, Histogram>::new_with_constructor(|| Histogram::new(LATENCIES));
        let (in_flight, source_failures, source_up) =
            (Gauge::default(), Counter::default(), Gauge::default());
        let build = Family::<OfVersion, Gauge>::default();
        build.get_or_create(&OfVersion { version: env!("CARGO_PKG_VERSION") }).set(1);
        registry.register("build_info", "The version that runs", build);
        registry.register("http_answers", "Answers by route and status", answers.clone());
        registry.register(
            "http_answer_duration_seconds",
            "How long answers took to begin, by route",
            latencies.clone(),
        );
        registry.register(
            "http_requests_in_flight",
            "Requests whose answers have not begun",
            in_flight.clone(),
        );
        registry.register(
            "source_failures",
            "How often the source of evidence failed",
            source_failures.clone(),
        );
        registry.register(
            "source_up",
            "1 where the source of evidence could be asked for this scrape",
            source_up.clone(),
        );
        Self {
            options,
            registry,
            answers,
            latencies,
            in_flight,
            source_failures,
            source_up,
            derived: Mutex::default(),
        }
    }

    /// Counts a failure of the source.
    pub(crate) fn source_failed(&self) {
        self.source_failures.inc();
    }

    /// Everything there is to tell at this instant.
    pub(crate) async fn scrape(
        &self,
        source: &dyn EvidenceSource,
        now: Timestamp,
    ) -> Result<String, ApiError> {
        let gauges = WorkspaceGauges::default();
        let listed = self.told(source.workspaces(&Reach::Everything).await);
        self.source_up.set(i64::from(listed.is_some()));
        let mut derived = self.derived.lock().await;
        let mut refused_evidence = 0;
        let mut present = Vec::new();
        for listing in listed.iter().flatten() {
            refused_evidence += i64::from(listing.refusal.is_some());
            let Some(served) = &listing.served else { continue };
            let workspace = &served.workspace;
            let figures = self.figures(source, workspace.id, now, &mut derived).await;
            gauges.list(workspace.id, &workspace.name, figures.is_some(), listing.refusal.is_some());
            if let Some(figures) = figures {
                gauges.tell(workspace.id, &figures);
            }
            present.push(workspace.id);
        }
        derived.retain(|workspace, _| present.contains(workspace));
        drop(derived);
        let mut registry = Registry::with_prefix("posture");
        gauges.register(&mut registry);
        if listed.is_some() {
            let refused = Gauge::<i64>::default();
            refused.set(refused_evidence);
            registry.register(
                "evidence_refused",
                "Pieces of evidence that are not served as they are now",
                refused,
            );
        }
        self.write(&registry).map_err(|error| ApiError::Fault(Box::new(error)))
    }

    fn write(&self, workspaces: &Registry) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode_registry(&mut text, workspaces)?;
        encode_registry(&mut text, &self.registry)?;
        encode_eof(&mut text)?;
        Ok(text)
    }

    /// A workspace's figures, derived only where the evidence or the rounded instant is another; `None` where they cannot be had.
    async fn figures(
        &self,
        source: &dyn EvidenceSource,
        workspace: Id,
        now: Timestamp,
        derived: &mut BTreeMap<Id, Derived>,
    ) -> Option<Arc<Figures>> {
        let query = Query { workspace, tenants: TenantScope::All, extent: Extent::Slim };
        let mark = self.told(source.mark(&query).await)?;
        let interval = i64::from(self.options.interval_seconds.max(1));
        let instant = now.unix_seconds() - now.unix_seconds().rem_euclid(interval);
        if let Some(kept) =
            derived.get(&workspace).filter(|kept| kept.mark == mark && kept.instant == instant)
        {
            return Some(Arc::clone(&kept.figures));
        }
        let evidence = self.told(source.open(&query).await)?;
        let mark = evidence.mark.clone();
        let as_of = Timestamp::from_unix_seconds(instant).max(exported_at(&evidence.head));
        let options = Options { as_of: as_of.map(|at| at.to_string()), ..Options::default() };
        let report = match document::report(evidence, options).await {
            Ok(report) => report,
            Err(error) => {
                tracing::error!(%error, "a workspace could not be evaluated for metrics");
                self.source_failed();
                return None;
            }
        };
        let figures = Arc::new(Figures::of(&report, self.options.by_tenant));
        derived.insert(workspace, Derived { mark, instant, figures: Arc::clone(&figures) });
        Some(figures)
    }

    fn told<T>(&self, asked: Result<T, SourceError>) -> Option<T> {
        match asked {
            Ok(told) => Some(told),
            Err(error) => {
                tracing::error!(%error, "the source of evidence failed a scrape");
                self.source_failed();
                None
            }
        }
    }
}

/// When a document was exported, by its head. Fractions of a second are of no account here: the instant is rounded up.
fn exported_at(head: &str) -> Option<Timestamp> {
    #[derive(Deserialize)]
    struct Exported {
        exported_at: String,
    }
    let exported: Exported = serde_json::from_str(head).ok()?;
    let exported_at = Timestamp::parse(&exported.exported_at)?;
    let whole = Timestamp::from_unix_seconds(exported_at.unix_seconds())?;
    if whole == exported_at {
        Some(whole)
    } else {
        Timestamp::from_unix_seconds(exported_at.unix_seconds() + 1)
    }
}

/// Counts an answer and how long it took to begin.
pub(crate) async fn measure(State(metrics): State<Arc<Metrics>>, request: Request, next: Next) -> Response {
    let route = route(&request);
    let begun = now();
    let in_flight = InFlight::new(&metrics.in_flight);
    let response = next.run(request).await;
    drop(in_flight);
    if response.extensions().get::<SourceFailed>().is_some() {
        metrics.source_failed();
    }
    metrics.latencies.get_or_create(&OfRoute { route: route.clone() }).observe(begun.elapsed().as_secs_f64());
    metrics.answers.get_or_create(&OfAnswer { route, status: response.status().as_u16() }).inc();
    response
}

/// Counts a request while it waits for its answer, given up or not.
struct InFlight(Gauge);

impl InFlight {
    fn new(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[expect(clippy::disallowed_methods, reason = "latency is what is measured")]
fn now() -> Instant {
    Instant::now()
}

/// A scrape as it is answered.
pub(crate) fn answer(text: String) -> Response {
    let no_store = HeaderValue::from_static("no-store");
    ([(header::CONTENT_TYPE, OPEN_METRICS), (header::CACHE_CONTROL, no_store)], text).into_response()
}
