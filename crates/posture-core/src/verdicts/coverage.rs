//! Which policy types executed restores have touched, of those backed up (contract, section 7).

use std::collections::BTreeMap;

use serde::Serialize;

use crate::reading::named::Named;
use crate::reading::snapshot::OutcomeClass;
use crate::sorting::sort_by;
use crate::timestamp::Timestamp;
use crate::verdicts::recovery_evidence::RelevantRun;

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

/// How many policy types are looked through one by one. Tenants have some dozen; of the rest, where there is one, a tree keeps order.
const FEW: usize = 24;

/// Sums by policy type.
#[derive(Default)]
struct ByType<'t> {
    /// The first types, as they came.
    few: Vec<(Named<&'t str>, Sums)>,
    rest: BTreeMap<Named<&'t str>, Sums>,
}

impl<'t> ByType<'t> {
    fn place(&self, name: &Named<&str>) -> Option<usize> {
        self.few.iter().position(|(known, _)| known == name)
    }

    fn get(&self, policy_type: &'t str) -> Option<&Sums> {
        let name = Named::new(policy_type);
        self.place(&name).map_or_else(|| self.rest.get(&name), |place| Some(&self.few[place].1))
    }

    fn of(&mut self, policy_type: &'t str) -> &mut Sums {
        let name = Named::new(policy_type);
        match self.place(&name) {
            Some(place) => &mut self.few[place].1,
            None if self.few.len() < FEW => &mut self.few.push_mut((name, Sums::default())).1,
            None => self.rest.entry(name).or_default(),
        }
    }

    /// All of them in the order of their names.
    fn by_name(self) -> Vec<(Named<&'t str>, Sums)> {
        let mut all = self.few;
        all.extend(self.rest);
        sort_by(&mut all, |(one, _), (other, _)| one.cmp(other));
        all
    }
}

/// Sums the outcomes of the relevant runs by policy type, beside the types backed up.
pub(crate) fn coverage<'r>(relevant: &'r [RelevantRun<'r, '_>], backed_up: Option<&[&'r str]>) -> Coverage {
    let mut by_type = ByType::default();
    for one in relevant {
        for outcome in one.run.outcomes() {
            let Some(policy_type) = outcome.policy_type.as_deref() else { continue };
            match outcome.class {
                OutcomeClass::Applied => {
                    let sums = by_type.of(policy_type);
                    sums.applied += 1;
                    sums.last_applied_at = sums.last_applied_at.max(one.at);
                }
                OutcomeClass::Failed => by_type.of(policy_type).failed += 1,
                OutcomeClass::Partial => by_type.of(policy_type).partial += 1,
                OutcomeClass::Skipped => by_type.of(policy_type).skipped += 1,
                OutcomeClass::Unrecognised => {}
            }
        }
    }
    let is_covered =
        |policy_type: &str| by_type.get(policy_type).is_some_and(|sums| sums.last_applied_at.is_some());
    Coverage {
        backed_up_policy_types: backed_up.map(|types| types.len() as u64),
        covered_policy_types: backed_up
            .map(|types| types.iter().filter(|policy_type| is_covered(policy_type)).count() as u64),
        by_policy_type: by_type
            .by_name()
            .into_iter()
            .map(|(policy_type, Sums { applied, failed, last_applied_at, partial, skipped })| {
                let policy_type = policy_type.text.to_owned();
                PolicyTypeCoverage { applied, failed, last_applied_at, partial, policy_type, skipped }
            })
            .collect(),
    }
}
