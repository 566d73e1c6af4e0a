//! A report that was kept, as far as it takes to derive it again.

use std::io::Read as _;

use posture_core::report::model::{REPORT_FORMAT, REPORT_VERSION};
use posture_core::{Form, Options};
use posture_report::Enclosed;
use posture_server::input::decompressed;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::input::derive_stored;
use crate::text;

/// What a kept report states about itself, and its digest.
pub(crate) struct KeptReport {
    pub(crate) digest: String,
    pub(crate) workspace_id: u64,
    pub(crate) as_of: String,
    pub(crate) exported_at: String,
    /// What it takes to derive it again.
    pub(crate) options: Options,
    /// The digest of what a self-contained file's own snapshot gives; the stated one where the report encloses none.
    pub(crate) inside: String,
    content: Value,
}

#[derive(Deserialize)]
struct Stated {
    format: String,
    version: u64,
    as_of: String,
    exported_at: String,
    policy: StatedPolicy,
    workspace: StatedWorkspace,
}

#[derive(Deserialize)]
struct StatedPolicy {
    freshness_hours: u64,
    schedule_grace_minutes: u64,
}

#[derive(Deserialize)]
struct StatedWorkspace {
    id: u64,
}

impl KeptReport {
    /// Reads a report; the error says what is wrong with the file.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, String> {
        match str::from_utf8(bytes).ok().and_then(Enclosed::read) {
            Some(enclosed) => {
                Self::of_page(enclosed).map_err(|why| format!("{}: {why}", text::NO_SNAPSHOT_INSIDE))
            }
            None => Self::of_json(bytes),
        }
    }

    /// Reads a self-contained file: what it states, and what its own snapshot gives.
    fn of_page(enclosed: Enclosed<'_>) -> Result<Self, String> {
        let mut stored = Vec::new();
        let packed = std::io::Cursor::new(enclosed.packed.into_owned());
        decompressed(packed)
            .and_then(|mut stored_file| stored_file.read_to_end(&mut stored))
            .map_err(|error| error.to_string())?;
        let options = Options {
            as_of: enclosed.as_of.map(|as_of| as_of.into_owned()),
            freshness_hours: enclosed.freshness_hours,
            schedule_grace_minutes: enclosed.schedule_grace_minutes,
        };
        let form = Form::of_name(&enclosed.name).unwrap_or_default();
        let report = derive_stored(&stored, form, &options).map_err(|error| error.to_string())?;
        Ok(Self {
            digest: enclosed.digest.into_owned(),
            workspace_id: report.workspace.id.get(),
            as_of: report.as_of.to_string(),
            exported_at: report.exported_at.to_string(),
            options,
            inside: report.digest().map_err(|error| error.to_string())?,
            content: Value::Null,
        })
    }

    /// Reads a report's JSON. White space behind it is not of it.
    fn of_json(bytes: &[u8]) -> Result<Self, String> {
        let json = bytes.trim_ascii_end();
        let content: Value = serde_json::from_slice(json).map_err(|_| text::NO_REPORT.to_owned())?;
        let stated = Stated::deserialize(&content).map_err(|_| text::NO_REPORT.to_owned())?;
        if stated.format != REPORT_FORMAT || stated.version != REPORT_VERSION {
            return Err(text::NO_REPORT.to_owned());
        }
        let Stated { as_of, exported_at, policy, workspace, .. } = stated;
        // Both are written to the second; where they are equal the report was judged as of the export, fraction and all.
        let judged_at = (as_of != exported_at).then(|| as_of.clone());
        let digest: String = Sha256::digest(json).iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self {
            inside: digest.clone(),
            digest,
            workspace_id: workspace.id,
            as_of,
            exported_at,
            options: Options {
                as_of: judged_at,
                freshness_hours: Some(policy.freshness_hours),
                schedule_grace_minutes: Some(policy.schedule_grace_minutes),
            },
            content,
        })
    }

    /// Whether another report has the same content, however either is written.
    pub(crate) fn says_the_same_as(&self, report: &str) -> bool {
        serde_json::from_str::<Value>(report).is_ok_and(|report| report == self.content)
    }
}
