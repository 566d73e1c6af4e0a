//! Which hosts a request may name. Without access control only this machine is served, and a page elsewhere could otherwise have its own
//! name resolved to loopback and read what is served here. Behind a proxy it is the names the proxy is reached by.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header;
use axum::http::uri::Authority;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::access::Access;
use crate::problem::ApiError;

/// Turns away requests that name a host they are not answered for.
pub(crate) async fn only_known(State(access): State<Arc<Access>>, request: Request, next: Next) -> Response {
    let named = request.headers().get(header::HOST);
    let host = named.and_then(|host| host.to_str().ok()?.parse::<Authority>().ok());
    let host = host.as_ref().map(Authority::host);
    let is_known = match &*access {
        Access::Local => named.is_none() || host.is_some_and(is_loopback),
        Access::Proxy(proxy) => {
            host.is_some_and(|host| proxy.hosts.iter().any(|known| known.eq_ignore_ascii_case(host)))
        }
    };
    if is_known { next.run(request).await } else { ApiError::ForeignHost.into_response() }
}

fn is_loopback(host: &str) -> bool {
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    host.eq_ignore_ascii_case("localhost")
        || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
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
