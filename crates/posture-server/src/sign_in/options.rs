//! What sign-in is configured with.

use std::io;
use std::path::PathBuf;

use openidconnect::url::{Host, Url};
use posture_core::paths;

/// The fewest bytes of a session key.
pub(super) const MIN_KEY_BYTES: usize = 32;

/// How users sign in.
#[derive(Clone)]
pub struct SignInOptions {
    /// The provider's issuer, exactly as its tokens state it.
    pub issuer: String,
    /// The id that the provider knows this server by.
    pub client_id: String,
    /// The secret for that id; a public client has none.
    pub client_secret: Option<String>,
    /// The URL by which users reach this server.
    pub public_url: PublicUrl,
    /// Scopes to ask for in addition to `openid`.
    pub scopes: Vec<String>,
    /// The claim of the ID token that identifies a user.
    pub identity_claim: String,
    /// The claim of the ID token with the groups or roles of a user.
    pub groups_claim: String,
    /// How long a session lasts without a request, in seconds.
    pub idle_seconds: u32,
    /// How long a session lasts at most, in seconds.
    pub session_seconds: u32,
    /// What signs cookies; without one, a key is generated, and sessions end with the process.
    pub key: Option<Vec<u8>>,
    /// The file that remembers sessions that were signed out; without one, they are remembered until the process ends.
    pub signed_out_file: Option<PathBuf>,
}

impl SignInOptions {
    /// What says whose identities a session has. After a change of it, earlier sessions are not valid.
    pub(super) fn whose_sessions(&self) -> String {
        serde_json::json!([self.issuer, self.client_id, self.identity_claim, self.groups_claim]).to_string()
    }
}

/// The URL by which users reach a server: scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(Url);

/// An address without the user and the password that may be in it, for messages.
fn without_user(address: &str) -> String {
    address.rsplit_once('@').map_or_else(|| address.to_owned(), |(_, host)| format!("…@{host}"))
}

/// Why sign-in cannot be offered.
#[derive(Debug, thiserror::Error)]
pub enum SignInSetupError {
    /// The public URL cannot be one that users reach a server by.
    #[error(
        "public-url is {0:?}. Write it as https://posture.example.org, without a path. Only a loopback host may use http."
    )]
    PublicUrl(String),
    /// The issuer is not a URL that a provider can have.
    #[error(
        "oidc-issuer is {0:?}. Write the issuer as the provider states it, such as https://login.example.org/realm. Only a loopback host may use http."
    )]
    Issuer(String),
    /// The key is too short to be secret.
    #[error("The session key has {0} bytes. Make one of at least 32 with: openssl rand -base64 48")]
    ShortKey(usize),
    /// The file of sessions that were signed out cannot be used.
    #[error(
        "Failed to open signed-out-file {}: {error}. Name a file of its own in a folder that the service may write to.",
        path.display()
    )]
    SignedOut {
        /// The file.
        path: PathBuf,
        /// The error from the system.
        error: io::Error,
    },
}

impl PublicUrl {
    /// Checks a URL.
    pub fn new(text: &str) -> Result<Self, SignInSetupError> {
        let url = private_url(text).filter(|url| url.path() == "/" && url.query().is_none());
        url.map(Self).ok_or_else(|| SignInSetupError::PublicUrl(without_user(text)))
    }

    /// The host that requests name; an IPv6 address has brackets.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// Scheme, host and port, as a browser states them in `Origin`.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// The address that the provider sends users back to.
    pub fn callback(&self) -> String {
        format!("{}{}", self.origin(), paths::SIGN_IN_CALLBACK)
    }

    /// The page that the provider sends users to after they have signed out.
    pub(super) fn signed_out(&self) -> String {
        format!("{}{}", self.origin(), paths::SIGNED_OUT)
    }
}

/// Checks an issuer.
pub(super) fn check_issuer(text: &str) -> Result<(), SignInSetupError> {
    private_url(text).map(drop).ok_or_else(|| SignInSetupError::Issuer(without_user(text)))
}

/// A URL that nobody on the network can read or change: by https, or on this machine.
pub(super) fn private_url(text: &str) -> Option<Url> {
    let url: Url = text.parse().ok()?;
    let is_loopback = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    let is_private = url.scheme() == "https" || (url.scheme() == "http" && is_loopback);
    let is_plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    (is_private && is_plain).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SI-2
    #[test]
    fn a_public_url_is_https_or_loopback_and_has_no_path() {
        let url = PublicUrl::new("https://Posture.example.org:8443/").unwrap();
        assert_eq!(
            (url.host(), url.origin().as_str()),
            ("posture.example.org", "https://posture.example.org:8443")
        );
        assert_eq!(PublicUrl::new("http://[::1]:8080").unwrap().host(), "[::1]");
        assert!(PublicUrl::new("http://localhost:8080").is_ok());
        for text in [
            "http://posture.example.org",
            "https://a.example/app",
            "https://u@a.example",
            "a.example",
            "ftp://localhost",
            "https://a.example?x",
        ] {
            let refused = PublicUrl::new(text).unwrap_err().to_string();
            let shown = text.replace("https://u@", "…@");
            assert!(refused.contains(&format!("{shown:?}")), "{refused}");
        }
        assert!(check_issuer("https://login.example.org/realm").is_ok());
        assert!(check_issuer("http://login.example.org").is_err());
    }
}
