//! Sources of evidence: the trait that each implements, and the sources.

pub(crate) mod file_stamp;
mod folder;
mod held_snapshot;
mod ids;
mod slimming;
mod tenant_stream;

pub mod demo;
pub mod files;
pub mod postgres;
pub mod reviews;
pub mod sqlite;
pub mod with_policy;

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use async_trait::async_trait;
use axum::body::Bytes;
use futures_util::stream::BoxStream;
use posture_core::reading::reader::Workspace;
use posture_core::{Id, Timestamp};

/// Which tenants of a workspace a query asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TenantScope {
    /// All, including those whose id cannot be read.
    All,
    /// Only these.
    Only(BTreeSet<Id>),
}

impl TenantScope {
    /// Whether a tenant is in scope. Its id is `None` if it cannot be read.
    pub fn holds(&self, tenant: Option<Id>) -> bool {
        match self {
            Self::All => true,
            Self::Only(ids) => tenant.is_some_and(|id| ids.contains(&id)),
        }
    }
}

/// Which workspaces a caller may see, and which of their tenants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// All, including evidence that gives no workspace.
    Everything,
    /// Only these.
    Workspaces(BTreeMap<Id, TenantScope>),
}

impl Reach {
    /// The tenants in reach of a workspace; `None` if the workspace is not. Its id is `None` if it cannot be read.
    pub fn of(&self, workspace: Option<Id>) -> Option<&TenantScope> {
        match self {
            Self::Everything => Some(&TenantScope::All),
            Self::Workspaces(scopes) => scopes.get(&workspace?),
        }
    }
}

/// How much of each tenant a query asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Extent {
    /// Every tenant in scope, as in the slim export (contract, section 9).
    Slim,
    /// The same, for verdicts from this instant on instead of from the export on.
    SlimSince(Timestamp),
    /// Every tenant in scope, with all that verdicts at an instant need, by default the export's.
    Verdicts(Option<Timestamp>),
    /// Every tenant in scope, in full.
    Whole,
    /// The one tenant in scope with this external id, in full.
    Tenant(String),
}

impl Extent {
    /// The external id, if only one tenant is asked for.
    fn only(&self) -> Option<&str> {
        match self {
            Self::Tenant(external_id) => Some(external_id),
            Self::Slim | Self::SlimSince(_) | Self::Verdicts(_) | Self::Whole => None,
        }
    }
}

/// A query to a source.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Query {
    /// The workspace.
    pub workspace: Id,
    /// Which of its tenants.
    pub tenants: TenantScope,
    /// How much of them.
    pub extent: Extent,
}

impl Query {
    /// Whether another query asks for the same tenants. Both then have the same version, however much of the tenants each asks for.
    pub(crate) fn has_tenants_of(&self, other: &Self) -> bool {
        self.workspace == other.workspace
            && self.tenants == other.tenants
            && self.extent.only() == other.extent.only()
    }
}

/// A version string that changes whenever a query's result would.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceVersion(pub String);

/// The answer to a query: the evidence at one consistent instant, its tenants as a stream.
pub struct Evidence {
    /// Changes whenever the rest does.
    pub version: EvidenceVersion,
    /// The snapshot document without its tenants.
    pub head: String,
    /// The instant from which on the tenants serve, if they are slimmed; the document then states it.
    pub since: Option<Timestamp>,
    /// The tenants' texts, in the document's order. An error ends the stream, and the answer must then not look complete.
    ///
    /// Only threads that may block poll it: it may read files.
    pub tenants: Tenants,
}

/// A stream of tenants' texts.
pub type Tenants = BoxStream<'static, Result<Bytes, SourceError>>;

/// One workspace, or one piece of evidence that gives no workspace.
#[derive(Clone, Debug)]
pub struct Listing {
    /// The workspace, if it is served.
    pub served: Option<Served>,
    /// The workspace that the evidence names, if that much can be read.
    pub workspace_id: Option<Id>,
    /// The source of the evidence, such as a file name.
    pub source: String,
    /// Whether the source holds any number of workspaces, as a database does.
    pub is_shared_source: bool,
    /// Why the current evidence is not served. A workspace that has this and is served is served from its last good state.
    pub refusal: Option<String>,
}

/// A workspace that is served.
#[derive(Clone, Debug)]
pub struct Served {
    /// The workspace.
    pub workspace: Workspace,
    /// The tenants in reach, evaluated or not.
    pub tenants: u64,
    /// When the snapshot was exported.
    pub exported_at: Timestamp,
}

/// A user's memberships, with the roles as the source writes them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memberships {
    /// The role in each workspace.
    pub workspaces: BTreeMap<Id, String>,
    /// The role in each tenant, by workspace.
    pub tenants: BTreeMap<Id, BTreeMap<Id, String>>,
}

/// Why a source gave no evidence.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// There is no such workspace.
    #[error("there is no such workspace")]
    UnknownWorkspace,
    /// There is no such tenant in the workspace, or it is not in scope.
    #[error("there is no such tenant")]
    UnknownTenant,
    /// The evidence exists but is not a usable snapshot; the message says why.
    #[error("{0}")]
    Refused(String),
    /// The evidence cannot answer the query; the message says why.
    #[error("{0}")]
    Unsuitable(String),
    /// All of the source's connections are in use.
    #[error("the source of evidence is busy")]
    Busy,
    /// The source is still being read for the first time; the message says so.
    #[error("{0}")]
    Starting(&'static str),
    /// The source is not available; the message says why, and anyone may read it.
    #[error("{0}")]
    Unready(String),
    /// The source itself failed.
    #[error("the source of evidence failed")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

impl SourceError {
    /// Whether the error is about the evidence and the source itself works.
    pub(crate) fn is_of_evidence(&self) -> bool {
        match self {
            Self::UnknownWorkspace | Self::UnknownTenant | Self::Refused(_) | Self::Unsuitable(_) => true,
            Self::Busy | Self::Starting(_) | Self::Unready(_) | Self::Failed(_) => false,
        }
    }

    /// A query that the evidence refuses.
    pub(crate) fn unsuitable(refusal: &posture_core::Refusal) -> Self {
        Self::Unsuitable(refusal.to_string())
    }

    /// The same error for another caller.
    pub(crate) fn copied(&self) -> Self {
        match self {
            Self::UnknownWorkspace => Self::UnknownWorkspace,
            Self::UnknownTenant => Self::UnknownTenant,
            Self::Refused(sentence) => Self::Refused(sentence.clone()),
            Self::Unsuitable(sentence) => Self::Unsuitable(sentence.clone()),
            Self::Busy => Self::Busy,
            Self::Starting(sentence) => Self::Starting(sentence),
            Self::Unready(sentence) => Self::Unready(sentence.clone()),
            Self::Failed(error) => Self::failed(error.to_string()),
        }
    }

    /// A failure of the source itself.
    pub fn failed(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed(error.into())
    }
}

/// A source of evidence. It is only read.
#[async_trait]
pub trait EvidenceSource: Send + Sync + 'static {
    /// Every workspace in reach, and every piece of evidence that gives no workspace if everything is in reach.
    async fn workspaces(&self, reach: &Reach) -> Result<Vec<Listing>, SourceError>;

    /// The version of a query's answer. Cheap: reads no items. Queries for the same tenants have the same version, however much of
    /// the tenants they ask for.
    async fn version(&self, query: &Query) -> Result<EvidenceVersion, SourceError>;

    /// Answers a query.
    async fn open(&self, query: &Query) -> Result<Evidence, SourceError>;

    /// A user's memberships; `None` if the source keeps none.
    async fn memberships(&self, _user: &str) -> Result<Option<Memberships>, SourceError> {
        Ok(None)
    }

    /// Whether the source is available.
    async fn check(&self) -> Result<(), SourceError> {
        Ok(())
    }
}
