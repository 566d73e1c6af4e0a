//! Tenants cut out of a document, in batches that are assessed together.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use posture_core::policy::Frame;
use posture_core::reading::reader::Preamble;
use posture_core::{Assessed, Refusal, SnapshotReader, TenantText, assess_tenant};

use crate::error::DeriveError;

/// How many bytes of tenants a batch holds; one tenant may be larger.
///
/// It is more than a chunk, so that no tenants are left over when the next chunk arrives.
const BATCH_BYTES: usize = 1 << 22;

/// How far a derivation has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the uncompressed document read so far.
    pub bytes: u64,
    /// Tenants seen so far.
    pub tenants: usize,
}

/// Tenants that are assessed together.
pub(crate) struct Batch {
    tenants: Vec<TenantText>,
    frame: Option<Arc<Frame>>,
}

impl Batch {
    pub(crate) fn assess(&self) -> Result<Vec<Assessed>, Refusal> {
        let assessed = self
            .frame
            .iter()
            .flat_map(|frame| self.tenants.iter().map(|tenant| assess_tenant(tenant, frame)));
        assessed.collect()
    }
}

/// Cuts chunks, given in the document's order, into batches.
pub(crate) struct Cutter<F> {
    reader: SnapshotReader,
    on_progress: F,
    progress: Progress,
    batches: usize,
    is_at_end: bool,
}

impl<F: FnMut(Progress)> Cutter<F> {
    pub(crate) fn new(reader: SnapshotReader, on_progress: F) -> Self {
        Self { reader, on_progress, progress: Progress::default(), batches: 0, is_at_end: false }
    }

    /// Takes the next chunk, or `None` at the document's end, and returns a batch of what has been cut out, with its number.
    ///
    /// A batch may be empty; after the last one there is `None`. A refusal comes after the tenants that precede its cause.
    pub(crate) fn cut(
        &mut self,
        chunk: io::Result<Option<Bytes>>,
    ) -> Option<(usize, Result<Batch, DeriveError>)> {
        let batch = match chunk {
            Ok(chunk) => {
                self.take(chunk);
                self.tenants()
                    .map(|tenants| Batch { tenants, frame: self.reader.frame() })
                    .map_err(DeriveError::from)
            }
            Err(error) => Err(error.into()),
        };
        let number = self.batches;
        self.batches += 1;
        let is_after_the_last = self.is_at_end && batch.as_ref().is_ok_and(|batch| batch.tenants.is_empty());
        (!is_after_the_last).then_some((number, batch))
    }

    fn take(&mut self, chunk: Option<Bytes>) {
        match chunk {
            Some(chunk) => {
                self.progress.bytes += chunk.len() as u64;
                self.reader.push_chunk(chunk);
            }
            None if self.is_at_end => return,
            None => {
                self.is_at_end = true;
                self.reader.end();
            }
        }
        self.progress.tenants = self.reader.tenants_seen();
        (self.on_progress)(self.progress);
    }

    fn tenants(&mut self) -> Result<Vec<TenantText>, Refusal> {
        let (mut tenants, mut bytes) = (Vec::new(), 0);
        while bytes < BATCH_BYTES {
            match self.reader.next_tenant() {
                Ok(Some(tenant)) => {
                    bytes += tenant.bytes.len();
                    tenants.push(tenant);
                }
                Err(refusal) if tenants.is_empty() => return Err(refusal),
                Ok(None) | Err(_) => break,
            }
        }
        Ok(tenants)
    }

    /// All that the document says outside its tenants.
    pub(crate) fn finish(self) -> Result<Preamble, Refusal> {
        self.reader.finish()
    }
}
