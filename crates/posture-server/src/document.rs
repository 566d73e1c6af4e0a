//! Evidence as the bytes of a snapshot document, and as a report derived from it, both streamed.

use std::io::{self, Read, Write};

use axum::body::Bytes;
use futures_util::stream::{self, BoxStream, Stream, StreamExt as _};
use posture_core::export::slim::{open_document, open_slim_document};
use posture_core::report::canonical::ReportDigest;
use posture_core::{Form, Options, Report, Timestamp};
use posture_engine::DeriveError;
use serde::Deserialize;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

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

/// Why an answer was not made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReportError {
    /// The source failed while the evidence was read.
    #[error(transparent)]
    Source(SourceError),
    /// The evidence or an option is refused, or the answer could not be written.
    #[error(transparent)]
    Derive(DeriveError),
}

impl From<io::Error> for ReportError {
    fn from(error: io::Error) -> Self {
        DeriveError::from(error).into()
    }
}

impl From<DeriveError> for ReportError {
    fn from(error: DeriveError) -> Self {
        match error {
            DeriveError::Unreadable(error) => match error.downcast::<SourceError>() {
                Ok(error) => Self::Source(error),
                Err(error) => Self::Derive(error.into()),
            },
            DeriveError::Refused(_) | DeriveError::TooLarge(_) => Self::Derive(error),
        }
    }
}

/// Derives the report of a document, writes its canonical JSON, and returns its digest.
pub(crate) fn write_report(
    input: impl Read + Send,
    options: &Options,
    mut out: impl Write + Send,
) -> Result<String, ReportError> {
    let report = posture_engine::derive(input, Form::Json, options, |_| ())?;
    let mut digest = ReportDigest::default();
    posture_engine::write(&report, |bytes| {
        digest.add(bytes);
        out.write_all(bytes)
    })?;
    Ok(digest.finish())
}

/// Derives the report of streamed evidence, in bounded memory, on a thread that may block, and says how many bytes were read. `permit` is
/// held until that thread is done; it stops at the next chunk if the caller goes away.
pub(crate) async fn report(
    evidence: Evidence,
    options: Options,
    permit: impl Send + 'static,
) -> Result<(Report, u64), ReportError> {
    let (caller, gone) = oneshot::channel::<()>();
    let mut input = UntilGone { input: EvidenceReader::new(evidence), gone };
    let derived = tokio::task::spawn_blocking(move || {
        let derived = posture_engine::derive(&mut input, Form::Json, &options, |_| ());
        drop(permit);
        derived.map(|report| (report, input.input.bytes()))
    });
    let derived = derived.await.map_err(|panicked| ReportError::Source(SourceError::failed(panicked)))?;
    drop(caller);
    Ok(derived?)
}

/// The `exported_at` of a document's head, rounded up to a whole second.
pub(crate) fn exported_at(head: &str) -> Option<Timestamp> {
    #[derive(Deserialize)]
    struct Exported {
        exported_at: String,
    }
    let exported: Exported = serde_json::from_str(head).ok()?;
    let exported_at = Timestamp::parse(&exported.exported_at)?;
    let whole = Timestamp::from_unix_seconds(exported_at.unix_seconds())?;
    if whole == exported_at {
        Some(whole)
    } else {
        Timestamp::from_unix_seconds(exported_at.unix_seconds() + 1)
    }
}

/// Reads evidence until a caller goes away.
struct UntilGone {
    input: EvidenceReader,
    gone: oneshot::Receiver<()>,
}

impl Read for UntilGone {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let gone = &mut self.gone;
        self.input.read_until(buffer, async move {
            // Nothing is ever sent: the sender is dropped with the caller.
            let _dropped = gone.await;
        })
    }
}

/// Reads the document of streamed evidence from a thread that may block.
pub(crate) struct EvidenceReader {
    stream: BoxStream<'static, Result<Bytes, SourceError>>,
    chunk: Bytes,
    bytes: u64,
    runtime: Handle,
}

impl EvidenceReader {
    /// Must be called within the runtime.
    pub(crate) fn new(evidence: Evidence) -> Self {
        let stream = write(evidence).boxed();
        Self { stream, chunk: Bytes::new(), bytes: 0, runtime: Handle::current() }
    }

    /// How many bytes were read.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Reads some bytes, or fails as soon as `gone` completes.
    pub(crate) fn read_until(
        &mut self,
        buffer: &mut [u8],
        gone: impl Future<Output = ()>,
    ) -> io::Result<usize> {
        if self.chunk.is_empty() {
            let stream = &mut self.stream;
            let next = self.runtime.block_on(async move {
                tokio::select! {
                    biased;
                    () = gone => Err(io::Error::new(io::ErrorKind::ConnectionAborted, "nobody waits for the answer")),
                    next = stream.next() => next.transpose().map_err(io::Error::other),
                }
            });
            let Some(chunk) = next? else { return Ok(0) };
            self.chunk = chunk;
        }
        let taken = self.chunk.split_to(self.chunk.len().min(buffer.len()));
        buffer[..taken.len()].copy_from_slice(&taken);
        self.bytes += taken.len() as u64;
        Ok(taken.len())
    }
}
