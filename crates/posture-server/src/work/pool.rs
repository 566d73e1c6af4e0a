//! How much work is done at a time, and how much may wait.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use posture_core::Id;

use super::queue::{Asker, Place, Queue};

/// The bytes that a document is taken to have before it was read once.
const UNKNOWN_BYTES: u64 = 1 << 25;
/// How many derivations run at a time. Each uses every processor.
const DERIVATIONS: u32 = 2;
/// While a derivation of more bytes than this runs, no other does: what it holds may be many times as large.
const LARGE_BYTES: u64 = 1 << 26;
/// The most documents of workspaces, and of tenants, that are written at a time.
const MOST_DOCUMENTS: u32 = 3;

/// A kind of work. Each has slots of its own, so that a tenant's page never waits for the reports of workspaces.
///
/// Deriving may take much memory, so what is large takes all slots of [`Lane::Report`], whatever it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Lane {
    /// Deriving a report.
    Report,
    /// Writing a workspace's document.
    Workspace,
    /// Writing a tenant's document.
    Tenant,
    /// Deriving for metrics and notifications.
    Background,
}

/// The queue of each kind of work.
#[derive(Debug)]
pub struct Pool {
    report: Arc<Queue>,
    workspace: Arc<Queue>,
    tenant: Arc<Queue>,
    background: Arc<Queue>,
    /// How many bytes the last document of a workspace had.
    sizes: Mutex<HashMap<(Lane, Id), u64>>,
}

impl Default for Pool {
    fn default() -> Self {
        let processors = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let documents = u32::try_from(processors).unwrap_or(u32::MAX).clamp(2, MOST_DOCUMENTS);
        Self {
            report: Queue::new(DERIVATIONS),
            workspace: Queue::new(documents),
            tenant: Queue::new(MOST_DOCUMENTS),
            background: Queue::new(1),
            sizes: Mutex::default(),
        }
    }
}

impl Pool {
    /// A place in the queue for work on a workspace; `None` if too much waits already, for everyone or for this identity.
    pub(crate) fn place(&self, lane: Lane, workspace: Id, identity: Option<&str>) -> Option<Place> {
        let known = self.sizes().get(&(lane, workspace)).copied();
        let bytes = known.unwrap_or(UNKNOWN_BYTES);
        // Nobody knows yet what a first report holds.
        let is_large = known.is_none_or(|bytes| bytes > LARGE_BYTES);
        let (queue, slots) = match lane {
            Lane::Report | Lane::Background if is_large => (&self.report, DERIVATIONS),
            Lane::Report => (&self.report, 1),
            Lane::Workspace => (&self.workspace, 1),
            Lane::Tenant => (&self.tenant, 1),
            Lane::Background => (&self.background, 1),
        };
        let asker = match identity {
            _ if lane == Lane::Background => Asker::Background,
            Some(identity) => Asker::Identity(identity.to_owned()),
            None => Asker::Anyone(workspace),
        };
        queue.place(asker, bytes, slots)
    }

    /// Records how many bytes a document had, to estimate the next.
    pub(crate) fn learn(&self, lane: Lane, workspace: Id, bytes: u64) {
        self.sizes().insert((lane, workspace), bytes.max(1));
    }

    fn sizes(&self) -> MutexGuard<'_, HashMap<(Lane, Id), u64>> {
        self.sizes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::super::queue::QUEUE_BYTES;
    use super::*;

    /// EP-28
    #[tokio::test]
    async fn the_queue_is_bounded_by_bytes_and_free_again_after_the_work() {
        let (pool, workspace) = (Pool::default(), Id::new(7).unwrap());
        pool.learn(Lane::Report, workspace, QUEUE_BYTES / 4);
        let places: Vec<_> = (0..4).map(|_| pool.place(Lane::Report, workspace, None).unwrap()).collect();
        assert!(pool.place(Lane::Report, workspace, None).is_none());
        assert!(pool.place(Lane::Tenant, workspace, None).is_some(), "another lane has room");
        drop(places);
        pool.learn(Lane::Report, workspace, 3 * QUEUE_BYTES);
        let large = pool.place(Lane::Report, workspace, None).expect("a single piece of work may be larger");
        assert!(pool.place(Lane::Report, workspace, None).is_none());
        drop(large.turn().await);
        assert!(pool.place(Lane::Report, workspace, None).is_some());
    }

    /// EP-28
    #[tokio::test]
    async fn two_reports_are_derived_at_a_time_but_no_other_with_a_large_one() {
        let (pool, workspace) = (Pool::default(), Id::new(7).unwrap());
        let place = || pool.place(Lane::Report, workspace, None).unwrap();
        pool.learn(Lane::Report, workspace, LARGE_BYTES);
        let (first, second) = (place().turn().await, place().turn().await);
        let third = place();
        let large = pool.place(Lane::Report, Id::new(8).unwrap(), None).unwrap();
        drop(first);
        let third = third.turn().await;
        let mut large = Box::pin(large.turn());
        assert!(large.as_mut().now_or_never().is_none());
        drop(third);
        assert!(large.as_mut().now_or_never().is_none(), "the second is still derived");
        drop(second);
        let large = large.now_or_never().expect("nothing else is derived");
        pool.learn(Lane::Report, workspace, LARGE_BYTES + 1);
        let (mut next, mut other) = (Box::pin(place().turn()), Box::pin(place().turn()));
        assert!(next.as_mut().now_or_never().is_none());
        drop(large);
        let _next = next.as_mut().now_or_never().expect("it is its turn");
        assert!(other.as_mut().now_or_never().is_none());
    }
}
