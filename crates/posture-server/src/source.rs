//! What a place of evidence offers the endpoint.

use std::error::Error;

use async_trait::async_trait;
use axum::body::Bytes;
use posture_core::reader::Workspace;
use posture_core::{Form, Id, Timestamp};

/// A snapshot document as it is handed out.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its bytes.
    pub bytes: Bytes,
    /// How it is written.
    pub form: Form,
    /// A text that changes whenever the bytes do.
    pub version: String,
}

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
    /// Tenants in the snapshot, evaluated or not.
    pub tenants: u64,
    /// When the snapshot was exported.
    pub exported_at: Timestamp,
}

/// Why a source did not hand out a document.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// It has no such workspace.
    #[error("there is no such workspace")]
    UnknownWorkspace,
    /// The workspace has no such tenant.
    #[error("there is no such tenant")]
    UnknownTenant,
    /// The evidence is there and gives no snapshot; the sentence says why.
    #[error("{0}")]
    Refused(String),
    /// The source itself failed.
    #[error("the source of evidence failed")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

/// A place of evidence.
#[async_trait]
pub trait EvidenceSource: Send + Sync + 'static {
    /// Every workspace, and every piece of evidence that gives none.
    async fn workspaces(&self) -> Result<Vec<Listing>, SourceError>;

    /// A workspace's snapshot in full.
    async fn full_snapshot(&self, workspace: Id) -> Result<Document, SourceError>;

    /// A workspace's snapshot as a slim export (contract, section 9), in the JSON form.
    async fn slim_snapshot(&self, workspace: Id) -> Result<Document, SourceError>;

    /// A workspace's snapshot with one tenant, that one in full and as it was exported, in the JSON form.
    async fn tenant_snapshot(&self, workspace: Id, external_id: &str) -> Result<Document, SourceError>;
}
