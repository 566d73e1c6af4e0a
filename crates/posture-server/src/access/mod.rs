//! Who is asking, and what they may see.
//!
//! A viewer is entitled to a workspace by a membership in it, and to tenants within it, each with the role held there. One table maps
//! roles to capabilities. If a source keeps memberships of its own, those decide; otherwise the configured ones do. Nothing is granted
//! by default: an unknown role or a tenant without its workspace grants nothing, a workspace without tenants only its name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::http::HeaderName;
use ipnet::IpNet;
use posture_core::Id;

use crate::sign_in::{Session, SignIn};
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
    /// By signing in at a provider.
    SignIn(SignInAccess),
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

/// Sign-in, and what those who signed in may see.
#[derive(Clone, Debug)]
pub struct SignInAccess {
    /// Signs users in and out.
    pub sign_in: Arc<SignIn>,
    /// What each role allows.
    pub roles: RoleTable,
    /// Memberships of identities and groups, used if the source keeps none.
    pub members: Members,
}

/// Who is asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// Anyone on this machine.
    Local,
    /// An authenticated identity.
    Identity(String),
    /// A user who has signed in.
    SignedIn(Session),
}

impl Viewer {
    /// The authenticated identity, if there is one.
    pub fn identity(&self) -> Option<&str> {
        match self {
            Self::Local => None,
            Self::Identity(identity) => Some(identity),
            Self::SignedIn(session) => Some(&session.identity),
        }
    }
}

/// A user, and what decides about what they may see.
struct User<'a> {
    identity: &'a str,
    groups: &'a [String],
    roles: &'a RoleTable,
    members: &'a Members,
}

impl Access {
    /// The tenants of a workspace whose attention items a viewer may mark as known: those in which their role has `reviews.manage`.
    pub async fn managed_reviews(
        &self,
        viewer: &Viewer,
        workspace: Id,
        source: &dyn EvidenceSource,
    ) -> Result<TenantScope, SourceError> {
        if matches!((self, viewer), (Self::Local, Viewer::Local)) {
            return Ok(TenantScope::All);
        }
        let Some(user) = self.user(viewer) else { return Ok(TenantScope::Only(BTreeSet::new())) };
        let manages = |role| user.roles.manages_reviews(role);
        Ok(match source.memberships(user.identity).await? {
            Some(memberships) => tenants_with(&memberships, workspace, manages),
            None => user.members.tenants_with(user.identity, user.groups, workspace, manages),
        })
    }

    /// What a viewer may see, by the source's memberships or else the configured ones.
    pub async fn entitlements(
        &self,
        viewer: &Viewer,
        source: &dyn EvidenceSource,
    ) -> Result<Entitlements, SourceError> {
        if matches!((self, viewer), (Self::Local, Viewer::Local)) {
            return Ok(Entitlements::Everything);
        }
        let Some(user) = self.user(viewer) else { return Ok(Entitlements::Workspaces(BTreeMap::new())) };
        Ok(match source.memberships(user.identity).await? {
            Some(memberships) => granted_by_source(&memberships, user.roles),
            None => user.members.entitlements(user.identity, user.groups, user.roles),
        })
    }

    /// The viewer as a user that this method authenticates; `None` for any other.
    fn user<'a>(&'a self, viewer: &'a Viewer) -> Option<User<'a>> {
        match (self, viewer) {
            (Self::Proxy(ProxyAccess { roles, members, .. }), Viewer::Identity(identity)) => {
                Some(User { identity, groups: &[], roles, members })
            }
            (Self::SignIn(SignInAccess { roles, members, .. }), Viewer::SignedIn(session)) => {
                Some(User { identity: &session.identity, groups: &session.groups, roles, members })
            }
            (Self::Local, Viewer::Local | Viewer::Identity(_) | Viewer::SignedIn(_))
            | (Self::Proxy(_), Viewer::Local | Viewer::SignedIn(_))
            | (Self::SignIn(_), Viewer::Local | Viewer::Identity(_)) => None,
        }
    }
}
