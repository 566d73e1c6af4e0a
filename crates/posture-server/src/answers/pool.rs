//! How much work is done at a time, and how much may wait.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use posture_core::Id;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The most bytes of evidence that the work of a lane reads, waiting or in progress. A single piece of work may be larger.
const LANE_BYTES: u64 = 1 << 31;
/// The bytes that a document is taken to have before it was read once.
const UNKNOWN_BYTES: u64 = 1 << 25;
/// How many derivations run at a time. Each uses every processor.
const DERIVATIONS: u32 = 2;
/// While a derivation of more bytes than this runs, no other does: what it holds may be many times as large.
const LARGE_BYTES: u64 = 1 << 26;
/// The most documents of workspaces, and of tenants, that are written at a time.
const MOST_DOCUMENTS: usize = 3;

/// A kind of work. Each has slots of its own, so that a tenant's page never waits for the reports of workspaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Lane {
    /// Deriving a report.
    Report,
    /// Writing a workspace's document.
    Workspace,
    /// Writing a tenant's document.
    Tenant,
    /// Deriving for metrics.
    Metrics,
}

/// The slots and the queue of each lane.
#[derive(Debug)]
pub(crate) struct Pool {
    report: Slots,
    workspace: Slots,
    tenant: Slots,
    metrics: Slots,
    /// How many bytes the last document of a workspace had.
    sizes: Mutex<HashMap<(Lane, Id), u64>>,
}

#[derive(Debug)]
struct Slots {
    free: Arc<Semaphore>,
    bytes: Arc<AtomicU64>,
}

impl Slots {
    fn new(count: usize) -> Self {
        Self { free: Arc::new(Semaphore::new(count)), bytes: Arc::default() }
    }
}

/// A place in a lane's queue.
#[derive(Debug)]
pub(crate) struct Place {
    free: Arc<Semaphore>,
    bytes: Arc<AtomicU64>,
    estimate: u64,
    /// How many slots the work takes.
    slots: u32,
}

/// A slot: whoever has it may work. It goes with the work, not with the request.
#[derive(Debug)]
pub(crate) struct Slot {
    _place: Place,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Default for Pool {
    fn default() -> Self {
        let processors = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let documents = processors.clamp(2, MOST_DOCUMENTS);
        Self {
            report: Slots::new(DERIVATIONS as usize),
            workspace: Slots::new(documents),
            tenant: Slots::new(MOST_DOCUMENTS),
            metrics: Slots::new(1),
            sizes: Mutex::default(),
        }
    }
}

impl Pool {
    /// A place in the queue for work on a workspace; `None` if too much waits already.
    pub(crate) fn place(&self, lane: Lane, workspace: Id) -> Option<Place> {
        let slots = match lane {
            Lane::Report => &self.report,
            Lane::Workspace => &self.workspace,
            Lane::Tenant => &self.tenant,
            Lane::Metrics => &self.metrics,
        };
        let known = self.sizes().get(&(lane, workspace)).copied();
        let estimate = known.unwrap_or(UNKNOWN_BYTES);
        let with_it = |now: u64| (now == 0 || now + estimate <= LANE_BYTES).then_some(now + estimate);
        slots.bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, with_it).ok()?;
        let (free, bytes) = (Arc::clone(&slots.free), Arc::clone(&slots.bytes));
        let is_large = lane == Lane::Report && estimate > LARGE_BYTES;
        Some(Place { free, bytes, estimate, slots: if is_large { DERIVATIONS } else { 1 } })
    }

    /// Records how many bytes a document had, to estimate the next.
    pub(crate) fn learn(&self, lane: Lane, workspace: Id, bytes: u64) {
        self.sizes().insert((lane, workspace), bytes.max(1));
    }

    fn sizes(&self) -> std::sync::MutexGuard<'_, HashMap<(Lane, Id), u64>> {
        self.sizes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Waits for a slot.
    pub(crate) async fn slot(self) -> Slot {
        // The semaphore is never closed.
        let permit = Arc::clone(&self.free).acquire_many_owned(self.slots).await.ok();
        Slot { _place: self, _permit: permit }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.bytes.fetch_sub(self.estimate, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    /// EP-28
    #[tokio::test]
    async fn the_queue_is_bounded_by_bytes_and_free_again_after_the_work() {
        let (pool, workspace) = (Pool::default(), Id::new(7).unwrap());
        pool.learn(Lane::Report, workspace, LANE_BYTES / 4);
        let places: Vec<_> = (0..4).map(|_| pool.place(Lane::Report, workspace).unwrap()).collect();
        assert!(pool.place(Lane::Report, workspace).is_none());
        assert!(pool.place(Lane::Tenant, workspace).is_some(), "another lane has room");
        drop(places);
        pool.learn(Lane::Report, workspace, 3 * LANE_BYTES);
        let large = pool.place(Lane::Report, workspace).expect("a single piece of work may be larger");
        assert!(pool.place(Lane::Report, workspace).is_none());
        drop(large.slot().await);
        assert!(pool.place(Lane::Report, workspace).is_some());
    }

    /// EP-28
    #[tokio::test]
    async fn two_reports_are_derived_at_a_time_but_no_other_with_a_large_one() {
        let (pool, workspace) = (Pool::default(), Id::new(7).unwrap());
        let place = || pool.place(Lane::Report, workspace).unwrap();
        pool.learn(Lane::Report, workspace, LARGE_BYTES);
        let (first, second) = (place().slot().await, place().slot().await);
        let (third, large) = (place(), {
            pool.learn(Lane::Report, workspace, LARGE_BYTES + 1);
            place()
        });
        drop(first);
        let third = third.slot().await;
        let mut large = Box::pin(large.slot());
        assert!(large.as_mut().now_or_never().is_none());
        drop(third);
        assert!(large.as_mut().now_or_never().is_none(), "the second is still derived");
        drop(second);
        large.await;
    }
}
