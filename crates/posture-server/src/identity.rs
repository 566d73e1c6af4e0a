//! What an identity can be, whoever states it: a proxy, a sign-in provider or the configuration.

use posture_core::invisible_chars::is_unseen;

/// The longest identity, in bytes.
const MAX_BYTES: usize = 256;

/// Whether a text can be an identity: it looks like no other one.
pub(crate) fn is_identity(text: &str) -> bool {
    let is_clean = text.trim() == text && !text.contains(|sign: char| sign.is_control() || is_unseen(sign));
    is_clean && !text.is_empty() && text.len() <= MAX_BYTES
}
