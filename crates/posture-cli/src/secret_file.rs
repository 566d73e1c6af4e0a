//! Files that hold one secret.

use std::path::Path;

use anyhow::Context as _;
use posture_engine::input::read_small_text;

use crate::remedy::unread;

/// The content of a file that holds `what` on one line. Errors name the file and nothing of its content.
pub(crate) fn secret(path: &Path, what: &str) -> anyhow::Result<String> {
    let text = read_small_text(path)
        .map_err(|error| unread(&error))
        .with_context(|| format!("Failed to read {what} from {}", path.display()))?;
    let secret = text.trim();
    anyhow::ensure!(
        !secret.is_empty() && !secret.contains('\n'),
        "{} does not hold {what} on one line.",
        path.display()
    );
    Ok(secret.to_owned())
}
