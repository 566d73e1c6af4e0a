//! Whether what is shown is taken for the present although its export has aged past the window.

use leptos::prelude::*;

use crate::browser::address::Document;
use crate::browser::clock::Clock;
use crate::store::evidence::Evidence;

/// Whether it is so by now. Copies share one state.
#[derive(Clone, Copy, Debug)]
pub struct Staleness(Memo<bool>);

impl Staleness {
    /// Watches the evidence. A reviewer opens old files on purpose, and who chose an instant knows it; what is served is taken for the present.
    pub fn watch(kind: Document, evidence: Evidence, clock: Clock) -> Self {
        let has_aged = move || {
            let (derived, now) = (evidence.derived()?, clock.now()?);
            let report = &derived.report;
            let is_taken_for_now = !kind.is_review() && report.as_of == report.exported_at;
            Some(is_taken_for_now && report.has_aged(now))
        };
        Self(Memo::new(move |_| has_aged().unwrap_or_default()))
    }

    /// Whether it is so, tracked.
    pub fn holds(self) -> bool {
        self.0.get()
    }
}

/// Whether the evidence of this page has aged.
pub fn use_staleness() -> Staleness {
    use_context().unwrap_or_else(|| Staleness(Memo::new(|_| false)))
}
