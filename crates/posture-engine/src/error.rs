//! Why a derivation gave no report.

use std::io;

use posture_core::Refusal;

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
    Unreadable(#[from] io::Error),
}
