//! Why a derivation gave no report.

use std::io;

use posture_core::Refusal;

use crate::input::TooLarge;

/// Why a derivation gave no report.
#[derive(Debug, thiserror::Error)]
pub enum DeriveError {
    /// The document or an option is refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The document could not be read to its end.
    #[error(
        "Failed to read the input to its end: {0}. Check that the file is complete, and copy or export it again."
    )]
    Unreadable(io::Error),
    /// The document exceeds a limit.
    #[error(transparent)]
    TooLarge(TooLarge),
}

impl From<io::Error> for DeriveError {
    fn from(error: io::Error) -> Self {
        match error.downcast::<TooLarge>() {
            Ok(limit) => Self::TooLarge(limit),
            Err(error) => Self::Unreadable(error),
        }
    }
}
