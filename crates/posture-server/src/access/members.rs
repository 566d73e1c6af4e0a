//! Memberships as the configuration states them.

use std::collections::BTreeMap;

use posture_core::Id;
use serde::Deserialize;

use super::{AccessError, Entitlements, Grant, Role, RoleTable};

/// A membership as the configuration states it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatedMember {
    /// The identity, as the proxy names it.
    pub identity: String,
    /// The workspace.
    pub workspace: u64,
    /// The role in the workspace, and in each tenant that states none.
    pub role: Role,
    /// The tenants entitled to.
    pub tenants: StatedTenants,
}

/// The tenants of a membership as the configuration states them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "expected \"all\", or a list of tenant ids, each with or without a role")]
pub enum StatedTenants {
    /// `"all"`: those there are and those to come.
    All(AllTenants),
    /// These alone.
    Only(Vec<StatedTenant>),
}

/// The word for all tenants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AllTenants {
    /// `all`
    All,
}

/// A tenant of a membership as the configuration states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "expected a tenant id, or a table of id and role")]
pub enum StatedTenant {
    /// In the membership's own role.
    Id(u64),
    /// In a role of its own.
    WithRole {
        /// The tenant.
        id: u64,
        /// The role.
        role: Role,
    },
}

/// Configured memberships, by identity and workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Members(BTreeMap<String, BTreeMap<Id, MemberTenants>>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum MemberTenants {
    All(Role),
    Only(BTreeMap<Id, Role>),
}

impl Members {
    /// Reads what the configuration states.
    pub fn new(stated: &[StatedMember]) -> Result<Self, AccessError> {
        let id = |number: u64| Id::new(number).ok_or(AccessError::NoId(number));
        let mut members = Self::default();
        for member in stated {
            let tenants = match &member.tenants {
                StatedTenants::All(AllTenants::All) => MemberTenants::All(member.role),
                StatedTenants::Only(tenants) => {
                    let with_role = |tenant: &StatedTenant| match tenant {
                        StatedTenant::Id(tenant) => Ok((id(*tenant)?, member.role)),
                        StatedTenant::WithRole { id: tenant, role } => Ok((id(*tenant)?, *role)),
                    };
                    MemberTenants::Only(tenants.iter().map(with_role).collect::<Result<_, _>>()?)
                }
            };
            let workspaces = members.0.entry(member.identity.clone()).or_default();
            if workspaces.insert(id(member.workspace)?, tenants).is_some() {
                return Err(AccessError::Twice {
                    identity: member.identity.clone(),
                    workspace: member.workspace,
                });
            }
        }
        Ok(members)
    }

    /// What an identity may see by them.
    pub(super) fn entitlements(&self, identity: &str, roles: &RoleTable) -> Entitlements {
        let grant = |tenants: &MemberTenants| match tenants {
            MemberTenants::All(role) => Grant::All(roles.of(*role)),
            MemberTenants::Only(tenants) => {
                Grant::Only(tenants.iter().map(|(tenant, role)| (*tenant, roles.of(*role))).collect())
            }
        };
        let workspaces = self.0.get(identity).into_iter().flatten();
        Entitlements::Workspaces(
            workspaces.map(|(workspace, tenants)| (*workspace, grant(tenants))).collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::source::TenantScope;

    fn id(number: u64) -> Id {
        Id::new(number).unwrap()
    }

    /// AC-6
    #[test]
    fn a_membership_stands_once_and_names_ids() {
        let member = |workspace, tenants| StatedMember {
            identity: "ana".to_owned(),
            workspace,
            role: Role::Manager,
            tenants,
        };
        let all = || StatedTenants::All(AllTenants::All);
        assert!(matches!(
            Members::new(&[member(1, all()), member(1, all())]),
            Err(AccessError::Twice { .. })
        ));
        assert_eq!(Members::new(&[member(0, all())]), Err(AccessError::NoId(0)));
        let members =
            Members::new(&[member(1, StatedTenants::Only(vec![StatedTenant::Id(5)])), member(2, all())])
                .unwrap();
        let entitlements = members.entitlements("ana", &RoleTable::default());
        assert_eq!(entitlements.grant(id(1)).unwrap().scope(), TenantScope::Only(BTreeSet::from([id(5)])));
        assert_eq!(entitlements.grant(id(2)).unwrap().scope(), TenantScope::All);
        assert_eq!(entitlements.grant(id(3)), None);
        assert_eq!(
            members.entitlements("Ana", &RoleTable::default()),
            Entitlements::Workspaces(BTreeMap::new())
        );
    }
}
