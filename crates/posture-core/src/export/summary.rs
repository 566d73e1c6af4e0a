//! A backup set's summary and a run's counts, as slim and redacted exports write them.

use serde::Serialize;

use crate::export::snapshot::Counts as OutcomeCounts;
use crate::reading::counts::Counts;
use crate::reading::snapshot::StatedOutcomes;

/// The summary of a set; what is `None` is left out.
#[derive(Serialize)]
pub(super) struct Summary {
    pub(super) total_items: u64,
    pub(super) degraded_items: u64,
    pub(super) families: Counts,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) unknowns: Option<Counts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) policy_types: Option<Counts>,
}

impl From<&StatedOutcomes> for OutcomeCounts {
    fn from(stated: &StatedOutcomes) -> Self {
        let StatedOutcomes { applied, skipped, failed, partial, unrecognised, holds_other: _ } = *stated;
        Self { applied, skipped, failed, partial, unrecognised }
    }
}
