//! The host check: which hosts a request may name.
//!
//! Without authentication only this machine is served, and a web page elsewhere could otherwise rebind its own name to loopback
//! and read what is served here. Behind a proxy, only the proxy's names are known. If users sign in, only the public URL's.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::ApiError;
use crate::access::Access;

/// Rejects requests that do not name one host: with two `Host` lines, or with none from HTTP/1.1 on (RFC 9112, section 3.2).
///
/// The hosts that a front server and this one would take from such a request may differ.
pub(super) async fn only_one(request: Request, next: Next) -> Response {
    let lines = request.headers().get_all(header::HOST).iter().count();
    let may_be_unnamed = request.version() < Version::HTTP_11;
    let is_one = lines == 1 || (lines == 0 && may_be_unnamed);
    if is_one { next.run(request).await } else { ApiError::AmbiguousHost.into_response() }
}

/// Rejects requests for an unknown host.
pub(super) async fn only_known(State(access): State<Arc<Access>>, request: Request, next: Next) -> Response {
    let host = host(&request);
    let is_known = match &*access {
        Access::Local => is_unnamed(&request) || host.is_some_and(|host| is_loopback(&host)),
        Access::Proxy(proxy) => host.is_some_and(|host| is_one_of(&proxy.hosts, &host)),
        Access::SignIn(access) => {
            host.is_some_and(|host| access.sign_in.public_url().host().eq_ignore_ascii_case(&host))
        }
    };
    if is_known { next.run(request).await } else { ApiError::UnknownHost.into_response() }
}

/// Rejects requests for metrics that name a host by which the metrics address is not reached.
///
/// An IP address is always known: a rebound name cannot be one.
pub(super) async fn only_known_for_metrics(
    State(hosts): State<Arc<[String]>>,
    request: Request,
    next: Next,
) -> Response {
    let is_known = is_unnamed(&request)
        || host(&request)
            .is_some_and(|host| is_loopback(&host) || address(&host).is_some() || is_one_of(&hosts, &host));
    if is_known { next.run(request).await } else { ApiError::UnknownMetricsHost.into_response() }
}

fn is_unnamed(request: &Request) -> bool {
    request.uri().authority().is_none() && request.headers().get(header::HOST).is_none()
}

/// The host that a request names, without its port: that of an absolute target if there is one (RFC 9112, section 3.2.2).
fn host(request: &Request) -> Option<String> {
    let named = || request.headers().get(header::HOST)?.to_str().ok()?.parse::<Authority>().ok();
    let authority = request.uri().authority().cloned().or_else(named)?;
    // A host has no user (RFC 9110, section 7.2).
    (!authority.as_str().contains('@')).then(|| authority.host().to_owned())
}

fn is_one_of(hosts: &[String], host: &str) -> bool {
    hosts.iter().any(|known| known.eq_ignore_ascii_case(host))
}

fn address(host: &str) -> Option<IpAddr> {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host).parse().ok()
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || address(host).is_some_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_and_addresses_of_this_machine_are_loopback() {
        for host in ["localhost", "LOCALHOST", "127.0.0.1", "127.1.2.3", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in
            ["example.org", "localhost.example.org", "10.0.0.1", "[2001:db8::1]", "", "127.0.0.1.example.org"]
        {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
