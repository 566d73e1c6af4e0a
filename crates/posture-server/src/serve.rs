//! Binding the endpoint to an address, serving connections, and ending in good order.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use ipnet::IpNet;
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt as _;

use crate::access::Access;

/// How many bytes the headers of a request may take.
const HEADER_BYTES: usize = 16 * 1024;
/// How many headers a request may have.
const HEADERS: usize = 64;
/// How long to wait where the system has no room for another connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// How long a client may take to send a request's headers, or to send the next request on a connection.
    pub headers: Duration,
    /// How long a client may leave bytes of an answer untaken.
    pub untaken: Duration,
    /// How long answers under way may go on once an end is asked for.
    pub grace: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            headers: Duration::from_secs(15),
            untaken: Duration::from_secs(30),
            grace: Duration::from_secs(10),
        }
    }
}

/// Why the endpoint did not listen.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The address is not this machine's own.
    #[error(
        "Refusing to listen on {0}: no identity source is configured, so everyone who reaches that address would see every tenant. \
         Listen on loopback, such as 127.0.0.1:8080, or let a proxy name who asks (--auth proxy)."
    )]
    BeyondLoopback(SocketAddr),
    /// The address for metrics is not this machine's own.
    #[error(
        "Refusing to tell metrics on {0}: everyone who reaches that address would read them. \
         Say by metrics-from who may, such as 10.0.0.9/32, or listen on loopback."
    )]
    MetricsBeyondLoopback(SocketAddr),
    /// The address cannot be had.
    #[error("Listening on {address} failed: {error}. Choose another port, or end what uses this one.")]
    Unavailable {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        error: io::Error,
    },
}

/// Listens on an address; port 0 takes any free one. Without access control only loopback is listened on.
pub async fn bind(address: SocketAddr, access: &Access) -> Result<TcpListener, BindError> {
    if matches!(access, Access::Local) && !address.ip().is_loopback() {
        return Err(BindError::BeyondLoopback(address));
    }
    TcpListener::bind(address).await.map_err(|error| BindError::Unavailable { address, error })
}

/// Listens on an address for metrics; beyond loopback only where it is said who may read them.
pub async fn bind_metrics(address: SocketAddr, from: &[IpNet]) -> Result<TcpListener, BindError> {
    if from.is_empty() && !address.ip().is_loopback() {
        return Err(BindError::MetricsBeyondLoopback(address));
    }
    TcpListener::bind(address).await.map_err(|error| BindError::Unavailable { address, error })
}

/// Serves until `end` completes, then takes no new connection and lets answers under way finish for a while.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    deadlines: Deadlines,
    end: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let connections = GracefulShutdown::new();
    let mut end = pin!(end);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut end => break,
        };
        match accepted {
            Ok((stream, peer)) => converse(stream, peer, router.clone(), deadlines, &connections),
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "a connection could not be taken");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    tokio::select! {
        () = connections.shutdown() => {}
        () = tokio::time::sleep(deadlines.grace) => {
            tracing::warn!("answers were still under way after {} s and were cut off", deadlines.grace.as_secs());
        }
    }
    Ok(())
}

/// Answers the requests of one connection, in a task of its own.
fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    deadlines: Deadlines,
    connections: &GracefulShutdown,
) {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(deadlines.untaken));
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        let router = router.clone();
        async move { Ok::<_, Infallible>(router.oneshot(request).await.unwrap_or_else(|never| match never {})) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(deadlines.headers)
        .max_buf_size(HEADER_BYTES)
        .max_headers(HEADERS)
        .serve_connection(TokioIo::new(Box::pin(stream)), service);
    let connection = connections.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection ended early");
        }
    });
}

/// Whether an error of accepting concerns that one connection alone.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    )
}
