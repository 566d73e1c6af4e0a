//! A separate policy file, which replaces the policy of documents.

use serde_json::Value;

use crate::json::cursor::Cursor;
use crate::json::locate::locate;
use crate::policy::Policy;
use crate::reading::decode::{Decode as _, ObjectOrEmpty};
use crate::reading::refusal::{Position, Refusal, RefusalKind, found};
use crate::reading::snapshot::{StatedPolicy, StatedRules, StatedScopeRules};

/// A key that the format does not define, so it has no effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownKey {
    /// The names that lead to the key, and the key itself.
    pub path: Vec<String>,
    /// The keys that are known in its place.
    pub known: &'static [&'static str],
}

/// Checks a policy as one in a document is checked.
///
/// # Errors
///
/// If the policy would be refused in a document.
pub fn check(policy: &str) -> Result<Policy, Refusal> {
    // A document's policy is at this level.
    let mut cursor = Cursor::new(policy, 2);
    let read = ObjectOrEmpty::<StatedPolicy<'_>>::decode(&mut cursor);
    match read.and_then(|stated| cursor.end().map(|()| Policy::from(&stated.0))) {
        Ok(policy) => Ok(policy),
        Err(fault) => {
            let position = Position::START.after(&policy.as_bytes()[..fault.at.min(policy.len())]);
            let path = locate(policy, "policy", &[fault.at]).pop().unwrap_or_default();
            let found = found(policy, &fault);
            Err(RefusalKind::from(*fault).quoting(found, &path, position))
        }
    }
}

/// The unknown keys of a policy that was checked, in its profiles and scopes too, sorted.
///
/// In a document unknown keys are ignored, because exporters may add keys of their own.
/// In a file that a person writes, an unknown key is likely a misspelt rule.
pub fn unknown_keys(policy: &Value) -> Vec<UnknownKey> {
    let mut unknown = Vec::new();
    rules(policy, &[], StatedPolicy::KEY_NAMES, &mut unknown);
    for (profile, stated) in members(&policy["profiles"]) {
        rules(stated, &["profiles", profile], StatedRules::KEY_NAMES, &mut unknown);
    }
    crate::sorting::sort_by(&mut unknown, |one, other| one.path.cmp(&other.path));
    unknown
}

/// Collects the unknown keys of rules, and of their scopes.
fn rules(stated: &Value, at: &[&str], known: &'static [&'static str], unknown: &mut Vec<UnknownKey>) {
    keys(stated, at, known, unknown);
    for (scope, stated) in members(&stated["scopes"]) {
        keys(stated, &[at, &["scopes", scope]].concat(), StatedScopeRules::KEY_NAMES, unknown);
    }
}

fn keys(stated: &Value, at: &[&str], known: &'static [&'static str], unknown: &mut Vec<UnknownKey>) {
    let found = members(stated).map(|(key, _)| key).filter(|key| !known.contains(key));
    unknown.extend(found.map(|key| UnknownKey {
        path: at.iter().chain(&[key]).map(|name| (*name).to_owned()).collect(),
        known,
    }));
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}
