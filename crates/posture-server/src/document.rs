//! A workspace's snapshot in memory, with what the endpoint hands out of it.

use std::collections::HashMap;
use std::ops::Range;

use axum::body::Bytes;
use posture_core::slim::slim;
use posture_core::{Form, Options, Refusal, SnapshotReader};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::derivation::{self, DeriveError};
use crate::source::{Document, Served};

/// A snapshot that is not refused.
#[derive(Debug)]
pub(crate) struct WorkspaceDocument {
    pub(crate) served: Served,
    full: Document,
    slim: Document,
    tenants: TenantPlaces,
}

/// Where the tenants' texts stand in a document, and which carry a route key.
#[derive(Debug, Default)]
struct TenantPlaces {
    ranges: Vec<Range<usize>>,
    by_external_id: HashMap<String, Vec<usize>>,
}

impl WorkspaceDocument {
    /// Reads a whole document; refused where it gives no report.
    pub(crate) fn read(bytes: Vec<u8>, form: Form) -> Result<Self, DeriveError> {
        let report = derivation::derive(bytes.as_slice(), form, &Options::default(), |_| ())?;
        let slim = slim(&bytes, form)?;
        let tenants = TenantPlaces::find(&bytes, form)?;
        Ok(Self {
            served: Served { workspace: report.workspace, tenants: report.denominators.exported, exported_at: report.exported_at },
            full: document(bytes, form),
            slim: document(slim, Form::Json),
            tenants,
        })
    }

    /// The whole snapshot, as it was exported.
    pub(crate) fn full(&self) -> Document {
        self.full.clone()
    }

    /// The slim export.
    pub(crate) fn slim(&self) -> Document {
        self.slim.clone()
    }

    /// The snapshot with one tenant alone. Of several that state the route key it is the first that can be read, else the first.
    pub(crate) fn tenant(&self, external_id: &str) -> Option<Document> {
        let indices = self.tenants.by_external_id.get(external_id)?;
        let mut candidates = indices.iter().map(|index| self.with_tenant(self.tenants.ranges[*index].clone())).peekable();
        let only = indices.len() == 1;
        let first = candidates.peek().cloned();
        let chosen = if only { first } else { candidates.find(|document| is_readable(document)).or(first) };
        chosen.map(|bytes| document(bytes, Form::Json))
    }

    /// The document's bytes with one tenant in place of all.
    fn with_tenant(&self, tenant: Range<usize>) -> Vec<u8> {
        let bytes = &self.full.bytes;
        let tenant = &bytes[tenant];
        let (first, last) = (self.tenants.ranges.first(), self.tenants.ranges.last());
        let start = first.map_or(bytes.len(), |first| first.start);
        let end = last.map_or(bytes.len(), |last| last.end);
        match self.full.form {
            Form::Json => [&bytes[..start], tenant, &bytes[end..]].concat(),
            Form::Ndjson => {
                let head = bytes[..start].trim_ascii_end();
                let open_head = head.strip_suffix(b"}").unwrap_or(head);
                [open_head, b",\"tenants\":[", tenant, b"]}"].concat()
            }
        }
    }
}

fn is_readable(document: &[u8]) -> bool {
    let report = posture_core::derive(document, Form::Json, &Options::default());
    report.is_ok_and(|report| report.denominators.unreadable == 0)
}

fn document(bytes: Vec<u8>, form: Form) -> Document {
    Document { version: version(&bytes), bytes: Bytes::from(bytes), form }
}

/// A text that changes whenever the bytes do: their SHA-256 in hex.
pub(crate) fn version(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The one key that tells which tenant a text is.
#[derive(Deserialize)]
struct RouteKey {
    external_id: String,
}

impl TenantPlaces {
    fn find(bytes: &[u8], form: Form) -> Result<Self, Refusal> {
        let mut reader = SnapshotReader::new(form, &Options::default())?;
        reader.push(bytes);
        reader.finish();
        let mut places = Self::default();
        let mut lines = LineStarts::new(bytes);
        while let Some(tenant) = reader.next_tenant()? {
            let start = lines.offset(tenant.position.line, tenant.position.column);
            if let Ok(RouteKey { external_id }) = serde_json::from_slice(&tenant.bytes) {
                places.by_external_id.entry(external_id).or_default().push(places.ranges.len());
            }
            places.ranges.push(start..start + tenant.bytes.len());
        }
        Ok(places)
    }
}

/// Offsets of ascending places that are told as line and column.
struct LineStarts<'b> {
    newlines: memchr::Memchr<'b>,
    line: u64,
    start: usize,
}

impl<'b> LineStarts<'b> {
    fn new(bytes: &'b [u8]) -> Self {
        Self { newlines: memchr::memchr_iter(b'\n', bytes), line: 1, start: 0 }
    }

    fn offset(&mut self, line: u64, column: u64) -> usize {
        while self.line < line
            && let Some(newline) = self.newlines.next()
        {
            self.line += 1;
            self.start = newline + 1;
        }
        self.start + usize::try_from(column.saturating_sub(1)).unwrap_or(usize::MAX)
    }
}
