//! What it takes to derive a saved report again.

use std::io::{self, Cursor, Read};
use std::path::Path;

use flate2::bufread::GzDecoder;
use posture_core::report::model::{REPORT_FORMAT, REPORT_VERSION};
use posture_core::{Form, Options};
use posture_report::{EmbeddedSnapshot, PageError, SHELL_FILE, SNAPSHOT_LIMIT};
use posture_server::app_file;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use crate::failure::why;
use crate::input::derive_stored;
use crate::readers::{Bounded, Limit};
use crate::text;

/// Why a saved report cannot be verified.
pub(crate) enum Unverifiable {
    /// The file cannot be read as a report.
    Refused(String),
    /// The file is a report page that this program did not write.
    NotAsWritten,
}

/// What a saved report states about itself, and its digest.
pub(crate) struct KeptReport {
    pub(crate) digest: String,
    pub(crate) workspace_id: u64,
    pub(crate) as_of: String,
    pub(crate) exported_at: String,
    /// The options to derive it again.
    pub(crate) options: Options,
    /// The digest that a page's own snapshot gives; the stated digest if the report is JSON.
    pub(crate) inside: String,
    /// Whether it states rules in place of its snapshot's own. `None` if only the snapshot tells.
    pub(crate) replaces_rules: Option<bool>,
    /// How many marks on attention items a page shows.
    pub(crate) marks: usize,
}

/// The most bytes of a policy, as of a file that holds one.
const LONGEST_POLICY: usize = 1 << 24;

#[derive(Deserialize)]
struct Stated {
    format: String,
    version: u64,
    as_of: String,
    exported_at: String,
    policy: Box<RawValue>,
    workspace: StatedWorkspace,
}

#[derive(Deserialize)]
struct StatedWorkspace {
    id: u64,
}

impl KeptReport {
    /// Reads a report. JSON must be named so: by another name, a browser would run what its texts contain.
    pub(crate) fn read(path: &Path, bytes: &[u8]) -> Result<Self, Unverifiable> {
        let shell = app_file(SHELL_FILE);
        let shell = shell.as_deref().and_then(|shell| str::from_utf8(shell).ok());
        let page = str::from_utf8(bytes).map_or(Err(PageError::NoSnapshot), |page| {
            EmbeddedSnapshot::read(page, shell.unwrap_or_default())
        });
        match page {
            Ok(embedded) => Self::of_page(embedded)
                .map_err(|why| Unverifiable::Refused(format!("{}: {why}", text::NO_SNAPSHOT_INSIDE))),
            Err(PageError::NoSnapshot) => Self::of_json(bytes)
                .and_then(|report| {
                    let is_json = path.extension().is_some_and(|kind| kind.eq_ignore_ascii_case("json"));
                    if is_json { Ok(report) } else { Err(text::JSON_BY_ANOTHER_NAME.to_owned()) }
                })
                .map_err(Unverifiable::Refused),
            Err(PageError::SeveralSnapshots(blocks)) => {
                Err(Unverifiable::Refused(text::several_snapshots(blocks)))
            }
            Err(PageError::Altered) if shell.is_none() => {
                Err(Unverifiable::Refused(text::NO_APP_TO_VERIFY.to_owned()))
            }
            Err(PageError::Altered) => Err(Unverifiable::NotAsWritten),
        }
    }

    /// Derives the report of a page's own snapshot.
    fn of_page(EmbeddedSnapshot { manifest, packed }: EmbeddedSnapshot) -> Result<Self, String> {
        let options = Options {
            as_of: manifest.as_of,
            freshness_hours: manifest.freshness_hours,
            schedule_grace_minutes: manifest.schedule_grace_minutes,
            policy: manifest.policy.map(|policy| policy.to_string()),
        };
        let replaces_rules = options.policy.is_some()
            || options.freshness_hours.is_some()
            || options.schedule_grace_minutes.is_some();
        let form = Form::of_name(&manifest.name).unwrap_or_default();
        let limit = Limit { bytes: SNAPSHOT_LIMIT, remedy: text::PAGE_WAS_CHANGED };
        let stored = Bounded::new(OneMember::new(packed), limit);
        let report = derive_stored(stored, form, &options, limit).map_err(|error| why(&error))?;
        Ok(Self {
            digest: manifest.digest,
            workspace_id: report.workspace.id.get(),
            as_of: report.as_of.to_string(),
            exported_at: report.exported_at.to_string(),
            options,
            inside: report.digest().map_err(|error| error.to_string())?,
            replaces_rules: Some(replaces_rules),
            marks: manifest.reviews.len(),
        })
    }

    /// Reads a report's JSON. Trailing white space does not count.
    fn of_json(bytes: &[u8]) -> Result<Self, String> {
        let json = bytes.trim_ascii_end();
        if [&b"\xff\xfe"[..], b"\xfe\xff", b"\xef\xbb\xbf"].iter().any(|mark| json.starts_with(mark)) {
            return Err(text::ENCODED_AGAIN.to_owned());
        }
        // Only what is needed is held: as values, a text of a few bytes takes many times as much.
        let stated: Stated = serde_json::from_slice(json).map_err(|_| text::NO_REPORT.to_owned())?;
        let has_policy = stated.policy.get().len() <= LONGEST_POLICY;
        if stated.format != REPORT_FORMAT || stated.version != REPORT_VERSION || !has_policy {
            return Err(text::NO_REPORT.to_owned());
        }
        let Stated { as_of, exported_at, policy, workspace, .. } = stated;
        // Both are cut to the second. If they are equal, the report was judged as of the export, fraction included.
        let judged_at = (as_of != exported_at).then(|| as_of.clone());
        let digest = hex::encode(Sha256::digest(json));
        Ok(Self {
            inside: digest.clone(),
            digest,
            workspace_id: workspace.id,
            as_of,
            exported_at,
            options: Options { as_of: judged_at, policy: Some(policy.to_string()), ..Options::default() },
            replaces_rules: None,
            marks: 0,
        })
    }
}

/// Whether a report has the same content as one of ours, however it is written. One that is much longer is not read: its values could take
/// all memory.
pub(crate) fn says_the_same(kept: &[u8], report: &str) -> bool {
    let value = |json: &[u8]| serde_json::from_slice::<Value>(json).ok();
    kept.len() <= report.len().saturating_mul(MOST_TIMES_LONGER) && value(kept) == value(report.as_bytes())
}

/// How much longer indentation and escapes make a report.
const MOST_TIMES_LONGER: usize = 4;

/// The bytes of the snapshot's file, which may itself be compressed. As browsers do, it accepts one gzip member and nothing after it.
struct OneMember(GzDecoder<Cursor<Vec<u8>>>);

impl OneMember {
    fn new(packed: Vec<u8>) -> Self {
        Self(GzDecoder::new(Cursor::new(packed)))
    }
}

impl Read for OneMember {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.0.read(buffer)?;
        let packed = self.0.get_ref();
        let has_ended = count == 0 && !buffer.is_empty();
        if has_ended && packed.position() < packed.get_ref().len() as u64 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, text::MORE_THAN_ONE_MEMBER));
        }
        Ok(count)
    }
}
