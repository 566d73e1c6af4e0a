//! The state that handlers share.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ipnet::IpNet;
use posture_core::Timestamp;

use crate::access::grant::Entitlements;
use crate::access::{Access, Viewer};
use crate::metrics::{Metrics, MetricsOptions};
use crate::sources::{EvidenceSource, SourceError};

/// What the endpoint is configured with.
#[derive(Clone)]
pub struct AppState {
    /// The source of evidence.
    pub source: Arc<dyn EvidenceSource>,
    /// How users are authenticated.
    pub access: Access,
    /// The most answers in progress at once.
    pub concurrency: usize,
    /// How long an answer may take to start.
    pub answer_timeout: Duration,
    /// Options for metrics.
    pub metrics: MetricsOptions,
    /// Networks that may read metrics at their own address, in addition to loopback.
    pub metrics_from: Vec<IpNet>,
    /// Host names by which the metrics address is reached, in addition to loopback and IP addresses.
    pub metrics_hosts: Vec<String>,
    /// The current time, at which metrics are evaluated.
    pub now: fn() -> Option<Timestamp>,
}

impl AppState {
    /// Serves everything to everyone on this machine, with defaults for the rest.
    pub fn local(source: Arc<dyn EvidenceSource>) -> Self {
        Self {
            source,
            access: Access::Local,
            concurrency: 256,
            answer_timeout: Duration::from_secs(60),
            metrics: MetricsOptions::default(),
            metrics_from: Vec::new(),
            metrics_hosts: Vec::new(),
            now: present,
        }
    }
}

/// The machine's clock, to the second; `None` if it is outside the calendar.
#[expect(clippy::disallowed_methods, reason = "metrics are evaluated at the current time")]
fn present() -> Option<Timestamp> {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Timestamp::from_unix_seconds(i64::try_from(since_epoch.as_secs()).ok()?)
}

/// What handlers share.
pub(super) struct Endpoint {
    pub(super) source: Arc<dyn EvidenceSource>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) now: fn() -> Option<Timestamp>,
    pub(super) access: Arc<Access>,
}

impl Endpoint {
    /// What a viewer may see.
    pub(super) async fn entitlements(&self, viewer: &Viewer) -> Result<Entitlements, SourceError> {
        self.access.entitlements(viewer, &*self.source).await
    }
}
