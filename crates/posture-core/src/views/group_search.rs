//! Groups in a filter that no tenant is in: a misspelled name must not look like a group without problems.

use std::collections::{BTreeMap, BTreeSet};

use crate::report::model::Report;
use crate::views::groups::{GroupBy, GroupFilter};

/// How many known names of a kind are kept, the first ones by name.
const MOST_KNOWN: usize = 1000;

/// A name in a filter that no evaluated tenant has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownGroup {
    /// What it would be a name of.
    pub by: GroupBy,
    /// The name.
    pub name: String,
    /// The names of that kind that tenants have, sorted; not more than a thousand.
    pub known: Vec<String>,
}

impl GroupFilter {
    /// The groups that are asked for and that no tenant of a report is in.
    pub fn unknown_in(&self, report: &Report) -> Vec<UnknownGroup> {
        let mut asked = GroupSearch::of(self);
        report.tenants.iter().for_each(|tenant| asked.see(|by| by.of(tenant)));
        asked.unknown()
    }
}

/// Searches the tenants, in any order, for the groups of a filter.
#[derive(Clone, Debug)]
pub struct GroupSearch {
    missing: GroupFilter,
    known: BTreeMap<GroupBy, BTreeSet<String>>,
}

impl GroupSearch {
    /// Starts with no tenant seen.
    pub fn of(filter: &GroupFilter) -> Self {
        let kinds = GroupBy::ALL.iter().copied().filter(|by| filter.asks_by(*by));
        Self { missing: filter.clone(), known: kinds.map(|by| (by, BTreeSet::new())).collect() }
    }

    /// Sees the groups of the next tenant.
    pub fn see<'t>(&mut self, groups_of: impl Fn(GroupBy) -> &'t [String]) {
        for (by, known) in &mut self.known {
            for name in groups_of(*by) {
                if !known.contains(name) {
                    self.missing.remove(*by, name);
                    known.insert(name.clone());
                }
                // A name that is pushed out is never among the first again, so the order of the tenants does not matter.
                if known.len() > MOST_KNOWN {
                    known.pop_last();
                }
            }
        }
    }

    /// The first name of each kind that no tenant has.
    pub fn unknown(self) -> Vec<UnknownGroup> {
        let Self { missing, known } = self;
        let unknown = known.into_iter().filter_map(|(by, known)| {
            let name = missing.first(by)?.to_owned();
            Some(UnknownGroup { by, name, known: known.into_iter().collect() })
        });
        unknown.collect()
    }
}
