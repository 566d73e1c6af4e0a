//! What a place of evidence offers the endpoint.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use async_trait::async_trait;
use axum::body::Bytes;
use futures_util::stream::BoxStream;
use posture_core::reading::reader::Workspace;
use posture_core::{Id, Timestamp};

/// Which of a workspace's tenants are asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TenantScope {
    /// All there are, those whose identity cannot be read included.
    All,
    /// These alone.
    Only(BTreeSet<Id>),
}

impl TenantScope {
    /// Whether a tenant is asked for; its id is `None` where it cannot be read.
    pub fn holds(&self, tenant: Option<Id>) -> bool {
        match self {
            Self::All => true,
            Self::Only(ids) => tenant.is_some_and(|id| ids.contains(&id)),
        }
    }
}

/// Which workspaces are asked for, and which of their tenants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// All there are, what gives no workspace included.
    Everything,
    /// These alone.
    Workspaces(BTreeMap<Id, TenantScope>),
}

impl Reach {
    /// The tenants asked for of a workspace; `None` where it is not asked for. Its id is `None` where it cannot be read.
    pub fn of(&self, workspace: Option<Id>) -> Option<&TenantScope> {
        match self {
            Self::Everything => Some(&TenantScope::All),
            Self::Workspaces(scopes) => scopes.get(&workspace?),
        }
    }
}

/// How much of the tenants is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Extent {
    /// Every tenant in scope as the slim export has it (contract, section 9).
    Slim,
    /// Every tenant in scope with all that verdicts at an instant need; at the export's own where there is none.
    Verdicts(Option<Timestamp>),
    /// The one tenant in scope with this external id, in full.
    Tenant(String),
}

/// What is asked of a source.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Query {
    /// The workspace.
    pub workspace: Id,
    /// Which of its tenants.
    pub tenants: TenantScope,
    /// How much of them.
    pub extent: Extent,
}

/// A text that changes whenever what a query is answered with does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark(pub String);

/// The answer to a query: one consistent instant of the evidence, its tenants as they come in.
pub struct Evidence {
    /// Changes whenever the rest does.
    pub mark: Mark,
    /// The snapshot document without its tenants.
    pub head: String,
    /// The tenants' texts, in the document's order. An error ends them, and the answer must not look complete then.
    pub tenants: Tenants,
}

/// Tenants' texts, one by one.
pub type Tenants = BoxStream<'static, Result<Bytes, SourceError>>;

/// One workspace, or one piece of evidence that gives none.
#[derive(Clone, Debug)]
pub struct Listing {
    /// The workspace, where it is known and served.
    pub served: Option<Served>,
    /// The workspace the evidence names, where that much can be read.
    pub workspace_id: Option<Id>,
    /// Where the evidence comes from, in words a person can follow up.
    pub source: String,
    /// Why the evidence as it is now is not served; a workspace with both is served from its last good state.
    pub refusal: Option<String>,
}

/// A workspace that is served.
#[derive(Clone, Debug)]
pub struct Served {
    /// The workspace.
    pub workspace: Workspace,
    /// Tenants asked for, evaluated or not.
    pub tenants: u64,
    /// When the snapshot was exported.
    pub exported_at: Timestamp,
}

/// What one user is a member of, with the roles as the source words them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memberships {
    /// The role in each workspace.
    pub workspaces: BTreeMap<Id, String>,
    /// The role in each tenant, by workspace.
    pub tenants: BTreeMap<Id, BTreeMap<Id, String>>,
}

/// Why a source did not hand out evidence.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// It has no such workspace.
    #[error("there is no such workspace")]
    UnknownWorkspace,
    /// The workspace has no such tenant, or it is not in scope.
    #[error("there is no such tenant")]
    UnknownTenant,
    /// The evidence is there and gives no snapshot; the sentence says why.
    #[error("{0}")]
    Refused(String),
    /// More is asked of the source at once than it can answer.
    #[error("the source of evidence is busy")]
    Busy,
    /// The source itself failed.
    #[error("the source of evidence failed")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

impl SourceError {
    /// Whether it tells of the evidence; the source itself goes on as before.
    pub(crate) fn is_of_evidence(&self) -> bool {
        match self {
            Self::UnknownWorkspace | Self::UnknownTenant | Self::Refused(_) => true,
            Self::Busy | Self::Failed(_) => false,
        }
    }

    /// A failure of the source itself.
    pub fn failed(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed(error.into())
    }
}

/// A place of evidence. It is only read.
#[async_trait]
pub trait EvidenceSource: Send + Sync + 'static {
    /// Every workspace asked for, and, where everything is, every piece of evidence that gives none.
    async fn workspaces(&self, reach: &Reach) -> Result<Vec<Listing>, SourceError>;

    /// What a query would be answered with, told by a mark alone. It costs little: no items are read for it.
    async fn mark(&self, query: &Query) -> Result<Mark, SourceError>;

    /// Answers a query.
    async fn open(&self, query: &Query) -> Result<Evidence, SourceError>;

    /// What a user is a member of; `None` where the source keeps no memberships.
    async fn memberships(&self, _user: &str) -> Result<Option<Memberships>, SourceError> {
        Ok(None)
    }

    /// Whether the source can be asked now.
    async fn check(&self) -> Result<(), SourceError> {
        Ok(())
    }
}
