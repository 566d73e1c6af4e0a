//! TLS: a certificate and its key from files, read again when a file changes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use posture_engine::input::read_small_regular;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

use crate::sources::file_stamp::Stamp;

/// A certificate and its key, as they are in their files.
#[derive(Debug)]
pub struct Certificates {
    cert: PathBuf,
    key: PathBuf,
    current: Mutex<Current>,
}

#[derive(Debug)]
struct Current {
    config: Arc<ServerConfig>,
    /// The state of both files when they were last read.
    stamps: [Option<Stamp>; 2],
}

/// Why TLS cannot be offered.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read, or has no certificate or key.
    #[error("Failed to read {}: {error}. It must be a PEM file.", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong, without the file's content.
        error: String,
    },
    /// The key is not that of the certificate.
    #[error("Failed to use {} with {}: {error}", cert.display(), key.display())]
    Pair {
        /// The certificate's file.
        cert: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// What is wrong.
        error: rustls::Error,
    },
}

impl Certificates {
    /// Reads a chain of certificates, the server's first, and its private key.
    pub fn read(cert: &Path, key: &Path) -> Result<Self, TlsError> {
        let stamps = [cert, key].map(stamp);
        let config = config(cert, key)?;
        let current = Mutex::new(Current { config, stamps });
        Ok(Self { cert: cert.to_owned(), key: key.to_owned(), current })
    }

    /// What to offer to the next connection. Blocks while it looks at the files.
    ///
    /// If they changed and cannot be used, the former certificate stays in use, and the log says why.
    pub(super) fn current(&self) -> Arc<ServerConfig> {
        let stamps = [&self.cert, &self.key].map(|path| stamp(path));
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.stamps != stamps {
            current.stamps = stamps;
            match config(&self.cert, &self.key) {
                Ok(config) => {
                    tracing::info!("the certificate was read again");
                    current.config = config;
                }
                Err(error) => tracing::error!(%error, "the former certificate stays in use"),
            }
        }
        Arc::clone(&current.config)
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    fs::metadata(path).ok().map(|metadata| Stamp::of(&metadata))
}

fn config(cert: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let unreadable = |path: &Path, error: String| TlsError::File { path: path.to_owned(), error };
    let unread = |error: io::Error| match error.raw_os_error() {
        Some(_) => format!("{error}. Check the name, and that the server may read it"),
        None => error.to_string(),
    };
    let text = |path: &Path| read_small_regular(path).map_err(|error| unreadable(path, unread(error)));
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text(cert)?).collect();
    let chain = chain.map_err(|error| unreadable(cert, error.to_string()))?;
    if chain.is_empty() {
        return Err(unreadable(cert, "it has no certificate".to_owned()));
    }
    let private =
        PrivateKeyDer::from_pem_slice(&text(key)?).map_err(|error| unreadable(key, error.to_string()))?;
    let pair = |error| TlsError::Pair { cert: cert.to_owned(), key: key.to_owned(), error };
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(pair)?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(pair)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
