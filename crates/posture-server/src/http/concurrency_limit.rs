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
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::problem::ApiError;
use crate::access::Viewer;

/// The part of all permits that one identity may hold.
const SHARE: usize = 4;

/// The permits of an endpoint.
pub(super) struct Permits {
    free: Arc<Semaphore>,
    /// The most permits of one identity.
    share: usize,
    held: Mutex<HashMap<String, usize>>,
}

impl Permits {
    pub(super) fn new(count: usize) -> Arc<Self> {
        let free = Arc::new(Semaphore::new(count));
        Arc::new(Self { free, share: count.div_ceil(SHARE), held: Mutex::default() })
    }

    /// A permit; `None` if all are taken, or the viewer's share of them is.
    fn permit(self: &Arc<Self>, viewer: Option<&Viewer>) -> Option<Permit> {
        let free = Arc::clone(&self.free).try_acquire_owned().ok()?;
        // Without authentication, clients have no identity.
        let Some(identity) = viewer.and_then(Viewer::identity) else {
            return Some(Permit { _free: free, share: None });
        };
        let mut held = self.held();
        let count = held.entry(identity.to_owned()).or_default();
        if *count >= self.share {
            return None;
        }
        *count += 1;
        Some(Permit { _free: free, share: Some((Arc::clone(self), identity.to_owned())) })
    }

    fn held(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A permit, and whose share of the permits it is.
struct Permit {
    _free: OwnedSemaphorePermit,
    share: Option<(Arc<Permits>, String)>,
}

impl Drop for Permit {
    fn drop(&mut self) {
        let Some((permits, identity)) = &self.share else { return };
        let mut held = permits.held();
        match held.get_mut(identity) {
            Some(count) if *count > 1 => *count -= 1,
            Some(_) | None => drop(held.remove(identity)),
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

    /// EP-18
    #[test]
    fn one_identity_leaves_permits_for_the_others() {
        let permits = Permits::new(8);
        let viewer = |name: &str| Viewer::Identity(name.to_owned());
        let ana = viewer("ana");
        let held: Vec<_> = (0..2).map(|_| permits.permit(Some(&ana)).unwrap()).collect();
        assert!(permits.permit(Some(&ana)).is_none());
        assert!(permits.permit(Some(&viewer("ben"))).is_some());
        drop(held);
        assert!(permits.permit(Some(&ana)).is_some());
        assert!(permits.held().is_empty(), "nobody is remembered who holds none");
    }
}
