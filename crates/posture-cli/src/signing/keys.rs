//! Keys in the files of minisign.

use std::path::Path;

use anyhow::{Context as _, anyhow};
use ed25519_compact::SecretKey;
use minisign::{KeyPair, PublicKey, PublicKeyBox, SecretKeyBox};
use posture_engine::input::read_small_text;

use crate::remedy::unread;
use crate::text;

/// Environment variable with the password of a secret key.
const PASSWORD: &str = "POSTURE_KEY_PASSWORD";
/// The parts of a decoded secret key that a signature needs.
const KEY_NUMBER: std::ops::Range<usize> = 54..62;
const SECRET: std::ops::Range<usize> = 62..126;

/// A secret key, ready to sign.
pub(crate) struct SigningKey {
    pub(super) number: Vec<u8>,
    pub(super) secret: SecretKey,
}

impl SigningKey {
    /// Reads a secret key. One with a password takes it from the environment, or asks for it.
    #[expect(clippy::disallowed_methods, reason = "the password may be in the environment")]
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let content =
            read_small_text(path).map_err(|error| unread(&error)).with_context(|| unreadable(path))?;
        let wrong = |error| anyhow!("{}: {error}. {}", unreadable(path), text::NO_SECRET_KEY);
        let key = || SecretKeyBox::from_string(&content).map_err(wrong);
        let decoded = match key()?.into_unencrypted_secret_key() {
            Ok(key) => key,
            Err(_) => key()?.into_secret_key(std::env::var(PASSWORD).ok()).map_err(wrong)?,
        };
        let bytes = decoded.to_bytes();
        let part = |range: std::ops::Range<usize>| bytes.get(range).with_context(|| unreadable(path));
        Ok(Self { number: part(KEY_NUMBER)?.to_vec(), secret: SecretKey::from_slice(part(SECRET)?)? })
    }
}

/// The texts of a new secret and public key. With a password, the secret key is encrypted.
#[expect(clippy::disallowed_methods, reason = "the password may be in the environment")]
pub(crate) fn new_pair(has_password: bool) -> anyhow::Result<(String, String)> {
    let pair = if has_password {
        let password = std::env::var(PASSWORD).ok();
        anyhow::ensure!(
            password.as_ref().is_none_or(|password| !password.is_empty()),
            "{PASSWORD} is empty, so anybody could use the key. Set a password, or unset the variable to be asked for one."
        );
        KeyPair::generate_encrypted_keypair(password)?
    } else {
        KeyPair::generate_unencrypted_keypair()?
    };
    Ok((pair.sk.to_box(None)?.into_string(), pair.pk.to_box()?.into_string()))
}

/// Reads a public key.
pub(crate) fn read_public(path: &Path) -> anyhow::Result<PublicKey> {
    let content = read_small_text(path).map_err(|error| unread(&error)).with_context(|| unreadable(path))?;
    let read = PublicKeyBox::from_string(&content).and_then(PublicKeyBox::into_public_key);
    read.map_err(|error| anyhow!("{}: {error}. {}", unreadable(path), text::NO_PUBLIC_KEY))
}

/// The id that minisign shows of a key.
pub(crate) fn key_id(key: &PublicKey) -> String {
    let mut number = key.keynum().to_vec();
    number.reverse();
    hex::encode_upper(number)
}

fn unreadable(path: &Path) -> String {
    format!("Failed to read the key {}", path.display())
}
