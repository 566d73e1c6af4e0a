//! Tenants in groups: by profile, by environment, or by label. A filter for every list, and counts for every group.

use std::collections::{BTreeMap, BTreeSet};

use crate::paths;
use crate::report::attention::{is_unsettled, needs_attention_in};
use crate::report::model::{Domain, Report, TenantReport};
use crate::vocabulary::vocabulary;

vocabulary! {
    /// What tenants are grouped by.
    pub enum GroupBy {
        Profile = "profile",
        Environment = "environment",
        Label = "label",
    }
}

impl GroupBy {
    /// The query key that names a group of this kind; it can be repeated.
    pub fn query_key(self) -> &'static str {
        match self {
            Self::Profile => paths::PROFILE_KEY,
            Self::Environment => paths::ENVIRONMENT_KEY,
            Self::Label => paths::LABEL_KEY,
        }
    }

    /// The groups that a tenant is in. A tenant may have several labels, and otherwise is in one group or in none.
    pub fn of(self, tenant: &TenantReport) -> &[String] {
        match self {
            Self::Profile => tenant.registry.profile.as_slice(),
            Self::Environment => tenant.environment.as_slice(),
            Self::Label => &tenant.labels,
        }
    }

    /// What an address groups by; `None` if it has no groups or an unknown kind.
    pub fn of_query(value: Option<&str>) -> Option<Self> {
        value.and_then(Self::from_word)
    }

    /// The names of all groups, sorted.
    pub fn names(self, report: &Report) -> Vec<&str> {
        let names: BTreeSet<&str> =
            report.tenants.iter().flat_map(|tenant| self.of(tenant)).map(String::as_str).collect();
        names.into_iter().collect()
    }
}

/// A filter by group. A kind without a name admits all; of several names of one kind, any one is enough.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupFilter {
    asked: Vec<(GroupBy, String)>,
}

impl GroupFilter {
    /// The groups in an address, by its query's keys and values.
    pub fn of_query<'q>(pairs: impl IntoIterator<Item = (&'q str, &'q str)>) -> Self {
        let asked = pairs.into_iter().filter_map(|(key, name)| {
            let by = GroupBy::ALL.iter().copied().find(|by| by.query_key() == key)?;
            Some((by, name.to_owned()))
        });
        Self { asked: asked.collect() }
    }

    /// The same with one more group.
    #[must_use]
    pub fn with(mut self, by: GroupBy, name: impl Into<String>) -> Self {
        self.asked.push((by, name.into()));
        self
    }

    /// Whether the filter has a group.
    pub fn has(&self, by: GroupBy, name: &str) -> bool {
        self.asked.iter().any(|(asked, other)| *asked == by && other == name)
    }

    /// The same filter with this group, or without it if it has it.
    #[must_use]
    pub fn toggled(&self, by: GroupBy, name: &str) -> Self {
        let mut toggled = self.clone();
        if !self.has(by, name) {
            return toggled.with(by, name);
        }
        toggled.remove(by, name);
        toggled
    }

    /// Whether every tenant is admitted.
    pub fn is_empty(&self) -> bool {
        self.asked.is_empty()
    }

    /// Whether the filter has a group of this kind.
    pub fn asks_by(&self, by: GroupBy) -> bool {
        self.first(by).is_some()
    }

    /// The filter's first group of this kind.
    pub(super) fn first(&self, by: GroupBy) -> Option<&str> {
        self.asked.iter().find(|(asked, _)| *asked == by).map(|(_, name)| name.as_str())
    }

    /// Removes a group.
    pub(super) fn remove(&mut self, by: GroupBy, name: &str) {
        self.asked.retain(|(asked, other)| !(*asked == by && other == name));
    }

    /// The filter's groups, as keys and values of a query.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.asked.iter().map(|(by, name)| (by.query_key(), name.as_str()))
    }

    /// Whether the filter admits a tenant.
    pub fn admits(&self, tenant: &TenantReport) -> bool {
        self.admits_groups(|by| by.of(tenant))
    }

    /// The same of a tenant that is in these groups.
    pub fn admits_groups<'t>(&self, of: impl Fn(GroupBy) -> &'t [String]) -> bool {
        GroupBy::ALL.iter().all(|by| {
            let mut names =
                self.asked.iter().filter(|(asked, _)| asked == by).map(|(_, name)| name).peekable();
            names.peek().is_none() || names.any(|name| of(*by).contains(name))
        })
    }
}

/// The evaluated tenants of one group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupCount {
    /// The group; `None` for tenants that are in none.
    pub name: Option<String>,
    /// All of them.
    pub tenants: u64,
    /// Those with backup attention.
    pub backup_attention: u64,
    /// Those with recovery attention.
    pub recovery_attention: u64,
    /// Those that are unsettled.
    pub unsettled: u64,
}

impl GroupCount {
    fn count(&mut self, tenant: &&TenantReport) {
        self.tenants += 1;
        self.backup_attention += u64::from(needs_attention_in(tenant, Domain::BackupHealth));
        self.recovery_attention += u64::from(needs_attention_in(tenant, Domain::RecoveryEvidence));
        self.unsettled += u64::from(is_unsettled(tenant));
    }
}

/// Sorts items into groups: those in no group first, if there are any, and then the groups by name. An item in several groups is in each.
/// Empty if no item is in a group.
pub fn by_group<'n, T, G: Default>(
    items: impl IntoIterator<Item = T>,
    groups_of: impl Fn(&T) -> &'n [String],
    add: impl Fn(&mut G, &T),
) -> Vec<(Option<&'n str>, G)> {
    let mut others: Option<G> = None;
    let mut by_name: BTreeMap<&str, G> = BTreeMap::new();
    for item in items {
        let names: BTreeSet<&str> = groups_of(&item).iter().map(String::as_str).collect();
        if names.is_empty() {
            add(others.get_or_insert_default(), &item);
        }
        for name in names {
            add(by_name.entry(name).or_default(), &item);
        }
    }
    if by_name.is_empty() {
        return Vec::new();
    }
    let named = by_name.into_iter().map(|(name, group)| (Some(name), group));
    others.into_iter().map(|others| (None, others)).chain(named).collect()
}

/// The evaluated tenants by group, in the order of [`by_group`].
pub fn group_counts(report: &Report, by: GroupBy) -> Vec<GroupCount> {
    let tenants = report.tenants.iter().map(AsRef::as_ref);
    let groups = by_group(tenants, |&tenant| by.of(tenant), GroupCount::count);
    let named = groups.into_iter().map(|(name, group)| GroupCount { name: name.map(str::to_owned), ..group });
    named.collect()
}

/// A group of a list of tenants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupSection {
    /// Those of its tenants that are listed.
    pub count: GroupCount,
    /// Their places in the report, in the list's order.
    pub places: Vec<usize>,
}

/// A list of tenants, by their places in the report, in groups; in the order of [`by_group`], and within a group in the list's order.
pub fn group_sections(report: &Report, listed: &[usize], by: GroupBy) -> Vec<GroupSection> {
    let tenants = listed.iter().filter_map(|place| Some((*place, &**report.tenants.get(*place)?)));
    let add = |section: &mut GroupSection, (place, tenant): &(usize, &TenantReport)| {
        section.count.count(tenant);
        section.places.push(*place);
    };
    let mut sections = Vec::new();
    for (name, mut section) in by_group(tenants, |&(_, tenant)| by.of(tenant), add) {
        section.count.name = name.map(str::to_owned);
        sections.push(section);
    }
    sections
}
