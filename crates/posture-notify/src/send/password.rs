//! Recognising a password in what a server says.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// The name and the password for a mail server.
pub(super) struct Login {
    pub(super) user: String,
    pub(super) password: String,
}

impl Login {
    /// Whether a text has the password in it: as it is, or in base64 as the commands of a sign-in have it.
    /// Spaces, line ends and the case of letters do not matter.
    pub(super) fn is_in(&self, text: &str) -> bool {
        let bare = |text: &str| {
            let kept = text.chars().filter(|c| !c.is_whitespace() && !c.is_control());
            kept.flat_map(char::to_lowercase).collect::<String>()
        };
        let text = bare(text);
        let plain = format!("\0{}\0{}", self.user, self.password);
        let whole =
            [self.password.clone(), STANDARD_NO_PAD.encode(&self.password), STANDARD_NO_PAD.encode(plain)];
        let within = (0..3).map(|place| within(&self.password, place));
        let mut forms = whole.into_iter().chain(within).map(|form| bare(&form));
        forms.any(|form| !form.is_empty() && text.contains(&form))
    }
}

/// How a password reads in the base64 of a longer text, if that many bytes (modulo 3) precede it there. Characters that depend on the bytes
/// around it are left off. Empty for a password that is too short to be recognised.
fn within(password: &str, before: usize) -> String {
    let mut bytes = vec![0; before];
    bytes.extend_from_slice(password.as_bytes());
    // Each character has six bits.
    let (first, end) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
    let encoded = STANDARD_NO_PAD.encode(bytes);
    let own = encoded.get(first..end).unwrap_or_default();
    if own.len() < 4 { String::new() } else { own.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NT-14
    #[test]
    fn a_password_is_recognised_however_a_sign_in_encodes_it() {
        let login = Login { user: "ops@example.org".to_owned(), password: "Hunter 2!".to_owned() };
        let encoded = |text: &str| STANDARD_NO_PAD.encode(text);
        let repeated = [
            "the password Hunter 2! is wrong".to_owned(),
            "PASS HUNTER 2!".to_owned(),
            format!("bad: AUTH PLAIN {}", encoded("\0ops@example.org\0Hunter 2!")),
            format!("bad: AUTH PLAIN {}=", encoded("other\0ops@example.org\0Hunter 2!")),
            format!("bad: {}", encoded("Hunter 2!")),
            format!("bad: {}", encoded("user=ops\x01auth=Bearer Hunter 2!\x01\x01")),
            encoded("\0ops@example.org\0Hunter 2!").chars().flat_map(|c| [c, ' ']).collect(),
        ];
        for text in repeated {
            assert!(login.is_in(&text), "{text}");
        }
        for text in ["5.7.8 Authentication failed", "4.7.0 Try again later, ops@example.org", "Hunter"] {
            assert!(!login.is_in(text), "{text}");
        }
    }
}
