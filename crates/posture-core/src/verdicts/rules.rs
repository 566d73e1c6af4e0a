//! Which rules apply to a tenant and to each of its scopes (contract, section 1, "Rules").
//!
//! Each rule is looked up on its own, and the first source that states it decides:
//!
//! | rule | sources, in order |
//! |---|---|
//! | a rule of the tenant | profile, policy, default |
//! | freshness of a scope | the tenant's scope, the profile's scope, profile, policy's scope, policy, default |
//! | expected, expected policy types | the tenant's scope, the profile's scope, the policy's scope |

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

use crate::policy::{Frame, ProfileRules, ScopeRules, by_name, hours};
use crate::reading::snapshot::{StatedScopeRules, Tenant};
use crate::sorting::{map_of, set_of};
use crate::vocabulary::vocabulary;

vocabulary! {
    /// Where a rule comes from.
    pub enum RuleSource {
        TenantScope = "tenant_scope",
        ProfileScope = "profile_scope",
        Profile = "profile",
        PolicyScope = "policy_scope",
        Policy = "policy",
    }
}

/// The rules of a tenant that do not depend on a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Hours a completed backup stays fresh.
    pub freshness_hours: u64,
    /// Minutes a schedule may be late.
    pub schedule_grace_minutes: u64,
    /// Days after which a completed restore no longer shows anything.
    pub restore_evidence_days: Option<u64>,
}

impl Rules {
    /// The freshness window in seconds.
    pub fn freshness_seconds(&self) -> i64 {
        hours(self.freshness_hours)
    }

    /// A schedule's grace in seconds.
    pub fn grace_seconds(&self) -> i64 {
        self.schedule_grace_minutes.cast_signed() * 60
    }
}

/// The rules of one scope of a tenant.
#[derive(Clone, Debug)]
pub(crate) struct RulesOfScope<'t> {
    pub(crate) freshness_hours: u64,
    pub(crate) freshness_from: RuleSource,
    pub(crate) expected: Option<bool>,
    /// The policy types that a set must hold, sorted, each once.
    pub(crate) expected_policy_types: Vec<&'t str>,
}

/// What one tenant is judged under: the frame, and the rules that apply to it.
#[derive(Clone, Debug)]
pub struct TenantFrame<'t> {
    frame: &'t Frame,
    /// The rules of the tenant that do not depend on a scope.
    pub rules: Rules,
    /// The tenant's profile, if the policy has it.
    pub profile: Option<&'t str>,
    /// Whether the tenant states a profile that the policy does not have.
    pub has_unknown_profile: bool,
    profile_rules: Option<&'t ProfileRules>,
    own_scopes: BTreeMap<&'t str, &'t StatedScopeRules<'t>>,
}

impl Deref for TenantFrame<'_> {
    type Target = Frame;
    fn deref(&self) -> &Frame {
        self.frame
    }
}

impl<'t> TenantFrame<'t> {
    /// The rules that apply to a tenant.
    pub fn new(tenant: &'t Tenant<'t>, frame: &'t Frame) -> Self {
        let policy = &*frame.policy;
        let stated = tenant.profile.as_deref();
        let profile_rules = stated.and_then(|name| policy.profile(name));
        let of_profile = |rule: fn(&ProfileRules) -> Option<u64>| profile_rules.and_then(rule);
        Self {
            frame,
            rules: Rules {
                freshness_hours: of_profile(|rules| rules.freshness_hours).unwrap_or(policy.freshness_hours),
                schedule_grace_minutes: of_profile(|rules| rules.schedule_grace_minutes)
                    .unwrap_or(policy.schedule_grace_minutes),
                restore_evidence_days: of_profile(|rules| rules.restore_evidence_days)
                    .or(policy.restore_evidence_days),
            },
            profile: stated.filter(|_| profile_rules.is_some()),
            has_unknown_profile: stated.is_some() && profile_rules.is_none(),
            profile_rules,
            own_scopes: map_of(
                tenant.scopes.iter().flat_map(|scopes| scopes.0.iter()).map(|(name, rules)| (name, &rules.0)),
            ),
        }
    }

    /// The same at another instant.
    pub(crate) fn at<'f>(&self, frame: &'f Frame) -> TenantFrame<'f>
    where
        't: 'f,
    {
        TenantFrame { frame, ..self.clone() }
    }

    /// The names of all scopes that a source has rules for.
    pub(crate) fn ruled_scopes(&self) -> BTreeSet<&'t str> {
        let own = self.own_scopes.keys().copied();
        let shared =
            [self.profile_rules.and_then(|rules| rules.scopes.as_ref()), self.policy_of().scopes.as_ref()];
        let shared = shared.into_iter().flatten().flat_map(|scopes| scopes.keys().map(|key| &*key.0));
        set_of(own.chain(shared))
    }

    fn policy_of(&self) -> &'t crate::policy::Policy {
        &self.frame.policy
    }

    /// The rules of a scope.
    pub(crate) fn scope(&self, name: &str) -> RulesOfScope<'t> {
        let own: Option<&'t StatedScopeRules<'t>> = self.own_scopes.get(name).copied();
        let of_profile = self.profile_rules.and_then(|rules| by_name(rules.scopes.as_ref(), name));
        let policy = self.policy_of();
        let of_policy = by_name(policy.scopes.as_ref(), name);
        let shared = || [of_profile, of_policy].into_iter().flatten();
        let freshness = [
            (RuleSource::TenantScope, own.and_then(|rules| rules.freshness_hours).map(|hours| hours.0)),
            (RuleSource::ProfileScope, of_profile.and_then(|rules| rules.freshness_hours)),
            (RuleSource::Profile, self.profile_rules.and_then(|rules| rules.freshness_hours)),
            (RuleSource::PolicyScope, of_policy.and_then(|rules| rules.freshness_hours)),
        ];
        let stated = freshness.into_iter().find_map(|(source, hours)| Some((source, hours?)));
        let (freshness_from, freshness_hours) =
            stated.unwrap_or((RuleSource::Policy, policy.freshness_hours));
        RulesOfScope {
            freshness_hours,
            freshness_from,
            expected: own
                .and_then(|rules| rules.expected)
                .or_else(|| shared().find_map(|rules: &ScopeRules| rules.expected)),
            expected_policy_types: match own.and_then(|rules| rules.expected_policy_types.as_ref()) {
                Some(types) => set_of(types.iter().map(|name| &**name)).into_iter().collect(),
                None => {
                    let types = shared().find_map(|rules| rules.expected_policy_types.as_deref());
                    types.unwrap_or_default().iter().map(|name| &**name).collect()
                }
            },
        }
    }
}

/// Whether two names of scopes are the same. Most sets have no scope, and comparing texts of no length is slow on processors that load
/// their bytes under a mask.
pub(crate) fn is_same_scope(one: &str, other: &str) -> bool {
    one.len() == other.len() && (one.is_empty() || one == other)
}
