//! What a viewer may see: workspaces, tenants, and the capabilities held in each.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use posture_core::Id;
use posture_core::export::redaction::Capabilities;
use posture_core::vocabulary::Capability;

use super::roles::{Role, RoleTable, all_capabilities};
use crate::sources::{Memberships, Reach, TenantScope};

/// What a viewer may see of one workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grant {
    /// Every tenant, with these capabilities.
    All(Capabilities),
    /// These tenants, each with its capabilities.
    Only(BTreeMap<Id, Capabilities>),
}

impl Grant {
    /// The tenants that the viewer may see.
    pub fn scope(&self) -> TenantScope {
        match self {
            Self::All(_) => TenantScope::All,
            Self::Only(tenants) => TenantScope::Only(tenants.keys().copied().collect()),
        }
    }

    /// The capabilities held in a tenant, whose id is `None` if it cannot be read.
    pub fn capabilities(&self, tenant: Option<Id>) -> Capabilities {
        match self {
            Self::All(capabilities) => capabilities.clone(),
            Self::Only(tenants) => {
                tenant.and_then(|tenant| tenants.get(&tenant)).cloned().unwrap_or_default()
            }
        }
    }

    /// The tenants in which none of these capabilities is held; `None` if there are no such tenants.
    pub fn lacking(&self, capabilities: &[Capability]) -> Option<TenantScope> {
        let lacks = |held: &Capabilities| !capabilities.iter().any(|capability| held.contains(capability));
        match self {
            Self::All(held) => lacks(held).then_some(TenantScope::All),
            Self::Only(tenants) => {
                let lacking: BTreeSet<_> =
                    tenants.iter().filter(|(_, held)| lacks(held)).map(|(tenant, _)| *tenant).collect();
                (!lacking.is_empty()).then_some(TenantScope::Only(lacking))
            }
        }
    }

    /// Whether every capability is held in every visible tenant.
    pub fn is_open(&self) -> bool {
        Capability::ALL.iter().all(|capability| self.lacking(&[*capability]).is_none())
    }
}

/// The grant as a line of text, the same for equal grants; versions of answers are made from it.
impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut write = |tenant: &dyn fmt::Display, held: &Capabilities| {
            write!(f, "{tenant}:")?;
            held.iter().try_for_each(|capability| write!(f, " {}", capability.as_str()))?;
            f.write_str(";")
        };
        match self {
            Self::All(held) => write(&"all", held),
            Self::Only(tenants) => tenants.iter().try_for_each(|(tenant, held)| write(tenant, held)),
        }
    }
}

/// What a viewer may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entitlements {
    /// Everything.
    Everything,
    /// These workspaces.
    Workspaces(BTreeMap<Id, Grant>),
}

impl Entitlements {
    /// What the viewer may see of a workspace; `None` both if nothing and if there is no such workspace.
    pub fn grant(&self, workspace: Id) -> Option<Grant> {
        match self {
            Self::Everything => Some(Grant::All(all_capabilities())),
            Self::Workspaces(grants) => grants.get(&workspace).cloned(),
        }
    }

    /// The tenants, by workspace, in which a capability is not held.
    pub fn lacking(&self, capability: Capability) -> BTreeMap<Id, TenantScope> {
        match self {
            Self::Everything => BTreeMap::new(),
            Self::Workspaces(grants) => grants
                .iter()
                .filter_map(|(workspace, grant)| Some((*workspace, grant.lacking(&[capability])?)))
                .collect(),
        }
    }

    /// What to ask a source for in order to list it.
    pub fn reach(&self) -> Reach {
        match self {
            Self::Everything => Reach::Everything,
            Self::Workspaces(grants) => Reach::Workspaces(
                grants.iter().map(|(workspace, grant)| (*workspace, grant.scope())).collect(),
            ),
        }
    }
}

/// What a source's memberships grant: the tenants a user is a member of, within the workspaces they are a member of.
pub(super) fn granted_by_source(memberships: &Memberships, roles: &RoleTable) -> Entitlements {
    let is_member = |(_, role): &(&Id, &String)| Role::from_word(role).is_some();
    let grant = |workspace: &Id| {
        let tenants = memberships.tenants.get(workspace).into_iter().flatten();
        let known = tenants.filter_map(|(tenant, role)| Some((*tenant, roles.of(Role::from_word(role)?))));
        Grant::Only(known.collect())
    };
    let workspaces = memberships.workspaces.iter().filter(is_member);
    Entitlements::Workspaces(workspaces.map(|(workspace, _)| (*workspace, grant(workspace))).collect())
}

/// The tenants of a workspace that a user is a member of in a role that passes, by a source's memberships.
pub(super) fn tenants_with(
    memberships: &Memberships,
    workspace: Id,
    passes: impl Fn(Role) -> bool,
) -> TenantScope {
    let is_member =
        memberships.workspaces.get(&workspace).is_some_and(|role| Role::from_word(role).is_some());
    let tenants = memberships.tenants.get(&workspace).into_iter().flatten();
    let passing = tenants.filter(|(_, role)| Role::from_word(role).is_some_and(&passes));
    TenantScope::Only(passing.filter(|_| is_member).map(|(tenant, _)| *tenant).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u64) -> Id {
        Id::new(number).unwrap()
    }

    fn words(pairs: &[(u64, &str)]) -> BTreeMap<Id, String> {
        pairs.iter().map(|(number, role)| (id(*number), (*role).to_owned())).collect()
    }

    /// AC-6
    #[test]
    fn a_tenant_is_visible_to_members_of_both_it_and_its_workspace() {
        let memberships = Memberships {
            workspaces: words(&[(1, "owner"), (2, "auditor")]),
            tenants: BTreeMap::from([
                (id(1), words(&[(11, "readonly"), (12, "guest")])),
                (id(2), words(&[(21, "owner")])),
                (id(3), words(&[(31, "owner")])),
            ]),
        };
        let granted = Grant::Only(BTreeMap::from([(id(11), all_capabilities())]));
        assert_eq!(
            granted_by_source(&memberships, &RoleTable::default()),
            Entitlements::Workspaces(BTreeMap::from([(id(1), granted)]))
        );
    }

    /// AC-11
    #[test]
    fn lacking_names_the_tenants_without_the_capability() {
        let grant = Grant::Only(BTreeMap::from([(id(1), all_capabilities()), (id(2), Capabilities::new())]));
        assert_eq!(
            grant.lacking(&[Capability::RestoreRunsView]),
            Some(TenantScope::Only(BTreeSet::from([id(2)])))
        );
        assert!(!grant.is_open());
        assert!(Grant::All(all_capabilities()).is_open());
        assert!(grant.capabilities(None).is_empty(), "a tenant whose id cannot be read grants nothing");
    }

    #[test]
    fn grants_that_differ_have_different_texts() {
        let (some, all) = (Capabilities::from([Capability::BackupSetsView]), all_capabilities());
        let only = |tenants: &[(u64, &Capabilities)]| {
            Grant::Only(tenants.iter().map(|(tenant, held)| (id(*tenant), (*held).clone())).collect())
        };
        let grants = [
            Grant::All(all.clone()),
            Grant::All(some.clone()),
            only(&[]),
            only(&[(1, &all)]),
            only(&[(1, &some)]),
            only(&[(1, &some), (2, &all)]),
            only(&[(1, &all), (2, &some)]),
        ];
        let texts: BTreeSet<_> = grants.iter().map(ToString::to_string).collect();
        assert_eq!(texts.len(), grants.len(), "{texts:?}");
        assert_eq!(only(&[(1, &some)]).to_string(), "1: backup_sets.view;");
    }
}
