//! An attempt to sign in, from the redirect to the provider until it sends the user back.

use serde::{Deserialize, Serialize};

/// How long a user may take at the provider, in seconds.
pub(crate) const ATTEMPT_SECONDS: i64 = 600;

/// What the browser that starts a sign-in keeps of it. It is single-use.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Attempt {
    /// Ties the provider's answer to this browser.
    pub(super) state: String,
    /// Ties the ID token to this attempt.
    pub(super) nonce: String,
    /// Shows the provider that the one who uses the code is the one who asked for it (PKCE).
    pub(super) verifier: String,
    pub(super) return_to: String,
    pub(super) started: i64,
}

impl Attempt {
    pub(super) fn is_open(&self, now: i64) -> bool {
        (0..ATTEMPT_SECONDS).contains(&(now - self.started))
    }
}
