//! The OpenID Connect provider: its description and keys, the code flow, and the verification of ID tokens.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreErrorResponseType, CoreIdToken,
    CoreJwsSigningAlgorithm, CoreTokenResponse,
};
use openidconnect::url::Url;
use openidconnect::{
    AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken, IssuerUrl,
    LogoutRequest, Nonce, PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl,
    ProviderMetadataWithLogout, RedirectUrl, RequestTokenError, Scope, StandardErrorResponse,
};
use serde_json::{Map, Value};
use tokio::sync::{Mutex, Semaphore};

use super::attempt::Attempt;
use super::http_client::{HttpClient, HttpError};
use super::options::{PublicUrl, SignInOptions, private_url};
use super::refusal::SignInRefusal;

/// How long the provider's description is used before it is read again, in seconds. It is short, so that a user learns from this server
/// that the provider is gone.
const FRESH_SECONDS: i64 = 60;
/// The most exchanges with the provider at once.
const EXCHANGES: usize = 8;
/// How far the provider's clock may be ahead, in seconds.
const CLOCK_SKEW_SECONDS: i64 = 300;

/// Signatures that only the provider can make. Those with the client's secret are not among them.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// A provider, and what is known of it.
pub(super) struct Provider {
    application: Application,
    known: Mutex<Option<Known>>,
    exchanges: Semaphore,
}

/// What the provider knows this server by.
#[derive(Clone)]
struct Application {
    http: HttpClient,
    issuer: String,
    client_id: ClientId,
    client_secret: Option<ClientSecret>,
    scopes: Vec<Scope>,
    public_url: PublicUrl,
}

/// A provider's description, with its keys.
#[derive(Clone)]
pub(super) struct Known {
    metadata: Arc<ProviderMetadataWithLogout>,
    /// When to read it again.
    until: i64,
}

/// The claims of a verified token.
struct Verified {
    claims: Map<String, Value>,
    /// The provider's description, if it had to be read again for the token.
    newer: Option<Arc<ProviderMetadataWithLogout>>,
}

impl Provider {
    pub(super) fn new(options: &SignInOptions, http: HttpClient) -> Self {
        let application = Application {
            http,
            issuer: options.issuer.clone(),
            client_id: ClientId::new(options.client_id.clone()),
            client_secret: options.client_secret.clone().map(ClientSecret::new),
            scopes: options.scopes.iter().cloned().map(Scope::new).collect(),
            public_url: options.public_url.clone(),
        };
        Self { application, known: Mutex::default(), exchanges: Semaphore::new(EXCHANGES) }
    }

    /// The provider's description, read once for all who ask at the same time.
    pub(super) async fn known(&self, now: i64) -> Result<Known, SignInRefusal> {
        let _permit = self.exchanges.try_acquire().map_err(|_| SignInRefusal::Busy)?;
        let mut known = self.known.lock().await;
        if let Some(known) = known.as_ref().filter(|known| now < known.until) {
            return Ok(known.clone());
        }
        let application = self.application.clone();
        let metadata = blocking(move || application.discover()).await?;
        Ok(known.insert(Known { metadata, until: now + FRESH_SECONDS }).clone())
    }

    /// Where the provider asks the user, and what its answer is compared with.
    pub(super) async fn start(&self, return_to: &str, now: i64) -> Result<(String, Attempt), SignInRefusal> {
        let Known { metadata, .. } = self.known(now).await?;
        let Application { client_id, public_url, scopes, .. } = &self.application;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let client = CoreClient::from_provider_metadata((*metadata).clone(), client_id.clone(), None)
            .set_redirect_uri(redirect(public_url)?);
        let request = client.authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        );
        let (url, state, nonce) =
            request.add_scopes(scopes.iter().cloned()).set_pkce_challenge(challenge).url();
        let attempt = Attempt {
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
            return_to: return_to.to_owned(),
            started: now,
        };
        Ok((url.into(), attempt))
    }

    /// The verified claims of the user whom the provider sent back with a code.
    pub(super) async fn exchange(
        &self,
        code: String,
        attempt: &Attempt,
        now: i64,
    ) -> Result<Map<String, Value>, SignInRefusal> {
        let Known { metadata, .. } = self.known(now).await?;
        let _permit = self.exchanges.try_acquire().map_err(|_| SignInRefusal::Busy)?;
        let application = self.application.clone();
        let (verifier, nonce) = (attempt.verifier.clone(), Nonce::new(attempt.nonce.clone()));
        let Verified { claims, newer } =
            blocking(move || application.claims(metadata, code, verifier, &nonce)).await?;
        if let Some(metadata) = newer {
            *self.known.lock().await = Some(Known { metadata, until: now + FRESH_SECONDS });
        }
        check(&claims, &self.application.client_id, now)?;
        Ok(claims)
    }

    /// Where the provider ends its own session, if it offers that. No token is sent: none was kept.
    pub(super) fn sign_out_url(&self, known: &Known) -> Option<String> {
        let endpoint = known.metadata.additional_metadata().end_session_endpoint.clone()?;
        let back = PostLogoutRedirectUrl::new(self.application.public_url.signed_out()).ok()?;
        let request = LogoutRequest::from(endpoint).set_client_id(self.application.client_id.clone());
        Some(request.set_post_logout_redirect_uri(back).http_get_url().into())
    }
}

/// What waits for the provider, each on a thread that may wait.
impl Application {
    fn discover(&self) -> Result<Arc<ProviderMetadataWithLogout>, SignInRefusal> {
        let unavailable = |error: &dyn std::error::Error| {
            let cause = error.source().map(ToString::to_string).unwrap_or_default();
            tracing::error!(%error, cause, "failed to read the description of the sign-in provider");
            SignInRefusal::ProviderUnavailable
        };
        let issuer = IssuerUrl::new(self.issuer.clone()).map_err(|error| unavailable(&error))?;
        let found = ProviderMetadataWithLogout::discover(&issuer, &self.http);
        let found = found.map_err(|error| unavailable(&error))?;
        // Browsers are sent to these, or the secret and the code are.
        let end = found.additional_metadata().end_session_endpoint.as_ref().map(|end| end.url());
        let token = found.token_endpoint().map(|token| token.url());
        let addresses =
            [Some(found.authorization_endpoint().url()), Some(found.jwks_uri().url()), token, end];
        let is_plain = self.issuer.starts_with("http:");
        let is_private = |address: &Url| {
            address.scheme() == "https" || (is_plain && private_url(address.as_str()).is_some())
        };
        if !addresses.into_iter().flatten().all(is_private) {
            tracing::error!("an address in the description of the sign-in provider is not https");
            return Err(SignInRefusal::ProviderUnavailable);
        }
        Ok(Arc::new(found))
    }

    /// Exchanges a code, and verifies the ID token. If no known key made its signature, the keys are read again once: the provider
    /// may have changed them.
    fn claims(
        &self,
        metadata: Arc<ProviderMetadataWithLogout>,
        code: String,
        verifier: String,
        nonce: &Nonce,
    ) -> Result<Verified, SignInRefusal> {
        let token = self.id_token(&metadata, code, verifier)?;
        match self.verify(&metadata, &token, nonce) {
            Ok(()) => Ok(Verified { claims: payload(&token)?, newer: None }),
            Err(ClaimsVerificationError::SignatureVerification(_)) => {
                let newer = self.discover()?;
                self.verify(&newer, &token, nonce).map_err(|error| rejected(&error))?;
                Ok(Verified { claims: payload(&token)?, newer: Some(newer) })
            }
            Err(error) => Err(rejected(&error)),
        }
    }

    fn id_token(
        &self,
        metadata: &ProviderMetadataWithLogout,
        code: String,
        verifier: String,
    ) -> Result<CoreIdToken, SignInRefusal> {
        let mut client = CoreClient::from_provider_metadata(
            metadata.clone(),
            self.client_id.clone(),
            self.client_secret.clone(),
        )
        .set_redirect_uri(redirect(&self.public_url)?);
        if let Some(methods) = metadata.token_endpoint_auth_methods_supported()
            && !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
        {
            client = client.set_auth_type(AuthType::RequestBody);
        }
        let request = client.exchange_code(AuthorizationCode::new(code)).map_err(|error| {
            tracing::error!(%error, "the sign-in provider has no token endpoint");
            SignInRefusal::ProviderUnavailable
        })?;
        let answer: Result<CoreTokenResponse, _> =
            request.set_pkce_verifier(PkceCodeVerifier::new(verifier)).request(&self.http);
        let answer = answer.map_err(not_exchanged)?;
        answer.extra_fields().id_token().cloned().ok_or_else(|| {
            tracing::error!("the sign-in provider sent no ID token");
            SignInRefusal::InvalidToken
        })
    }

    fn verify(
        &self,
        metadata: &ProviderMetadataWithLogout,
        token: &CoreIdToken,
        nonce: &Nonce,
    ) -> Result<(), ClaimsVerificationError> {
        let client = CoreClient::from_provider_metadata(metadata.clone(), self.client_id.clone(), None);
        let verifier = client.id_token_verifier().set_allowed_algs(ALGORITHMS);
        token.claims(&verifier, nonce).map(drop)
    }
}

/// Checks the claims of a verified token that the library does not: that it is valid already, and was made for this application.
fn check(claims: &Map<String, Value>, client_id: &ClientId, now: i64) -> Result<(), SignInRefusal> {
    let is_ahead = |claim: &str| {
        claims.get(claim).and_then(Value::as_f64).is_some_and(|at| at > (now + CLOCK_SKEW_SECONDS) as f64)
    };
    if is_ahead("nbf") || is_ahead("iat") {
        tracing::error!("the ID token is not valid yet; compare this machine's clock with the provider's");
        return Err(SignInRefusal::InvalidToken);
    }
    let party = claims.get("azp").and_then(Value::as_str);
    if party.is_some_and(|party| party != client_id.as_str()) {
        tracing::error!("the ID token was made for another application");
        return Err(SignInRefusal::InvalidToken);
    }
    Ok(())
}

fn redirect(public_url: &PublicUrl) -> Result<RedirectUrl, SignInRefusal> {
    RedirectUrl::new(public_url.callback()).map_err(|_| SignInRefusal::ProviderUnavailable)
}

/// All claims of a verified token.
fn payload(token: &CoreIdToken) -> Result<Map<String, Value>, SignInRefusal> {
    let text = token.to_string();
    let bytes = text.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).ok_or(SignInRefusal::InvalidToken)
}

/// Why a code gave no token. What the provider says about it is logged only as its error word: the rest may repeat what was sent.
fn not_exchanged(
    error: RequestTokenError<HttpError, StandardErrorResponse<CoreErrorResponseType>>,
) -> SignInRefusal {
    match error {
        RequestTokenError::ServerResponse(answer) => {
            let word = super::refusal::plain(answer.error().as_ref());
            tracing::warn!(error = word, "the sign-in provider refused a code");
            match answer.error() {
                CoreErrorResponseType::InvalidClient | CoreErrorResponseType::UnauthorizedClient => {
                    SignInRefusal::ClientRefused
                }
                CoreErrorResponseType::InvalidGrant
                | CoreErrorResponseType::InvalidRequest
                | CoreErrorResponseType::InvalidScope
                | CoreErrorResponseType::UnsupportedGrantType
                | CoreErrorResponseType::Extension(_) => SignInRefusal::CodeRefused,
            }
        }
        RequestTokenError::Request(error) => {
            tracing::error!(%error, "failed to reach the sign-in provider");
            SignInRefusal::ProviderUnavailable
        }
        RequestTokenError::Parse(..) => {
            tracing::error!("the sign-in provider sent an answer that is not a token response");
            SignInRefusal::InvalidToken
        }
        RequestTokenError::Other(error) => {
            tracing::error!(error, "the sign-in provider gave no token");
            SignInRefusal::InvalidToken
        }
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the library may add kinds, and each refuses the token")]
fn rejected(error: &ClaimsVerificationError) -> SignInRefusal {
    let kind = match error {
        ClaimsVerificationError::Expired(_) => SignInRefusal::ExpiredToken,
        ClaimsVerificationError::InvalidAudience(_) => SignInRefusal::WrongAudience,
        ClaimsVerificationError::InvalidNonce(_) => SignInRefusal::Replayed,
        _ => SignInRefusal::InvalidToken,
    };
    // The error's text may quote claims, so that only its kind is logged.
    tracing::warn!(refusal = %kind, "an ID token was not accepted");
    kind
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SignInRefusal> + Send + 'static,
) -> Result<T, SignInRefusal> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
        tracing::error!(%error, "sign-in failed");
        Err(SignInRefusal::ProviderUnavailable)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// SI-3
    #[test]
    fn a_token_that_is_not_valid_yet_or_made_for_another_application_is_refused() {
        let client = ClientId::new("posture".to_owned());
        let checked = |claims: Value| check(claims.as_object().unwrap(), &client, 1_000);
        for claims in [json!({}), json!({ "nbf": 1_300, "iat": 1_300, "azp": "posture" })] {
            assert_eq!(checked(claims), Ok(()));
        }
        for claims in [json!({ "nbf": 1_301 }), json!({ "iat": 1_301.5 }), json!({ "azp": "another" })] {
            assert_eq!(checked(claims.clone()), Err(SignInRefusal::InvalidToken), "{claims}");
        }
    }
}
