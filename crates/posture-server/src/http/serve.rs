//! Binds the endpoint to an address, serves connections, and shuts down gracefully.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use ipnet::IpNet;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use super::tls::Certificates;
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
         Listen on loopback, such as 127.0.0.1:8080, or set --auth oidc or --auth proxy."
    )]
    BeyondLoopback(SocketAddr),
    /// The address is not loopback, and neither TLS nor a proxy protects what is sent.
    #[error(
        "Refusing to listen on {0} without TLS: sessions and evidence would be readable on the network. \
         Set tls-cert and tls-key, or listen on loopback next to a proxy that has TLS."
    )]
    PlainBeyondLoopback(SocketAddr),
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

/// How bytes are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Readable on the network.
    Plain,
    /// Encrypted.
    Tls,
}

/// Listens on an address; port 0 takes any free one. Beyond loopback, users must be authenticated, and only a proxy may be sent plain
/// text.
pub async fn bind(
    address: SocketAddr,
    access: &Access,
    transport: Transport,
) -> Result<TcpListener, BindError> {
    if !address.ip().is_loopback() {
        match (access, transport) {
            (Access::Local, Transport::Plain | Transport::Tls) => {
                return Err(BindError::BeyondLoopback(address));
            }
            (Access::SignIn(_), Transport::Plain) => return Err(BindError::PlainBeyondLoopback(address)),
            (Access::SignIn(_), Transport::Tls) | (Access::Proxy(_), Transport::Plain | Transport::Tls) => {}
        }
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

/// Serves until `end` completes, then accepts no new connections and gives answers in progress time to finish. With certificates, every
/// connection is TLS.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    certificates: Option<Arc<Certificates>>,
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
            Ok((stream, peer)) => {
                let connection =
                    Connection { peer, router: router.clone(), deadlines, end: connections.watcher() };
                tokio::spawn(connection.serve(stream, certificates.clone()));
            }
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

/// One connection, and what it is served with.
struct Connection {
    peer: SocketAddr,
    router: Router,
    deadlines: Deadlines,
    end: Watcher,
}

impl Connection {
    /// Serves until the client or the server ends it.
    async fn serve(self, stream: TcpStream, certificates: Option<Arc<Certificates>>) {
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.deadlines.unread));
        let stream = Box::pin(stream);
        let Some(certificates) = certificates else { return self.answer(stream).await };
        let patience = self.deadlines.headers;
        let config = certificates.current().await;
        match tokio::time::timeout(patience, TlsAcceptor::from(config).accept(stream)).await {
            Ok(Ok(stream)) => self.answer(stream).await,
            Ok(Err(error)) => tracing::debug!(%error, "a connection did not become TLS"),
            Err(_) => tracing::debug!("a connection took too long to become TLS"),
        }
    }

    async fn answer(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let Self { peer, router, deadlines, end } = self;
        let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            let router = router.clone();
            async move {
                Ok::<_, Infallible>(router.oneshot(request).await.unwrap_or_else(|never| match never {}))
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(deadlines.headers)
            .max_buf_size(HEADER_BYTES)
            .max_headers(HEADERS)
            .serve_connection(TokioIo::new(stream), service);
        if let Err(error) = end.watch(connection).await {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}

/// Whether an accept error concerns only that connection.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    )
}
