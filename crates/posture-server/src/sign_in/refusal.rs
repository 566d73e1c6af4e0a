//! Why a sign-in fails, in sentences for the user.

/// Why a sign-in fails.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInRefusal {
    /// The provider cannot be reached or gives no usable description.
    #[error(
        "The sign-in provider is unavailable. Try again in a few minutes. Existing sessions continue. The server's log says what failed."
    )]
    ProviderUnavailable,
    /// Too many users sign in at once.
    #[error("Too many people are signing in. Try again in a moment.")]
    Busy,
    /// The answer belongs to no sign-in that this browser started.
    #[error(
        "This sign-in was not started in this browser, or it took longer than 10 minutes. Sign in again."
    )]
    NotStarted,
    /// The answer was used before.
    #[error("This sign-in was already used once. Sign in again.")]
    Replayed,
    /// The provider or the user declined, with the provider's word for why.
    #[error("The sign-in provider declined: {0}. Sign in again, or ask its administrator for access.")]
    Declined(String),
    /// The provider does not accept the code.
    #[error("The sign-in provider no longer accepts this sign-in. Sign in again.")]
    CodeRefused,
    /// The provider does not accept this server's id or secret.
    #[error(
        "The sign-in provider does not accept this server. Its administrator must check `oidc-client-id` and the client secret."
    )]
    ClientRefused,
    /// The token was made for another application.
    #[error(
        "The sign-in provider sent a token for another application. The server's administrator must check `oidc-client-id`."
    )]
    WrongAudience,
    /// The token has expired.
    #[error(
        "The sign-in provider sent a token that has expired. Sign in again. If that does not help, compare the clocks of both servers."
    )]
    ExpiredToken,
    /// The token is not valid.
    #[error(
        "The sign-in provider sent a token that is not valid. Sign in again. The server's log says what is wrong with it."
    )]
    InvalidToken,
    /// The token lacks the claim that identifies users.
    #[error(
        "The sign-in provider did not say who you are: the token has no usable `{0}` claim. The server's administrator must check `oidc-identity-claim`."
    )]
    NoIdentity(String),
    /// The address is not known to be the user's.
    #[error(
        "The sign-in provider does not say that your e-mail address is yours. Follow the link that the provider sent you, or ask the server's administrator to use another `oidc-identity-claim`."
    )]
    UnverifiedAddress,
    /// The provider did not state the groups, because there are too many.
    #[error(
        "You are in more groups than a token can hold. The server's administrator must limit the groups claim to those that memberships name."
    )]
    TooManyGroups,
}

/// A provider's error word, without anything that a word does not have.
pub(super) fn plain(word: &str) -> String {
    const MAX_CHARACTERS: usize = 60;
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    word.chars().filter(is_plain).take(MAX_CHARACTERS).collect()
}
