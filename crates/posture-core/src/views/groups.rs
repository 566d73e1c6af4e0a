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
    /// The query key that names a group of this kind; it may occur more than once.
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

    /// The names of all groups, sorted.
    pub fn names(self, report: &Report) -> Vec<&str> {
        let names: BTreeSet<&str> =
            report.tenants.iter().flat_map(|tenant| self.of(tenant)).map(String::as_str).collect();
        names.into_iter().collect()
    }
}

/// Which groups are asked for. A kind without a name admits all; of several names of one kind any will do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupFilter {
    asked: Vec<(GroupBy, String)>,
}

impl GroupFilter {
    /// The groups that an address asks for, by its query's keys and values.
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

    /// Whether a group is asked for.
    pub fn has(&self, by: GroupBy, name: &str) -> bool {
        self.asked.iter().any(|(asked, other)| *asked == by && other == name)
    }

    /// The same with a group more, or without it if it is asked for.
    #[must_use]
    pub fn toggled(&self, by: GroupBy, name: &str) -> Self {
        if !self.has(by, name) {
            return self.clone().with(by, name);
        }
        let others = self.asked.iter().filter(|(asked, other)| !(*asked == by && other == name));
        Self { asked: others.cloned().collect() }
    }

    /// Whether every tenant is admitted.
    pub fn is_empty(&self) -> bool {
        self.asked.is_empty()
    }

    /// The groups asked for, as keys and values of a query.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.asked.iter().map(|(by, name)| (by.query_key(), name.as_str()))
    }

    /// Whether a tenant is asked for.
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
    fn count(&mut self, tenant: &TenantReport) {
        self.tenants += 1;
        self.backup_attention += u64::from(needs_attention_in(tenant, Domain::BackupHealth));
        self.recovery_attention += u64::from(needs_attention_in(tenant, Domain::RecoveryEvidence));
        self.unsettled += u64::from(is_unsettled(tenant));
    }
}

/// The evaluated tenants by group, sorted by name; before them those that are in none, if there are any. A tenant with several labels
/// counts in each. Empty if no tenant is in a group of this kind.
pub fn group_counts(report: &Report, by: GroupBy) -> Vec<GroupCount> {
    let mut others = GroupCount::default();
    let mut by_name: BTreeMap<&str, GroupCount> = BTreeMap::new();
    for tenant in &report.tenants {
        let names: BTreeSet<&str> = by.of(tenant).iter().map(String::as_str).collect();
        if names.is_empty() {
            others.count(tenant);
        }
        for name in names {
            let group = by_name
                .entry(name)
                .or_insert_with(|| GroupCount { name: Some(name.to_owned()), ..GroupCount::default() });
            group.count(tenant);
        }
    }
    if by_name.is_empty() {
        return Vec::new();
    }
    let others = Some(others).filter(|others| others.tenants > 0);
    others.into_iter().chain(by_name.into_values()).collect()
}
