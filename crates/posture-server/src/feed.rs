//! Tenants on their way from a database to a reader: a connection on loan at one end, a stream at the other.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use axum::body::Bytes;
use futures_util::stream::{self, StreamExt as _};
use sqlx::Database;
use sqlx::pool::PoolConnection;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::source::{SourceError, Tenants};

/// How many tenants may wait for a reader.
const TENANTS_AHEAD: usize = 16;

/// A connection in use. Where it is dropped before it is given back, it is closed, with what is left unread and its transaction.
pub(crate) struct Lease<DB: Database> {
    connection: PoolConnection<DB>,
    is_given_back: bool,
}

impl<DB: Database> Lease<DB> {
    pub(crate) fn new(connection: PoolConnection<DB>) -> Self {
        Self { connection, is_given_back: false }
    }

    /// Lets others have the connection; nothing may be under way on it.
    pub(crate) fn give_back(mut self) {
        self.is_given_back = true;
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
        if !self.is_given_back {
            self.connection.close_on_drop();
        }
    }
}

/// A tenant's text, or the end of all, without which an answer is cut.
type Step = Result<Option<Bytes>, SourceError>;

/// The database's end.
pub(crate) struct Feed {
    steps: mpsc::Sender<Step>,
    stall: Duration,
}

/// The reader's end.
pub(crate) struct Intake(mpsc::Receiver<Step>);

/// The reader is gone, or took nothing for too long.
#[derive(Debug)]
pub(crate) struct Unread;

/// Both ends; a reader may take nothing for as long as `stall`.
pub(crate) fn feed(stall: Duration) -> (Feed, Intake) {
    let (steps, intake) = mpsc::channel(TENANTS_AHEAD);
    (Feed { steps, stall }, Intake(intake))
}

impl Feed {
    /// Hands a tenant's text on.
    pub(crate) async fn tenant(&self, text: impl Into<Bytes>) -> Result<(), Unread> {
        self.step(Ok(Some(text.into()))).await
    }

    /// Says that all have been handed on, or why they have not.
    pub(crate) async fn end(self, outcome: Result<Result<(), Unread>, SourceError>) {
        let told = match outcome {
            Ok(Ok(())) => self.step(Ok(None)).await,
            Ok(Err(Unread)) => Err(Unread),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "an answer is cut");
                self.step(Err(error)).await
            }
        };
        if told.is_err() {
            tracing::info!(
                seconds = self.stall.as_secs(),
                "an answer is given up: its reader went away or took nothing"
            );
        }
    }

    async fn step(&self, step: Step) -> Result<(), Unread> {
        match timeout(self.stall, self.steps.send(step)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Unread),
        }
    }
}

impl Intake {
    /// The tenants, once the first is there; what goes wrong before it is told at once.
    pub(crate) async fn tenants(mut self) -> Result<Tenants, SourceError> {
        let first = self.next().await?;
        let rest = stream::unfold(Some((self, Some(first))), async |open| {
            let (mut intake, first) = open?;
            let step = match first {
                Some(step) => Ok(step),
                None => intake.next().await,
            };
            match step {
                Ok(Some(text)) => Some((Ok(text), Some((intake, None)))),
                Ok(None) => None,
                Err(error) => Some((Err(error), None)),
            }
        });
        Ok(rest.boxed())
    }

    /// Silence is no end: only the database says that it was all.
    async fn next(&mut self) -> Step {
        self.0.recv().await.unwrap_or_else(|| Err(SourceError::failed("the answer broke off")))
    }
}
