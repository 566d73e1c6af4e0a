//! Configured memberships.

use std::collections::{BTreeMap, BTreeSet};

use posture_core::Id;
use serde::Deserialize;

use super::grant::{Entitlements, Grant};
use super::roles::{AccessError, Role, RoleTable};
use crate::sources::TenantScope;

/// A membership in the configuration file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatedMember {
    /// The identity, as the proxy sends it.
    pub identity: String,
    /// The workspace.
    pub workspace: u64,
    /// The role in the workspace, and in each tenant without a role of its own.
    pub role: Role,
    /// The tenants that the member may see.
    pub tenants: StatedTenants,
}

/// The tenants of a membership in the configuration file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(
    untagged,
    expecting = "`tenants` is neither 'all' nor a list of tenant ids, each with or without a role"
)]
pub enum StatedTenants {
    /// `"all"`: every tenant, including those added later.
    All(AllTenants),
    /// Only these.
    Only(Vec<StatedTenant>),
}

/// The word for all tenants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AllTenants {
    /// `all`
    All,
}

/// A tenant of a membership in the configuration file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "an element of `tenants` is neither a tenant id nor a table of id and role")]
pub enum StatedTenant {
    /// With the membership's role.
    Id(u64),
    /// With a role of its own.
    WithRole(TenantRole),
}

/// A tenant, and the role held in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TenantRole {
    /// The tenant.
    pub id: u64,
    /// The role.
    pub role: Role,
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
    /// Checks the memberships of the configuration file.
    pub fn new(stated: &[StatedMember]) -> Result<Self, AccessError> {
        let id = |number: u64| Id::new(number).ok_or(AccessError::InvalidId(number));
        let mut members = Self::default();
        for member in stated {
            if member.identity.is_empty() {
                return Err(AccessError::EmptyIdentity(member.workspace));
            }
            if member.identity.trim() != member.identity || member.identity.contains(char::is_control) {
                return Err(AccessError::UnusableIdentity(member.identity.clone()));
            }
            let tenants = match &member.tenants {
                StatedTenants::All(AllTenants::All) => MemberTenants::All(member.role),
                StatedTenants::Only(tenants) => {
                    let with_role = |tenant: &StatedTenant| match tenant {
                        StatedTenant::Id(tenant) => Ok((id(*tenant)?, member.role)),
                        StatedTenant::WithRole(tenant) => Ok((id(tenant.id)?, tenant.role)),
                    };
                    let mut listed = BTreeMap::new();
                    for tenant in tenants {
                        let (tenant, role) = with_role(tenant)?;
                        if listed.insert(tenant, role).is_some() {
                            return Err(AccessError::DuplicateTenant {
                                identity: member.identity.clone(),
                                workspace: member.workspace,
                                tenant: tenant.get(),
                            });
                        }
                    }
                    MemberTenants::Only(listed)
                }
            };
            let workspaces = members.0.entry(member.identity.clone()).or_default();
            if workspaces.insert(id(member.workspace)?, tenants).is_some() {
                return Err(AccessError::DuplicateMember {
                    identity: member.identity.clone(),
                    workspace: member.workspace,
                });
            }
        }
        Ok(members)
    }

    /// The tenants of a workspace in which an identity has a role that passes.
    pub(super) fn tenants_with(
        &self,
        identity: &str,
        workspace: Id,
        passes: impl Fn(Role) -> bool,
    ) -> TenantScope {
        match self.0.get(identity).and_then(|workspaces| workspaces.get(&workspace)) {
            Some(MemberTenants::All(role)) if passes(*role) => TenantScope::All,
            Some(MemberTenants::Only(tenants)) => TenantScope::Only(
                tenants.iter().filter(|(_, role)| passes(**role)).map(|(tenant, _)| *tenant).collect(),
            ),
            Some(MemberTenants::All(_)) | None => TenantScope::Only(BTreeSet::new()),
        }
    }

    /// What an identity may see.
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
    use super::*;

    fn id(number: u64) -> Id {
        Id::new(number).unwrap()
    }

    /// AC-6
    #[test]
    fn memberships_are_unique_and_have_valid_ids() {
        let member = |workspace, tenants| StatedMember {
            identity: "ana".to_owned(),
            workspace,
            role: Role::Manager,
            tenants,
        };
        let all = || StatedTenants::All(AllTenants::All);
        assert!(matches!(
            Members::new(&[member(1, all()), member(1, all())]),
            Err(AccessError::DuplicateMember { .. })
        ));
        assert_eq!(Members::new(&[member(0, all())]), Err(AccessError::InvalidId(0)));
        let twice =
            vec![StatedTenant::Id(5), StatedTenant::WithRole(TenantRole { id: 5, role: Role::Owner })];
        assert!(matches!(
            Members::new(&[member(1, StatedTenants::Only(twice))]),
            Err(AccessError::DuplicateTenant { tenant: 5, .. })
        ));
        let nobody = StatedMember { identity: String::new(), ..member(1, all()) };
        assert_eq!(Members::new(&[nobody]), Err(AccessError::EmptyIdentity(1)));
        for identity in ["ana ", "\tana", "a\nna"] {
            let unusable = StatedMember { identity: identity.to_owned(), ..member(1, all()) };
            assert_eq!(Members::new(&[unusable]), Err(AccessError::UnusableIdentity(identity.to_owned())));
        }
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
