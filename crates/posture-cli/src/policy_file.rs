//! A policy in a file, JSON or TOML, that replaces the document's.

use std::path::Path;

use posture_core::{Form, Options, SnapshotReader};

/// The policy in a file, as JSON. It is checked like a policy in a snapshot.
///
/// An error has its cause in its own text, because the reader of arguments shows nothing else of it.
pub(crate) fn read(path: &str) -> Result<String, anyhow::Error> {
    let text = text(Path::new(path)).map_err(|error| anyhow::anyhow!("Failed to read {path}: {error}"))?;
    let is_toml = Path::new(path).extension().is_some_and(|kind| kind.eq_ignore_ascii_case("toml"));
    let policy = if is_toml {
        let table: toml::Table =
            toml::from_str(&text).map_err(|error| anyhow::anyhow!("Failed to read {path}: {error}"))?;
        serde_json::to_string(&table)?
    } else {
        text
    };
    SnapshotReader::new(Form::Json, &Options { policy: Some(policy.clone()), ..Options::default() })
        .map_err(|refusal| anyhow::anyhow!("Failed to use the policy in {path}: {refusal}"))?;
    Ok(policy)
}

#[expect(clippy::disallowed_methods, reason = "the file the operator named")]
fn text(path: &Path) -> std::io::Result<String> {
    std::fs::read_to_string(path)
}
