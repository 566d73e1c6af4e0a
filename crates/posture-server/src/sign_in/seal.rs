//! Values that a browser keeps and cannot change: JSON with a signature (HMAC-SHA-256).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cookie::{Cookie, CookieJar, Key};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::options::{MIN_KEY_BYTES, SignInSetupError};

/// A jar holds one value under this name; the browser's cookie has a name of its own.
const NAME: &str = "value";

/// Signs and verifies values of one kind.
pub(super) struct Seal(Key);

impl Seal {
    /// Two seals of one key, or of a new one. A value of one is never valid for the other, nor for another provider.
    pub(super) fn pair(key: Option<&[u8]>, provider: &str) -> Result<(Self, Self), SignInSetupError> {
        let generated;
        let key = match key {
            Some(key) if key.len() < MIN_KEY_BYTES => return Err(SignInSetupError::ShortKey(key.len())),
            Some(key) => key,
            None => {
                generated = Key::generate();
                generated.master()
            }
        };
        let of = |use_: &str| Self(Key::derive_from(&[key, use_.as_bytes(), provider.as_bytes()].concat()));
        Ok((of("session"), of("attempt")))
    }

    /// A value with its signature, in letters that a cookie may have.
    pub(super) fn seal(&self, value: &impl Serialize) -> String {
        // Own types of texts and numbers are always JSON.
        let text = URL_SAFE_NO_PAD.encode(serde_json::to_vec(value).unwrap_or_default());
        let mut jar = CookieJar::new();
        jar.signed_mut(&self.0).add((NAME, text));
        jar.get(NAME).map(|cookie| cookie.value().to_owned()).unwrap_or_default()
    }

    /// The value, if this seal signed it.
    pub(super) fn open<T: DeserializeOwned>(&self, sealed: &str) -> Option<T> {
        let sealed = Cookie::new(NAME, sealed.to_owned());
        let verified = CookieJar::new().signed(&self.0).verify(sealed)?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(verified.value()).ok()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SI-4
    #[test]
    fn a_value_is_valid_only_as_it_was_signed_by_the_same_key_for_the_same_use_and_provider() {
        let (sessions, attempts) = Seal::pair(Some(&[7; 32]), "a").unwrap();
        let sealed = sessions.seal(&"ana");
        assert_eq!(sessions.open::<String>(&sealed).as_deref(), Some("ana"));
        let (again, _) = Seal::pair(Some(&[7; 32]), "a").unwrap();
        assert!(again.open::<String>(&sealed).is_some(), "a key from a file outlives the process");
        assert!(attempts.open::<String>(&sealed).is_none());
        assert!(Seal::pair(Some(&[7; 32]), "b").unwrap().0.open::<String>(&sealed).is_none());
        assert!(Seal::pair(None, "a").unwrap().0.open::<String>(&sealed).is_none());
        for changed in [
            sealed.to_uppercase(),
            format!("{sealed}A"),
            sealed[1..].to_owned(),
            String::new(),
            "é".repeat(40),
        ] {
            assert!(sessions.open::<String>(&changed).is_none(), "{changed}");
        }
        assert!(matches!(Seal::pair(Some(&[7; 31]), "a"), Err(SignInSetupError::ShortKey(31))));
    }
}
