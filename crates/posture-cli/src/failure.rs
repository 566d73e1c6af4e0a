//! How a command fails.

use std::io;

use posture_engine::DeriveError;

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The input is refused or cannot be read: what, where, and what to do.
    Refused(String),
    /// The reader of standard output closed it before everything was written.
    OutputClosed,
    /// Anything else.
    Other(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}

impl Failure {
    /// The message for the operator.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Refused(message) => message.clone(),
            Self::OutputClosed => "Standard output was closed.".to_owned(),
            Self::Other(error) => chain(error),
        }
    }

    /// An input that could not be opened.
    pub(crate) fn unopened(name: &str, error: &io::Error) -> Self {
        Self::Refused(format!("Failed to open {name}: {error}. Check the name, and that you may read it."))
    }

    /// An input that could not be read to its end.
    pub(crate) fn unread(name: &str, error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::FileTooLarge {
            Self::Refused(format!("{name}: {error}."))
        } else {
            Self::unopened(name, error)
        }
    }

    /// An input that gave no report.
    pub(crate) fn of_input(name: &str, error: &DeriveError) -> Self {
        Self::Refused(format!("{name}: {}", why(error)))
    }
}

/// Why an input gave no report, and what to do. One that is too large is complete, and exporting it again would not help.
pub(crate) fn why(error: &DeriveError) -> String {
    match error {
        DeriveError::Unreadable(cause) if cause.kind() == io::ErrorKind::FileTooLarge => format!("{cause}."),
        DeriveError::Unreadable(_) | DeriveError::Refused(_) | DeriveError::TooLarge(_) => error.to_string(),
    }
}

/// An error and its causes, each once: many errors already include their cause.
pub(crate) fn chain(error: &anyhow::Error) -> String {
    let mut told = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !told.contains(&cause) {
            told = format!("{told}: {cause}");
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use super::*;

    #[test]
    fn a_cause_that_was_already_reported_is_not_repeated() {
        let refused = || io::Error::other("connection refused");
        let told = anyhow::Error::new(refused())
            .context("asking the database: connection refused")
            .context("filling it");
        assert_eq!(chain(&told), "filling it: asking the database: connection refused");
        assert_eq!(chain(&anyhow::Error::new(refused())), "connection refused");
        assert_eq!(
            chain(&Err::<(), _>(refused()).context("reading").unwrap_err()),
            "reading: connection refused"
        );
    }
}
