//! Roles, and the capabilities each gives.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use posture_core::export::redaction::Capabilities;
use posture_core::vocabulary::Capability;
use serde::Deserialize;

/// A member's role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// `owner`
    Owner,
    /// `manager`
    Manager,
    /// `operator`
    Operator,
    /// `readonly`
    Readonly,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Owner, Self::Manager, Self::Operator, Self::Readonly];

    /// The role's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Manager => "manager",
            Self::Operator => "operator",
            Self::Readonly => "readonly",
        }
    }

    /// The role with this word; `None` if there is none.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The capability to mark attention items as known. It is about the endpoint and not about evidence, so no snapshot states it.
pub const MANAGE_REVIEWS: &str = "reviews.manage";

/// The capabilities of each role. By default every role may view everything, and all but `readonly` may mark attention items as known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleTable {
    views: BTreeMap<Role, Capabilities>,
    reviewers: BTreeSet<Role>,
}

impl Default for RoleTable {
    fn default() -> Self {
        Self {
            views: Role::ALL.into_iter().map(|role| (role, all_capabilities())).collect(),
            reviewers: BTreeSet::from([Role::Owner, Role::Manager, Role::Operator]),
        }
    }
}

impl RoleTable {
    /// The table with the capabilities of some roles replaced, each given by its word.
    pub fn with(mut self, overrides: &BTreeMap<Role, Vec<String>>) -> Result<Self, AccessError> {
        for (role, words) in overrides {
            let capability = |word: &String| {
                let known = Capability::ALL.iter().find(|capability| capability.as_str() == word);
                known
                    .copied()
                    .ok_or_else(|| AccessError::UnknownCapability { role: *role, word: word.clone() })
            };
            let (reviews, views): (Vec<_>, Vec<_>) = words.iter().partition(|word| *word == MANAGE_REVIEWS);
            self.views.insert(*role, views.into_iter().map(capability).collect::<Result<_, _>>()?);
            if reviews.is_empty() {
                self.reviewers.remove(role);
            } else {
                self.reviewers.insert(*role);
            }
        }
        Ok(self)
    }

    /// What a role may view.
    pub fn of(&self, role: Role) -> Capabilities {
        self.views.get(&role).cloned().unwrap_or_default()
    }

    /// Whether a role may mark attention items as known.
    pub fn manages_reviews(&self, role: Role) -> bool {
        self.reviewers.contains(&role)
    }
}

/// Every capability there is.
pub fn all_capabilities() -> Capabilities {
    Capability::ALL.iter().copied().collect()
}

/// Why an access configuration is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessError {
    /// A role is given an unknown capability.
    #[error(
        "access.roles.{role} names {word:?}, which is not a capability. Use backup_sets.view, backup_schedules.view, restore_runs.view or reviews.manage."
    )]
    UnknownCapability {
        /// The role.
        role: Role,
        /// The unknown word.
        word: String,
    },
    /// The id of a member's workspace or tenant is out of range.
    #[error("access.members has the id {0}. Ids are whole numbers from 1 to 9007199254740991.")]
    InvalidId(u64),
    /// A membership is given more than once.
    #[error(
        "access.members has more than one membership of {identity:?} in workspace {workspace}. Keep one."
    )]
    DuplicateMember {
        /// The identity.
        identity: String,
        /// The workspace.
        workspace: u64,
    },
    /// A tenant is listed more than once in a membership.
    #[error(
        "access.members lists tenant {tenant} twice for {identity:?} in workspace {workspace}. Keep one."
    )]
    DuplicateTenant {
        /// The identity.
        identity: String,
        /// The workspace.
        workspace: u64,
        /// The tenant.
        tenant: u64,
    },
    /// A membership names no identity.
    #[error(
        "access.members has an empty identity in workspace {0}. Name the identity or group as the proxy or the provider states it."
    )]
    EmptyIdentity(u64),
    /// A membership names neither an identity nor a group, or both.
    #[error(
        "access.members has an entry in workspace {0} without one of identity and group. State exactly one of them."
    )]
    NotOneMember(u64),
    /// An identity that no request can have.
    #[error(
        "access.members has the identity {0:?}, which no request can have. Remove the white space at its ends and control characters."
    )]
    UnusableIdentity(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    /// AC-7
    #[test]
    fn roles_give_capabilities_by_one_table() {
        let table = RoleTable::default();
        assert!(Role::ALL.iter().all(|role| table.of(*role) == all_capabilities()));
        let table =
            table.with(&BTreeMap::from([(Role::Readonly, vec!["backup_sets.view".to_owned()])])).unwrap();
        assert_eq!(table.of(Role::Readonly), Capabilities::from([Capability::BackupSetsView]));
        assert_eq!(table.of(Role::Operator), all_capabilities());
        assert!(!table.manages_reviews(Role::Readonly) && table.manages_reviews(Role::Operator));
        let table = table.with(&BTreeMap::from([(Role::Readonly, vec![MANAGE_REVIEWS.to_owned()])])).unwrap();
        assert!(table.manages_reviews(Role::Readonly) && table.of(Role::Readonly).is_empty());
        let refused =
            RoleTable::default().with(&BTreeMap::from([(Role::Readonly, vec!["backups".to_owned()])]));
        assert!(matches!(refused, Err(AccessError::UnknownCapability { .. })));
    }
}
