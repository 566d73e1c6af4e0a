//! The digest of the report on screen.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use posture_core::canonical::{ReportDigest, parts};

use crate::derived::Derived;
use crate::evidence::Evidence;
use crate::slices::Slices;

/// Computes the digest of every report that comes on screen.
pub fn follow_digest(evidence: Evidence) {
    Effect::new(move |_| {
        if let Some(derived) = evidence.derived() {
            spawn_local(compute(evidence, derived));
        }
    });
}

/// Computes it once the report is painted, in slices; ends where another report has come.
async fn compute(evidence: Evidence, derived: Arc<Derived>) {
    let mut slices = Slices::start();
    slices.pause().await;
    let mut digest = ReportDigest::default();
    for part in parts(derived.whole()) {
        if !evidence.is_shown(&derived) {
            return;
        }
        let Ok(part) = part.to_json() else { return };
        digest.add(&part);
        if slices.is_due() {
            slices.pause().await;
        }
    }
    evidence.state_digest(&derived, digest.finish());
}
