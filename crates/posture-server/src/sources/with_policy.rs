//! A source whose evidence is judged by another policy than its own.

use std::sync::Arc;

use async_trait::async_trait;
use posture_core::Refusal;
use posture_core::policy::Policy;
use posture_core::reading::policy_file;
use posture_engine::snapshot_cache::frame_of;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::slimming::{since, slimmed};
use super::{
    Evidence, EvidenceSource, EvidenceVersion, Extent, Listing, Memberships, Query, Reach, SourceError,
};

/// Replaces the policy of every document of a source, profiles included.
pub struct WithPolicy {
    source: Arc<dyn EvidenceSource>,
    policy: Value,
    /// Whether clocks may differ by more or less than by default, so that other sets may count.
    has_other_skew: bool,
    /// Changes with the policy.
    version: String,
}

/// A policy that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// It is not JSON.
    #[error("Failed to read the policy: {0}.")]
    Json(#[from] serde_json::Error),
    /// It is refused, as it would be in a document.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl WithPolicy {
    /// Judges the evidence of a source by a policy, given as JSON. The policy is checked as one in a document is.
    pub fn new(source: Arc<dyn EvidenceSource>, policy: &str) -> Result<Self, PolicyError> {
        let skew = policy_file::check(policy)?.clock_skew_seconds;
        Ok(Self {
            source,
            has_other_skew: skew != Policy::default().clock_skew_seconds,
            version: hex::encode(Sha256::digest(policy)),
            policy: serde_json::from_str(policy)?,
        })
    }

    fn with_policy(&self, version: EvidenceVersion) -> EvidenceVersion {
        let EvidenceVersion(version) = version;
        EvidenceVersion(hex::encode(
            Sha256::new().chain_update(version).chain_update(&self.version).finalize(),
        ))
    }

    fn head(&self, head: &str) -> Result<String, serde_json::Error> {
        let mut members: serde_json::Map<String, Value> = serde_json::from_str(head)?;
        members.insert("policy".to_owned(), self.policy.clone());
        serde_json::to_string(&members)
    }
}

#[async_trait]
impl EvidenceSource for WithPolicy {
    async fn workspaces(&self, reach: &Reach) -> Result<Vec<Listing>, SourceError> {
        self.source.workspaces(reach).await
    }

    async fn version(&self, query: &Query) -> Result<EvidenceVersion, SourceError> {
        Ok(self.with_policy(self.source.version(query).await?))
    }

    /// What a slim document keeps depends on the policy, so it is slimmed here, from all that verdicts need.
    async fn open(&self, query: &Query) -> Result<Evidence, SourceError> {
        let full = match query.extent {
            Extent::Tenant(_) => query.extent.clone(),
            Extent::SlimSince(_) => Extent::Whole,
            // A database reads what verdicts need by the default skew.
            _ if self.has_other_skew => Extent::Whole,
            Extent::Slim => Extent::Verdicts(None),
            Extent::Verdicts(_) | Extent::Whole => query.extent.clone(),
        };
        let evidence = self.source.open(&Query { extent: full, ..query.clone() }).await?;
        let head = self.head(&evidence.head).map_err(SourceError::failed)?;
        let frame = frame_of(&head).map_err(|refusal| SourceError::Refused(refusal.to_string()))?;
        let since = since(&query.extent, &frame)?;
        let evidence = Evidence { version: self.with_policy(evidence.version), head, since, ..evidence };
        Ok(match query.extent {
            Extent::Slim | Extent::SlimSince(_) => slimmed(evidence, frame),
            Extent::Verdicts(_) | Extent::Whole | Extent::Tenant(_) => evidence,
        })
    }

    async fn memberships(&self, user: &str) -> Result<Option<Memberships>, SourceError> {
        self.source.memberships(user).await
    }

    async fn check(&self) -> Result<(), SourceError> {
        self.source.check().await
    }
}
