//! Binding the endpoint to an address of this machine, and ending it in good order.

use std::future::{Future, pending};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// How long answers under way may go on once an end is asked for.
const GRACE: Duration = Duration::from_secs(10);

/// Why the endpoint did not listen.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The address is not this machine's own.
    #[error(
        "Refusing to listen on {0}: no identity source is configured, so everyone who reaches that address would see every tenant. \
         Listen on loopback, such as 127.0.0.1:8080."
    )]
    BeyondLoopback(SocketAddr),
    /// The address cannot be had.
    #[error("Listening on {address} failed: {error}. Choose another port, or end what uses this one.")]
    Unavailable {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        error: io::Error,
    },
}

/// Listens on a loopback address; port 0 takes any free one.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, BindError> {
    if !address.ip().is_loopback() {
        return Err(BindError::BeyondLoopback(address));
    }
    TcpListener::bind(address).await.map_err(|error| BindError::Unavailable { address, error })
}

/// Serves until `end` completes, then lets answers under way finish for a while.
pub async fn serve(listener: TcpListener, router: Router, end: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
    let (ending, mut ended) = watch::channel(false);
    let server = axum::serve(listener, router).with_graceful_shutdown(async move {
        end.await;
        ending.send_replace(true);
    });
    let overdue = async move {
        if ended.wait_for(|is_ending| *is_ending).await.is_err() {
            pending::<()>().await;
        }
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        served = server => served,
        () = overdue => {
            tracing::warn!("answers were still under way after {} s and were cut off", GRACE.as_secs());
            Ok(())
        }
    }
}
