//! One answer: its bytes as they are made, and whoever reads them.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use futures_util::stream::{self, Stream};
use posture_engine::spool::Spool;
use tokio::sync::watch;

use crate::document::ReportError;
use crate::sources::EvidenceVersion;

/// How many bytes of an answer are read at a time.
const READ_BYTES: usize = 1 << 17;

/// An answer in the making, or made. Readers follow the bytes as they are written.
#[derive(Debug)]
pub(super) struct Answer {
    spool: Spool,
    progress: watch::Sender<Progress>,
    readers: Mutex<Readers>,
    /// Whether the last reader left before the answer was complete, so that nobody needs it.
    abandoned: watch::Sender<bool>,
}

#[derive(Clone, Debug, Default)]
struct Progress {
    head: Option<Arc<Head>>,
    written: u64,
    end: Option<Result<(), Arc<ReportError>>>,
}

#[derive(Debug, Default)]
struct Readers {
    count: usize,
    is_abandoned: bool,
}

/// What is known of an answer before its bytes.
#[derive(Debug)]
pub(crate) struct Head {
    /// The version of the evidence that it is made from.
    pub(crate) evidence_version: EvidenceVersion,
    /// The digest, if it is a report.
    pub(crate) digest: Option<String>,
}

impl Answer {
    pub(super) fn new(spool: Spool) -> Arc<Self> {
        Arc::new(Self {
            spool,
            progress: watch::Sender::default(),
            readers: Mutex::default(),
            abandoned: watch::Sender::new(false),
        })
    }

    /// Joins the readers; `None` if the answer was abandoned.
    pub(super) fn read(self: &Arc<Self>) -> Option<Reading> {
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.is_abandoned {
            return None;
        }
        readers.count += 1;
        Some(Reading { answer: Arc::clone(self), progress: self.progress.subscribe() })
    }

    /// Completes when nobody needs the answer.
    pub(super) async fn until_abandoned(&self) {
        let mut abandoned = self.abandoned.subscribe();
        // The sender lives as long as this future.
        let _abandoned = abandoned.wait_for(|is_abandoned| *is_abandoned).await;
    }

    pub(super) fn is_abandoned(&self) -> bool {
        *self.abandoned.borrow()
    }

    /// Lets readers begin.
    pub(super) fn start(&self, head: Head) {
        self.progress.send_modify(|progress| progress.head = Some(Arc::new(head)));
    }

    pub(super) fn end(&self, outcome: Result<(), ReportError>) {
        self.progress.send_modify(|progress| progress.end = Some(outcome.map_err(Arc::new)));
    }

    /// How many bytes it has, if it is complete.
    pub(super) fn complete_bytes(&self) -> Option<u64> {
        let progress = self.progress.borrow();
        matches!(progress.end, Some(Ok(()))).then_some(progress.written)
    }

    fn has_ended(&self) -> bool {
        self.progress.borrow().end.is_some()
    }
}

/// Writes an answer. Fails once nobody needs it.
pub(super) struct AnswerWriter(pub(super) Arc<Answer>);

impl Write for AnswerWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.is_abandoned() {
            return Err(abandoned());
        }
        self.0.spool.append(bytes)?;
        self.0.progress.send_modify(|progress| progress.written += bytes.len() as u64);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The error that ends work which nobody needs.
pub(super) fn abandoned() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "nobody reads the answer any more")
}

/// A reader of an answer. The work for it stops when the last reader is dropped.
pub(crate) struct Reading {
    answer: Arc<Answer>,
    progress: watch::Receiver<Progress>,
}

impl Reading {
    /// Waits until the bytes can be sent, or for the error in place of them.
    pub(crate) async fn head(&mut self) -> Result<Arc<Head>, Arc<ReportError>> {
        loop {
            {
                let progress = self.progress.borrow_and_update();
                match (&progress.head, &progress.end) {
                    (_, Some(Err(error))) => return Err(Arc::clone(error)),
                    (Some(head), _) => return Ok(Arc::clone(head)),
                    (None, _) => {}
                }
            }
            // The sender lives as long as the answer.
            let _changed = self.progress.changed().await;
        }
    }

    /// How many bytes there are, if that is known.
    pub(crate) fn length(&self) -> Option<u64> {
        self.answer.complete_bytes()
    }

    /// The bytes. A stream that ends in an error is incomplete.
    pub(crate) fn bytes(self) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        stream::unfold(Some((self, 0)), async |reading| {
            let (mut reading, at) = reading?;
            match reading.next(at).await {
                Ok(bytes) if bytes.is_empty() => None,
                Ok(bytes) => {
                    let next = at + bytes.len() as u64;
                    Some((Ok(bytes), Some((reading, next))))
                }
                Err(error) => Some((Err(error), None)),
            }
        })
    }

    /// The bytes from a place on, as soon as there are some; none at the end.
    async fn next(&mut self, at: u64) -> io::Result<Bytes> {
        loop {
            let Progress { written, end, .. } = self.progress.borrow_and_update().clone();
            if written > at {
                return self.read(at).await;
            }
            match end {
                Some(Ok(())) => return Ok(Bytes::new()),
                Some(Err(error)) => return Err(io::Error::other(error)),
                None => {}
            }
            // The sender lives as long as the answer.
            let _changed = self.progress.changed().await;
        }
    }

    async fn read(&self, at: u64) -> io::Result<Bytes> {
        if self.answer.spool.is_in_memory() {
            return self.answer.spool.read(at, READ_BYTES);
        }
        let answer = Arc::clone(&self.answer);
        let read = tokio::task::spawn_blocking(move || answer.spool.read(at, READ_BYTES)).await;
        read.map_err(io::Error::other)?
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        let mut readers = self.answer.readers.lock().unwrap_or_else(PoisonError::into_inner);
        readers.count -= 1;
        if readers.count == 0 && !self.answer.has_ended() {
            readers.is_abandoned = true;
            self.answer.abandoned.send_replace(true);
        }
    }
}
