//! Rules as a policy, a profile or a tenant states them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::key::Key;
use crate::policy::{self, Policy, ProfileRules, ScopeRules};
use crate::reading::counts::ByName;
use crate::reading::decode::{ObjectOrEmpty, record};
use crate::reading::scalars::Ranged;
use crate::sorting::map_of;

type FreshnessHours = Ranged<{ policy::LEAST_FRESHNESS_HOURS }, { policy::GREATEST_FRESHNESS_HOURS }>;
type GraceMinutes = Ranged<0, { policy::GREATEST_GRACE_MINUTES }>;
type EvidenceDays = Ranged<1, { policy::GREATEST_EVIDENCE_DAYS }>;

/// Rules by scope; the unnamed scope is the empty text.
pub type StatedScopes<'a> = ByName<'a, ObjectOrEmpty<StatedScopeRules<'a>>>;

record! {
    /// Policy values as stated. What is not stated has its default.
    pub struct StatedPolicy<'a> {
        /// Hours a completed backup stays fresh, 1..8760.
        pub freshness_hours: Option<FreshnessHours>,
        /// Minutes a schedule may be late, 0..10080.
        pub schedule_grace_minutes: Option<GraceMinutes>,
        /// Days after which a completed restore no longer shows anything, 1..3650; no limit if not stated.
        pub restore_evidence_days: Option<EvidenceDays>,
        /// Rules by scope.
        pub scopes: Option<ObjectOrEmpty<StatedScopes<'a>>>,
        /// Seconds a clock may run ahead, 0..3600.
        pub clock_skew_seconds: Option<Ranged<0, { policy::GREATEST_CLOCK_SKEW_SECONDS }>>,
        /// How many attention items the overview lists, 1..1000.
        pub attention_limit: Option<Ranged<1, { policy::GREATEST_ATTENTION_LIMIT }>>,
        /// Named sets of rules, which tenants can use.
        pub profiles: Option<ObjectOrEmpty<ByName<'a, ObjectOrEmpty<StatedRules<'a>>>>>,
    }
}

record! {
    /// The rules of a profile as stated. What is not stated comes from the policy.
    pub struct StatedRules<'a> {
        /// Hours a completed backup stays fresh, 1..8760.
        pub freshness_hours: Option<FreshnessHours>,
        /// Minutes a schedule may be late, 0..10080.
        pub schedule_grace_minutes: Option<GraceMinutes>,
        /// Days after which a completed restore no longer shows anything, 1..3650.
        pub restore_evidence_days: Option<EvidenceDays>,
        /// Rules by scope.
        pub scopes: Option<ObjectOrEmpty<StatedScopes<'a>>>,
    }
}

record! {
    /// The rules of one scope as stated.
    pub struct StatedScopeRules<'a> {
        /// Hours a completed backup of this scope stays fresh, 1..8760.
        pub freshness_hours: Option<FreshnessHours>,
        /// Whether the tenant must have this scope; false leaves the scope out.
        pub expected: Option<bool>,
        /// Policy types that every backup of this scope must hold.
        pub expected_policy_types: Option<Vec<Cow<'a, str>>>,
    }
}

fn number<const LEAST: u64, const GREATEST: u64>(stated: Option<Ranged<LEAST, GREATEST>>) -> Option<u64> {
    stated.map(|number| number.0)
}

fn scopes(stated: Option<&ObjectOrEmpty<StatedScopes<'_>>>) -> Option<BTreeMap<Key, ScopeRules>> {
    stated.map(|scopes| owned(&scopes.0, |rules| ScopeRules::from(&rules.0)))
}

fn owned<T, U>(stated: &ByName<'_, T>, own: impl Fn(&T) -> U) -> BTreeMap<Key, U> {
    map_of(stated.iter().map(|(name, value)| (Key(name.to_owned()), own(value))))
}

impl From<&StatedPolicy<'_>> for Policy {
    fn from(stated: &StatedPolicy<'_>) -> Self {
        let default = Self::default();
        Self {
            attention_limit: number(stated.attention_limit).unwrap_or(default.attention_limit),
            clock_skew_seconds: number(stated.clock_skew_seconds).unwrap_or(default.clock_skew_seconds),
            freshness_hours: number(stated.freshness_hours).unwrap_or(default.freshness_hours),
            profiles: stated
                .profiles
                .as_ref()
                .map(|profiles| owned(&profiles.0, |rules| ProfileRules::from(&rules.0))),
            restore_evidence_days: number(stated.restore_evidence_days),
            schedule_grace_minutes: number(stated.schedule_grace_minutes)
                .unwrap_or(default.schedule_grace_minutes),
            scopes: scopes(stated.scopes.as_ref()),
        }
    }
}

impl From<&StatedRules<'_>> for ProfileRules {
    fn from(stated: &StatedRules<'_>) -> Self {
        Self {
            freshness_hours: number(stated.freshness_hours),
            restore_evidence_days: number(stated.restore_evidence_days),
            schedule_grace_minutes: number(stated.schedule_grace_minutes),
            scopes: scopes(stated.scopes.as_ref()),
        }
    }
}

impl From<&StatedScopeRules<'_>> for ScopeRules {
    fn from(stated: &StatedScopeRules<'_>) -> Self {
        let sorted = |types: &Vec<std::borrow::Cow<'_, str>>| {
            let mut types: Vec<_> = types.iter().map(|name| name.clone().into_owned()).collect();
            crate::sorting::sort_by(&mut types, Ord::cmp);
            types.dedup();
            types
        };
        Self {
            expected: stated.expected,
            expected_policy_types: stated.expected_policy_types.as_ref().map(sorted),
            freshness_hours: number(stated.freshness_hours),
        }
    }
}
