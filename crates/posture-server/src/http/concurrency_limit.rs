//! Limits how many answers are in progress at once, in all and for each identity. Requests beyond the limit are rejected at once, not
//! queued.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use hyper::body::{Frame, SizeHint};
use posture_engine::spool::SpoolSpace;

use super::problem::ApiError;
use crate::access::Viewer;

/// How many permits must be free for each one that an identity holds, before it gets another.
///
/// So one identity has at most a quarter of all permits, each has fewer the more of them compete, and those who hold none get the last.
const FREE_FOR_EACH_HELD: usize = 3;

/// The permits of an endpoint.
pub(super) struct Permits {
    count: usize,
    /// Where answers are kept while they are read. If half of it is full, an identity gets as few permits as if half of them were taken.
    space: Arc<SpoolSpace>,
    held: Mutex<Held>,
}

struct Held {
    free: usize,
    /// How many permits each identity holds, if it holds any.
    by_identity: HashMap<String, usize>,
}

impl Permits {
    pub(super) fn new(count: usize, space: Arc<SpoolSpace>) -> Arc<Self> {
        let held = Mutex::new(Held { free: count, by_identity: HashMap::new() });
        Arc::new(Self { count, space, held })
    }

    /// A permit; `None` if all are taken, or too few are free for what the viewer already holds.
    fn permit(self: &Arc<Self>, viewer: Option<&Viewer>) -> Option<Permit> {
        // Without authentication, clients have no identity.
        let identity = viewer.and_then(Viewer::identity);
        let mut held = self.held();
        let own = identity.and_then(|identity| held.by_identity.get(identity)).copied().unwrap_or_default();
        let free = if own == 0 { held.free } else { held.free.min(self.space.free_shares(self.count)) };
        if free <= own.saturating_mul(FREE_FOR_EACH_HELD) {
            return None;
        }
        held.free -= 1;
        if let Some(identity) = identity {
            *held.by_identity.entry(identity.to_owned()).or_default() += 1;
        }
        Some(Permit { permits: Arc::clone(self), identity: identity.map(str::to_owned) })
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A permit, and who holds it.
struct Permit {
    permits: Arc<Permits>,
    identity: Option<String>,
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut held = self.permits.held();
        held.free += 1;
        let Some(identity) = &self.identity else { return };
        match held.by_identity.get_mut(identity) {
            Some(count) if *count > 1 => *count -= 1,
            Some(_) | None => drop(held.by_identity.remove(identity)),
        }
    }
}

/// Passes a request on if there is a permit, which the answer holds until its last byte is sent or dropped.
pub(super) async fn limit(State(permits): State<Arc<Permits>>, request: Request, next: Next) -> Response {
    let Some(permit) = permits.permit(request.extensions().get()) else {
        return ApiError::Overloaded.into_response();
    };
    next.run(request).await.map(|body| Body::new(Permitted { body, _permit: permit }))
}

/// An answer's body with its permit.
struct Permitted {
    body: Body,
    _permit: Permit,
}

impl HttpBody for Permitted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(name: impl ToString) -> Viewer {
        Viewer::Identity(name.to_string())
    }

    fn space() -> Arc<SpoolSpace> {
        SpoolSpace::new(std::env::temp_dir(), 4 << 20)
    }

    fn new(count: usize, space: &Arc<SpoolSpace>) -> Arc<Permits> {
        Permits::new(count, Arc::clone(space))
    }

    /// All permits that a viewer gets.
    fn all_of(permits: &Arc<Permits>, viewer: &Viewer) -> Vec<Permit> {
        std::iter::from_fn(|| permits.permit(Some(viewer))).collect()
    }

    /// EP-18
    #[test]
    fn one_identity_leaves_permits_for_the_others() {
        for (count, share) in [(1, 1), (4, 1), (5, 2), (8, 2), (256, 64)] {
            let permits = new(count, &space());
            let held = all_of(&permits, &identity("ana"));
            assert_eq!(held.len(), share, "of {count}");
            assert_eq!(permits.permit(Some(&identity("ben"))).is_some(), count > 1);
            drop(held);
            assert!(permits.permit(Some(&identity("ana"))).is_some());
            let held = permits.held();
            assert!(held.by_identity.is_empty(), "nobody is remembered who holds none");
            assert_eq!(held.free, count);
        }
    }

    /// EP-18
    #[test]
    fn a_permit_that_is_given_back_makes_room_for_one_more() {
        let permits = new(8, &space());
        let mut held = all_of(&permits, &identity("ana"));
        drop(held.pop());
        assert_eq!((held.len(), all_of(&permits, &identity("ana")).len()), (1, 1));
    }

    /// EP-18
    #[test]
    fn those_who_take_all_they_can_leave_permits_for_those_who_hold_none() {
        let permits = new(256, &space());
        let held: Vec<_> = (0..14).map(|number| all_of(&permits, &identity(number))).collect();
        assert_eq!(held[..4].iter().map(Vec::len).collect::<Vec<_>>(), [64, 48, 36, 27]);
        assert_eq!(permits.held().free, 3);
        let late: Vec<_> = (14..17).map(|number| all_of(&permits, &identity(number))).collect();
        assert!(late.iter().all(|held| held.len() == 1), "the last are for those who hold none");
        assert!(permits.permit(Some(&identity(17))).is_none());
    }

    /// EP-18: answers that are read slowly fill the folder for temporary files.
    #[test]
    fn an_identity_gets_fewer_permits_as_the_room_for_answers_runs_out() {
        let space = space();
        let permits = new(8, &space);
        let answer = space.spool();
        answer.append(&vec![0; 3 << 20]).unwrap();
        let held = all_of(&permits, &identity("ana"));
        assert_eq!(held.len(), 1, "instead of two");
        assert!(permits.permit(Some(&identity("ben"))).is_some());
        drop((held, answer));
        assert_eq!(all_of(&permits, &identity("ana")).len(), 2);
    }

    /// EP-18
    #[test]
    fn without_identities_all_permits_are_given() {
        let permits = new(8, &space());
        let held: Vec<_> = std::iter::from_fn(|| permits.permit(None)).collect();
        assert_eq!(held.len(), 8);
    }
}
