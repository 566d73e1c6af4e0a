//! The settings of sign-in and TLS.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use posture_server::http::tls::Certificates;
use posture_server::sign_in::{PublicUrl, SignIn, SignInOptions};
use serde::Serialize;

use super::args::Stated;
use crate::clock::now;
use crate::secret_file::secret;

/// The settings of sign-in in effect.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct SignInSettings {
    public_url: Option<String>,
    oidc_issuer: Option<String>,
    oidc_client_id: Option<String>,
    oidc_client_secret_file: Option<PathBuf>,
    oidc_scope: Vec<String>,
    oidc_identity_claim: String,
    oidc_groups_claim: String,
    session_key_file: Option<PathBuf>,
    signed_out_file: Option<PathBuf>,
    session_idle: u32,
    session_length: u32,
}

impl SignInSettings {
    pub(super) fn new(stated: &Stated) -> Self {
        let or = |number: Option<NonZeroU32>, default| number.map_or(default, NonZeroU32::get);
        let text =
            |stated: &Option<String>, default: &str| stated.clone().unwrap_or_else(|| default.to_owned());
        Self {
            public_url: stated.public_url.clone(),
            oidc_issuer: stated.oidc_issuer.clone(),
            oidc_client_id: stated.oidc_client_id.clone(),
            oidc_client_secret_file: stated.oidc_client_secret_file.clone(),
            oidc_scope: stated.oidc_scope.clone().unwrap_or_else(|| vec!["profile".to_owned()]),
            oidc_identity_claim: text(&stated.oidc_identity_claim, "sub"),
            oidc_groups_claim: text(&stated.oidc_groups_claim, "groups"),
            session_key_file: stated.session_key_file.clone(),
            signed_out_file: stated.signed_out_file.clone(),
            session_idle: or(stated.session_idle, 60),
            session_length: or(stated.session_length, 12),
        }
    }

    /// Sign-in with these settings. Fails if one is missing, and says which.
    pub(super) fn sign_in(&self) -> anyhow::Result<Arc<SignIn>> {
        let needed = |stated: &Option<String>, name: &str, example: &str| {
            stated.clone().with_context(|| format!("With auth oidc, set {name}, such as {example}."))
        };
        let key = |path: &PathBuf| secret(path, "a session key").map(String::into_bytes);
        let options = SignInOptions {
            public_url: PublicUrl::new(&needed(
                &self.public_url,
                "public-url",
                "https://posture.example.org",
            )?)?,
            issuer: needed(&self.oidc_issuer, "oidc-issuer", "https://login.example.org/realm")?,
            client_id: needed(&self.oidc_client_id, "oidc-client-id", "posture")?,
            client_secret: self
                .oidc_client_secret_file
                .as_deref()
                .map(|path| secret(path, "a client secret"))
                .transpose()?,
            scopes: self.oidc_scope.clone(),
            identity_claim: self.oidc_identity_claim.clone(),
            groups_claim: self.oidc_groups_claim.clone(),
            idle_seconds: self.session_idle.saturating_mul(60),
            session_seconds: self.session_length.saturating_mul(3_600),
            key: self.session_key_file.as_ref().map(key).transpose()?,
            signed_out_file: self.signed_out_file.clone(),
        };
        Ok(Arc::new(SignIn::new(options, now()?)?))
    }
}

/// The certificate and its key, if both are named.
pub(super) fn certificates(
    cert: Option<&Path>,
    key: Option<&Path>,
) -> anyhow::Result<Option<Arc<Certificates>>> {
    match (cert, key) {
        (Some(cert), Some(key)) => Ok(Some(Arc::new(Certificates::read(cert, key)?))),
        (None, None) => Ok(None),
        (Some(_), None) => anyhow::bail!("tls-cert is set without tls-key. Set both."),
        (None, Some(_)) => anyhow::bail!("tls-key is set without tls-cert. Set both."),
    }
}
