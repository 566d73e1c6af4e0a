//! A workspace's snapshot as the endpoint holds it: an index in memory, and the tenants' texts in spools, so that a large document
//! takes disk space instead of memory.

use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;

use axum::body::Bytes;
use futures_util::stream::{self, StreamExt as _};
use posture_core::compare::replacement::Export;
use posture_core::export::slim::slim_since;
use posture_core::policy::Frame;
use posture_core::reading::reader::Workspace;
use posture_core::{Form, Id, Timestamp};
use posture_engine::DeriveError;
use posture_engine::snapshot_cache::{self, CachedHead, CachedTenant, TenantSink};
use posture_engine::spool::{Spool, SpoolSpace};

use super::slimming::{since, slimmed};
use super::{Evidence, EvidenceVersion, Extent, Query, Served, SourceError, TenantScope};

/// How many bytes are read ahead.
const READ_BYTES: u64 = 1 << 18;

/// A snapshot that was read to its end.
#[derive(Debug)]
pub(crate) struct HeldSnapshot {
    pub(crate) workspace: Workspace,
    pub(crate) exported_at: Timestamp,
    frame: Frame,
    head: String,
    evidence_version: EvidenceVersion,
    tenants: Vec<Place>,
    full: Spool,
    slim: Spool,
}

/// Receives the tenants as they are read.
struct Texts {
    full: Spool,
    slim: Spool,
    tenants: Vec<Place>,
}

/// Where a tenant's texts are.
#[derive(Debug)]
struct Place {
    id: Option<Id>,
    external_id: Option<Box<str>>,
    is_readable: bool,
    full: Range<u64>,
    slim: Range<u64>,
}

impl TenantSink for Texts {
    fn take(&mut self, tenant: CachedTenant) -> Result<(), DeriveError> {
        let (full, slim) = (self.full.length(), self.slim.length());
        self.full.append(&tenant.full)?;
        self.slim.append(tenant.slim.as_bytes())?;
        self.tenants.push(Place {
            id: tenant.id,
            external_id: tenant.external_id.map(String::into_boxed_str),
            is_readable: tenant.is_readable,
            full: full..self.full.length(),
            slim: slim..self.slim.length(),
        });
        Ok(())
    }
}

impl HeldSnapshot {
    /// Reads a whole document, as a stream. Refused if it would give no report.
    pub(crate) fn read(input: impl Read, form: Form, space: &Arc<SpoolSpace>) -> Result<Self, DeriveError> {
        let mut texts = Texts { full: space.spool(), slim: space.spool(), tenants: Vec::new() };
        let CachedHead { preamble, digest } = snapshot_cache::read(input, form, &mut texts)?;
        Ok(Self {
            workspace: preamble.workspace,
            exported_at: preamble.frame.exported_at,
            head: preamble.head,
            frame: preamble.frame,
            evidence_version: EvidenceVersion(digest),
            tenants: texts.tenants,
            full: texts.full,
            slim: texts.slim,
        })
    }

    /// By how many seconds its clock may differ.
    pub(crate) fn clock_skew_seconds(&self) -> u64 {
        self.frame.policy.clock_skew_seconds
    }

    /// What identifies it.
    pub(crate) fn export(&self) -> Export<'_> {
        Export {
            workspace: &self.workspace,
            exported_at: self.exported_at,
            clock_skew_seconds: self.clock_skew_seconds(),
        }
    }

    /// How it is listed.
    pub(crate) fn served(&self, scope: &TenantScope) -> Served {
        let tenants = self.tenants.iter().filter(|tenant| scope.holds(tenant.id)).count();
        Served { workspace: self.workspace.clone(), tenants: tenants as u64, exported_at: self.exported_at }
    }

    /// The version of the answer to a query for its workspace.
    pub(crate) fn version(&self, query: &Query) -> Result<EvidenceVersion, SourceError> {
        match &query.extent {
            Extent::Slim | Extent::Verdicts(_) | Extent::Whole => {}
            Extent::SlimSince(since) => {
                slim_since(&self.frame, Some(*since)).map_err(|refusal| SourceError::unsuitable(&refusal))?;
            }
            Extent::Tenant(external_id) => {
                self.tenant(external_id, &query.tenants)?;
            }
        }
        Ok(self.evidence_version.clone())
    }

    /// Answers a query for its workspace.
    pub(crate) fn open(self: &Arc<Self>, query: &Query) -> Result<Evidence, SourceError> {
        let (texts, only) = match &query.extent {
            Extent::Slim => (TextKind::Slim, None),
            Extent::SlimSince(_) | Extent::Verdicts(_) | Extent::Whole => (TextKind::Full, None),
            Extent::Tenant(external_id) => (TextKind::Full, Some(self.tenant(external_id, &query.tenants)?)),
        };
        let places = only.map_or(0..self.tenants.len(), |only| only..only + 1);
        let reading = Reading {
            snapshot: Arc::clone(self),
            scope: query.tenants.clone(),
            texts,
            places,
            ahead: Bytes::new(),
            ahead_from: 0,
        };
        let tenants = stream::iter(reading).boxed();
        let since = since(&query.extent, &self.frame)?;
        let evidence =
            Evidence { version: self.evidence_version.clone(), head: self.head.clone(), since, tenants };
        Ok(match query.extent {
            Extent::SlimSince(_) => slimmed(evidence, self.frame.clone()),
            Extent::Slim | Extent::Verdicts(_) | Extent::Whole | Extent::Tenant(_) => evidence,
        })
    }

    /// The index of one tenant. If several have the route key, it is the first that can be read, else the first.
    fn tenant(&self, external_id: &str, scope: &TenantScope) -> Result<usize, SourceError> {
        let has_key = |(_, tenant): &(usize, &Place)| {
            tenant.external_id.as_deref() == Some(external_id) && scope.holds(tenant.id)
        };
        let candidates = || self.tenants.iter().enumerate().filter(has_key);
        candidates()
            .find(|(_, tenant)| tenant.is_readable)
            .or_else(|| candidates().next())
            .map(|(index, _)| index)
            .ok_or(SourceError::UnknownTenant)
    }
}

/// Which of a tenant's texts are read.
#[derive(Clone, Copy)]
enum TextKind {
    Full,
    Slim,
}

/// Reads the texts of the tenants in scope, in the document's order.
struct Reading {
    snapshot: Arc<HeldSnapshot>,
    scope: TenantScope,
    texts: TextKind,
    places: Range<usize>,
    /// Bytes that are already read, and where they start.
    ahead: Bytes,
    ahead_from: u64,
}

impl Reading {
    fn text(&mut self, index: usize) -> io::Result<Bytes> {
        let place = &self.snapshot.tenants[index];
        let (spool, range) = match self.texts {
            TextKind::Full => (&self.snapshot.full, &place.full),
            TextKind::Slim => (&self.snapshot.slim, &place.slim),
        };
        let ahead = self.ahead_from..self.ahead_from + self.ahead.len() as u64;
        if range.start < ahead.start || range.end > ahead.end {
            let most = (range.end - range.start).max(READ_BYTES);
            self.ahead = spool.read(range.start, usize::try_from(most).unwrap_or(usize::MAX))?;
            self.ahead_from = range.start;
        }
        let within = |at: u64| usize::try_from(at - self.ahead_from).unwrap_or(usize::MAX);
        Ok(self.ahead.slice(within(range.start)..within(range.end)))
    }
}

impl Iterator for Reading {
    type Item = Result<Bytes, SourceError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (snapshot, scope) = (Arc::clone(&self.snapshot), &self.scope);
        let index = self.places.find(|index| scope.holds(snapshot.tenants[*index].id))?;
        Some(self.text(index).map_err(SourceError::failed))
    }
}
