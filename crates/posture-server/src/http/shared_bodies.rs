//! Equal bodies of responses, held once however many clients are slow to read them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use axum::body::Bytes;

/// The bodies that are being sent, by their versions: equal versions have equal bytes.
#[derive(Debug, Default)]
pub(super) struct SharedBodies(Mutex<HashMap<String, Weak<Vec<u8>>>>);

/// A body that several responses send. Its bytes are freed with the last of them, because they are not in the allocation that a [`Weak`]
/// keeps.
struct Shared(Arc<Vec<u8>>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl SharedBodies {
    /// The body of this version that is being sent already, or this one.
    pub(super) fn share(&self, version: &str, body: Vec<u8>) -> Bytes {
        let mut sent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(same) = sent.get(version).and_then(Weak::upgrade) {
            return Bytes::from_owner(Shared(same));
        }
        sent.retain(|_, body| body.strong_count() > 0);
        let body = Arc::new(body);
        sent.insert(version.to_owned(), Arc::downgrade(&body));
        Bytes::from_owner(Shared(body))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RV-10
    #[test]
    fn equal_bodies_are_held_once_and_freed_when_they_are_sent() {
        let bodies = SharedBodies::default();
        let body = b"marks".to_vec();
        let place = body.as_ptr();
        let first = bodies.share("a", body);
        let second = bodies.share("a", b"marks".to_vec());
        assert_eq!([first.as_ptr(), second.as_ptr()], [place, place], "not copied");
        assert_eq!(&second[..], b"marks");
        drop((first, second));
        assert_eq!(&bodies.share("b", b"other".to_vec())[..], b"other");
        assert_eq!(bodies.0.lock().unwrap().len(), 1);
    }
}
