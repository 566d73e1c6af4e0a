//! Which hosts a request may name. Without access control only this machine is served, and a page elsewhere could otherwise have its own
//! name resolved to loopback and read what is served here.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::problem::ApiError;

/// Turns away requests that name a host other than this machine.
pub(crate) async fn only_loopback(request: Request, next: Next) -> Response {
    let named = request.headers().get(header::HOST);
    if named.is_some_and(|host| !host.to_str().is_ok_and(is_loopback)) {
        return ApiError::ForeignHost.into_response();
    }
    next.run(request).await
}

fn is_loopback(authority: &str) -> bool {
    let Ok(authority) = authority.parse::<axum::http::uri::Authority>() else { return false };
    let host = authority.host();
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    host.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_and_addresses_of_this_machine_are_loopback() {
        for host in ["localhost", "LOCALHOST:80", "127.0.0.1:8080", "127.1.2.3", "[::1]:8080"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["example.org", "localhost.example.org", "10.0.0.1:8080", "[2001:db8::1]", "", "127.0.0.1.example.org", "user@"] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
