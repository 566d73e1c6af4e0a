//! The demo: a workspace of a managed service provider, made of scenarios whose names say cause and effect.
//!
//! Every time is relative to the instant of export, so that it reads like this morning whenever it is started.

use std::io;

use async_trait::async_trait;
use posture_core::{Form, Id, Timestamp};

use crate::derivation::DeriveError;
use crate::document::WorkspaceDocument;
use crate::source::{Document, EvidenceSource, Listing, SourceError};

mod backup_events;
mod clock;
mod records;
mod restore_events;
mod scenarios;
mod shapes;
mod tenant_events;

pub use scenarios::snapshot;

/// The demo as a source of evidence.
#[derive(Debug)]
pub struct DemoSource {
    document: WorkspaceDocument,
}

impl DemoSource {
    /// The demo as exported at an instant.
    pub fn new(exported_at: Timestamp) -> Result<Self, DeriveError> {
        let document = WorkspaceDocument::read(snapshot(exported_at).map_err(io::Error::from)?, Form::Json)?;
        Ok(Self { document })
    }

    fn document(&self, workspace: Id) -> Result<&WorkspaceDocument, SourceError> {
        if self.document.served.workspace.id == workspace { Ok(&self.document) } else { Err(SourceError::UnknownWorkspace) }
    }
}

#[async_trait]
impl EvidenceSource for DemoSource {
    async fn workspaces(&self) -> Result<Vec<Listing>, SourceError> {
        let served = self.document.served.clone();
        let workspace_id = Some(served.workspace.id);
        Ok(vec![Listing { served: Some(served), workspace_id, source: "embedded demo".to_owned(), refusal: None }])
    }

    async fn full_snapshot(&self, workspace: Id) -> Result<Document, SourceError> {
        Ok(self.document(workspace)?.full())
    }

    async fn slim_snapshot(&self, workspace: Id) -> Result<Document, SourceError> {
        Ok(self.document(workspace)?.slim())
    }

    async fn tenant_snapshot(&self, workspace: Id, external_id: &str) -> Result<Document, SourceError> {
        self.document(workspace)?.tenant(external_id).ok_or(SourceError::UnknownTenant)
    }
}
