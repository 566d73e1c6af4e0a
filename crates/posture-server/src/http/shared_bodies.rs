//! Equal bodies of responses, held once however many clients are slow to read them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use axum::body::Bytes;

/// The bodies that are being sent, by their versions: equal versions have equal bytes.
#[derive(Debug, Default)]
pub(super) struct SharedBodies(Mutex<HashMap<String, Weak<[u8]>>>);

impl SharedBodies {
    /// The body of this version that is being sent already, or this one.
    pub(super) fn share(&self, version: &str, body: Vec<u8>) -> Bytes {
        let mut sent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(same) = sent.get(version).and_then(Weak::upgrade) {
            return Bytes::from_owner(same);
        }
        sent.retain(|_, body| body.strong_count() > 0);
        let body: Arc<[u8]> = body.into();
        sent.insert(version.to_owned(), Arc::downgrade(&body));
        Bytes::from_owner(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RV-10
    #[test]
    fn equal_bodies_are_held_once_and_freed_when_they_are_sent() {
        let bodies = SharedBodies::default();
        let first = bodies.share("a", b"marks".to_vec());
        let second = bodies.share("a", b"marks".to_vec());
        assert_eq!((first.as_ptr(), &second[..]), (second.as_ptr(), &b"marks"[..]));
        drop((first, second));
        assert_eq!(&bodies.share("b", b"other".to_vec())[..], b"other");
        assert_eq!(bodies.0.lock().unwrap().len(), 1);
    }
}
