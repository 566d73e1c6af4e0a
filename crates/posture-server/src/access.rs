//! Who asks, and what they may see.
//!
//! A viewer is entitled to a workspace by a membership in it, and within it to tenants, each with the role held there. The role gives
//! capabilities by one table. Where a source keeps memberships of its own, those decide; otherwise the configured ones do. What nobody
//! granted is not granted: an unknown role, a tenant without its workspace, a workspace without tenants give nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use axum::http::HeaderName;
use ipnet::IpNet;
use posture_core::Id;
use posture_core::closed::Capabilities;
use posture_core::vocabulary::Capability;
use serde::Deserialize;

use crate::source::{EvidenceSource, Memberships, Reach, SourceError, TenantScope};

/// How viewers are told apart.
#[derive(Clone, Debug)]
pub enum Access {
    /// Not at all: everyone on this machine sees everything.
    Local,
    /// By the identity a proxy names.
    Proxy(ProxyAccess),
}

/// Identities from a proxy, and what they may see.
#[derive(Clone, Debug)]
pub struct ProxyAccess {
    /// The header the proxy names the identity in.
    pub identity_header: HeaderName,
    /// The addresses the proxy's connections come from; no other is answered.
    pub proxies: Vec<IpNet>,
    /// The host names requests may be for.
    pub hosts: Vec<String>,
    /// What each role allows.
    pub roles: RoleTable,
    /// Who is a member of what, where the source does not say.
    pub members: Members,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// Anyone on this machine.
    Local,
    /// Someone an identity source named.
    Identity(String),
}

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
                known.copied().ok_or_else(|| AccessError::UnknownCapability { role: *role, word: word.clone() })
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

/// Why an access configuration is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessError {
    /// A role is given a capability there is none of.
    #[error(
        "access.roles.{role} names {word:?}, which is no capability; write backup_sets.view, backup_schedules.view or restore_runs.view."
    )]
    UnknownCapability {
        /// The role.
        role: Role,
        /// What it was given.
        word: String,
    },
    /// A member's workspace or tenant is no id.
    #[error("access.members names {0} as an id; ids are whole numbers from 1 to 9007199254740991.")]
    NoId(u64),
    /// A membership stands twice.
    #[error("access.members states {identity:?} in workspace {workspace} twice; state each membership once.")]
    Twice {
        /// Whose.
        identity: String,
        /// Where.
        workspace: u64,
    },
}

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
                return Err(AccessError::Twice { identity: member.identity.clone(), workspace: member.workspace });
            }
        }
        Ok(members)
    }

    fn entitlements(&self, identity: &str, roles: &RoleTable) -> Entitlements {
        let grant = |tenants: &MemberTenants| match tenants {
            MemberTenants::All(role) => Grant::All(roles.of(*role)),
            MemberTenants::Only(tenants) => Grant::Only(tenants.iter().map(|(tenant, role)| (*tenant, roles.of(*role))).collect()),
        };
        let workspaces = self.0.get(identity).into_iter().flatten();
        Entitlements::Workspaces(workspaces.map(|(workspace, tenants)| (*workspace, grant(tenants))).collect())
    }
}

/// What a viewer may see of one workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grant {
    /// Every tenant, with these capabilities.
    All(Capabilities),
    /// These tenants, each with its capabilities.
    Only(BTreeMap<Id, Capabilities>),
}

impl Grant {
    /// The tenants that are seen.
    pub fn scope(&self) -> TenantScope {
        match self {
            Self::All(_) => TenantScope::All,
            Self::Only(tenants) => TenantScope::Only(tenants.keys().copied().collect()),
        }
    }

    /// What may be opened of a tenant; its id is `None` where it cannot be read.
    pub fn capabilities(&self, tenant: Option<Id>) -> Capabilities {
        match self {
            Self::All(capabilities) => capabilities.clone(),
            Self::Only(tenants) => tenant.and_then(|tenant| tenants.get(&tenant)).cloned().unwrap_or_default(),
        }
    }

    /// The tenants of which none of these capabilities is held; `None` where there are none.
    pub fn lacking(&self, capabilities: &[Capability]) -> Option<TenantScope> {
        let lacks = |held: &Capabilities| !capabilities.iter().any(|capability| held.contains(capability));
        match self {
            Self::All(held) => lacks(held).then_some(TenantScope::All),
            Self::Only(tenants) => {
                let lacking: BTreeSet<_> = tenants.iter().filter(|(_, held)| lacks(held)).map(|(tenant, _)| *tenant).collect();
                (!lacking.is_empty()).then_some(TenantScope::Only(lacking))
            }
        }
    }

    /// Whether every capability is held in every tenant that is seen.
    pub fn is_open(&self) -> bool {
        Capability::ALL.iter().all(|capability| self.lacking(&[*capability]).is_none())
    }
}

/// What a viewer may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entitlements {
    /// All there is.
    Everything,
    /// These workspaces.
    Workspaces(BTreeMap<Id, Grant>),
}

impl Entitlements {
    /// What may be seen of a workspace; `None` where nothing may, as where there is no such workspace.
    pub fn grant(&self, workspace: Id) -> Option<Grant> {
        match self {
            Self::Everything => Some(Grant::All(all_capabilities())),
            Self::Workspaces(grants) => grants.get(&workspace).cloned(),
        }
    }

    /// The tenants, by workspace, of which a capability is not held.
    pub fn lacking(&self, capability: Capability) -> BTreeMap<Id, TenantScope> {
        match self {
            Self::Everything => BTreeMap::new(),
            Self::Workspaces(grants) => {
                grants.iter().filter_map(|(workspace, grant)| Some((*workspace, grant.lacking(&[capability])?))).collect()
            }
        }
    }

    /// What is asked of a source to list it.
    pub fn reach(&self) -> Reach {
        match self {
            Self::Everything => Reach::Everything,
            Self::Workspaces(grants) => Reach::Workspaces(grants.iter().map(|(workspace, grant)| (*workspace, grant.scope())).collect()),
        }
    }
}

impl Access {
    /// What a viewer may see, by the memberships of the source or else the configured ones.
    pub async fn entitlements(&self, viewer: &Viewer, source: &dyn EvidenceSource) -> Result<Entitlements, SourceError> {
        match (self, viewer) {
            (Self::Local, Viewer::Local) => Ok(Entitlements::Everything),
            (Self::Local, Viewer::Identity(_)) | (Self::Proxy(_), Viewer::Local) => Ok(Entitlements::Workspaces(BTreeMap::new())),
            (Self::Proxy(proxy), Viewer::Identity(identity)) => Ok(match source.memberships(identity).await? {
                Some(memberships) => entitlements_of(&memberships, &proxy.roles),
                None => proxy.members.entitlements(identity, &proxy.roles),
            }),
        }
    }
}

/// What a source's memberships entitle to: the tenants one is a member of, in the workspaces one is a member of.
fn entitlements_of(memberships: &Memberships, roles: &RoleTable) -> Entitlements {
    let is_member = |(_, role): &(&Id, &String)| Role::from_word(role).is_some();
    let grant = |workspace: &Id| {
        let tenants = memberships.tenants.get(workspace).into_iter().flatten();
        let known = tenants.filter_map(|(tenant, role)| Some((*tenant, roles.of(Role::from_word(role)?))));
        Grant::Only(known.collect())
    };
    let workspaces = memberships.workspaces.iter().filter(is_member);
    Entitlements::Workspaces(workspaces.map(|(workspace, _)| (*workspace, grant(workspace))).collect())
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
    fn a_tenant_is_seen_by_who_is_a_member_of_it_and_of_its_workspace() {
        let memberships = Memberships {
            workspaces: words(&[(1, "owner"), (2, "auditor")]),
            tenants: BTreeMap::from([
                (id(1), words(&[(11, "readonly"), (12, "guest")])),
                (id(2), words(&[(21, "owner")])),
                (id(3), words(&[(31, "owner")])),
            ]),
        };
        let granted = Grant::Only(BTreeMap::from([(id(11), all_capabilities())]));
        assert_eq!(entitlements_of(&memberships, &RoleTable::default()), Entitlements::Workspaces(BTreeMap::from([(id(1), granted)])));
    }

    /// AC-7
    #[test]
    fn roles_give_capabilities_by_one_table() {
        let table = RoleTable::default();
        assert!(Role::ALL.iter().all(|role| table.of(*role) == all_capabilities()));
        let table = table.with(&BTreeMap::from([(Role::Readonly, vec!["backup_sets.view".to_owned()])])).unwrap();
        assert_eq!(table.of(Role::Readonly), Capabilities::from([Capability::BackupSetsView]));
        assert_eq!(table.of(Role::Operator), all_capabilities());
        let refused = RoleTable::default().with(&BTreeMap::from([(Role::Readonly, vec!["backups".to_owned()])]));
        assert!(matches!(refused, Err(AccessError::UnknownCapability { .. })));
    }

    /// AC-6
    #[test]
    fn a_membership_stands_once_and_names_ids() {
        let member = |workspace, tenants| StatedMember { identity: "ana".to_owned(), workspace, role: Role::Manager, tenants };
        let all = || StatedTenants::All(AllTenants::All);
        assert!(matches!(Members::new(&[member(1, all()), member(1, all())]), Err(AccessError::Twice { .. })));
        assert_eq!(Members::new(&[member(0, all())]), Err(AccessError::NoId(0)));
        let members = Members::new(&[member(1, StatedTenants::Only(vec![StatedTenant::Id(5)])), member(2, all())]).unwrap();
        let entitlements = members.entitlements("ana", &RoleTable::default());
        assert_eq!(entitlements.grant(id(1)).unwrap().scope(), TenantScope::Only(BTreeSet::from([id(5)])));
        assert_eq!(entitlements.grant(id(2)).unwrap().scope(), TenantScope::All);
        assert_eq!(entitlements.grant(id(3)), None);
        assert_eq!(members.entitlements("Ana", &RoleTable::default()), Entitlements::Workspaces(BTreeMap::new()));
    }

    /// AC-11
    #[test]
    fn what_is_lacking_names_the_tenants_that_lack_it() {
        let grant = Grant::Only(BTreeMap::from([(id(1), all_capabilities()), (id(2), Capabilities::new())]));
        assert_eq!(grant.lacking(&[Capability::RestoreRunsView]), Some(TenantScope::Only(BTreeSet::from([id(2)]))));
        assert!(!grant.is_open());
        assert!(Grant::All(all_capabilities()).is_open());
        assert!(grant.capabilities(None).is_empty(), "a tenant whose id cannot be read is nobody's in particular");
    }
}
