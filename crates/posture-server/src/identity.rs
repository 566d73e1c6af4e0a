//! Telling who asks: everyone on this machine, or an identity that a trusted proxy names.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use ipnet::IpNet;

use crate::access::{Access, ProxyAccess, Viewer};
use crate::problem::ApiError;

/// How long an identity may be, in bytes.
const LONGEST_IDENTITY: usize = 256;

/// Lets a request on with its [`Viewer`], or turns it away.
pub(crate) async fn identify(
    State(access): State<Arc<Access>>,
    mut request: Request,
    next: Next,
) -> Response {
    let viewer = match &*access {
        Access::Local => Ok(Viewer::Local),
        Access::Proxy(proxy) => proxied(proxy, peer(&request), request.headers()),
    };
    match viewer {
        Ok(viewer) => {
            request.extensions_mut().insert(viewer);
            next.run(request).await
        }
        Err(error) => error.into_response(),
    }
}

/// The address a request came from, where the server told.
fn peer(request: &Request) -> Option<IpAddr> {
    request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|ConnectInfo(address)| address.ip().to_canonical())
}

fn proxied(proxy: &ProxyAccess, peer: Option<IpAddr>, headers: &HeaderMap) -> Result<Viewer, ApiError> {
    if !peer.is_some_and(|peer| is_among(&proxy.proxies, peer)) {
        return Err(ApiError::NotThroughProxy);
    }
    let mut named = headers.get_all(&proxy.identity_header).iter();
    let (Some(identity), None) = (named.next(), named.next()) else { return Err(ApiError::Unidentified) };
    let identity = std::str::from_utf8(identity.as_bytes()).map_err(|_| ApiError::Unidentified)?;
    if identity.is_empty() || identity.trim() != identity || identity.len() > LONGEST_IDENTITY {
        return Err(ApiError::Unidentified);
    }
    Ok(Viewer::Identity(identity.to_owned()))
}

/// Turns away who may not scrape: whoever is neither on this machine nor in one of the networks.
pub(crate) async fn only_scrapers(
    State(networks): State<Arc<[IpNet]>>,
    request: Request,
    next: Next,
) -> Response {
    match peer(&request) {
        Some(peer) if peer.is_loopback() || is_among(&networks, peer) => next.run(request).await,
        Some(_) | None => ApiError::NotForScraping.into_response(),
    }
}

/// Whether an address lies in one of these networks.
fn is_among(networks: &[IpNet], address: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(&address))
}
