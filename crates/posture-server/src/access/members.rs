//! Configured memberships.

use std::collections::{BTreeMap, BTreeSet};

use posture_core::Id;
use serde::Deserialize;

use super::grant::{Entitlements, Grant};
use super::roles::{AccessError, Role, RoleTable};
use crate::identity::is_identity;
use crate::sources::TenantScope;

/// A membership in the configuration file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatedMember {
    /// The identity, as the proxy sends it or the provider states it.
    pub identity: Option<String>,
    /// A group or role, as the provider states it, in place of an identity.
    pub group: Option<String>,
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

/// Configured memberships.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Members {
    identities: BTreeMap<String, BTreeMap<Id, MemberTenants>>,
    /// In the order of the configuration: the first that applies to a workspace counts.
    groups: Vec<(String, Id, MemberTenants)>,
}

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
            let (name, is_group) = match (&member.identity, &member.group) {
                (Some(identity), None) => (identity, false),
                (None, Some(group)) => (group, true),
                (Some(_), Some(_)) | (None, None) => return Err(AccessError::NotOneMember(member.workspace)),
            };
            if name.is_empty() {
                return Err(AccessError::EmptyIdentity(member.workspace));
            }
            let is_usable = if is_group {
                name.trim() == name && !name.contains(char::is_control)
            } else {
                is_identity(name)
            };
            if !is_usable {
                return Err(AccessError::UnusableIdentity(name.clone()));
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
                                identity: name.clone(),
                                workspace: member.workspace,
                                tenant: tenant.get(),
                            });
                        }
                    }
                    MemberTenants::Only(listed)
                }
            };
            let workspace = id(member.workspace)?;
            let is_duplicate = if is_group {
                let is_stated = members.groups.iter().any(|(group, of, _)| group == name && *of == workspace);
                members.groups.push((name.clone(), workspace, tenants));
                is_stated
            } else {
                members.identities.entry(name.clone()).or_default().insert(workspace, tenants).is_some()
            };
            if is_duplicate {
                return Err(AccessError::DuplicateMember {
                    identity: name.clone(),
                    workspace: member.workspace,
                });
            }
        }
        Ok(members)
    }

    /// The groups that a membership names.
    pub(crate) fn groups(&self) -> BTreeSet<&str> {
        self.groups.iter().map(|(group, ..)| group.as_str()).collect()
    }

    /// The tenants of a workspace in which a user has a role that passes.
    pub(super) fn tenants_with(
        &self,
        identity: &str,
        groups: &[String],
        workspace: Id,
        passes: impl Fn(Role) -> bool,
    ) -> TenantScope {
        match self.of(identity, groups).get(&workspace) {
            Some(MemberTenants::All(role)) if passes(*role) => TenantScope::All,
            Some(MemberTenants::Only(tenants)) => TenantScope::Only(
                tenants.iter().filter(|(_, role)| passes(**role)).map(|(tenant, _)| *tenant).collect(),
            ),
            Some(MemberTenants::All(_)) | None => TenantScope::Only(BTreeSet::new()),
        }
    }

    /// What a user may see.
    pub(super) fn entitlements(&self, identity: &str, groups: &[String], roles: &RoleTable) -> Entitlements {
        let grant = |tenants: &MemberTenants| match tenants {
            MemberTenants::All(role) => Grant::All(roles.of(*role)),
            MemberTenants::Only(tenants) => {
                Grant::Only(tenants.iter().map(|(tenant, role)| (*tenant, roles.of(*role))).collect())
            }
        };
        let granted = self.of(identity, groups).into_iter();
        Entitlements::Workspaces(granted.map(|(workspace, tenants)| (workspace, grant(tenants))).collect())
    }

    /// A user's memberships. In each workspace their own counts, otherwise the first that one of their groups has.
    fn of(&self, identity: &str, groups: &[String]) -> BTreeMap<Id, &MemberTenants> {
        let own = self.identities.get(identity).into_iter().flatten();
        let mut memberships: BTreeMap<_, _> = own.map(|(workspace, tenants)| (*workspace, tenants)).collect();
        for (_, workspace, tenants) in self.groups.iter().filter(|(group, ..)| groups.contains(group)) {
            memberships.entry(*workspace).or_insert(tenants);
        }
        memberships
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
            identity: Some("ana".to_owned()),
            group: None,
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
        let nobody = StatedMember { identity: Some(String::new()), ..member(1, all()) };
        assert_eq!(Members::new(&[nobody]), Err(AccessError::EmptyIdentity(1)));
        for identity in ["ana ", "\tana", "a\nna", "ana\u{200b}", &"a".repeat(257)] {
            let unusable = StatedMember { identity: Some(identity.to_owned()), ..member(1, all()) };
            assert_eq!(Members::new(&[unusable]), Err(AccessError::UnusableIdentity(identity.to_owned())));
        }
        let members =
            Members::new(&[member(1, StatedTenants::Only(vec![StatedTenant::Id(5)])), member(2, all())])
                .unwrap();
        let entitlements = members.entitlements("ana", &[], &RoleTable::default());
        assert_eq!(entitlements.grant(id(1)).unwrap().scope(), TenantScope::Only(BTreeSet::from([id(5)])));
        assert_eq!(entitlements.grant(id(2)).unwrap().scope(), TenantScope::All);
        assert_eq!(entitlements.grant(id(3)), None);
        assert_eq!(
            members.entitlements("Ana", &[], &RoleTable::default()),
            Entitlements::Workspaces(BTreeMap::new())
        );
    }

    /// AC-13
    #[test]
    fn a_membership_of_an_identity_comes_before_those_of_its_groups() {
        let member = |identity: Option<&str>, group: Option<&str>, workspace, tenant| StatedMember {
            identity: identity.map(str::to_owned),
            group: group.map(str::to_owned),
            workspace,
            role: Role::Manager,
            tenants: StatedTenants::Only(vec![StatedTenant::Id(tenant)]),
        };
        let stated = [
            member(None, Some("first"), 1, 11),
            member(None, Some("second"), 1, 12),
            member(None, Some("second"), 2, 22),
            member(Some("ana"), None, 1, 13),
        ];
        let members = Members::new(&stated).unwrap();
        let tenants = |identity: &str, groups: &[&str], workspace| {
            let groups: Vec<_> = groups.iter().map(|group| (*group).to_owned()).collect();
            let granted = members.entitlements(identity, &groups, &RoleTable::default()).grant(id(workspace));
            granted.map(|grant| grant.scope())
        };
        let only = |tenant| Some(TenantScope::Only(BTreeSet::from([id(tenant)])));
        assert_eq!(tenants("ana", &["second"], 1), only(13));
        assert_eq!(tenants("ana", &["second"], 2), only(22));
        assert_eq!(
            tenants("ben", &["second", "first"], 1),
            only(11),
            "the order of the configuration counts"
        );
        assert_eq!(tenants("second", &[], 2), None, "an identity is not a group");
        assert_eq!(members.groups(), BTreeSet::from(["first", "second"]));
        for (identity, group) in [(Some("a"), Some("b")), (None, None)] {
            assert_eq!(Members::new(&[member(identity, group, 1, 1)]), Err(AccessError::NotOneMember(1)));
        }
        assert!(matches!(
            Members::new(&[stated[0].clone(), stated[0].clone()]),
            Err(AccessError::DuplicateMember { .. })
        ));
    }
}
