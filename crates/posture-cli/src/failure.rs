//! How a command fails.

use std::io;

use posture_server::derivation::DeriveError;

/// Why a command did not do its work.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The input is refused or cannot be read: what, where, and what to do.
    Refused(String),
    /// Anything else.
    Other(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}

impl Failure {
    /// An input that could not be opened.
    pub(crate) fn unopened(name: &str, error: &io::Error) -> Self {
        Self::Refused(format!("{name}: It could not be opened: {error}. Check the name, and that you may read it."))
    }

    /// An input that gave no report.
    pub(crate) fn of_input(name: &str, error: &DeriveError) -> Self {
        Self::Refused(format!("{name}: {error}"))
    }
}
