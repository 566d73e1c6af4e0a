//! The exit codes of commands.

/// Everything else that fails.
pub(crate) const FAILED: u8 = 1;
/// The input is refused or cannot be read.
pub(crate) const REFUSED: u8 = 2;
/// The answer is no: not calm, something got worse, a digest differs.
pub(crate) const ANSWER_IS_NO: u8 = 3;
