//! Sign-in by OpenID Connect: the provider, the attempts, and the sessions that result from them.
//!
//! Nothing is kept of the provider's tokens: one is verified, its claims decide who signed in, and it is dropped.
//! Sessions are kept by browsers, in signed cookies. The server only remembers which were signed out.

use std::collections::BTreeSet;

use posture_core::{Timestamp, paths};

mod attempt;
mod claims;
mod http_client;
mod options;
mod provider;
mod refusal;
mod seal;
mod session;
mod signed_out;
mod spent;

use attempt::Attempt;
use claims::identified;
use http_client::HttpClient;
use provider::Provider;
use seal::Seal;
use signed_out::SignedOut;
use spent::Spent;

pub(crate) use attempt::ATTEMPT_SECONDS;
pub use options::{PublicUrl, SignInOptions, SignInSetupError};
pub use refusal::SignInRefusal;
pub use session::Session;

/// The name of the cookie with a session. The prefix makes browsers keep it to this host, over TLS.
pub(crate) const SESSION_COOKIE: &str = "__Host-posture-session";
/// The name of the cookie with an attempt to sign in.
pub(crate) const ATTEMPT_COOKIE: &str = "__Host-posture-sign-in";

/// Signs users in and out.
pub struct SignIn {
    provider: Provider,
    options: SignInOptions,
    sessions: Seal,
    attempts: Seal,
    /// States of attempts that came back.
    spent: Spent,
    signed_out: SignedOut,
}

/// A sign-in that was started: where the provider asks the user, and the value of the cookie that the answer is compared with.
pub(crate) struct Started {
    pub(crate) location: String,
    pub(crate) cookie: String,
}

/// A sign-in that succeeded.
pub(crate) struct Finished {
    pub(crate) session: Session,
    /// The session's cookie.
    pub(crate) cookie: String,
    /// The path that the user wanted to see.
    pub(crate) return_to: String,
}

/// The provider's answer, as the query of the callback states it.
#[derive(serde::Deserialize)]
pub(crate) struct Callback {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
}

/// A session as a request presents it.
pub(crate) struct Presented {
    pub(crate) session: Session,
    /// The value of a new cookie, if the session was used long enough after it was last written.
    pub(crate) renewed: Option<String>,
}

impl SignIn {
    /// Reads the system's certificates and who was signed out; asks the provider nothing yet.
    pub fn new(options: SignInOptions, now: Timestamp) -> Result<Self, SignInSetupError> {
        options::check_issuer(&options.issuer)?;
        let (sessions, attempts) = Seal::pair(options.key.as_deref(), &options.whose_sessions())?;
        let provider = Provider::new(&options, HttpClient::new(&options.issuer));
        let signed_out = match &options.signed_out_file {
            Some(path) => SignedOut::in_file(path, now.unix_seconds())
                .map_err(|error| SignInSetupError::SignedOut { path: path.clone(), error })?,
            None => SignedOut::default(),
        };
        Ok(Self { provider, options, sessions, attempts, spent: Spent::default(), signed_out })
    }

    /// The URL by which users reach this server.
    pub fn public_url(&self) -> &PublicUrl {
        &self.options.public_url
    }

    /// Asks the provider for its description, so that a wrong setting is logged on start.
    pub async fn check(&self, now: Timestamp) -> Result<(), SignInRefusal> {
        self.provider.known(now.unix_seconds()).await.map(drop)
    }

    pub(crate) async fn start(&self, return_to: &str, now: Timestamp) -> Result<Started, SignInRefusal> {
        let now = now.unix_seconds();
        let (location, attempt) = self.provider.start(own_path(return_to), now).await?;
        Ok(Started { location, cookie: self.attempts.seal(&attempt) })
    }

    /// Verifies what the provider sent a user back with. `groups` are those that a membership names.
    pub(crate) async fn finish(
        &self,
        callback: Callback,
        cookie: Option<&str>,
        groups: &BTreeSet<&str>,
        now: Timestamp,
    ) -> Result<Finished, SignInRefusal> {
        let now = now.unix_seconds();
        let attempt: Attempt =
            cookie.and_then(|cookie| self.attempts.open(cookie)).ok_or(SignInRefusal::NotStarted)?;
        if callback.state.as_deref() != Some(attempt.state.as_str()) || !attempt.is_open(now) {
            return Err(SignInRefusal::NotStarted);
        }
        if !self.spent.spend(&attempt.state, now, attempt.end()) {
            return Err(SignInRefusal::Replayed);
        }
        if let Some(error) = callback.error {
            return Err(SignInRefusal::Declined(refusal::plain(&error)));
        }
        let code = callback.code.ok_or(SignInRefusal::NotStarted)?;
        let claims = self.provider.exchange(code, &attempt, now).await?;
        let identified = identified(&claims, &self.options, groups)?;
        let session = Session::new(identified, now);
        let cookie = self.sessions.seal(&session);
        if cookie.len() > session::MAX_COOKIE_BYTES {
            return Err(SignInRefusal::TooManyGroups);
        }
        Ok(Finished { cookie, session, return_to: attempt.return_to })
    }

    /// The session of a cookie, if it is genuine and has not ended.
    pub(crate) fn session(&self, cookie: &str, now: Timestamp) -> Option<Presented> {
        let now = now.unix_seconds();
        let session: Session = self.sessions.open(cookie)?;
        if !session.is_open(now, &self.options) || self.signed_out.contains(&session.id, now) {
            return None;
        }
        let renewed = session.seen_at(now).map(|seen| self.sessions.seal(&seen));
        Some(Presented { session, renewed })
    }

    /// Ends a session, and gives the URL to go to: the provider's, so that its session ends too, or the page that says so.
    pub(crate) async fn end(&self, session: &Session, now: Timestamp) -> String {
        let now = now.unix_seconds();
        self.signed_out.add(&session.id, now, session.latest_end(&self.options));
        match self.provider.known(now).await.ok().and_then(|known| self.provider.sign_out_url(&known)) {
            Some(url) => url,
            None => paths::SIGNED_OUT.to_owned(),
        }
    }
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignIn").field("public_url", self.public_url()).finish_non_exhaustive()
    }
}

/// A path of the app to return to; the overview for anything else, so that a link cannot lead elsewhere through sign-in.
fn own_path(path: &str) -> &str {
    const MAX_BYTES: usize = 1_500;
    let page = path.split(['?', '#']).next().unwrap_or_default();
    let is_page =
        [paths::OVERVIEW, paths::OPEN, paths::COMPARE].into_iter().any(|known| paths::is_within(page, known));
    // A browser takes these parts as steps upwards.
    let steps_up =
        page.to_ascii_lowercase().replace("%2e", ".").split('/').any(|part| part == "." || part == "..");
    let is_plain = !steps_up && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_page && is_plain && path.len() <= MAX_BYTES { path } else { paths::OVERVIEW }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SI-5
    #[test]
    fn sign_in_returns_only_to_a_page_of_the_app() {
        for path in ["/admin", "/admin/tenants?search=a%20b", "/admin/t/contoso/backup-sets/7", "/open#x"] {
            assert_eq!(own_path(path), path);
        }
        let long = format!("/admin?search={}", "a".repeat(2_000));
        for path in [
            "",
            "//evil.example",
            "https://evil.example/admin",
            "/administrator",
            "/admin\\@evil",
            "/admin/\\evil.example",
            "/admin?search=a b",
            "/admin\r\nx: y",
            "/sign-in",
            "/admin/../../sign-out",
            "/admin/%2E./.%2e/sign-out",
            &long,
        ] {
            assert_eq!(own_path(path), paths::OVERVIEW, "{path}");
        }
    }
}
