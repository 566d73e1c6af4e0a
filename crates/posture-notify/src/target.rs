//! An address that messages are sent to, and its channel.

use std::fmt;

use lettre::message::Mailbox;
use url::{Host, Url};

/// How messages are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// A Teams workflow that takes an adaptive card.
    Teams,
    /// An incoming webhook of Slack.
    Slack,
    /// JSON, with a signature if there is a secret.
    Json,
    /// E-mail.
    Email,
}

impl Channel {
    /// The word for it, as an address begins with it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Teams => "teams",
            Self::Slack => "slack",
            Self::Json => "json",
            Self::Email => "smtp",
        }
    }

    /// Hosts that need not be allowed: the service's own.
    pub(crate) fn own_hosts(self) -> &'static [&'static str] {
        match self {
            Self::Teams => &["*.logic.azure.com", "*.api.powerplatform.com", "*.webhook.office.com"],
            Self::Slack => &["hooks.slack.com", "hooks.slack-gov.com"],
            Self::Json | Self::Email => &[],
        }
    }
}

/// An address to send to. It is a secret: whoever knows it can send, too. Only the channel and the host are ever shown.
#[derive(Clone)]
pub struct Target {
    pub(crate) channel: Channel,
    pub(crate) url: Url,
    pub(crate) host: String,
    pub(crate) mail: Option<Mail>,
    pub(crate) secret: Option<Vec<u8>>,
    pub(crate) name: String,
}

/// Who an e-mail is from and to.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    pub(crate) from: Mailbox,
    pub(crate) to: Vec<Mailbox>,
    /// Whether TLS is required on loopback, too.
    pub(crate) requires_tls: bool,
}

/// Why an address cannot be used. Messages do not quote it, as it is a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// It is not an address.
    #[error(
        "The address is not a URL. Write it as https://… , teams+https://… , slack+https://… , json+https://… or smtps://… ."
    )]
    NotUrl,
    /// Nothing is sent by this scheme.
    #[error(
        "The address begins with {0:?}. Begin it with https, teams+https, slack+https, json+https, smtp or smtps."
    )]
    Scheme(String),
    /// An e-mail address is missing or invalid.
    #[error(
        "The address of the mail server has no valid {0}. Write it as smtps://user:password@mail.example.org?from=posture@example.org&to=ops@example.org ."
    )]
    Mail(&'static str),
    /// Only JSON is signed.
    #[error(
        "A secret signs messages of the channel json only, and this address is of the channel {0}. Remove the secret, or begin the address with json+https."
    )]
    Secret(&'static str),
    /// A short secret can be guessed.
    #[error("The secret has {0} bytes. Use at least 16, such as the output of `openssl rand -hex 32`.")]
    ShortSecret(usize),
}

impl Target {
    /// Reads an address. Its channel is what precedes `+`, otherwise what its host is known for, otherwise JSON.
    pub fn new(address: &str, secret: Option<&str>) -> Result<Self, TargetError> {
        let address = address.trim();
        let (stated, url) = match address.split_once('+') {
            Some(("teams", url)) => (Some(Channel::Teams), url),
            Some(("slack", url)) => (Some(Channel::Slack), url),
            Some(("json", url)) => (Some(Channel::Json), url),
            _ => (None, address),
        };
        let url = Url::parse(url).map_err(|_| TargetError::NotUrl)?;
        let Some(host) = url.host() else { return Err(TargetError::NotUrl) };
        let host = match host {
            Host::Domain(name) => name.trim_end_matches('.').to_ascii_lowercase(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        };
        let channel = match (url.scheme(), stated) {
            ("smtp" | "smtps", None) => Channel::Email,
            ("http" | "https", Some(stated)) => stated,
            ("http" | "https", None) => known_for(&host),
            (scheme, _) => return Err(TargetError::Scheme(scheme.to_owned())),
        };
        if let Some(secret) = secret {
            if channel != Channel::Json {
                return Err(TargetError::Secret(channel.word()));
            }
            if secret.len() < 16 {
                return Err(TargetError::ShortSecret(secret.len()));
            }
        }
        let mail = if channel == Channel::Email { Some(mail(&url)?) } else { None };
        let name = format!("{} {host}", channel.word());
        Ok(Self { channel, url, host, mail, secret: secret.map(|secret| secret.as_bytes().to_vec()), name })
    }

    /// Its name in the state file and in the log: the channel and the host.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Names it, so that its waiting messages stay with it if the address changes.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The channel that a host is known for.
fn known_for(host: &str) -> Channel {
    let is_of = |channel: &Channel| channel.own_hosts().iter().any(|pattern| matches(pattern, host));
    [Channel::Teams, Channel::Slack].into_iter().find(is_of).unwrap_or(Channel::Json)
}

/// Whether a host is the one that a pattern names: itself, or `*.` and what it ends with.
pub(crate) fn matches(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix('*').filter(|ending| ending.starts_with('.')) {
        Some(ending) => ending.len() < host.len() && host.ends_with(&ending.to_ascii_lowercase()),
        None => pattern.eq_ignore_ascii_case(host),
    }
}

fn mail(url: &Url) -> Result<Mail, TargetError> {
    let stated = |wanted: &'static str| {
        let pairs = url.query_pairs().filter(move |(key, _)| key == wanted);
        let read = move |(_, value): (_, std::borrow::Cow<'_, str>)| {
            value.parse::<Mailbox>().map_err(|_| TargetError::Mail(wanted))
        };
        pairs.map(read).collect::<Result<Vec<_>, _>>()
    };
    let (from, to) = (stated("from")?.pop().ok_or(TargetError::Mail("from"))?, stated("to")?);
    let mut requires_tls = false;
    for (_, value) in url.query_pairs().filter(|(key, _)| key == "tls") {
        if value != "required" {
            return Err(TargetError::Mail("tls"));
        }
        requires_tls = true;
    }
    if to.is_empty() { Err(TargetError::Mail("to")) } else { Ok(Mail { from, to, requires_tls }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NT-11
    #[test]
    fn the_channel_is_stated_or_the_one_that_the_host_is_known_for() {
        let cases = [
            ("https://prod-1.westeurope.logic.azure.com/workflows/x?sig=s", Channel::Teams),
            ("https://hooks.slack.com/services/T/B/x", Channel::Slack),
            ("https://ops.example.org/hook", Channel::Json),
            ("teams+https://proxy.example.org/hook", Channel::Teams),
            ("slack+https://relay.example.org/hooks/x", Channel::Slack),
            ("json+https://hooks.slack.com/x", Channel::Json),
            ("smtps://mail.example.org?from=a@example.org&to=b@example.org", Channel::Email),
        ];
        for (address, expected) in cases {
            assert_eq!(Target::new(address, None).unwrap().channel, expected, "{address}");
        }
    }

    /// NT-14
    #[test]
    fn neither_an_error_nor_a_name_shows_the_address() {
        let wrong = [
            "hunter2",
            "ftp://hunter2@example.org/hunter2",
            "teams+smtp://u:hunter2@example.org",
            "smtp://u:hunter2@example.org?from=a@example.org",
            "smtp://u:hunter2@example.org?from=hunter2&to=b@example.org",
            "smtp://u:hunter2@example.org?from=a@example.org&to=b@example.org&tls=hunter2",
        ];
        for address in wrong {
            let message = Target::new(address, None).unwrap_err().to_string();
            assert!(!message.contains("hunter2"), "{message}");
        }
        let target = Target::new(
            "json+https://u:hunter2@example.org/hunter2?sig=hunter2",
            Some("hunter2 hunter2 hunter2"),
        );
        let shown = format!("{:?}", target.unwrap());
        assert!(shown.contains("json example.org") && !shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn a_pattern_covers_hosts_below_it_but_not_itself() {
        assert!(matches("*.logic.azure.com", "a.b.logic.azure.com"));
        assert!(!matches("*.logic.azure.com", "logic.azure.com"));
        assert!(!matches("*logic.azure.com", "evil-logic.azure.com") && !matches("*", "a.example"));
        assert!(!matches("*.logic.azure.com", "evil-logic.azure.com"));
        assert!(!matches("hooks.slack.com", "hooks.slack.com.example.org"));
    }
}
