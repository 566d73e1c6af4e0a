//! Which policy types executed restores have touched, of those backed up (contract, section 7).

use std::collections::BTreeMap;

use serde::Serialize;

use crate::named::Named;
use crate::recovery_evidence::RelevantRun;
use crate::snapshot::OutcomeClass;
use crate::timestamp::Timestamp;

/// What executed restores did with one policy type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyTypeCoverage {
    /// Outcomes that applied one.
    pub applied: u64,
    /// Outcomes that failed.
    pub failed: u64,
    /// When a run last applied one; null where none did, or none that did has a time.
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
    /// Distinct policy types of the latest relevant backup set; null where unknown.
    pub backed_up_policy_types: Option<u64>,
    /// By policy type, in the order of their names.
    pub by_policy_type: Vec<PolicyTypeCoverage>,
    /// How many of the backed-up types a run has applied; null where unknown.
    pub covered_policy_types: Option<u64>,
}

/// What executed restores did with one policy type, while they are looked at.
#[derive(Clone, Copy, Default)]
struct Sums {
    applied: u64,
    failed: u64,
    last_applied_at: Option<Timestamp>,
    partial: u64,
    skipped: u64,
}

/// Sums the outcomes of the relevant runs by policy type, beside the types backed up.
pub(crate) fn coverage(relevant: &[RelevantRun<'_, '_>], backed_up: Option<&[&str]>) -> Coverage {
    let mut by_type: BTreeMap<Named<&str>, Sums> = BTreeMap::new();
    for one in relevant {
        for outcome in one.run.outcomes() {
            let Some(policy_type) = outcome.policy_type.as_deref() else { continue };
            if outcome.class == OutcomeClass::Unrecognised {
                continue;
            }
            let sums = by_type.entry(Named::new(policy_type)).or_default();
            match outcome.class {
                OutcomeClass::Applied => {
                    sums.applied += 1;
                    sums.last_applied_at = sums.last_applied_at.max(one.at);
                }
                OutcomeClass::Failed => sums.failed += 1,
                OutcomeClass::Partial => sums.partial += 1,
                OutcomeClass::Skipped => sums.skipped += 1,
                OutcomeClass::Unrecognised => {}
            }
        }
    }
    let is_covered = |policy_type: &str| by_type.get(&Named::new(policy_type)).is_some_and(|sums| sums.last_applied_at.is_some());
    Coverage {
        backed_up_policy_types: backed_up.map(|types| types.len() as u64),
        covered_policy_types: backed_up.map(|types| types.iter().filter(|policy_type| is_covered(policy_type)).count() as u64),
        by_policy_type: by_type
            .into_iter()
            .map(|(policy_type, Sums { applied, failed, last_applied_at, partial, skipped })| {
                let policy_type = policy_type.text.to_owned();
                PolicyTypeCoverage { applied, failed, last_applied_at, partial, policy_type, skipped }
            })
            .collect(),
    }
}
