//! An attempt to sign in, from the redirect to the provider until it sends the user back.

use serde::{Deserialize, Serialize};

use super::session::SKEW_SECONDS;

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
    /// Whether the user is still in time. Another server that has the same key may have started it, by a clock of its own.
    pub(super) fn is_open(&self, now: i64) -> bool {
        (-SKEW_SECONDS..ATTEMPT_SECONDS).contains(&(now - self.started))
    }

    /// When it is over for everyone.
    pub(super) fn end(&self) -> i64 {
        self.started + ATTEMPT_SECONDS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SI-3: of two servers behind one address, the one that the user comes back to may be a little behind.
    #[test]
    fn an_attempt_is_open_for_ten_minutes_and_by_a_clock_that_is_a_little_behind() {
        let text = || String::new();
        let attempt =
            Attempt { state: text(), nonce: text(), verifier: text(), return_to: text(), started: 10_000 };
        assert!(attempt.is_open(10_000) && attempt.is_open(10_599) && attempt.is_open(9_940));
        assert!(!attempt.is_open(attempt.end()) && !attempt.is_open(9_939));
    }
}
