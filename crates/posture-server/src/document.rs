//! Evidence as the bytes of a snapshot document, and as a report derived from it, both streamed.

use std::io::{self, Read};

use axum::body::Bytes;
use futures_util::stream::{self, BoxStream, Stream, StreamExt as _};
use posture_core::export::slim::{open_document, open_slim_document};
use posture_core::report::canonical::ReportDigest;
use posture_core::{Form, Options, Report};
use posture_engine::DeriveError;
use tokio::runtime::Handle;

use crate::sources::{Evidence, SourceError};

/// How many bytes a chunk has; a tenant may be larger.
const CHUNK_BYTES: usize = 1 << 16;

/// The document's bytes, its tenants last. An error ends the stream early, and leaves the document without its closing brackets.
pub(crate) fn write(evidence: Evidence) -> impl Stream<Item = Result<Bytes, SourceError>> + Send + 'static {
    let open = match evidence.since {
        Some(since) => open_slim_document(&evidence.head, since),
        None => open_document(&evidence.head),
    };
    let writing =
        Writing { tenants: evidence.tenants, chunk: open.into_bytes(), is_first: true, is_done: false };
    stream::unfold(writing, |mut writing| async {
        let chunk = writing.next_chunk().await?;
        Some((chunk, writing))
    })
    .fuse()
}

struct Writing {
    tenants: BoxStream<'static, Result<Bytes, SourceError>>,
    chunk: Vec<u8>,
    is_first: bool,
    is_done: bool,
}

impl Writing {
    async fn next_chunk(&mut self) -> Option<Result<Bytes, SourceError>> {
        while !self.is_done && self.chunk.len() < CHUNK_BYTES {
            match self.tenants.next().await {
                Some(Ok(tenant)) => {
                    if !self.is_first {
                        self.chunk.push(b',');
                    }
                    self.is_first = false;
                    self.chunk.extend_from_slice(&tenant);
                }
                Some(Err(error)) => {
                    self.is_done = true;
                    self.chunk.clear();
                    return Some(Err(error));
                }
                None => {
                    self.is_done = true;
                    self.chunk.extend_from_slice(b"]}");
                }
            }
        }
        let chunk = std::mem::take(&mut self.chunk);
        (!chunk.is_empty()).then(|| Ok(Bytes::from(chunk)))
    }
}

/// Why a report was not derived.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReportError {
    /// The source failed while the evidence was read.
    #[error(transparent)]
    Source(SourceError),
    /// The evidence or an option is refused.
    #[error(transparent)]
    Derive(DeriveError),
}

/// A report as it is sent.
pub(crate) struct WrittenReport {
    /// Its canonical JSON.
    pub(crate) json: Vec<u8>,
    /// Its digest.
    pub(crate) digest: String,
}

/// Derives the report of streamed evidence, in bounded memory.
pub(crate) async fn report(evidence: Evidence, options: Options) -> Result<Report, ReportError> {
    derived(evidence, options, Ok).await
}

/// Derives and writes the report of streamed evidence.
pub(crate) async fn written_report(
    evidence: Evidence,
    options: Options,
) -> Result<WrittenReport, ReportError> {
    derived(evidence, options, |report| {
        let (mut json, mut digest) = (Vec::new(), ReportDigest::default());
        posture_engine::write(&report, |bytes| {
            json.extend_from_slice(bytes);
            digest.add(bytes);
            Ok(())
        })?;
        Ok(WrittenReport { json, digest: digest.finish() })
    })
    .await
}

/// Derives a report and passes it to `make`, on a thread that may block.
async fn derived<T: Send + 'static>(
    evidence: Evidence,
    options: Options,
    make: impl FnOnce(Report) -> io::Result<T> + Send + 'static,
) -> Result<T, ReportError> {
    let reader =
        StreamReader { stream: write(evidence).boxed(), chunk: Bytes::new(), runtime: Handle::current() };
    let made = move || Ok(make(posture_engine::derive(reader, Form::Json, &options, |_| ())?)?);
    match tokio::task::spawn_blocking(made).await {
        Ok(Ok(made)) => Ok(made),
        Ok(Err(DeriveError::Unreadable(error))) => Err(match error.downcast::<SourceError>() {
            Ok(error) => ReportError::Source(error),
            Err(error) => ReportError::Derive(error.into()),
        }),
        Ok(Err(error @ DeriveError::Refused(_))) => Err(ReportError::Derive(error)),
        Err(panicked) => Err(ReportError::Source(SourceError::failed(panicked))),
    }
}

/// Reads a stream from a thread that may block.
struct StreamReader {
    stream: BoxStream<'static, Result<Bytes, SourceError>>,
    chunk: Bytes,
    runtime: Handle,
}

impl Read for StreamReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.chunk.is_empty() {
            match self.runtime.block_on(self.stream.next()) {
                Some(chunk) => self.chunk = chunk.map_err(io::Error::other)?,
                None => return Ok(0),
            }
        }
        let taken = self.chunk.split_to(self.chunk.len().min(buffer.len()));
        buffer[..taken.len()].copy_from_slice(&taken);
        Ok(taken.len())
    }
}
