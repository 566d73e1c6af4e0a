//! Who is asking, and what they may see.
//!
//! A viewer is entitled to a workspace by a membership in it, and to tenants within it, each with the role held there. One table maps
//! roles to capabilities. If a source keeps memberships of its own, those decide; otherwise the configured ones do. Nothing is granted
//! by default: an unknown role or a tenant without its workspace grants nothing, a workspace without tenants only its name.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::HeaderName;
use ipnet::IpNet;
use posture_core::Id;

use crate::sources::{EvidenceSource, SourceError, TenantScope};

pub mod grant;
mod members;
mod roles;

use grant::{Entitlements, granted_by_source, tenants_with};

pub use members::{AllTenants, Members, StatedMember, StatedTenant, StatedTenants, TenantRole};
pub use roles::{AccessError, MANAGE_REVIEWS, Role, RoleTable, all_capabilities};

/// How users are authenticated.
#[derive(Clone, Debug)]
pub enum Access {
    /// Not at all: everyone on this machine sees everything.
    Local,
    /// By the identity that a proxy sends.
    Proxy(ProxyAccess),
}

/// Identities from a proxy, and what they may see.
#[derive(Clone, Debug)]
pub struct ProxyAccess {
    /// The header that carries the identity.
    pub identity_header: HeaderName,
    /// The networks that the proxy connects from; no other is answered.
    pub proxies: Vec<IpNet>,
    /// The host names that requests may be for.
    pub hosts: Vec<String>,
    /// What each role allows.
    pub roles: RoleTable,
    /// Memberships, used if the source keeps none.
    pub members: Members,
}

/// Who is asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// Anyone on this machine.
    Local,
    /// An authenticated identity.
    Identity(String),
}

impl Viewer {
    /// The authenticated identity, if there is one.
    pub fn identity(&self) -> Option<&str> {
        match self {
            Self::Local => None,
            Self::Identity(identity) => Some(identity),
        }
    }
}

impl Access {
    /// The tenants of a workspace whose attention items a viewer may mark as known: those in which their role has `reviews.manage`.
    pub async fn managed_reviews(
        &self,
        viewer: &Viewer,
        workspace: Id,
        source: &dyn EvidenceSource,
    ) -> Result<TenantScope, SourceError> {
        match (self, viewer) {
            (Self::Local, Viewer::Local) => Ok(TenantScope::All),
            (Self::Local, Viewer::Identity(_)) | (Self::Proxy(_), Viewer::Local) => {
                Ok(TenantScope::Only(BTreeSet::new()))
            }
            (Self::Proxy(proxy), Viewer::Identity(identity)) => {
                let manages = |role| proxy.roles.manages_reviews(role);
                Ok(match source.memberships(identity).await? {
                    Some(memberships) => tenants_with(&memberships, workspace, manages),
                    None => proxy.members.tenants_with(identity, workspace, manages),
                })
            }
        }
    }

    /// What a viewer may see, by the source's memberships or else the configured ones.
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
                    Some(memberships) => granted_by_source(&memberships, &proxy.roles),
                    None => proxy.members.entitlements(identity, &proxy.roles),
                })
            }
        }
    }
}
