//! Delivery by e-mail.

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use lettre::Message;
use lettre::address::Envelope;
use lettre::message::SinglePart;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, AsyncTokioStream, Certificate, CertificateStore, TlsParameters, TlsParametersBuilder,
};
use lettre::transport::smtp::extension::ClientId;
use percent_encoding::percent_decode_str;
use posture_core::Timestamp;
use posture_core::words::shortening::prose;
use posture_tls::trusted_roots;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::bounded::{Bounded, MOST_BYTES, TooMuch};
use super::failure::Failure;
use super::password::Login;
use crate::reach::Reach;
use crate::render::email;
use crate::state::Queued;
use crate::target::{Mail, Target};

/// How long an attempt may take, from looking up the host to the answer that the message was taken.
const PATIENCE: Duration = Duration::from_secs(60);
/// How many addresses of a host are tried.
const MOST_ADDRESSES: usize = 16;

/// How a connection is encrypted.
enum Encryption {
    None,
    FromTheStart,
    StartTls,
}

/// One attempt.
struct Attempt<'t> {
    host: &'t str,
    /// The addresses that were checked, of which the first that connects is used. The certificate must be the host's.
    addresses: Vec<SocketAddr>,
    encryption: Encryption,
    login: Option<Login>,
}

/// Sends a message. `smtps` uses TLS from the start and `smtp` STARTTLS; only loopback, if it is allowed, goes without, unless the address
/// says `tls=required`.
pub(super) fn send(
    reach: &Reach,
    target: &Target,
    queued: &Queued,
    note: Option<&str>,
    now: Timestamp,
) -> Result<(), Failure> {
    let Some(mail) = &target.mail else { return Err(Failure::new("The address has no recipients.")) };
    let is_implicit = target.url.scheme() == "smtps";
    let port = target.url.port().unwrap_or(if is_implicit { 465 } else { 587 });
    let resolved = reach.resolve(target, port, PATIENCE);
    let (mut addresses, left) = resolved.map_err(|error| Failure::new(error.to_string()))?;
    addresses.truncate(MOST_ADDRESSES);
    let encryption = if is_implicit {
        Encryption::FromTheStart
    } else if !mail.requires_tls && addresses.iter().all(|address| address.ip().to_canonical().is_loopback())
    {
        Encryption::None
    } else {
        Encryption::StartTls
    };
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let login = target
        .url
        .password()
        .map(|password| Login { user: decoded(target.url.username()), password: decoded(password) });
    let message = message(mail, queued, note, now).map_err(|error| Failure::new(error.to_string()))?;
    let attempt = Attempt { host: &target.host, addresses, encryption, login };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(format!("Failed to start sending: {error}.")))?;
    runtime.block_on(attempt.deliver(&message, left))
}

/// The trusted authorities, as STARTTLS takes them.
fn certificates() -> Result<Vec<Certificate>, SmtpError> {
    trusted_roots().certificates.iter().map(|root| Certificate::from_der(root.to_vec())).collect()
}

impl Attempt<'_> {
    /// Sends the message within what is left of [`PATIENCE`].
    async fn deliver(&self, message: &Message, left: Duration) -> Result<(), Failure> {
        let mut is_taken = false;
        let sent = timeout(left, async {
            let mut connection = self.connect(left).await?;
            let taken = connection.send(message.envelope(), &message.formatted()).await;
            taken.map_err(|error| self.failure(&error))?;
            is_taken = true;
            // Says goodbye. The server has the message, whatever it answers to that.
            connection.abort().await;
            Ok(())
        });
        match sent.await {
            Ok(outcome) => outcome,
            Err(_) if is_taken => Ok(()),
            Err(_) => Err(Failure::new(format!(
                "{} did not take the message within {} s.",
                self.host,
                PATIENCE.as_secs()
            ))),
        }
    }

    /// Connects to the first address that takes a connection. Each has an equal share of the time.
    async fn reach(&self, left: Duration) -> io::Result<(TcpStream, SocketAddr)> {
        let share = left / u32::try_from(self.addresses.len()).unwrap_or(u32::MAX).max(1);
        let mut failure = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for address in &self.addresses {
            match timeout(share, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok((stream, *address)),
                Ok(Err(error)) => failure = error,
                Err(_) => failure = io::ErrorKind::TimedOut.into(),
            }
        }
        Err(failure)
    }

    /// Connects, encrypts and signs in. Nothing is sent without TLS that needs it.
    async fn connect(&self, left: Duration) -> Result<AsyncSmtpConnection, Failure> {
        let hello = ClientId::Domain("posture".to_owned());
        let (stream, address) = self.reach(left).await.map_err(|error| self.unreached(&error))?;
        // Below TLS, so that it bounds the handshake, too.
        let bounded = Bounded::new(stream, address);
        let stream: Box<dyn AsyncTokioStream> = match self.encryption {
            Encryption::FromTheStart => {
                let name = ServerName::try_from(self.host.to_owned());
                let name = name.map_err(|error| self.unreached(&error))?;
                let connector = TlsConnector::from(self.trusting_the_system()?);
                let encrypted = connector.connect(name, bounded).await;
                let encrypted = encrypted.map_err(|error| self.unreached(&error))?;
                Box::new(Bounded::new(encrypted, address))
            }
            Encryption::None | Encryption::StartTls => Box::new(bounded),
        };
        let connection = AsyncSmtpConnection::connect_with_transport(stream, &hello).await;
        let mut connection = connection.map_err(|error| self.failure(&error))?;
        if let Encryption::StartTls = self.encryption {
            let builder =
                TlsParameters::builder(self.host.to_owned()).certificate_store(CertificateStore::None);
            let parameters = certificates().and_then(|roots| {
                roots.into_iter().fold(builder, TlsParametersBuilder::add_root_certificate).build()
            });
            let parameters = parameters.map_err(|error| self.failure(&error))?;
            let encrypted = connection.starttls(parameters, &hello).await;
            encrypted.map_err(|error| self.failure(&error))?;
        }
        if let Some(login) = &self.login {
            let credentials = Credentials::new(login.user.clone(), login.password.clone());
            let signed_in = connection.auth(DEFAULT_MECHANISMS, &credentials).await;
            signed_in.map_err(|error| self.sign_in_failure(&error))?;
        }
        Ok(connection)
    }

    /// Trusts the authorities that STARTTLS trusts: those of the system.
    fn trusting_the_system(&self) -> Result<Arc<ClientConfig>, Failure> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(trusted_roots().certificates.iter().cloned());
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| self.unreached(&error))?;
        Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
    }

    /// Why the server did not take the sign-in.
    fn sign_in_failure(&self, error: &SmtpError) -> Failure {
        let host = self.host;
        // Servers repeat commands that they refuse, and this one has the password.
        let left_out = "Its answer is left out, because it may repeat the password.";
        match error.status() {
            Some(code) => Failure::new(format!("{host} refused the sign-in with {code}. {left_out}")),
            None if error.is_response() => {
                Failure::new(format!("{host} did not answer the sign-in as SMTP requires. {left_out}"))
            }
            None => self.failure(error),
        }
    }

    /// Why it was not sent: what the server said, or what failed before, without the address and the password.
    fn failure(&self, error: &SmtpError) -> Failure {
        let what = match error.status() {
            Some(code) => format!("refused the message with {code}"),
            None if error.is_response() => "did not answer as SMTP requires".to_owned(),
            // The server lacks an extension that is needed.
            None if error.is_client() => "cannot take the message".to_owned(),
            None => return self.unreached(error),
        };
        let said = error.source().map(ToString::to_string).unwrap_or_default();
        if self.login.as_ref().is_some_and(|login| login.is_in(&said)) {
            let left_out = "Its answer is left out, because it repeats the password.";
            return Failure::new(format!("{} {what}. {left_out}", self.host));
        }
        let said = if said.is_empty() { said } else { format!(": {}", prose(&said)) };
        Failure::new(format!("{} {what}{said}.", self.host))
    }

    /// Why there was no answer.
    fn unreached(&self, error: &(dyn Error + 'static)) -> Failure {
        let mut cause = error;
        loop {
            let io = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
            if io.is_some_and(|inner| inner.is::<TooMuch>()) {
                let most = MOST_BYTES / 1_000_000;
                return Failure::new(format!(
                    "{} sent more than {most} MB, so the attempt ended.",
                    self.host
                ));
            }
            match cause.source() {
                Some(next) => cause = next,
                None => return Failure::new(format!("{} could not be reached: {cause}.", self.host)),
            }
        }
    }
}

fn message(
    mail: &Mail,
    queued: &Queued,
    note: Option<&str>,
    now: Timestamp,
) -> Result<Message, lettre::error::Error> {
    let raw = |name, value: &str| HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned());
    let recipients = mail.to.iter().map(|to| to.email.clone()).collect();
    let mut builder = Message::builder()
        .from(mail.from.clone())
        .envelope(Envelope::new(Some(mail.from.email.clone()), recipients)?)
        .subject(email::subject(&queued.message))
        .date(UNIX_EPOCH + Duration::from_secs(email::unix_seconds(now)))
        .message_id(Some(format!("<{}@{}>", queued.id, mail.from.email.domain())))
        // No out-of-office reply answers it.
        .raw_header(raw("Auto-Submitted", "auto-generated"))
        .raw_header(raw("Posture-Message-Id", &queued.id));
    if let Some(priority) = email::priority(&queued.message) {
        builder = builder.raw_header(raw("Importance", priority));
    }
    for to in &mail.to {
        builder = builder.to(to.clone());
    }
    builder.singlepart(SinglePart::plain(email::text(&queued.message, note)))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use posture_core::notify::message::MessageKind;

    use super::*;

    fn attempt(addresses: &[SocketAddr]) -> Attempt<'static> {
        Attempt {
            host: "127.0.0.1",
            addresses: addresses.to_vec(),
            encryption: Encryption::None,
            login: None,
        }
    }

    /// NT-22: a host often has an address of IPv6 that leads nowhere from here.
    #[test]
    fn the_first_address_that_takes_a_connection_is_used() {
        let at = |listener: &TcpListener| listener.local_addr().unwrap();
        let listen = || TcpListener::bind("127.0.0.1:0").unwrap();
        let (server, other) = (listen(), listen());
        let closed = at(&listen());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let reached = |addresses: &[SocketAddr]| {
            runtime.block_on(attempt(addresses).reach(PATIENCE)).map(|(_, address)| address)
        };
        assert_eq!(reached(&[closed, at(&server), at(&other)]).unwrap(), at(&server));
        assert_eq!(reached(&[closed, closed]).unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
    }

    /// NT-20
    #[test]
    fn a_server_that_never_answers_ends_the_attempt() {
        // The system accepts the connection, and nobody answers on it.
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let attempt = attempt(&[server.local_addr().unwrap()]);
        let mail = Mail {
            from: "a@example.org".parse().unwrap(),
            to: vec!["b@example.org".parse().unwrap()],
            requires_tls: false,
        };
        let made_at = Timestamp::from_unix_seconds(0).unwrap();
        let queued = Queued {
            id: "1".to_owned(),
            message: posture_core::notify::message::Message {
                kind: MessageKind::Started,
                made_at,
                more_workspaces: 0,
                sections: Vec::new(),
                title: "Notifications started".to_owned(),
                url: None,
            },
        };
        let message = message(&mail, &queued, None, made_at).unwrap();
        // A paused clock goes to the end of the wait as soon as nothing else happens.
        let paused = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
        let failure = paused.unwrap().block_on(attempt.deliver(&message, PATIENCE)).unwrap_err();
        assert_eq!(failure.why, "127.0.0.1 did not take the message within 60 s.");
    }
}
