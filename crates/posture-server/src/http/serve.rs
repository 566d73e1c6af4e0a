//! Binds the endpoint to an address, serves connections, and shuts down gracefully.

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

/// The most bytes of a request's headers.
const HEADER_BYTES: usize = 16 * 1024;
/// The most headers of a request.
const HEADERS: usize = 64;
/// How long to wait when the system cannot accept another connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// Timeouts of connections.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// How long a client may take to send a request's headers, or to send the next request on a connection.
    pub headers: Duration,
    /// How long a client may read nothing of an answer.
    pub unread: Duration,
    /// How long answers in progress may continue after shutdown is requested.
    pub grace: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            headers: Duration::from_secs(15),
            unread: Duration::from_secs(30),
            grace: Duration::from_secs(10),
        }
    }
}

/// Why the endpoint failed to listen.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The address is not loopback, and users are not authenticated.
    #[error(
        "Refusing to listen on {0}: without authentication, everyone who can reach that address would see every tenant. \
         Listen on loopback, such as 127.0.0.1:8080, or set --auth proxy."
    )]
    BeyondLoopback(SocketAddr),
    /// The address for metrics is not loopback, and nobody may read them.
    #[error(
        "Refusing to serve metrics on {0}: everyone who can reach that address would read them. \
         Set metrics-from to the networks that may, such as 10.0.0.9/32, or listen on loopback."
    )]
    MetricsBeyondLoopback(SocketAddr),
    /// The address is not available.
    #[error(
        "Failed to listen on {address}: {error}. Choose another port, or stop the program that uses this one."
    )]
    Unavailable {
        /// The requested address.
        address: SocketAddr,
        /// The error from the system.
        error: io::Error,
    },
}

/// Listens on an address; port 0 takes any free one. Without authentication only loopback is allowed.
pub async fn bind(address: SocketAddr, access: &Access) -> Result<TcpListener, BindError> {
    if matches!(access, Access::Local) && !address.ip().is_loopback() {
        return Err(BindError::BeyondLoopback(address));
    }
    TcpListener::bind(address).await.map_err(|error| BindError::Unavailable { address, error })
}

/// Listens on an address for metrics; beyond loopback only if `from` says who may read them.
pub async fn bind_metrics(address: SocketAddr, from: &[IpNet]) -> Result<TcpListener, BindError> {
    if from.is_empty() && !address.ip().is_loopback() {
        return Err(BindError::MetricsBeyondLoopback(address));
    }
    TcpListener::bind(address).await.map_err(|error| BindError::Unavailable { address, error })
}

/// Serves until `end` completes, then accepts no new connections and gives answers in progress time to finish.
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
            Ok((stream, peer)) => serve_connection(stream, peer, router.clone(), deadlines, &connections),
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "failed to accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    tokio::select! {
        () = connections.shutdown() => {}
        () = tokio::time::sleep(deadlines.grace) => {
            tracing::warn!("cut off answers that were still in progress after {} s", deadlines.grace.as_secs());
        }
    }
    Ok(())
}

/// Serves one connection in its own task.
fn serve_connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    deadlines: Deadlines,
    connections: &GracefulShutdown,
) {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(deadlines.unread));
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

/// Whether an accept error concerns only that connection.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    )
}
