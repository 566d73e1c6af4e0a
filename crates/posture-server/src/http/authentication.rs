//! Authenticates requests: everyone on this machine, an identity that a trusted proxy sends, or a session.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use ipnet::IpNet;
use posture_core::Timestamp;

use super::audit;
use super::problem::ApiError;
use super::sessions::with_session;
use crate::access::{Access, ProxyAccess, Viewer};
use crate::identity::is_identity;

/// How users are authenticated, and the clock that sessions end by.
pub(super) type Method = (Arc<Access>, fn() -> Option<Timestamp>);

/// Adds the [`Viewer`] to a request, or rejects it.
pub(super) async fn authenticate(
    State((access, now)): State<Method>,
    mut request: Request,
    next: Next,
) -> Response {
    let viewer = match &*access {
        Access::Local => Ok(Viewer::Local),
        Access::Proxy(proxy) => authenticated(proxy, peer(&request), request.headers()),
        Access::SignIn(access) => return with_session(access, now(), request, next).await,
    };
    match viewer {
        Ok(viewer) => {
            if let Some(identity) = viewer.identity() {
                audit::from(&request, identity);
            }
            request.extensions_mut().insert(viewer);
            next.run(request).await
        }
        Err(error) => error.into_response(),
    }
}

/// The address a request came from, if the server recorded it.
fn peer(request: &Request) -> Option<IpAddr> {
    request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|ConnectInfo(address)| address.ip().to_canonical())
}

fn authenticated(proxy: &ProxyAccess, peer: Option<IpAddr>, headers: &HeaderMap) -> Result<Viewer, ApiError> {
    if !peer.is_some_and(|peer| is_among(&proxy.proxies, peer)) {
        return Err(ApiError::NotThroughProxy);
    }
    let mut named = headers.get_all(&proxy.identity_header).iter();
    let (Some(identity), None) = (named.next(), named.next()) else { return Err(ApiError::Unauthenticated) };
    let identity = std::str::from_utf8(identity.as_bytes()).map_err(|_| ApiError::Unauthenticated)?;
    if is_identity(identity) {
        Ok(Viewer::Identity(identity.to_owned()))
    } else {
        Err(ApiError::Unauthenticated)
    }
}

/// Rejects requests for metrics that come from neither this machine nor one of the networks.
pub(super) async fn only_scrapers(
    State(networks): State<Arc<[IpNet]>>,
    request: Request,
    next: Next,
) -> Response {
    match peer(&request) {
        Some(peer) if peer.is_loopback() || is_among(&networks, peer) => next.run(request).await,
        Some(_) | None => ApiError::NotForScraping.into_response(),
    }
}

fn is_among(networks: &[IpNet], address: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(&address))
}
