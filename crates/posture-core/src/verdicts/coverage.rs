//! Which policy types executed restores have touched, of those backed up (contract, section 7).

use std::collections::BTreeSet;

use serde::Serialize;

use crate::timestamp::Timestamp;
use crate::verdicts::recovery_evidence::{RelevantRun, RunOrder};
use crate::verdicts::run_outcomes::{ByType, OutcomeCounts, capped_sum};

/// What executed restores did with one policy type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyTypeCoverage {
    /// Outcomes that applied one.
    pub applied: u64,
    /// Outcomes that failed.
    pub failed: u64,
    /// When a run last applied one; null if none did, or if none that did has a time.
    pub last_applied_at: Option<Timestamp>,
    /// Outcomes that applied one in part.
    pub partial: u64,
    /// The policy type.
    pub policy_type: String,
    /// Outcomes that left one out.
    pub skipped: u64,
}

/// Which policy types executed restores have touched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Coverage {
    /// Distinct policy types of the latest relevant backup sets of all scopes; null if unknown.
    pub backed_up_policy_types: Option<u64>,
    /// By policy type, in the order of their names.
    pub by_policy_type: Vec<PolicyTypeCoverage>,
    /// How many of the backed-up types a run has applied; null if unknown.
    pub covered_policy_types: Option<u64>,
    /// Policy types of which the latest restore that tried them failed or applied some only in part, sorted.
    pub unresolved_policy_types: Vec<String>,
}

/// Running sums of what executed restores did with one policy type.
#[derive(Clone, Copy, Default)]
struct Sums {
    applied: u64,
    failed: u64,
    last_applied_at: Option<Timestamp>,
    partial: u64,
    skipped: u64,
    /// The latest run that tried the type, and whether something failed or was applied only in part there.
    last_tried: Option<(RunOrder, bool)>,
}

impl Sums {
    fn add(&mut self, counts: &OutcomeCounts, run: &RelevantRun<'_, '_>) {
        let OutcomeCounts { applied, failed, partial, skipped, unrecognised: _ } = *counts;
        self.applied = capped_sum(self.applied, applied);
        self.failed = capped_sum(self.failed, failed);
        self.partial = capped_sum(self.partial, partial);
        self.skipped = capped_sum(self.skipped, skipped);
        if applied > 0 {
            self.last_applied_at = self.last_applied_at.max(run.at);
        }
        let was_tried = applied > 0 || failed > 0 || partial > 0;
        if was_tried && self.last_tried.is_none_or(|(last, _)| run.order() > last) {
            self.last_tried = Some((run.order(), failed > 0 || partial > 0));
        }
    }

    fn is_unresolved(&self) -> bool {
        self.last_tried.is_some_and(|(_, went_wrong)| went_wrong)
    }
}

/// Sums the outcomes of the relevant runs by policy type, next to the types backed up.
pub(crate) fn coverage<'r>(
    relevant: &[RelevantRun<'r, '_>],
    backed_up: Option<&BTreeSet<&'r str>>,
) -> Coverage {
    let mut by_type: ByType<'r, Sums> = ByType::default();
    for one in relevant {
        for (policy_type, counts) in one.outcomes.by_type() {
            let is_named = OutcomeCounts { unrecognised: 0, ..*counts } != OutcomeCounts::default();
            if is_named {
                by_type.of(policy_type).add(counts, one);
            }
        }
    }
    let is_covered =
        |policy_type: &str| by_type.get(policy_type).is_some_and(|sums| sums.last_applied_at.is_some());
    let covered = backed_up.map(|types| types.iter().filter(|name| is_covered(name)).count() as u64);
    let by_name = by_type.by_name();
    let unresolved = by_name.iter().filter(|(_, sums)| sums.is_unresolved());
    Coverage {
        backed_up_policy_types: backed_up.map(|types| types.len() as u64),
        covered_policy_types: covered,
        unresolved_policy_types: unresolved.map(|(name, _)| (*name).to_owned()).collect(),
        by_policy_type: by_name.iter().map(entry).collect(),
    }
}

fn entry((policy_type, sums): &(&str, Sums)) -> PolicyTypeCoverage {
    let Sums { applied, failed, last_applied_at, partial, skipped, last_tried: _ } = *sums;
    PolicyTypeCoverage {
        applied,
        failed,
        last_applied_at,
        partial,
        policy_type: (*policy_type).to_owned(),
        skipped,
    }
}
