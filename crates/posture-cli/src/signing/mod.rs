//! Detached signatures of reports, in minisign's format (Ed25519 over BLAKE2b).
//!
//! Signing uses no randomness, so the same report, snapshot and key give the same signature.

mod keys;
mod signature;
mod statement;

pub(crate) use keys::{SigningKey, key_id, new_pair, read_public};
pub(crate) use signature::{sign, signature_path, verified_statement};
pub(crate) use statement::Statement;
