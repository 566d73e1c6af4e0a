//! The policy under which evidence is judged, and the instant it is judged at (contract, sections 1 and 3).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::id::Id;
use crate::key::Key;
use crate::timestamp::Timestamp;

/// The shortest freshness window, in hours.
pub const LEAST_FRESHNESS_HOURS: u64 = 1;
/// The longest freshness window, in hours.
pub const GREATEST_FRESHNESS_HOURS: u64 = 8760;
/// The longest grace of a schedule, in minutes.
pub const GREATEST_GRACE_MINUTES: u64 = 10_080;
/// The longest time for which a restore is evidence if there is a limit, in days.
pub const GREATEST_EVIDENCE_DAYS: u64 = 3650;
/// The most seconds that a clock may run ahead.
pub const GREATEST_CLOCK_SKEW_SECONDS: u64 = 3600;
/// The most attention items that the overview lists.
pub const GREATEST_ATTENTION_LIMIT: u64 = 1000;

/// The effective policy of a derivation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Policy {
    /// How many attention items the overview lists, 1..1000.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1000)))]
    pub attention_limit: u64,
    /// Seconds a clock may run ahead, 0..3600.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 3600)))]
    pub clock_skew_seconds: u64,
    /// Hours a completed backup stays fresh, 1..8760.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 8760)))]
    pub freshness_hours: u64,
    /// Named sets of rules, which tenants can use; absent if none are stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profiles: Option<BTreeMap<Key, ProfileRules>>,
    /// Days after which a completed restore no longer shows anything, 1..3650; absent if there is no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 3650)))]
    pub restore_evidence_days: Option<u64>,
    /// Minutes a schedule may be late, 0..10080.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 10080)))]
    pub schedule_grace_minutes: u64,
    /// Rules by scope, the unnamed scope under the empty text; absent if none are stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes: Option<BTreeMap<Key, ScopeRules>>,
}

/// The rules of a profile; what is absent comes from the policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProfileRules {
    /// Hours a completed backup stays fresh.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub freshness_hours: Option<u64>,
    /// Days after which a completed restore no longer shows anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restore_evidence_days: Option<u64>,
    /// Minutes a schedule may be late.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule_grace_minutes: Option<u64>,
    /// Rules by scope.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes: Option<BTreeMap<Key, ScopeRules>>,
}

/// The rules of one scope; what is absent comes from the next source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScopeRules {
    /// Whether the tenant must have this scope; false leaves the scope out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<bool>,
    /// Policy types that every backup of this scope must hold, sorted, each once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_policy_types: Option<Vec<String>>,
    /// Hours a completed backup of this scope stays fresh.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub freshness_hours: Option<u64>,
}

/// What a scope takes in memory besides its name.
const SCOPE_BYTES: usize = 64;
/// What an expected type takes in memory besides its name.
const TYPE_BYTES: usize = 32;

impl Default for Policy {
    fn default() -> Self {
        Self {
            attention_limit: 10,
            clock_skew_seconds: 300,
            freshness_hours: 24,
            profiles: None,
            restore_evidence_days: None,
            schedule_grace_minutes: 30,
            scopes: None,
        }
    }
}

/// A policy value outside its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfRange {
    /// The key concerned.
    pub key: &'static str,
    /// The value stated.
    pub value: u64,
    /// The least value allowed.
    pub least: u64,
    /// The greatest value allowed.
    pub greatest: u64,
}

impl Policy {
    /// This policy with other values for the whole workspace, each in its range.
    pub fn with(
        self,
        freshness_hours: Option<u64>,
        schedule_grace_minutes: Option<u64>,
    ) -> Result<Self, OutOfRange> {
        let pick = |key, stated: Option<u64>, own, least, greatest| match stated {
            Some(value) if !(least..=greatest).contains(&value) => {
                Err(OutOfRange { key, value, least, greatest })
            }
            stated => Ok(stated.unwrap_or(own)),
        };
        Ok(Self {
            freshness_hours: pick(
                "freshness_hours",
                freshness_hours,
                self.freshness_hours,
                LEAST_FRESHNESS_HOURS,
                GREATEST_FRESHNESS_HOURS,
            )?,
            schedule_grace_minutes: pick(
                "schedule_grace_minutes",
                schedule_grace_minutes,
                self.schedule_grace_minutes,
                0,
                GREATEST_GRACE_MINUTES,
            )?,
            ..self
        })
    }

    /// This policy with other values for a profile; unchanged if it has no such profile.
    #[must_use]
    pub fn with_profile(mut self, name: &str, freshness_hours: u64, schedule_grace_minutes: u64) -> Self {
        let profile = self.profiles.iter_mut().flatten().find(|(key, _)| key.0 == name);
        if let Some((_, rules)) = profile {
            rules.freshness_hours = Some(freshness_hours);
            rules.schedule_grace_minutes = Some(schedule_grace_minutes);
        }
        self
    }

    /// The rules of this profile; `None` if the policy has no such profile. Names are compared exactly.
    pub fn profile(&self, name: &str) -> Option<&ProfileRules> {
        by_name(self.profiles.as_ref(), name)
    }

    /// The most bytes that the rules of scopes can add to one tenant's report.
    pub(crate) fn bytes_for_each_tenant(&self) -> usize {
        let profiles = self.profiles.iter().flat_map(BTreeMap::values);
        let of_profile = profiles.map(|rules| bytes_of(rules.scopes.as_ref())).max();
        bytes_of(self.scopes.as_ref()) + of_profile.unwrap_or_default()
    }

    /// The freshness window of the workspace in seconds.
    pub fn freshness_seconds(&self) -> i64 {
        hours(self.freshness_hours)
    }

    fn skew_seconds(&self) -> i64 {
        self.clock_skew_seconds.cast_signed()
    }
}

/// The value under a name.
pub(crate) fn by_name<'m, T>(map: Option<&'m BTreeMap<Key, T>>, name: &str) -> Option<&'m T> {
    map?.get(&Key(name.to_owned()))
}

/// What the rules of scopes take in a report: their names, the expected types, and some bytes for each.
fn bytes_of(scopes: Option<&BTreeMap<Key, ScopeRules>>) -> usize {
    let of_scope = |(name, rules): (&Key, &ScopeRules)| {
        let types = rules.expected_policy_types.iter().flatten();
        SCOPE_BYTES + name.0.len() + types.map(|name| TYPE_BYTES + name.len()).sum::<usize>()
    };
    scopes.into_iter().flatten().map(of_scope).sum()
}

/// So many hours in seconds.
pub(crate) fn hours(hours: u64) -> i64 {
    hours.cast_signed() * 3600
}

/// What every tenant of a derivation is judged under.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The instant the evidence is judged at.
    pub as_of: Timestamp,
    /// The instant the evidence was exported at.
    pub exported_at: Timestamp,
    /// The instant from which on the evidence serves for verdicts; `None` if it was not reduced.
    pub since: Option<Timestamp>,
    /// The effective policy.
    pub policy: Arc<Policy>,
    /// The workspace whose tenants are evaluated.
    pub workspace_id: Id,
}

impl Frame {
    /// Whether a timestamp "has happened": an export holds no fact later than itself, however far ahead the as-of instant is.
    pub fn has_happened(&self, at: Timestamp) -> bool {
        at <= self.as_of.min(self.exported_at).plus(self.policy.skew_seconds())
    }

    /// Whether a timestamp is later than the export could know.
    pub fn is_after_export(&self, at: Timestamp) -> bool {
        at > self.exported_at.plus(self.policy.skew_seconds())
    }

    /// Whether something deleted at this instant, if any, is deleted.
    pub fn is_deleted(&self, deleted_at: Option<Timestamp>) -> bool {
        deleted_at.is_some_and(|at| self.has_happened(at))
    }

    /// Whether the export is older than the workspace's freshness window.
    pub fn is_export_too_old(&self) -> bool {
        self.as_of > self.exported_at.plus(self.policy.freshness_seconds())
    }

    /// Whether schedules can be judged: a snapshot holds only their current state.
    pub fn evaluates_schedules(&self) -> bool {
        self.as_of.plus(self.policy.skew_seconds()) >= self.exported_at
    }
}

/// By how many whole seconds an export is ahead of a clock, if by more than the allowed skew.
///
/// The core has no clock: each surface passes its own. Evidence from the future must not be shown as current.
pub fn seconds_ahead(exported_at: Timestamp, now: Timestamp, clock_skew_seconds: u64) -> Option<u64> {
    Some(exported_at.seconds_since(now)).filter(|ahead| *ahead > clock_skew_seconds)
}
