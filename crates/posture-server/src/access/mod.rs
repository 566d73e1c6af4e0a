//! Who is asking, and what they may see.
//!
//! A viewer is entitled to a workspace by a membership in it, and to tenants within it, each with the role held there. One table maps
//! roles to capabilities. If a source keeps memberships of its own, those decide; otherwise the configured ones do. Nothing is granted
//! by default: an unknown role or a tenant without its workspace grants nothing, a workspace without tenants only its name.

use std::collections::BTreeMap;

use axum::http::HeaderName;
use ipnet::IpNet;

use crate::sources::{EvidenceSource, SourceError};

pub mod grant;
mod members;
mod roles;

use grant::{Entitlements, granted_by_source};

pub use members::{AllTenants, Members, StatedMember, StatedTenant, StatedTenants, TenantRole};
pub use roles::{AccessError, Role, RoleTable, all_capabilities};

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
