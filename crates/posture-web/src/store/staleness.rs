//! Whether what is shown is taken as current although its export is too old or dated ahead of the clock.

use leptos::prelude::*;
use posture_core::report::currency::Currency;

use crate::browser::address::Document;
use crate::browser::clock::Clock;
use crate::store::evidence::Evidence;

/// How the export relates to the clock. Copies share one state.
#[derive(Clone, Copy, Debug)]
pub struct Staleness(Memo<Currency>);

impl Staleness {
    /// Watches the age of the evidence. Served evidence should be current, so it may be too old. A chosen instant or an opened file
    /// may be old on purpose, so only one that is ahead of the clock is wrong.
    pub fn watch(kind: Document, evidence: Evidence, clock: Clock) -> Self {
        let currency = move || {
            let (derived, now) = (evidence.derived()?, clock.now()?);
            let report = &derived.report;
            let currency = if report.as_of == report.exported_at {
                Currency::of(report, now)
            } else {
                Currency::Current
            };
            Some(match currency {
                Currency::Aged if kind.is_review() => Currency::Current,
                Currency::Aged | Currency::Ahead(_) | Currency::Current => currency,
            })
        };
        Self(Memo::new(move |_| currency().unwrap_or_default()))
    }

    /// What it is, tracked.
    pub fn currency(self) -> Currency {
        self.0.get()
    }
}

/// How the evidence of this page relates to the clock.
pub fn use_staleness() -> Staleness {
    use_context().unwrap_or_else(|| Staleness(Memo::new(|_| Currency::Current)))
}
