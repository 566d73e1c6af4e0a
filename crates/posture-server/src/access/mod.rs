//! Who asks, and what they may see.
//!
//! A viewer is entitled to a workspace by a membership in it, and within it to tenants, each with the role held there. The role gives
//! capabilities by one table. Where a source keeps memberships of its own, those decide; otherwise the configured ones do. What nobody
//! granted is not granted: an unknown role and a tenant without its workspace give nothing, a workspace without tenants its name alone.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::HeaderName;
use ipnet::IpNet;
use posture_core::Id;
use posture_core::export::redaction::Capabilities;
use posture_core::vocabulary::Capability;

use crate::source::{EvidenceSource, Memberships, Reach, SourceError, TenantScope};

mod members;
mod roles;

pub use members::{AllTenants, Members, StatedMember, StatedTenant, StatedTenants};
pub use roles::{Role, RoleTable, all_capabilities};

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
            Self::Only(tenants) => {
                tenant.and_then(|tenant| tenants.get(&tenant)).cloned().unwrap_or_default()
            }
        }
    }

    /// The tenants of which none of these capabilities is held; `None` where there are none.
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
            Self::Workspaces(grants) => grants
                .iter()
                .filter_map(|(workspace, grant)| Some((*workspace, grant.lacking(&[capability])?)))
                .collect(),
        }
    }

    /// What is asked of a source to list it.
    pub fn reach(&self) -> Reach {
        match self {
            Self::Everything => Reach::Everything,
            Self::Workspaces(grants) => Reach::Workspaces(
                grants.iter().map(|(workspace, grant)| (*workspace, grant.scope())).collect(),
            ),
        }
    }
}

impl Access {
    /// What a viewer may see, by the memberships of the source or else the configured ones.
    pub async fn entitlements(
        &self,
        viewer: &Viewer,
        source: &dyn EvidenceSource,
    ) -> Result<Entitlements, SourceError> {
        match (self, viewer) {
            (Self::Local, Viewer::Local) => Ok(Entitlements::Everything),
            (Self::Local, Viewer::Identity(_)) | (Self::Proxy(_), Viewer::Local) => {
                Ok(Entitlements::Workspaces(BTreeMap::new()))
            }
            (Self::Proxy(proxy), Viewer::Identity(identity)) => {
                Ok(match source.memberships(identity).await? {
                    Some(memberships) => entitlements_of(&memberships, &proxy.roles),
                    None => proxy.members.entitlements(identity, &proxy.roles),
                })
            }
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
        assert_eq!(
            entitlements_of(&memberships, &RoleTable::default()),
            Entitlements::Workspaces(BTreeMap::from([(id(1), granted)]))
        );
    }

    /// AC-11
    #[test]
    fn what_is_lacking_names_the_tenants_that_lack_it() {
        let grant = Grant::Only(BTreeMap::from([(id(1), all_capabilities()), (id(2), Capabilities::new())]));
        assert_eq!(
            grant.lacking(&[Capability::RestoreRunsView]),
            Some(TenantScope::Only(BTreeSet::from([id(2)])))
        );
        assert!(!grant.is_open());
        assert!(Grant::All(all_capabilities()).is_open());
        assert!(
            grant.capabilities(None).is_empty(),
            "a tenant whose id cannot be read is nobody's in particular"
        );
    }
}
