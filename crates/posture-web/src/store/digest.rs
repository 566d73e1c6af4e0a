//! The digest of the report on screen.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use posture_core::report::canonical::{ReportDigest, parts};

use crate::browser::time_slicing::Slices;
use crate::store::evidence::Evidence;
use crate::store::shown_report::ShownReport;

/// Computes the digest of every report that comes on screen.
pub fn follow_digest(evidence: Evidence) {
    Effect::new(move |_| {
        if let Some(derived) = evidence.derived() {
            spawn_local(compute(evidence, derived));
        }
    });
}

/// Computes it once the report is painted, in slices; ends if another report has arrived.
async fn compute(evidence: Evidence, derived: Arc<ShownReport>) {
    let mut slices = Slices::start();
    slices.pause().await;
    let (mut digest, mut json) = (ReportDigest::default(), Vec::new());
    for part in parts(derived.whole()) {
        if !evidence.is_shown(&derived) {
            return;
        }
        json.clear();
        if part.write(&mut json).is_err() {
            return;
        }
        digest.add(&json);
        if slices.is_due() {
            slices.pause().await;
        }
    }
    evidence.state_digest(&derived, digest.finish());
}
