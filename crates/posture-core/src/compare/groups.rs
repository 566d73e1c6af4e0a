//! A comparison by group: by profile, by environment, or by label.

use crate::compare::change::Change;
use crate::compare::diff::{Diff, Place, TenantChange};
use crate::report::model::Report;
use crate::views::group_search::{GroupSearch, UnknownGroup};
use crate::views::groups::{GroupBy, GroupFilter, by_group};

/// The groups of a tenant: the newer report's, else the older one's. A report that does not evaluate a tenant does not know its groups.
pub fn groups_of<'r>(change: &TenantChange, old: &'r Report, new: &'r Report, by: GroupBy) -> &'r [String] {
    let of = |report: &'r Report, place| match place {
        Place::Evaluated(place) => report.tenants.get(place).map(|tenant| by.of(tenant)),
        Place::NotExported | Place::NotEvaluated(_) => None,
    };
    of(new, change.new).or_else(|| of(old, change.old)).unwrap_or_default()
}

impl Diff {
    /// The groups that a filter asks for and that no tenant is in.
    pub fn unknown_of(&self, filter: &GroupFilter, old: &Report, new: &Report) -> Vec<UnknownGroup> {
        let mut asked = GroupSearch::of(filter);
        self.tenants.iter().for_each(|change| asked.see(|by| groups_of(change, old, new, by)));
        asked.unknown()
    }

    /// The changes of the tenants in these groups; the others are counted, and groups that no tenant is in are named. Entries that name no tenant stay, as they might be of any group.
    #[must_use]
    pub fn only(mut self, filter: &GroupFilter, old: &Report, new: &Report) -> Self {
        let all = self.tenants.len();
        self.unknown_groups = self.unknown_of(filter, old, new);
        self.tenants.retain(|change| filter.admits_groups(|by| groups_of(change, old, new, by)));
        self.filtered_out += all.saturating_sub(self.tenants.len()) as u64;
        self
    }
}

/// How the tenants of one group changed. Each is counted once, so the counts add up to the group's tenants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupChanges {
    /// The group; `None` for tenants that are in none.
    pub name: Option<String>,
    /// Worse in one family or both.
    pub worse: u64,
    /// Better in one family or both, and worse in none.
    pub better: u64,
    /// Changed in another way.
    pub otherwise: u64,
    /// Unchanged in both families.
    pub unchanged: u64,
}

impl GroupChanges {
    /// All of its tenants.
    pub fn tenants(&self) -> u64 {
        self.worse + self.better + self.otherwise + self.unchanged
    }

    fn count(&mut self, change: &&TenantChange) {
        let is_unchanged =
            (change.backup_health, change.recovery_evidence) == (Change::Unchanged, Change::Unchanged);
        let count = match change {
            change if change.is(Change::Worse) => &mut self.worse,
            change if change.is(Change::Better) => &mut self.better,
            _ if is_unchanged => &mut self.unchanged,
            _ => &mut self.otherwise,
        };
        *count += 1;
    }
}

/// How the tenants of each group changed: those in no group first, then by name. A tenant with several labels counts in each. Empty if no
/// tenant is in a group of this kind.
pub fn group_changes(diff: &Diff, old: &Report, new: &Report, by: GroupBy) -> Vec<GroupChanges> {
    let groups = by_group(&diff.tenants, |change| groups_of(change, old, new, by), GroupChanges::count);
    groups.into_iter().map(|(name, group)| GroupChanges { name: name.map(str::to_owned), ..group }).collect()
}
