//! Deriving the evidence in slices, and judging it at another instant.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use posture_core::{Refusal, Timestamp};

use super::Evidence;
use crate::browser::fetch::FetchFailure;
use crate::browser::time_slicing::{LARGE_STEP_BYTES, Progress, Slices};
use crate::store::derivation::{Rederivation, Steps};
use crate::store::phase::Activity;
use crate::store::shown_report::ShownReport;
use crate::text;

impl Evidence {
    /// Judges the evidence at another instant. Loads it again only for an instant before the export.
    pub fn judge_at(self, as_of: Option<Timestamp>) {
        self.as_of.set(as_of);
        let Some(held) = self.derived.get_untracked() else { return };
        let report = &held.report;
        let at = as_of.unwrap_or(report.exported_at);
        // Served evidence is reduced to what the instant needs, so the digest of an instant does not depend on those shown before it.
        let is_reach_right = report.since == Some(at.min(report.exported_at));
        if !self.kind.is_review() && !is_reach_right {
            self.load();
            return;
        }
        // Another instant that is being judged must not replace this one, nor the failure to judge one stay.
        if at == report.as_of && self.activity.get_untracked() == Activity::Idle {
            return;
        }
        let turn = self.next_turn();
        spawn_local(async move {
            let started = Rederivation::start(Arc::clone(&held.snapshot), at).map_err(refused);
            let mut again = match started {
                Ok(again) => again,
                Err(failure) => return self.activity.set(Activity::Failed(failure)),
            };
            let mut judging = Judging::of(self, turn);
            let judged = judging.judge_again(&mut again).await;
            if !self.asked.is_latest(turn) {
                return;
            }
            if let Err(failure) = judged {
                return self.activity.set(Activity::Failed(failure));
            }
            let (has_long_tenants, slices) = (again.has_long_tenants(), &mut judging.slices);
            let report = again.finish();
            let (snapshot, etag) = (Arc::clone(&held.snapshot), held.etag.clone());
            let shown =
                ShownReport::new(report, has_long_tenants, snapshot, etag, held.fetched_at, slices).await;
            if self.asked.is_latest(turn) {
                self.show(shown);
            }
        });
    }
}

/// Deriving in slices, with progress reported at each pause.
pub(super) struct Judging {
    store: Evidence,
    turn: u64,
    pub(super) slices: Slices,
    pub(super) bytes: usize,
}

impl Judging {
    pub(super) fn of(store: Evidence, turn: u64) -> Self {
        Self { store, turn, slices: Slices::start(), bytes: 0 }
    }

    pub(super) async fn judge(&mut self, derivation: &mut impl Steps) -> Result<(), FetchFailure> {
        self.pause_if_due(derivation).await;
        while derivation.step().map_err(refused)? {
            self.pause_if_due(derivation).await;
        }
        Ok(())
    }

    /// Judges what was read. A tenant that takes long is judged in slices, if the second bundle is there: the steps are in it.
    async fn judge_again(&mut self, again: &mut Rederivation) -> Result<(), FetchFailure> {
        loop {
            self.pause_if_due(again).await;
            let long_step = self.store.long_step.get_value();
            let is_judged = match long_step.filter(|_| again.next_bytes() >= LARGE_STEP_BYTES) {
                Some(step) => step(again, &mut self.slices).await,
                None => again.step(),
            };
            if !is_judged.map_err(refused)? {
                return Ok(());
            }
        }
    }

    async fn pause_if_due(&mut self, derivation: &impl Steps) {
        if !self.slices.is_due_before(derivation.next_bytes()) {
            return;
        }
        if self.store.asked.is_latest(self.turn) && self.store.unsaid.get_value() != Some(self.turn) {
            let progress = Progress { bytes: self.bytes, tenants: derivation.tenants_judged() };
            self.store.activity.set(Activity::Loading(progress));
        }
        self.slices.pause().await;
    }
}

/// The failure that a rejected snapshot is shown as.
pub fn refused(refusal: Refusal) -> FetchFailure {
    FetchFailure { title: text::EVIDENCE_REFUSED.to_owned(), detail: refusal.to_string() }
}
