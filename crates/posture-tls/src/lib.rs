//! The authorities that every connection over TLS trusts, wherever it leads: to an OpenID Connect provider, a webhook or a mail server.
//!
//! **What this crate does not do.** It connects to nothing. PostgreSQL's driver reads certificates itself, as its settings say.

use std::sync::OnceLock;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;

/// The certificates of the authorities that are trusted.
#[derive(Debug)]
pub struct TrustedRoots {
    /// Those that can be used.
    pub certificates: Vec<CertificateDer<'static>>,
    /// Why others could not be read.
    pub errors: Vec<String>,
}

/// The system's certificates, or those that `SSL_CERT_FILE` names. Read once: later changes count after a restart.
pub fn trusted_roots() -> &'static TrustedRoots {
    static ROOTS: OnceLock<TrustedRoots> = OnceLock::new();
    ROOTS.get_or_init(|| {
        let found = rustls_native_certs::load_native_certs();
        let is_usable = |root: &CertificateDer<'static>| RootCertStore::empty().add(root.clone()).is_ok();
        TrustedRoots {
            certificates: found.certs.into_iter().filter(is_usable).collect(),
            errors: found.errors.iter().map(ToString::to_string).collect(),
        }
    })
}
