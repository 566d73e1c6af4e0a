//! The demo: a workspace of a managed service provider, made of scenarios whose names say cause and effect.
//!
//! Every time is relative to the instant of export, so that it reads like this morning whenever it is started.

use std::io;

use async_trait::async_trait;
use posture_core::{Form, Id, Timestamp};

use crate::derivation::DeriveError;
use crate::memory::MemorySnapshot;
use crate::source::{Evidence, EvidenceSource, Listing, Mark, Query, Reach, SourceError};

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
    document: MemorySnapshot,
}

impl DemoSource {
    /// The demo as exported at an instant.
    pub fn new(exported_at: Timestamp) -> Result<Self, DeriveError> {
        let document =
            MemorySnapshot::read(snapshot(exported_at).map_err(io::Error::from)?.as_slice(), Form::Json)?;
        Ok(Self { document })
    }

    fn document(&self, workspace: Id) -> Result<&MemorySnapshot, SourceError> {
        if self.document.workspace.id == workspace {
            Ok(&self.document)
        } else {
            Err(SourceError::UnknownWorkspace)
        }
    }
}

#[async_trait]
impl EvidenceSource for DemoSource {
    async fn workspaces(&self, reach: &Reach) -> Result<Vec<Listing>, SourceError> {
        let workspace_id = Some(self.document.workspace.id);
        let Some(scope) = reach.of(workspace_id) else { return Ok(Vec::new()) };
        let served = Some(self.document.served(scope));
        Ok(vec![Listing { served, workspace_id, source: "embedded demo".to_owned(), refusal: None }])
    }

    async fn mark(&self, query: &Query) -> Result<Mark, SourceError> {
        self.document(query.workspace)?.mark(query)
    }

    async fn open(&self, query: &Query) -> Result<Evidence, SourceError> {
        self.document(query.workspace)?.open(query)
    }
}
