//! The embedded demo workspace as a source of evidence.

use std::sync::Arc;

use async_trait::async_trait;
use posture_core::{Form, Id, Timestamp};
use posture_engine::DeriveError;
use posture_engine::spool::SpoolSpace;

use super::held_snapshot::HeldSnapshot;
use super::{Evidence, EvidenceSource, EvidenceVersion, Listing, Query, Reach, SourceError};

/// The demo workspace.
#[derive(Debug)]
pub struct DemoSource {
    document: Arc<HeldSnapshot>,
}

impl DemoSource {
    /// The demo as exported at an instant.
    pub fn new(exported_at: Timestamp) -> Result<Self, DeriveError> {
        let snapshot = posture_synth::demo::snapshot(exported_at)?;
        let space = SpoolSpace::new(std::env::temp_dir(), u64::MAX);
        Ok(Self { document: Arc::new(HeldSnapshot::read(snapshot.as_slice(), Form::Json, &space)?) })
    }

    fn document(&self, workspace: Id) -> Result<&Arc<HeldSnapshot>, SourceError> {
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
        let source = "embedded demo".to_owned();
        Ok(vec![Listing { served, workspace_id, source, is_shared_source: false, refusal: None }])
    }

    async fn version(&self, query: &Query) -> Result<EvidenceVersion, SourceError> {
        self.document(query.workspace)?.version(query)
    }

    async fn open(&self, query: &Query) -> Result<Evidence, SourceError> {
        self.document(query.workspace)?.open(query)
    }
}
