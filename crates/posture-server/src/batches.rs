//! Tenants cut out of a document, some at a time.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use posture_core::policy::Frame;
use posture_core::reading::reader::Preamble;
use posture_core::{Assessed, Refusal, SnapshotReader, TenantText, assess_tenant};

use crate::derivation::{DeriveError, Progress};

/// How many bytes of tenants are judged together; one tenant may be larger. It is more than a chunk, so that no tenants are left behind.
const BATCH_BYTES: usize = 1 << 22;

/// Tenants that are judged together.
pub(crate) struct Batch {
    tenants: Vec<TenantText>,
    frame: Option<Arc<Frame>>,
}

impl Batch {
    pub(crate) fn judge(&self) -> Result<Vec<Assessed>, Refusal> {
        let judged = self
            .frame
            .iter()
            .flat_map(|frame| self.tenants.iter().map(|tenant| assess_tenant(tenant, frame)));
        judged.collect()
    }
}

/// Cuts chunks, which come in the document's order, into batches.
pub(crate) struct Cutter<F> {
    reader: SnapshotReader,
    on_progress: F,
    progress: Progress,
    batches: usize,
    is_at_end: bool,
}

impl<F: FnMut(Progress)> Cutter<F> {
    pub(crate) fn of(reader: SnapshotReader, on_progress: F) -> Self {
        Self { reader, on_progress, progress: Progress::default(), batches: 0, is_at_end: false }
    }

    /// Takes the next chunk, of which there is none at the document's end, and gives a batch of what has been cut out, and its number. The
    /// batch may be empty; behind the last there is none. What refuses the document comes behind the tenants before it.
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
        let is_behind_the_last = self.is_at_end && batch.as_ref().is_ok_and(|batch| batch.tenants.is_empty());
        (!is_behind_the_last).then_some((number, batch))
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

    /// The next tenants.
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
