//! A signature next to the signed file.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use blake2::{Blake2b512, Digest as _};
use minisign::{PublicKey, SignatureBox};

use super::{SigningKey, Statement};

/// The algorithm of a signature over the BLAKE2b digest of a file.
const PREHASHED: &[u8] = b"ED";

/// The file in which the signature of another file is expected, as minisign does.
pub(crate) fn signature_path(file: &Path) -> PathBuf {
    let mut path = file.as_os_str().to_owned();
    path.push(".minisig");
    path.into()
}

/// The text of a signature file. It signs the content and, as the trusted comment, the statement about it.
///
/// minisign's own library signs with randomness; here the same input gives the same bytes.
pub(crate) fn sign(key: &SigningKey, content: &[u8], statement: &Statement) -> String {
    let statement = statement.to_string();
    let signature = key.secret.sign(Blake2b512::digest(content), None);
    let global = key.secret.sign([&*signature, statement.as_bytes()].concat(), None);
    format!(
        "untrusted comment: signature by posture\n{}\ntrusted comment: {statement}\n{}\n",
        BASE64_STANDARD.encode([PREHASHED, &key.number, &*signature].concat()),
        BASE64_STANDARD.encode(*global)
    )
}

/// The signed statement about some content, if a signature file signs that content with this key.
pub(crate) fn verified_statement(
    key: &PublicKey,
    signature: &str,
    content: &[u8],
) -> Result<Statement, String> {
    let signature = SignatureBox::from_string(signature).map_err(|error| error.to_string())?;
    minisign::verify(key, &signature, Cursor::new(content), true, false, false)
        .map_err(|error| error.to_string())?;
    let comment = signature.trusted_comment().map_err(|error| error.to_string())?;
    Statement::parse(&comment)
        .ok_or_else(|| "The signed comment is not a statement about a report".to_owned())
}

#[cfg(test)]
mod tests {
    use minisign_verify as independent;

    use super::*;
    use crate::signing::{keys::read_public, new_pair};

    fn statement() -> Statement {
        Statement {
            report: "ab".repeat(32),
            snapshot: "cd".repeat(32),
            as_of: "2026-11-23T12:00:00Z".to_owned(),
            tool: "posture-0.1.0".to_owned(),
        }
    }

    /// CL-29: minisign's own verifiers accept the signature, and nothing else than what was signed.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test of real key files")]
    fn an_independent_implementation_verifies_the_signature() {
        let folder = tempfile::tempdir().unwrap();
        let (secret, public) = (folder.path().join("a.key"), folder.path().join("a.pub"));
        let pair = new_pair(false).unwrap();
        std::fs::write(&secret, pair.0).unwrap();
        std::fs::write(&public, &pair.1).unwrap();
        let key = SigningKey::read(&secret).unwrap();
        let signature = sign(&key, b"a report", &statement());
        assert_eq!(signature, sign(&key, b"a report", &statement()), "the same bytes each time");

        let other = independent::PublicKey::decode(&pair.1).unwrap();
        let decoded = independent::Signature::decode(&signature).unwrap();
        other.verify(b"a report", &decoded, false).unwrap();
        assert!(other.verify(b"a reporT", &decoded, false).is_err());
        assert_eq!(decoded.trusted_comment(), statement().to_string());

        let ours = read_public(&public).unwrap();
        assert_eq!(verified_statement(&ours, &signature, b"a report"), Ok(statement()));
        assert!(verified_statement(&ours, &signature, b"another").is_err());
        let forged = signature.replace("cdcd", "cdce");
        assert!(verified_statement(&ours, &forged, b"a report").is_err(), "the statement is signed too");
    }
}
