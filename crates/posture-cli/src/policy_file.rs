//! A policy in a file, JSON or TOML, that replaces the document's.

use std::path::{Path, PathBuf};

use posture_core::reading::policy_file::{UnknownKey, check, unknown_keys};
use posture_core::words;
use posture_engine::input::read_small;

use crate::remedy::unread;
use crate::terminal::warn;
use crate::text;
use crate::toml_error::without_values;

/// How many unknown keys are named; a file with more is not a policy.
const NAMED_KEYS: usize = 10;

/// A policy that can be used.
pub(crate) struct PolicyFile {
    /// The policy, as JSON.
    pub(crate) json: String,
    /// Keys in the file that have no effect.
    pub(crate) warnings: Vec<String>,
}

/// A policy of an argument: its file, and what it says, as JSON.
#[derive(Clone)]
pub(crate) struct StatedPolicy {
    pub(crate) file: PathBuf,
    pub(crate) json: String,
}

/// Reads the policy of an argument, and warns on stderr about keys without effect.
///
/// An error has its cause in its own text, because the reader of arguments shows nothing else of it.
pub(crate) fn of_argument(path: &str) -> Result<StatedPolicy, anyhow::Error> {
    let policy = read(path)?;
    for warning in policy.warnings {
        warn(&warning);
    }
    Ok(StatedPolicy { file: path.into(), json: policy.json })
}

/// Reads the policy in a file. It is checked like a policy in a snapshot.
pub(crate) fn read(path: &str) -> Result<PolicyFile, anyhow::Error> {
    let failed = |why: String| anyhow::anyhow!("Failed to read {path}: {why}");
    let bytes = read_small(Path::new(path)).map_err(|error| failed(unread(&error).to_string()))?;
    let text = String::from_utf8(bytes).ok().filter(|text| !text.starts_with('\u{feff}'));
    let text = text.ok_or_else(|| failed(text::NOT_PLAIN_UTF_8.to_owned()))?;
    let is_toml = Path::new(path).extension().is_some_and(|kind| kind.eq_ignore_ascii_case("toml"));
    let json = if is_toml {
        let table: toml::Table =
            toml::from_str(&text).map_err(|error| failed(format!("{}.", without_values(&error, &text))))?;
        serde_json::to_string(&table)?
    } else {
        text
    };
    check(&json).map_err(|refusal| {
        anyhow::anyhow!("Failed to use the policy in {path}: {}", words::policy_refusal(&refusal, is_toml))
    })?;
    let stated = serde_json::from_str(&json).map_err(|error| failed(error.to_string()))?;
    let warnings = warnings(path, &unknown_keys(&stated));
    Ok(PolicyFile { json, warnings })
}

fn warnings(path: &str, unknown: &[UnknownKey]) -> Vec<String> {
    let named =
        unknown.iter().take(NAMED_KEYS).map(|key| format!("{path}: {}", words::unknown_policy_key(key)));
    let more = unknown.len().saturating_sub(NAMED_KEYS);
    let more = (more > 0).then(|| format!("{path}: {}", text::more_unknown_keys(more)));
    named.chain(more).collect()
}
