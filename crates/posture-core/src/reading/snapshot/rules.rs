//! Rules as a policy, a profile or a tenant states them.

use std::borrow::Cow;

use crate::policy;
use crate::reading::counts::ByName;
use crate::reading::decode::{ObjectOrEmpty, Ranged, record};

type FreshnessHours = Ranged<{ policy::LEAST_FRESHNESS_HOURS }, { policy::GREATEST_FRESHNESS_HOURS }>;
type GraceMinutes = Ranged<0, { policy::GREATEST_GRACE_MINUTES }>;
type EvidenceDays = Ranged<1, 3650>;

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
        pub clock_skew_seconds: Option<Ranged<0, 3600>>,
        /// How many attention items the overview lists, 1..1000.
        pub attention_limit: Option<Ranged<1, 1000>>,
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
