//! How many outcomes a restore run had, by kind and by policy type (contract, section 6). A list of only the failures hides no success, and a
//! summary hides no failure: of what is listed and what is stated, the greater number counts.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::id::GREATEST_NUMBER;
use crate::reading::named::Named;
use crate::reading::snapshot::{OutcomeClass, RestoreRun, Results, StatedOutcomes};
use crate::sorting::sort_by;

/// Outcomes by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OutcomeCounts {
    /// Applied, or in need of nothing.
    pub applied: u64,
    /// Failed.
    pub failed: u64,
    /// Applied in part.
    pub partial: u64,
    /// Left out.
    pub skipped: u64,
    /// Outside the vocabulary.
    pub unrecognised: u64,
}

/// A sum, capped at the greatest number a document may hold.
pub(crate) fn capped_sum(one: u64, other: u64) -> u64 {
    one.saturating_add(other).min(GREATEST_NUMBER)
}

impl OutcomeCounts {
    /// All outcomes.
    pub fn total(&self) -> u64 {
        [self.applied, self.failed, self.partial, self.skipped, self.unrecognised]
            .into_iter()
            .fold(0, capped_sum)
    }

    pub(crate) fn count(&mut self, class: OutcomeClass) {
        match class {
            OutcomeClass::Applied => self.applied += 1,
            OutcomeClass::Skipped => self.skipped += 1,
            OutcomeClass::Failed => self.failed += 1,
            OutcomeClass::Partial => self.partial += 1,
            OutcomeClass::Unrecognised => self.unrecognised += 1,
        }
    }

    /// Both together, kind by kind.
    fn with(self, other: Self, both: fn(u64, u64) -> u64) -> Self {
        Self {
            applied: both(self.applied, other.applied),
            failed: both(self.failed, other.failed),
            partial: both(self.partial, other.partial),
            skipped: both(self.skipped, other.skipped),
            unrecognised: both(self.unrecognised, other.unrecognised),
        }
    }
}

impl From<&StatedOutcomes> for OutcomeCounts {
    fn from(stated: &StatedOutcomes) -> Self {
        Self {
            applied: stated.applied.unwrap_or(0),
            failed: stated.failed.unwrap_or(0),
            partial: stated.partial.unwrap_or(0),
            skipped: stated.skipped.unwrap_or(0),
            unrecognised: stated.unrecognised.unwrap_or(0),
        }
    }
}

/// How many policy types are looked through one by one. Tenants have some dozen; a tree finds the rest, if there is one.
const FEW: usize = 24;

/// Values by policy type.
#[derive(Clone, Debug)]
pub(crate) struct ByType<'t, V> {
    /// The types, as they came.
    all: Vec<(Named<&'t str>, V)>,
    /// The places of those after the first few.
    rest: BTreeMap<Named<&'t str>, usize>,
}

impl<V> Default for ByType<'_, V> {
    fn default() -> Self {
        Self { all: Vec::new(), rest: BTreeMap::new() }
    }
}

impl<'t, V: Default> ByType<'t, V> {
    fn place(&self, name: &Named<&str>) -> Option<usize> {
        let place = self.all.iter().take(FEW).position(|(known, _)| known == name);
        place.or_else(|| self.rest.get(name).copied())
    }

    pub(crate) fn get(&self, policy_type: &'t str) -> Option<&V> {
        self.place(&Named::new(policy_type)).map(|place| &self.all[place].1)
    }

    pub(crate) fn of(&mut self, policy_type: &'t str) -> &mut V {
        let name = Named::new(policy_type);
        if let Some(place) = self.place(&name) {
            return &mut self.all[place].1;
        }
        if self.all.len() >= FEW {
            self.rest.insert(name.clone(), self.all.len());
        }
        &mut self.all.push_mut((name, V::default())).1
    }

    fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// All of them, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'t str, &V)> {
        self.all.iter().map(|(name, value)| (name.text, value))
    }

    /// All of them in the order of their names.
    pub(crate) fn by_name(self) -> Vec<(&'t str, V)> {
        let mut all = self.all;
        sort_by(&mut all, |(one, _), (other, _)| one.cmp(other));
        all.into_iter().map(|(name, value)| (name.text, value)).collect()
    }
}

/// What a run's `results` say.
#[derive(Clone, Debug)]
pub(crate) struct RunOutcomes<'r> {
    /// The outcomes of the run.
    pub(crate) counts: OutcomeCounts,
    /// The outcomes of each policy type; `None` if no type is named.
    by_type: Option<Box<ByType<'r, OutcomeCounts>>>,
    /// Whether there are rows or stated numbers.
    pub(crate) are_on_record: bool,
    /// Whether there are outcomes that could not be read.
    pub(crate) are_unread: bool,
}

impl<'r> RunOutcomes<'r> {
    /// The outcomes of each policy type, in no order.
    pub(crate) fn by_type(&self) -> impl Iterator<Item = (&'r str, &OutcomeCounts)> {
        let all = self.by_type.as_deref().map_or(&[][..], |by_type| &by_type.all);
        all.iter().map(|(name, counts)| (name.text, counts))
    }

    /// The outcomes of all policy types.
    pub(crate) fn of_types(&self) -> OutcomeCounts {
        self.by_type().fold(OutcomeCounts::default(), |sum, (_, counts)| sum.with(*counts, capped_sum))
    }
}

/// Counts a run's outcomes.
pub(crate) fn run_outcomes<'r>(run: &'r RestoreRun<'_>) -> RunOutcomes<'r> {
    let mut rows = OutcomeCounts::default();
    let mut by_type: ByType<'r, OutcomeCounts> = ByType::default();
    for row in run.outcomes() {
        rows.count(row.class);
        if let Some(policy_type) = row.policy_type.as_deref() {
            by_type.of(policy_type).count(row.class);
        }
    }
    let results = run.results.as_deref();
    for (policy_type, stated) in
        results.iter().flat_map(|results| &results.policy_types).flat_map(|types| types.iter())
    {
        let counts = by_type.of(policy_type);
        *counts = counts.with(OutcomeCounts::from(&stated.0.0), u64::max);
    }
    let stated =
        results.and_then(|results| results.counts.as_ref()).map(OutcomeCounts::from).unwrap_or_default();
    let mut outcomes = RunOutcomes {
        counts: rows.with(stated, u64::max),
        by_type: (!by_type.is_empty()).then(|| Box::new(by_type)),
        are_on_record: rows.total() > 0 || results.is_some_and(|results| results.numbers().next().is_some()),
        are_unread: results.is_some_and(Results::are_unread),
    };
    outcomes.counts = outcomes.counts.with(outcomes.of_types(), u64::max);
    outcomes
}
