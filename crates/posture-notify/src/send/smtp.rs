//! Delivery by e-mail.

use std::error::Error as _;
use std::time::{Duration, UNIX_EPOCH};

use lettre::address::Envelope;
use lettre::message::SinglePart;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Message, SmtpTransport, Transport as _};
use percent_encoding::percent_decode_str;
use posture_core::Timestamp;

use super::failure::Failure;
use crate::reach::Reach;
use crate::render::email;
use crate::state::Queued;
use crate::target::{Mail, Target};

/// How long the server may take for each step.
const PATIENCE: Duration = Duration::from_secs(20);

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
    let addresses = reach.resolve(target, port).map_err(|error| Failure::new(error.to_string()))?;
    let Some(address) = addresses.first() else {
        return Err(Failure::new(format!("The host {} has no address.", target.host)));
    };
    let tls = if !is_implicit && !mail.requires_tls && address.ip().to_canonical().is_loopback() {
        Tls::None
    } else {
        let parameters = TlsParameters::new(target.host.clone()).map_err(|error| failure(target, &error))?;
        if is_implicit { Tls::Wrapper(parameters) } else { Tls::Required(parameters) }
    };
    // The checked address is contacted, and the certificate must be the host's.
    let mut transport = SmtpTransport::builder_dangerous(address.ip().to_string())
        .port(port)
        .tls(tls)
        .hello_name(ClientId::Domain("posture".to_owned()))
        .timeout(Some(PATIENCE));
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    if let Some(password) = target.url.password() {
        transport =
            transport.credentials(Credentials::new(decoded(target.url.username()), decoded(password)));
    }
    let message = message(mail, queued, note, now).map_err(|error| Failure::new(error.to_string()))?;
    transport.build().send(&message).map(drop).map_err(|error| failure(target, &error))
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

/// Why it was not sent: what the server said, or what failed before, without the address.
fn failure(target: &Target, error: &lettre::transport::smtp::Error) -> Failure {
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    let code = error.status().map(|code| format!(" with {code}")).unwrap_or_default();
    let kind =
        if error.is_response() || !code.is_empty() { "refused the message" } else { "could not be reached" };
    Failure::new(format!("{} {kind}{code}{cause}.", target.host))
}
