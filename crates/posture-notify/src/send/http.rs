//! Delivery by HTTP.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use hmac::{Hmac, Mac as _};
use posture_core::Timestamp;
use posture_tls::trusted_roots;
use sha2::Sha256;
use ureq::http::Uri;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error};

use super::failure::Failure;
use crate::reach::Reach;
use crate::render::{json, slack, teams};
use crate::state::Queued;
use crate::target::{Channel, Target};

/// How long an attempt may take.
const PATIENCE: Duration = Duration::from_secs(20);

fn tls() -> TlsConfig {
    let roots = &trusted_roots().certificates;
    TlsConfig::builder()
        .root_certs(RootCerts::from(roots.iter().map(|root| Certificate::from_der(root).to_owned())))
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build()
}

/// The addresses that were checked, whatever the name would give now.
#[derive(Debug)]
struct Checked(Vec<SocketAddr>);

impl Resolver for Checked {
    fn resolve(
        &self,
        _: &Uri,
        _: &ureq::config::Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let mut addresses = self.empty();
        for address in self.0.iter().take(16) {
            addresses.push(*address);
        }
        if self.0.is_empty() { Err(Error::HostNotFound) } else { Ok(addresses) }
    }
}

/// Posts a message. Only an answer of success counts as delivered, and no redirect is followed.
pub(super) fn post(
    reach: &Reach,
    target: &Target,
    queued: &Queued,
    note: Option<&str>,
    now: Timestamp,
) -> Result<(), Failure> {
    let port = target.url.port_or_known_default().unwrap_or(443);
    let resolved = reach.resolve(target, port, PATIENCE);
    let (addresses, left) = resolved.map_err(|error| Failure::new(error.to_string()))?;
    let body = match target.channel {
        Channel::Teams => teams::body(&queued.message, note),
        Channel::Slack => slack::body(&queued.message, note),
        Channel::Json | Channel::Email => json::body(&queued.id, &queued.message, note),
    };
    let config = Agent::config_builder()
        .tls_config(tls())
        // A proxy would resolve the name again, and could lead inside.
        .proxy(None)
        .max_redirects(0)
        .http_status_as_error(false)
        .timeout_global(Some(left))
        .user_agent(concat!("posture/", env!("CARGO_PKG_VERSION")))
        .build();
    let agent = Agent::with_parts(config, DefaultConnector::default(), Checked(addresses));
    let mut request = agent
        .post(target.url.as_str())
        .header("content-type", "application/json")
        .header("posture-message-id", &queued.id);
    if let Some(secret) = &target.secret {
        request = request.header("posture-signature", signature(secret, now, &body));
    }
    let response = request.send(&body[..]).map_err(|error| Failure::new(why(&target.host, &error)))?;
    let status = response.status();
    if status.is_success() {
        return Ok(());
    }
    let retry_after = response.headers().get("retry-after");
    let retry_after = retry_after.and_then(|value| seconds_until(value.to_str().ok()?.trim(), now));
    let why = if status.is_redirection() {
        format!(
            "{} answered {} with a redirect, which is not followed. Name the final address.",
            target.host,
            status.as_u16()
        )
    } else {
        format!("{} answered {}.", target.host, status.as_u16())
    };
    Err(Failure { why, retry_after })
}

/// A wait as a number of seconds, or until a date.
fn seconds_until(text: &str, now: Timestamp) -> Option<u64> {
    text.parse().ok().or_else(|| {
        let at = httpdate::parse_http_date(text).ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        at.as_secs().checked_sub(now.unix_seconds().try_into().ok()?)
    })
}

/// `t=<seconds since 1970>,v1=<HMAC-SHA256 of the time, a dot and the body, in hex>`. The time lets a receiver refuse an old copy.
fn signature(secret: &[u8], now: Timestamp, body: &[u8]) -> String {
    let time = now.unix_seconds();
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    mac.update(format!("{time}.").as_bytes());
    mac.update(body);
    format!("t={time},v1={}", hex::encode(mac.finalize().into_bytes()))
}

/// Why nothing was answered, without the address.
#[expect(clippy::wildcard_enum_match_arm, reason = "the enum is another crate's, and is never complete")]
fn why(host: &str, error: &Error) -> String {
    match error {
        Error::Io(error) => format!("Failed to reach {host}: {error}."),
        Error::Timeout(_) => format!("{host} did not answer within {} s.", PATIENCE.as_secs()),
        Error::ConnectionFailed | Error::HostNotFound => format!("Failed to connect to {host}."),
        Error::Rustls(error) => format!("Failed to reach {host}: TLS: {error}."),
        _ => format!("Failed to send to {host}."),
    }
}
