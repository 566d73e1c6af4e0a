//! A workspace's verdicts at the same hour of each day, from one body of evidence.
//!
//! Each day's counts are those of the plain derivation at that instant, except that what nothing is known of is unknown and never a
//! posture: a day that the evidence does not reach back to, a tenant before its first record, and a backup whose content is no longer in
//! the evidence. Schedules and signals are left out,
//! since an export holds only their current state. A day costs what changed: [`crate::verdicts::history`].

use std::collections::{BTreeMap, BTreeSet};

use crate::id::Id;
use crate::policy::Frame;
use crate::reading::reader::{Preamble, TenantText, Workspace};
use crate::reading::refusal::Refusal;
use crate::reading::snapshot::Tenant;
use crate::report::tenant::{TenantReading, is_evaluated, read, utf8};
use crate::timestamp::Timestamp;
use crate::verdicts::history::{TenantState, states_at};
use crate::verdicts::rules::TenantFrame;
use crate::views::group_search::{GroupSearch, UnknownGroup};
use crate::views::groups::{GroupBy, GroupFilter};
pub use crate::views::trend_day::TrendDay;

/// How many days a trend shows if not asked otherwise.
pub const TREND_DAYS: u64 = 30;
/// The most days a trend shows.
pub const GREATEST_TREND_DAYS: u64 = 366;

/// The most groups a trend has days for: the first by name.
pub const MOST_TREND_GROUPS: usize = 100;

const DAY: i64 = 24 * 3600;

/// The same hour of so many days, the last one at this instant, oldest first. At most [`GREATEST_TREND_DAYS`] days, and at least one.
pub fn trend_instants(last: Timestamp, days: u64) -> Vec<Timestamp> {
    let days = days.clamp(1, GREATEST_TREND_DAYS).cast_signed();
    let instants = (0..days).rev().map(|day| Timestamp::from_unix_seconds(last.unix_seconds() - day * DAY));
    let mut instants: Vec<_> = instants.flatten().collect();
    // The last day is the instant itself, fraction and all.
    if let Some(latest) = instants.last_mut() {
        *latest = last;
    }
    instants
}

/// One tenant's verdicts on each day.
#[derive(Clone, Debug)]
pub struct TenantTrend {
    identity: Option<(Id, String)>,
    evaluated: Option<Evaluated>,
}

#[derive(Clone, Debug)]
struct Evaluated {
    profile: Vec<String>,
    environment: Vec<String>,
    labels: Vec<String>,
    states: Vec<Option<TenantState>>,
}

impl Evaluated {
    fn groups(&self, by: GroupBy) -> &[String] {
        match by {
            GroupBy::Profile => &self.profile,
            GroupBy::Environment => &self.environment,
            GroupBy::Label => &self.labels,
        }
    }
}

/// Judges one tenant on each day; tenants may be judged in any order, and in parallel.
pub fn tenant_trend(
    text: &TenantText,
    frame: &Frame,
    instants: &[Timestamp],
) -> Result<TenantTrend, Refusal> {
    Ok(match read(text, utf8(text)?)? {
        TenantReading::Unreadable(_) => TenantTrend { identity: None, evaluated: None },
        TenantReading::Fits(evidence) => {
            let tenant = &evidence.tenant;
            let is_evaluated = is_evaluated(tenant, frame);
            trend_of(tenant, frame, is_evaluated.then(|| states_at(tenant, frame, instants)))
        }
    })
}

/// The trend of a tenant that reads; `states` are absent if it is not evaluated.
pub(super) fn trend_of(
    tenant: &Tenant<'_>,
    frame: &Frame,
    states: Option<Vec<Option<TenantState>>>,
) -> TenantTrend {
    TenantTrend {
        identity: Some((tenant.id, tenant.external_id.0.clone().into_owned())),
        evaluated: states.map(|states| evaluated(tenant, frame, states)),
    }
}

fn evaluated(tenant: &Tenant<'_>, frame: &Frame, states: Vec<Option<TenantState>>) -> Evaluated {
    let profile = TenantFrame::new(tenant, frame).profile;
    let labels = tenant.labels.get().into_iter().flat_map(|labels| &labels.0);
    Evaluated {
        profile: profile.map(str::to_owned).into_iter().collect(),
        environment: tenant.environment.get().map(|text| (**text).to_owned()).into_iter().collect(),
        labels: labels.map(|label| (**label).to_owned()).collect(),
        states,
    }
}

/// A workspace's verdicts day by day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trend {
    /// Who the tenants belong to.
    pub workspace: Workspace,
    /// The instant the evidence was exported at.
    pub exported_at: Timestamp,
    /// The instant from which on the evidence serves for verdicts.
    pub since: Option<Timestamp>,
    /// The days, oldest first.
    pub days: Vec<TrendDay>,
    /// Tenants that were not evaluated, the same ones on every day.
    pub not_evaluated: u64,
    /// Evaluated tenants that a filter left out.
    pub filtered_out: u64,
    /// Groups in the filter that no tenant is in.
    pub unknown_groups: Vec<UnknownGroup>,
    /// The same by group, if requested.
    pub groups: Option<TrendGroups>,
}

/// A trend's tenants by group. A tenant with several labels counts in each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrendGroups {
    /// What they are grouped by.
    pub by: GroupBy,
    /// Tenants in no group first, if there are any, then the groups by name.
    pub listed: Vec<GroupTrend>,
    /// How many groups there are beyond [`MOST_TREND_GROUPS`].
    pub unlisted: u64,
}

/// One group day by day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupTrend {
    /// The group; `None` for tenants that are in none.
    pub name: Option<String>,
    /// The days of the trend.
    pub days: Vec<TrendDay>,
}

impl Trend {
    /// The most tenants that are counted on a day.
    pub fn tenants(&self) -> u64 {
        self.days.iter().map(TrendDay::tenants).max().unwrap_or(0)
    }
}

/// The first day on which this is known, and the last: what a trend compares. `None` if it is known on no day.
pub fn known_ends(days: &[TrendDay], known: fn(&TrendDay) -> Option<u64>) -> Option<(&TrendDay, &TrendDay)> {
    days.iter().find(|day| known(day).is_some()).zip(days.last())
}

/// Gathers tenants, which must be added in the document's order, into a trend.
#[derive(Debug)]
pub struct TrendBuilder {
    days: Vec<TrendDay>,
    filter: GroupFilter,
    asked: GroupSearch,
    groups: Option<Groups>,
    ids: BTreeSet<Id>,
    keys: BTreeSet<String>,
    not_evaluated: u64,
    filtered_out: u64,
}

impl TrendBuilder {
    /// Starts with no tenant counted. The tenants that the filter admits are counted by group too, if requested.
    pub fn new(instants: &[Timestamp], filter: GroupFilter, group_by: Option<GroupBy>) -> Self {
        let days: Vec<_> = instants.iter().map(|at| TrendDay::at(*at)).collect();
        Self {
            groups: group_by.map(|by| Groups {
                by,
                named: BTreeMap::new(),
                none: None,
                names: BTreeSet::new(),
            }),
            days,
            asked: GroupSearch::of(&filter),
            filter,
            ids: BTreeSet::new(),
            keys: BTreeSet::new(),
            not_evaluated: 0,
            filtered_out: 0,
        }
    }

    /// Takes the next tenant. One that repeats an earlier one's identity is not counted, as in a report.
    pub fn add(&mut self, TenantTrend { identity, evaluated }: TenantTrend) {
        let is_new = identity.is_some_and(|(id, key)| {
            let (is_new_id, is_new_key) = (self.ids.insert(id), self.keys.insert(key));
            is_new_id && is_new_key
        });
        let evaluated = evaluated.filter(|_| is_new);
        if let Some(tenant) = &evaluated {
            self.asked.see(|by| tenant.groups(by));
        }
        match evaluated {
            None => self.not_evaluated += 1,
            Some(tenant) if !self.filter.admits_groups(|by| tenant.groups(by)) => self.filtered_out += 1,
            Some(tenant) => {
                if let Some(groups) = &mut self.groups {
                    groups.count(&tenant, &self.days);
                }
                count(&mut self.days, &tenant.states);
            }
        }
    }

    /// The trend of all tenants taken. The preamble decides which days the evidence covers, since a document may say so last.
    pub fn finish(self, preamble: Preamble) -> Trend {
        let Self { mut days, not_evaluated, filtered_out, asked, mut groups, .. } = self;
        let since = preamble.frame.since;
        if let Some(since) = since {
            let of_groups = groups.iter_mut().flat_map(Groups::days_mut);
            days.iter_mut().chain(of_groups).for_each(|day| day.limit_to(since));
        }
        Trend {
            workspace: preamble.workspace,
            exported_at: preamble.frame.exported_at,
            since,
            days,
            not_evaluated,
            filtered_out,
            unknown_groups: asked.unknown(),
            groups: groups.map(Groups::finish),
        }
    }
}

fn count(days: &mut [TrendDay], states: &[Option<TenantState>]) {
    days.iter_mut().zip(states).for_each(|(day, state)| day.count(*state));
}

/// Days by group. Only the first groups by name are kept: a group that is pushed out is never among the first again, so the result does not
/// depend on the order of the tenants.
#[derive(Debug)]
struct Groups {
    by: GroupBy,
    named: BTreeMap<String, Vec<TrendDay>>,
    none: Option<Vec<TrendDay>>,
    names: BTreeSet<String>,
}

impl Groups {
    fn count(&mut self, tenant: &Evaluated, days: &[TrendDay]) {
        let empty = || days.iter().map(|day| TrendDay::at(day.at)).collect();
        let names: BTreeSet<&String> = tenant.groups(self.by).iter().collect();
        if names.is_empty() {
            count(self.none.get_or_insert_with(empty), &tenant.states);
        }
        for name in names {
            self.names.insert(name.clone());
            count(self.named.entry(name.clone()).or_insert_with(empty), &tenant.states);
            if self.named.len() > MOST_TREND_GROUPS {
                self.named.pop_last();
            }
        }
    }

    fn days_mut(&mut self) -> impl Iterator<Item = &mut TrendDay> {
        self.none.iter_mut().chain(self.named.values_mut()).flatten()
    }

    fn finish(self) -> TrendGroups {
        let unlisted = self.names.len() - self.named.len();
        let none = self.none.map(|days| GroupTrend { name: None, days });
        let named = self.named.into_iter().map(|(name, days)| GroupTrend { name: Some(name), days });
        TrendGroups {
            by: self.by,
            listed: none.into_iter().chain(named).collect(),
            unlisted: unlisted as u64,
        }
    }
}
