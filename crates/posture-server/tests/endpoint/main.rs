//! The endpoint over HTTP, in this process.

#![expect(clippy::unwrap_used, reason = "a test ends where a step of it fails")]
#![expect(clippy::disallowed_methods, reason = "the endpoint is tried on real files")]

mod access;
mod addresses;
mod answers;
mod audit;
mod changing_files;
mod described;
mod evidence;
mod folders;
mod headers;
mod http;
mod metrics;
mod provider;
mod sign_in;
mod signing_in;
mod support;
mod tls;
mod tokens;
