//! The SHA-256 of a file as it is on disk, read in slices.

use sha2::{Digest as _, Sha256};
use web_sys::Blob;

use crate::browser::file_bytes::FileBytes;
use crate::browser::file_fault::FileFault;
use crate::browser::time_slicing::Slices;

/// The SHA-256 of a file's bytes on disk, in hex; `None` if nobody needs it any more. A browser refuses to read a file that was
/// changed since it was chosen.
pub async fn sha256(file: &Blob, is_wanted: impl Fn() -> bool) -> Result<Option<String>, FileFault> {
    let (mut bytes, mut sha256, mut slices) = (FileBytes::as_stored(file), Sha256::new(), Slices::start());
    while let Some(piece) = bytes.next().await? {
        if !is_wanted() {
            bytes.cancel();
            return Ok(None);
        }
        sha256.update(&piece);
        if slices.is_due() {
            slices.pause().await;
        }
    }
    Ok(Some(sha256.finalize().iter().map(|byte| format!("{byte:02x}")).collect()))
}
