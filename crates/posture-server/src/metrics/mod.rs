//! The metrics: the state of workspaces, and of the endpoint itself, in the OpenMetrics text format.
//!
//! A scrape evaluates each workspace at the current time, rounded down to a fixed interval. The result is cached with the evidence's version
//! and that instant, and derived again only if one of them changes: a workspace is read at most once an interval and once a change,
//! however often it is scraped. One scrape derives at a time.

mod group_metrics;
mod labels;
mod notification_metrics;
mod options;
mod workspace_metrics;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use posture_core::{Id, Options, Timestamp};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use tokio::sync::Mutex;

pub use self::notification_metrics::{Backlog, NotificationMetrics};
pub use self::options::MetricsOptions;
use self::workspace_metrics::{WorkspaceGauges, WorkspaceMetrics};
use crate::document::{self, exported_at};
use crate::sources::{EvidenceSource, EvidenceVersion, Extent, Query, Reach, SourceError, TenantScope};
use crate::work::{Lane, Pool};

/// Upper bounds of the latency buckets, in seconds.
const LATENCIES: [f64; 10] = [0.001, 0.005, 0.02, 0.05, 0.1, 0.3, 1.0, 3.0, 10.0, 60.0];

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct AnswerLabels {
    route: String,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct VersionLabels {
    version: &'static str,
}

/// The endpoint's counters, and the cached metrics of each workspace.
pub(crate) struct Metrics {
    options: MetricsOptions,
    registry: Registry,
    answers: Family<AnswerLabels, Counter>,
    latencies: Family<RouteLabels, Histogram>,
    in_flight: Gauge,
    source_failures: Counter,
    source_up: Gauge,
    notifications: Option<Arc<NotificationMetrics>>,
    derived: Mutex<BTreeMap<Id, Derived>>,
}

struct Derived {
    evidence_version: EvidenceVersion,
    instant: i64,
    metrics: Arc<WorkspaceMetrics>,
}

impl Metrics {
    /// Metrics with those of notifications and of the audit trail (how many lines were lost), if there are any.
    pub(crate) fn new(
        options: MetricsOptions,
        notifications: Option<Arc<NotificationMetrics>>,
        lost_audit_lines: Option<Counter>,
    ) -> Self {
        let mut registry = Registry::with_prefix("posture");
        let answers = Family::<AnswerLabels, Counter>::default();
        let latencies = Family::<RouteLabels, Histogram>::new_with_constructor(|| Histogram::new(LATENCIES));
        let (in_flight, source_failures, source_up) =
            (Gauge::default(), Counter::default(), Gauge::default());
        let build = Family::<VersionLabels, Gauge>::default();
        build.get_or_create(&VersionLabels { version: env!("CARGO_PKG_VERSION") }).set(1);
        registry.register("build_info", "The running version", build);
        registry.register("http_answers", "Responses by route and status", answers.clone());
        registry.register(
            "http_answer_duration_seconds",
            "Time until responses started, by route",
            latencies.clone(),
        );
        registry.register(
            "http_requests_in_flight",
            "Requests whose responses have not started",
            in_flight.clone(),
        );
        registry.register("source_failures", "Failures of the source of evidence", source_failures.clone());
        registry.register(
            "source_up",
            "1 if the source of evidence was available for this scrape",
            source_up.clone(),
        );
        if let Some(notifications) = &notifications {
            notifications.register_counter(&mut registry);
        }
        if let Some(lost) = lost_audit_lines {
            registry.register("audit_lines_lost", "Lines of the audit trail that could not be written", lost);
        }
        Self {
            options,
            registry,
            answers,
            latencies,
            in_flight,
            source_failures,
            source_up,
            notifications,
            derived: Mutex::default(),
        }
    }

    /// Counts a request as in flight until the result is dropped.
    pub(crate) fn request_started(&self) -> InFlight {
        InFlight::new(&self.in_flight)
    }

    /// Counts an answer, and how long it took to start.
    pub(crate) fn answered(&self, route: String, status: u16, latency: Duration) {
        self.latencies.get_or_create(&RouteLabels { route: route.clone() }).observe(latency.as_secs_f64());
        self.answers.get_or_create(&AnswerLabels { route, status }).inc();
    }

    /// Counts a failure of the source of evidence.
    pub(crate) fn source_failed(&self) {
        self.source_failures.inc();
    }

    /// All metrics at this instant, as text.
    pub(crate) async fn scrape(
        &self,
        source: &dyn EvidenceSource,
        pool: &Pool,
        now: Timestamp,
    ) -> Result<String, std::fmt::Error> {
        let gauges = WorkspaceGauges::default();
        let listed = self.logged(source.workspaces(&Reach::Everything).await);
        self.source_up.set(i64::from(listed.is_some()));
        let mut derived = self.derived.lock().await;
        let mut refused_evidence = 0;
        let mut present = Vec::new();
        for listing in listed.iter().flatten() {
            refused_evidence += i64::from(listing.refusal.is_some());
            let Some(served) = &listing.served else { continue };
            let workspace = &served.workspace;
            let metrics = self.workspace_metrics(source, pool, workspace.id, now, &mut derived).await;
            gauges.list(workspace.id, &workspace.name, metrics.is_some(), listing.refusal.is_some());
            if let Some(metrics) = metrics {
                gauges.set(workspace.id, &metrics);
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
            registry.register("evidence_refused", "Pieces of evidence that are not served", refused);
        }
        if let Some(notifications) = &self.notifications {
            notifications.register(&mut registry, now);
        }
        self.write(&registry)
    }

    fn write(&self, workspaces: &Registry) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode_registry(&mut text, workspaces)?;
        encode_registry(&mut text, &self.registry)?;
        encode_eof(&mut text)?;
        Ok(text)
    }

    /// A workspace's metrics, from the cache if neither the evidence nor the rounded instant changed; `None` if deriving fails.
    async fn workspace_metrics(
        &self,
        source: &dyn EvidenceSource,
        pool: &Pool,
        workspace: Id,
        now: Timestamp,
        derived: &mut BTreeMap<Id, Derived>,
    ) -> Option<Arc<WorkspaceMetrics>> {
        let query = Query { workspace, tenants: TenantScope::All, extent: Extent::Slim };
        let evidence_version = self.logged(source.version(&query).await)?;
        let interval = i64::from(self.options.interval_seconds.max(1));
        let instant = now.unix_seconds() - now.unix_seconds().rem_euclid(interval);
        if let Some(cached) = derived
            .get(&workspace)
            .filter(|cached| cached.evidence_version == evidence_version && cached.instant == instant)
        {
            return Some(Arc::clone(&cached.metrics));
        }
        let permit = pool.place(Lane::Background, workspace, None)?.turn().await;
        let evidence = self.logged(source.open(&query).await)?;
        let evidence_version = evidence.version.clone();
        let as_of = Timestamp::from_unix_seconds(instant).max(exported_at(&evidence.head));
        let options = Options { as_of: as_of.map(|at| at.to_string()), ..Options::default() };
        let report = match document::report(evidence, options, permit).await {
            Ok((report, bytes)) => {
                pool.learn(Lane::Background, workspace, bytes);
                report
            }
            Err(error) => {
                tracing::error!(%error, "failed to evaluate a workspace for metrics");
                self.source_failed();
                return None;
            }
        };
        let metrics = Arc::new(WorkspaceMetrics::new(&report, self.options, now));
        derived.insert(workspace, Derived { evidence_version, instant, metrics: Arc::clone(&metrics) });
        Some(metrics)
    }

    fn logged<T>(&self, result: Result<T, SourceError>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(SourceError::Starting(_)) => None,
            Err(error) => {
                tracing::error!(%error, "the source of evidence failed during a scrape");
                self.source_failed();
                None
            }
        }
    }
}

/// Counts a request as in flight until it is dropped.
pub(crate) struct InFlight(Gauge);

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
