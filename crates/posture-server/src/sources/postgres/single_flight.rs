//! Coalesces concurrent identical queries for a version into one (single-flight).

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as Registry, PoisonError, Weak};

use tokio::sync::Mutex;

use crate::sources::{EvidenceVersion, Query, SourceError};

/// Queries in flight. A caller gets a version that was read after it asked, never before. Nothing is cached beyond that.
#[derive(Debug, Default)]
pub(super) struct SingleFlight(Registry<HashMap<Query, Weak<Flight>>>);

/// The callers waiting for one version.
#[derive(Debug, Default)]
struct Flight {
    /// How many callers have asked.
    asked: AtomicU64,
    /// The last result, and how many callers had asked before it was read.
    read: Mutex<Option<(u64, Result<EvidenceVersion, SourceError>)>>,
}

impl SingleFlight {
    /// The result of `read`, or of another caller's `read` that started after this call.
    pub(super) async fn version(
        &self,
        query: &Query,
        read: impl Future<Output = Result<EvidenceVersion, SourceError>>,
    ) -> Result<EvidenceVersion, SourceError> {
        let flight = self.flight(query);
        let mine = flight.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let mut last = flight.read.lock().await;
        if let Some((_, result)) = last.as_ref().filter(|(asked, _)| *asked >= mine) {
            return copied(result);
        }
        let asked = flight.asked.load(Ordering::SeqCst);
        let result = read.await;
        let evidence_version = copied(&result);
        *last = Some((asked, result));
        evidence_version
    }

    /// The flight of a query; freed when its last caller is done.
    fn flight(&self, query: &Query) -> Arc<Flight> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = all.get(query).and_then(Weak::upgrade) {
            return flight;
        }
        all.retain(|_, flight| flight.strong_count() > 0);
        let flight = Arc::<Flight>::default();
        all.insert(query.clone(), Arc::downgrade(&flight));
        flight
    }
}

fn copied(result: &Result<EvidenceVersion, SourceError>) -> Result<EvidenceVersion, SourceError> {
    match result {
        Ok(evidence_version) => Ok(evidence_version.clone()),
        Err(error) => Err(error.copied()),
    }
}
