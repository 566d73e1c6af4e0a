//! The endpoint over real TLS.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use posture_server::access::Access;
use posture_server::http::serve::{self, Deadlines, Transport};
use posture_server::http::tls::{Certificates, TlsError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::support::demo;

/// Writes a new certificate and its key.
fn certificate(folder: &Path) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    std::fs::write(folder.join("cert.pem"), made.cert.pem()).unwrap();
    made.cert.der().clone()
}

fn read(folder: &Path) -> Result<Certificates, TlsError> {
    Certificates::read(&folder.join("cert.pem"), &folder.join("key.pem"))
}

async fn served(folder: &Path, deadlines: Deadlines) -> (SocketAddr, oneshot::Sender<()>) {
    let certificates = Some(Arc::new(read(folder).unwrap()));
    let listener = serve::bind("127.0.0.1:0".parse().unwrap(), &Access::Local, Transport::Tls).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (end, ended) = oneshot::channel();
    tokio::spawn(serve::serve(listener, demo(), certificates, deadlines, async move {
        let _dropped = ended.await;
    }));
    (address, end)
}

/// A connection of a client that trusts only this certificate.
async fn connect(
    address: SocketAddr,
    trusted: &CertificateDer<'static>,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await?;
    TlsConnector::from(Arc::new(config)).connect(ServerName::try_from("localhost").unwrap(), stream).await
}

async fn asked(address: SocketAddr, trusted: &CertificateDer<'static>, headers: &str) -> String {
    let mut stream = connect(address, trusted).await.unwrap();
    let request = format!("GET /api/v1/workspaces HTTP/1.1\r\nconnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// TL-1
#[tokio::test]
async fn requests_over_tls_meet_the_same_checks_and_limits() {
    let folder = tempfile::tempdir().unwrap();
    let trusted = certificate(folder.path());
    let (address, _end) = served(folder.path(), Deadlines::default()).await;
    let answer = asked(address, &trusted, "host: localhost\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"workspaces\""), "{answer}");
    let elsewhere = asked(address, &trusted, "host: elsewhere.example\r\n").await;
    assert!(elsewhere.starts_with("HTTP/1.1 421"), "{elsewhere}");
    let large = format!("host: localhost\r\nx: {}\r\n", "x".repeat(20_000));
    let refused = asked(address, &trusted, &large).await;
    assert!(refused.starts_with("HTTP/1.1 431"), "{refused}");
}

/// TL-2
#[tokio::test]
async fn a_client_that_does_not_finish_the_handshake_or_its_headers_is_disconnected() {
    let folder = tempfile::tempdir().unwrap();
    let trusted = certificate(folder.path());
    let deadlines = Deadlines { headers: Duration::from_millis(50), ..Deadlines::default() };
    let (address, _end) = served(folder.path(), deadlines).await;
    let mut silent = TcpStream::connect(address).await.unwrap();
    assert_eq!(silent.read(&mut [0; 16]).await.unwrap_or_default(), 0);
    let mut slow = connect(address, &trusted).await.unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
    let mut rest = Vec::new();
    // The server may end the connection without a closing message.
    let _ended = slow.read_to_end(&mut rest).await;
    assert!(!String::from_utf8_lossy(&rest).contains("200"), "{rest:?}");
    let plain = TcpStream::connect(address).await.unwrap();
    let mut plain = plain;
    plain.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _ended = plain.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP"), "plain text is not answered");
}

/// TL-3
#[tokio::test]
async fn a_certificate_that_changes_is_used_for_the_next_connection_and_a_broken_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let first = certificate(folder.path());
    let (address, _end) = served(folder.path(), Deadlines::default()).await;
    assert!(asked(address, &first, "host: localhost\r\n").await.starts_with("HTTP/1.1 200"));
    let second = certificate(folder.path());
    assert!(asked(address, &second, "host: localhost\r\n").await.starts_with("HTTP/1.1 200"));
    assert!(connect(address, &first).await.is_err(), "the former one is no longer offered");
    let place = folder.path().join("cert.pem");
    std::fs::write(&place, "broken").unwrap();
    assert!(asked(address, &second, "host: localhost\r\n").await.starts_with("HTTP/1.1 200"));
    // Opening a pipe would block for ever, and a device never ends.
    std::fs::remove_file(&place).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&place).status().unwrap().success());
    assert!(asked(address, &second, "host: localhost\r\n").await.starts_with("HTTP/1.1 200"));
    std::fs::remove_file(&place).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &place).unwrap();
    assert!(asked(address, &second, "host: localhost\r\n").await.starts_with("HTTP/1.1 200"));
}

/// TL-3: copies often preserve times, and two keys of one kind have the same length.
#[tokio::test]
async fn a_certificate_that_replaces_another_of_its_time_and_length_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let first = certificate(folder.path());
    let (address, _end) = served(folder.path(), Deadlines::default()).await;
    assert!(asked(address, &first, "host: localhost\r\n").await.starts_with("HTTP/1.1 200"));
    let files = ["cert.pem", "key.pem"].map(|name| folder.path().join(name));
    let former = files.each_ref().map(|file| file.metadata().unwrap());
    let second = loop {
        let next = certificate(folder.path());
        let is_as_long = |(file, former): (&std::path::PathBuf, &std::fs::Metadata)| {
            file.metadata().unwrap().len() == former.len()
        };
        if files.iter().zip(&former).all(is_as_long) {
            break next;
        }
    };
    for (file, former) in files.iter().zip(&former) {
        let opened = std::fs::File::options().write(true).open(file).unwrap();
        opened.set_modified(former.modified().unwrap()).unwrap();
    }
    assert!(asked(address, &second, "host: localhost\r\n").await.starts_with("HTTP/1.1 200"));
}

/// TL-1
#[test]
fn a_certificate_that_cannot_be_used_is_refused_with_the_name_of_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let told = |folder: &Path| read(folder).unwrap_err().to_string();
    assert!(told(folder.path()).contains("cert.pem"));
    certificate(folder.path());
    std::fs::write(folder.path().join("key.pem"), "secret").unwrap();
    let refused = told(folder.path());
    assert!(refused.contains("key.pem") && !refused.contains("secret"), "{refused}");
    let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nc2VjcmV0\n-----END ENCRYPTED PRIVATE KEY-----\n";
    std::fs::write(folder.path().join("key.pem"), encrypted).unwrap();
    assert!(told(folder.path()).contains("it is encrypted"));
    certificate(folder.path());
    let other = tempfile::tempdir().unwrap();
    certificate(other.path());
    std::fs::copy(other.path().join("key.pem"), folder.path().join("key.pem")).unwrap();
    assert!(told(folder.path()).contains("cert.pem"), "the key is of another certificate");
}
