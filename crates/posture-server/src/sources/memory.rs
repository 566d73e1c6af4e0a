//! A workspace's snapshot in memory, as the endpoint hands it out.

use std::io::Read;
use std::ops::Range;

use axum::body::Bytes;
use futures_util::stream::{self, StreamExt as _};
use posture_core::compare::replacement::Export;
use posture_core::export::slim::slim_since;
use posture_core::policy::Frame;
use posture_core::reading::reader::Workspace;
use posture_core::{Form, Id, Timestamp};
use posture_engine::DeriveError;
use posture_engine::snapshot_cache::{self, CachedHead, CachedTenant, TenantSink};

use super::slimming::{since, slimmed};
use super::{Evidence, Extent, Mark, Query, Served, SourceError, TenantScope};

/// A snapshot that was read to its end.
#[derive(Debug)]
pub(crate) struct MemorySnapshot {
    pub(crate) workspace: Workspace,
    pub(crate) exported_at: Timestamp,
    frame: Frame,
    head: String,
    mark: Mark,
    tenants: Vec<Place>,
    full: Bytes,
    slim: Bytes,
}

/// The tenants' texts, concatenated.
#[derive(Debug, Default)]
struct Texts {
    full: Vec<u8>,
    slim: Vec<u8>,
    tenants: Vec<Place>,
}

/// Where a tenant's texts are.
#[derive(Debug)]
struct Place {
    id: Option<Id>,
    external_id: Option<String>,
    is_readable: bool,
    full: Range<usize>,
    slim: Range<usize>,
}

impl TenantSink for Texts {
    fn take(&mut self, tenant: CachedTenant) -> Result<(), DeriveError> {
        let (full, slim) = (self.full.len(), self.slim.len());
        self.full.extend_from_slice(&tenant.full);
        self.slim.extend_from_slice(tenant.slim.as_bytes());
        self.tenants.push(Place {
            id: tenant.id,
            external_id: tenant.external_id,
            is_readable: tenant.is_readable,
            full: full..self.full.len(),
            slim: slim..self.slim.len(),
        });
        Ok(())
    }
}

impl MemorySnapshot {
    /// Reads a whole document. Refused if it would give no report.
    pub(crate) fn read(input: impl Read, form: Form) -> Result<Self, DeriveError> {
        let mut texts = Texts::default();
        let CachedHead { preamble, digest } = snapshot_cache::read(input, form, &mut texts)?;
        Ok(Self {
            workspace: preamble.workspace,
            exported_at: preamble.frame.exported_at,
            head: preamble.head,
            frame: preamble.frame,
            mark: Mark(digest),
            tenants: texts.tenants,
            full: Bytes::from(texts.full),
            slim: Bytes::from(texts.slim),
        })
    }

    /// By how many seconds its clock may differ.
    pub(crate) fn clock_skew_seconds(&self) -> u64 {
        self.frame.policy.clock_skew_seconds
    }

    /// What identifies it.
    pub(crate) fn export(&self) -> Export<'_> {
        Export { workspace: &self.workspace, exported_at: self.exported_at }
    }

    /// How it is listed.
    pub(crate) fn served(&self, scope: &TenantScope) -> Served {
        let tenants = self.tenants.iter().filter(|tenant| scope.holds(tenant.id)).count();
        Served { workspace: self.workspace.clone(), tenants: tenants as u64, exported_at: self.exported_at }
    }

    /// The version of the answer to a query for its workspace.
    pub(crate) fn mark(&self, query: &Query) -> Result<Mark, SourceError> {
        match &query.extent {
            Extent::Slim | Extent::Verdicts(_) => {}
            Extent::SlimSince(since) => {
                slim_since(&self.frame, Some(*since)).map_err(|refusal| SourceError::unsuitable(&refusal))?;
            }
            Extent::Tenant(external_id) => {
                self.tenant(external_id, &query.tenants)?;
            }
        }
        Ok(self.mark.clone())
    }

    /// Answers a query for its workspace.
    pub(crate) fn open(&self, query: &Query) -> Result<Evidence, SourceError> {
        let in_scope = || self.tenants.iter().filter(|tenant| query.tenants.holds(tenant.id));
        let texts: Vec<Bytes> = match &query.extent {
            Extent::SlimSince(_) | Extent::Verdicts(_) => {
                in_scope().map(|tenant| self.full.slice(tenant.full.clone())).collect()
            }
            Extent::Slim => in_scope().map(|tenant| self.slim.slice(tenant.slim.clone())).collect(),
            Extent::Tenant(external_id) => {
                vec![self.full.slice(self.tenant(external_id, &query.tenants)?.full.clone())]
            }
        };
        let tenants = stream::iter(texts).map(Ok).boxed();
        let since = since(&query.extent, &self.frame)?;
        let evidence = Evidence { mark: self.mark.clone(), head: self.head.clone(), since, tenants };
        Ok(match query.extent {
            Extent::SlimSince(_) => slimmed(evidence, self.frame.clone()),
            Extent::Slim | Extent::Verdicts(_) | Extent::Tenant(_) => evidence,
        })
    }

    /// One tenant. If several have the route key, it is the first that can be read, else the first.
    fn tenant(&self, external_id: &str, scope: &TenantScope) -> Result<&Place, SourceError> {
        let has_key =
            |tenant: &&Place| tenant.external_id.as_deref() == Some(external_id) && scope.holds(tenant.id);
        let candidates = || self.tenants.iter().filter(has_key);
        candidates()
            .find(|tenant| tenant.is_readable)
            .or_else(|| candidates().next())
            .ok_or(SourceError::UnknownTenant)
    }
}
