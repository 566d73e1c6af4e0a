//! Requests to the provider: bounded in time and size, without redirects, over TLS with the system's certificates.

use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use openidconnect::{HttpRequest, HttpResponse, SyncHttpClient};
use posture_tls::{TrustedRoots, trusted_roots};
use tokio_rustls::rustls::crypto::ring;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};
use ureq::{Agent, Proxy};

/// How long the provider may take for one answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// The most bytes of an answer. Descriptions and keys have a few thousand.
const MAX_BYTES: u64 = 1 << 20;

/// A client for the provider's endpoints.
#[derive(Clone)]
pub(super) struct HttpClient(Agent);

/// Why the provider gave no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum HttpError {
    #[error("{0}")]
    Request(#[from] ureq::Error),
    #[error("failed to read the answer: {0}")]
    Body(#[from] std::io::Error),
    #[error("the answer has more than {MAX_BYTES} bytes")]
    TooLong,
    #[error("{0}")]
    Invalid(#[from] openidconnect::http::Error),
}

impl HttpClient {
    /// A client for the provider of an issuer. One without TLS is on this machine, and a proxy would see the secret that is sent to it.
    pub(super) fn new(issuer: &str) -> Self {
        let TrustedRoots { certificates, errors } = trusted_roots();
        for error in errors {
            tracing::warn!(%error, "failed to read some of the system's certificates");
        }
        let roots: Vec<_> = certificates.iter().map(|root| Certificate::from_der(root).to_owned()).collect();
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .root_certs(RootCerts::Specific(Arc::new(roots)))
            .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
            .build();
        let proxy = if issuer.starts_with("https:") { Proxy::try_from_env() } else { None };
        let config = Agent::config_builder()
            .tls_config(tls)
            .proxy(proxy)
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            // A redirect could lead to an address inside the network.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .build();
        Self(config.into())
    }
}

impl SyncHttpClient for HttpClient {
    type Error = HttpError;

    fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (parts, body) = self.0.run(request)?.into_parts();
        let mut bytes = Vec::new();
        body.into_reader().take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
        if u64::try_from(bytes.len()).is_ok_and(|length| length > MAX_BYTES) {
            return Err(HttpError::TooLong);
        }
        let mut response = openidconnect::http::Response::builder().status(parts.status).body(bytes)?;
        *response.headers_mut() = parts.headers;
        Ok(response)
    }
}
