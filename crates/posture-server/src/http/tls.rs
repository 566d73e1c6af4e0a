//! TLS: a certificate and its key from files, read again when a file changes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use posture_engine::input::read_small_regular;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

use crate::sources::file_stamp::Stamp;

/// How long a connection waits for a look at the files. Then it gets the former certificate.
const PATIENCE: Duration = Duration::from_secs(5);

/// A certificate and its key, as they are in their files.
#[derive(Debug)]
pub struct Certificates {
    cert: PathBuf,
    key: PathBuf,
    current: Mutex<Current>,
    /// Held during a look at the files. A file system that hangs holds one thread, however many connect.
    looking: Arc<tokio::sync::Mutex<()>>,
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
        Ok(Self { cert: cert.to_owned(), key: key.to_owned(), current, looking: Arc::default() })
    }

    /// What to offer to the next connection.
    ///
    /// If the files changed and cannot be used, the former certificate stays in use, and the log says why.
    /// It is also offered while another connection looks at the files, and if that takes long.
    pub(super) async fn current(self: &Arc<Self>) -> Arc<ServerConfig> {
        if let Ok(guard) = Arc::clone(&self.looking).try_lock_owned() {
            let this = Arc::clone(self);
            let look = tokio::task::spawn_blocking(move || {
                this.look();
                drop(guard);
            });
            if tokio::time::timeout(PATIENCE, look).await.is_err() {
                tracing::warn!("the files of the certificate do not answer, so the former one stays in use");
            }
        }
        Arc::clone(&self.locked().config)
    }

    /// Reads the files again if they changed.
    fn look(&self) {
        let stamps = [&self.cert, &self.key].map(|path| stamp(path));
        if self.locked().stamps == stamps {
            return;
        }
        let config = config(&self.cert, &self.key);
        let mut current = self.locked();
        current.stamps = stamps;
        match config {
            Ok(config) => {
                tracing::info!("the certificate was read again");
                current.config = config;
            }
            Err(error) => tracing::error!(%error, "the former certificate stays in use"),
        }
    }

    fn locked(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
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
    let pem = text(key)?;
    let private = PrivateKeyDer::from_pem_slice(&pem).map_err(|error| {
        let is_encrypted = String::from_utf8_lossy(&pem).contains("ENCRYPTED");
        let encrypted = || "it is encrypted. Write it without a password".to_owned();
        unreadable(key, if is_encrypted { encrypted() } else { error.to_string() })
    })?;
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

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "writes the files of a certificate")]

    use super::*;

    fn renew(folder: &Path) -> [PathBuf; 2] {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let files = ["cert.pem", "key.pem"].map(|name| folder.join(name));
        fs::write(&files[0], made.cert.pem()).unwrap();
        fs::write(&files[1], made.signing_key.serialize_pem()).unwrap();
        files
    }

    /// TL-3: files that do not answer hold up no connection but the one that looks at them.
    #[tokio::test]
    async fn while_one_connection_looks_at_the_files_others_get_the_former_certificate() {
        let folder = tempfile::tempdir().unwrap();
        let [cert, key] = renew(folder.path());
        let certificates = Arc::new(Certificates::read(&cert, &key).unwrap());
        let former = certificates.current().await;
        let looking = Arc::clone(&certificates.looking).lock_owned().await;
        renew(folder.path());
        assert!(Arc::ptr_eq(&certificates.current().await, &former));
        drop(looking);
        assert!(!Arc::ptr_eq(&certificates.current().await, &former));
    }
}
