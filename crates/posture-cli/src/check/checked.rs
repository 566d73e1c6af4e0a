//! The result of a check, which each format prints.

use posture_core::{Report, words};

use crate::text;

/// The result of a check: a report, and blockers that only this machine's clock shows.
pub(super) struct Checked<'r> {
    pub(super) report: &'r Report,
    pub(super) by_clock: Vec<String>,
}

impl Checked<'_> {
    pub(super) fn is_calm(&self) -> bool {
        self.report.overview.calmness.is_calm && self.by_clock.is_empty()
    }

    /// Every blocker as a phrase, those of the report first.
    pub(super) fn blockers(&self) -> Vec<String> {
        let blockers = &self.report.overview.calmness.blockers;
        let of_report = blockers.iter().map(|blocker| words::blocker_label(*blocker).to_owned());
        of_report.chain(self.by_clock.iter().cloned()).collect()
    }

    /// The sentence that says whether the workspace is calm.
    pub(super) fn title(&self) -> &str {
        let calmness = &self.report.overview.calmness;
        if calmness.is_calm && !self.is_calm() { text::NOT_CALM_BY_CLOCK } else { &calmness.title }
    }
}
