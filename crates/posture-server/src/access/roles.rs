//! Roles, and the capabilities each gives.

use std::collections::BTreeMap;
use std::fmt;

use posture_core::export::redaction::Capabilities;
use posture_core::vocabulary::Capability;
use serde::Deserialize;

use super::AccessError;

/// The part a member plays.
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

    /// The role as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Manager => "manager",
            Self::Operator => "operator",
            Self::Readonly => "readonly",
        }
    }

    /// The role a source words so; `None` for a word that is none.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The capabilities of each role. Any member may view everything, unless the configuration says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleTable(BTreeMap<Role, Capabilities>);

impl Default for RoleTable {
    fn default() -> Self {
        Self(Role::ALL.into_iter().map(|role| (role, all_capabilities())).collect())
    }
}

impl RoleTable {
    /// The table with other capabilities for some roles, each by its word.
    pub fn with(mut self, overrides: &BTreeMap<Role, Vec<String>>) -> Result<Self, AccessError> {
        for (role, words) in overrides {
            let capability = |word: &String| {
                let known = Capability::ALL.iter().find(|capability| capability.as_str() == word);
                known
                    .copied()
                    .ok_or_else(|| AccessError::UnknownCapability { role: *role, word: word.clone() })
            };
            self.0.insert(*role, words.iter().map(capability).collect::<Result<_, _>>()?);
        }
        Ok(self)
    }

    /// What a role allows.
    pub fn of(&self, role: Role) -> Capabilities {
        self.0.get(&role).cloned().unwrap_or_default()
    }
}

/// Every capability there is.
pub fn all_capabilities() -> Capabilities {
    Capability::ALL.iter().copied().collect()
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
        let refused =
            RoleTable::default().with(&BTreeMap::from([(Role::Readonly, vec!["backups".to_owned()])]));
        assert!(matches!(refused, Err(AccessError::UnknownCapability { .. })));
    }
}
