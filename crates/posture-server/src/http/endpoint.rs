//! The state that handlers share.

use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use posture_core::{Id, Timestamp};
use posture_engine::spool::SpoolSpace;

use super::audit::AuditLog;
use super::problem::ApiError;
use super::shared_bodies::SharedBodies;
use crate::access::grant::{Entitlements, Grant};
use crate::access::{Access, Viewer};
use crate::answers::Answers;
use crate::clock;
use crate::metrics::{Metrics, MetricsOptions, NotificationMetrics};
use crate::sources::reviews::ReviewStore;
use crate::sources::{EvidenceSource, SourceError};
use crate::work::Pool;

/// The most bytes of answers on disk, kept ones and those being sent.
pub const SPOOL_BYTES: u64 = 1 << 32;

/// What the endpoint is configured with.
#[derive(Clone)]
pub struct AppState {
    /// The source of evidence.
    pub source: Arc<dyn EvidenceSource>,
    /// Where marks on attention items are kept; `None` if nowhere.
    pub reviews: Option<Arc<dyn ReviewStore>>,
    /// How users are authenticated.
    pub access: Access,
    /// The most answers in progress at once.
    pub concurrency: usize,
    /// How long an answer may take to start.
    pub answer_timeout: Duration,
    /// Options for metrics.
    pub metrics: MetricsOptions,
    /// What the metrics say about notifications; `None` if none are sent.
    pub notifications: Option<Arc<NotificationMetrics>>,
    /// Networks that may read metrics at their own address, in addition to loopback.
    pub metrics_from: Vec<IpNet>,
    /// Host names by which the metrics address is reached, in addition to loopback and IP addresses.
    pub metrics_hosts: Vec<String>,
    /// The audit trail; `None` keeps none.
    pub audit: Option<Arc<AuditLog>>,
    /// Where answers are kept.
    pub space: Arc<SpoolSpace>,
    /// Limits how much work is done at a time.
    pub pool: Arc<Pool>,
    /// The current time, at which metrics are evaluated.
    pub now: fn() -> Option<Timestamp>,
}

impl AppState {
    /// Serves everything to everyone on this machine, without marks and with defaults for the rest.
    pub fn local(source: Arc<dyn EvidenceSource>) -> Self {
        Self {
            source,
            reviews: None,
            access: Access::Local,
            concurrency: 256,
            answer_timeout: Duration::from_secs(60),
            metrics: MetricsOptions::default(),
            notifications: None,
            metrics_from: Vec::new(),
            metrics_hosts: Vec::new(),
            audit: None,
            space: SpoolSpace::new(std::env::temp_dir(), SPOOL_BYTES),
            pool: Arc::default(),
            now: clock::now,
        }
    }
}

/// What handlers share.
pub(super) struct Endpoint {
    pub(super) source: Arc<dyn EvidenceSource>,
    pub(super) reviews: Option<Arc<dyn ReviewStore>>,
    pub(super) review_bodies: SharedBodies,
    pub(super) answers: Arc<Answers>,
    pub(super) pool: Arc<Pool>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) now: fn() -> Option<Timestamp>,
    pub(super) access: Arc<Access>,
}

impl Endpoint {
    /// What a viewer may see.
    pub(super) async fn entitlements(&self, viewer: &Viewer) -> Result<Entitlements, SourceError> {
        self.access.entitlements(viewer, &*self.source).await
    }

    /// The workspace of an id in a path, in its one spelling, and what a viewer may see of it.
    ///
    /// An invalid id, an unknown workspace and one that the viewer may not see get the same answer.
    pub(super) async fn granted(&self, viewer: &Viewer, workspace: &str) -> Result<(Id, Grant), ApiError> {
        let entitlements = self.entitlements(viewer).await?;
        let id = workspace.parse().ok().and_then(Id::new).filter(|id| id.to_string() == workspace);
        let id = id.ok_or(ApiError::UnknownWorkspace)?;
        Ok((id, entitlements.grant(id).ok_or(ApiError::UnknownWorkspace)?))
    }
}
