//! A session: who signed in, when, and when they were last seen.

use openidconnect::CsrfToken;
use serde::{Deserialize, Serialize};

use super::claims::Identified;
use super::options::SignInOptions;

/// The most bytes of a session's cookie. Browsers keep 4,096 with the name and the attributes.
pub(super) const MAX_COOKIE_BYTES: usize = 3_800;
/// How long after the last time a request is written into the session, in seconds.
const SEEN_SECONDS: i64 = 60;
/// By how much a session, or an attempt to sign in, may be ahead of this server's clock, in seconds.
pub(super) const SKEW_SECONDS: i64 = 60;

/// What the browser of a user who has signed in keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// A random id.
    pub(super) id: String,
    /// Who signed in.
    pub identity: String,
    /// What to call them.
    pub name: String,
    /// Their groups that a membership names.
    pub groups: Vec<String>,
    /// When they signed in, in seconds since 1970.
    started: i64,
    /// When they were last seen, about to the minute.
    seen: i64,
}

impl Session {
    pub(super) fn new(identified: Identified, now: i64) -> Self {
        let Identified { identity, name, groups } = identified;
        Self { id: CsrfToken::new_random().into_secret(), identity, name, groups, started: now, seen: now }
    }

    /// Whether the session has not ended: neither idle for too long, nor too long ago.
    pub(super) fn is_open(&self, now: i64, options: &SignInOptions) -> bool {
        let is_ahead = self.seen > now + SKEW_SECONDS || self.started > self.seen;
        let is_idle = now - self.seen >= i64::from(options.idle_seconds);
        !is_ahead && !is_idle && now < self.latest_end(options)
    }

    /// When the session ends at the latest.
    pub(super) fn latest_end(&self, options: &SignInOptions) -> i64 {
        self.started + i64::from(options.session_seconds)
    }

    /// The session with the last request written into it, if the former one is long enough ago.
    pub(super) fn seen_at(&self, now: i64) -> Option<Self> {
        (now - self.seen >= SEEN_SECONDS).then(|| Self { seen: now, ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign_in::PublicUrl;

    /// SI-4
    #[test]
    fn a_session_ends_when_idle_and_at_its_absolute_end() {
        let options = SignInOptions {
            issuer: String::new(),
            client_id: String::new(),
            client_secret: None,
            public_url: PublicUrl::new("https://posture.example").unwrap(),
            scopes: Vec::new(),
            identity_claim: String::new(),
            groups_claim: String::new(),
            idle_seconds: 600,
            session_seconds: 1_500,
            key: None,
            signed_out_file: None,
        };
        let ana = Identified { identity: "ana".to_owned(), name: "Ana".to_owned(), groups: Vec::new() };
        let session = Session::new(ana, 10_000);
        assert!(session.is_open(10_000, &options) && session.is_open(10_599, &options));
        assert!(!session.is_open(10_600, &options), "idle");
        assert_eq!(session.seen_at(10_059), None);
        let seen = session.seen_at(10_500).unwrap().seen_at(11_000).unwrap();
        assert!(seen.is_open(11_499, &options));
        assert!(!seen.is_open(11_500, &options), "over, although it was used");
        assert!(!seen.is_open(10_939, &options), "from the future");
        assert!(seen.is_open(10_940, &options), "of a server whose clock is a minute ahead");
    }
}
