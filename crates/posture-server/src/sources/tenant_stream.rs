//! Streams tenants from a database connection to a reader.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use axum::body::Bytes;
use futures_util::stream::{self, StreamExt as _};
use sqlx::Database;
use sqlx::pool::PoolConnection;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::{SourceError, Tenants};

/// How many tenants are buffered for a slow reader.
const TENANTS_AHEAD: usize = 16;

/// A connection in use. If it is dropped before it is released, it is closed, along with its transaction and unread rows.
pub(super) struct Lease<DB: Database> {
    connection: PoolConnection<DB>,
    is_released: bool,
}

impl<DB: Database> Lease<DB> {
    pub(super) fn new(connection: PoolConnection<DB>) -> Self {
        Self { connection, is_released: false }
    }

    /// Returns the connection to the pool. No query may be in progress on it.
    pub(super) fn release(mut self) {
        self.is_released = true;
    }
}

impl<DB: Database> Deref for Lease<DB> {
    type Target = DB::Connection;
    fn deref(&self) -> &DB::Connection {
        &self.connection
    }
}

impl<DB: Database> DerefMut for Lease<DB> {
    fn deref_mut(&mut self) -> &mut DB::Connection {
        &mut self.connection
    }
}

impl<DB: Database> Drop for Lease<DB> {
    fn drop(&mut self) {
        if !self.is_released {
            self.connection.close_on_drop();
        }
    }
}

/// A tenant's text, or `None` for the end. A stream without an end is an incomplete answer.
type Step = Result<Option<Bytes>, SourceError>;

/// The sending half.
pub(super) struct TenantSender {
    steps: mpsc::Sender<Step>,
    stall: Duration,
}

/// The receiving half.
pub(super) struct TenantReceiver(mpsc::Receiver<Step>);

/// The reader is gone, or took nothing for too long.
#[derive(Debug)]
pub(super) struct ReaderGone;

/// Creates both halves. A reader may take nothing for at most `stall`.
pub(super) fn tenant_stream(stall: Duration) -> (TenantSender, TenantReceiver) {
    let (steps, receiver) = mpsc::channel(TENANTS_AHEAD);
    (TenantSender { steps, stall }, TenantReceiver(receiver))
}

impl TenantSender {
    /// Sends a tenant's text.
    pub(super) async fn tenant(&self, text: impl Into<Bytes>) -> Result<(), ReaderGone> {
        self.step(Ok(Some(text.into()))).await
    }

    /// Sends the end, or the error that ends the stream early.
    pub(super) async fn end(self, outcome: Result<Result<(), ReaderGone>, SourceError>) {
        let sent = match outcome {
            Ok(Ok(())) => self.step(Ok(None)).await,
            Ok(Err(ReaderGone)) => Err(ReaderGone),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "failed to complete an answer");
                self.step(Err(error)).await
            }
        };
        if sent.is_err() {
            tracing::info!(
                seconds = self.stall.as_secs(),
                "gave up an answer: its reader disconnected or stopped reading"
            );
        }
    }

    async fn step(&self, step: Step) -> Result<(), ReaderGone> {
        match timeout(self.stall, self.steps.send(step)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(ReaderGone),
        }
    }
}

impl TenantReceiver {
    /// The tenants, once the first has arrived. An error before it is returned at once.
    pub(super) async fn tenants(mut self) -> Result<Tenants, SourceError> {
        let first = self.next().await?;
        let rest = stream::unfold(Some((self, Some(first))), async |open| {
            let (mut receiver, first) = open?;
            let step = match first {
                Some(step) => Ok(step),
                None => receiver.next().await,
            };
            match step {
                Ok(Some(text)) => Some((Ok(text), Some((receiver, None)))),
                Ok(None) => None,
                Err(error) => Some((Err(error), None)),
            }
        });
        Ok(rest.boxed())
    }

    /// A closed channel is not an end: only the sender knows that the stream is complete.
    async fn next(&mut self) -> Step {
        self.0.recv().await.unwrap_or_else(|| Err(SourceError::failed("the stream ended early")))
    }
}
