//! A snapshot inside the report page: a manifest as JSON, and the snapshot's compressed bytes.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) const SNAPSHOT_PLACE: &str = "<!--posture-snapshot-->";
pub(crate) const TITLE: &str = "<title>Posture</title>";
const MANIFEST_START: &str = "<script type=\"application/json\" id=\"posture-manifest\">";
const SNAPSHOT_START: &str = "<script type=\"application/gzip\" id=\"posture-snapshot\">";
const END: &str = "</script>";
/// The most bytes of a manifest: a policy has at most 16 MB, and marks 4 MB. As values, its text takes many times as much.
const LONGEST_MANIFEST: usize = 1 << 25;

/// A policy that replaces the snapshot's, as JSON.
pub type StatedPolicy = Value;

/// What the page says about its snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The name of the snapshot's file.
    pub name: String,
    /// The report's title, also the window's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The instant to judge at, RFC 3339; if absent, the export's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// Hours a completed backup stays fresh; if absent, the snapshot's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freshness_hours: Option<u64>,
    /// Minutes a schedule may be late; if absent, the snapshot's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule_grace_minutes: Option<u64>,
    /// The policy to judge by; if absent, the snapshot's own. The two values above are put in its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<StatedPolicy>,
    /// The marks on attention items when the page was written, as JSON objects. The report and its digest do not know of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reviews: Vec<Value>,
    /// The digest of the report at that instant and under that policy, in hex.
    pub digest: String,
}

impl Manifest {
    /// The id of the element that holds the manifest.
    pub const ID: &'static str = "posture-manifest";

    /// Reads the text of the manifest's element.
    pub fn parse(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }
}

/// A snapshot and its manifest, as the page carries them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmbeddedSnapshot {
    /// What the page says about the snapshot.
    pub manifest: Manifest,
    /// The bytes of the snapshot's file, compressed with gzip, even if the file itself was compressed.
    pub packed: Vec<u8>,
}

/// Why a file is not a report page.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum PageError {
    /// The file has no snapshot block.
    #[error("the file is not a report page: it has no snapshot block")]
    NoSnapshot,
    /// The file has more than one snapshot block.
    #[error("the page has {0} snapshot blocks; a report page has one")]
    SeveralSnapshots(usize),
    /// The file has one snapshot block, and is not the page that this program writes for it.
    #[error("this page is not what this program writes")]
    Altered,
}

impl EmbeddedSnapshot {
    /// Writes the report page. `None` if `shell` is not a shell.
    pub fn fill(&self, shell: &str) -> Option<String> {
        let (head, rest) = shell.split_once(TITLE)?;
        let (body, end) = rest.split_once(SNAPSHOT_PLACE)?;
        let title = html_escape::encode_text(self.manifest.title.as_deref().unwrap_or("Posture"));
        // With `<` written as an escape, no text ends the element.
        let manifest = serde_json::to_string(&self.manifest).ok()?.replace('<', "\\u003c");
        let mut page = String::with_capacity(shell.len() + manifest.len() + self.packed.len() / 3 * 4 + 1024);
        for part in
            [head, "<title>", &title, "</title>", body, MANIFEST_START, &manifest, END, "\n", SNAPSHOT_START]
        {
            page.push_str(part);
        }
        BASE64_STANDARD.encode_string(&self.packed, &mut page);
        page.push_str(END);
        page.push_str(end);
        Some(page)
    }

    /// Takes the snapshot out of a page that [`fill`](Self::fill) wrote into this shell.
    pub fn read(page: &str, shell: &str) -> Result<Self, PageError> {
        match page.matches(SNAPSHOT_START).count() {
            0 => Err(PageError::NoSnapshot),
            1 => {
                let embedded = Self::blocks(page).ok_or(PageError::Altered)?;
                let is_as_written = embedded.fill(shell).is_some_and(|written| written == page);
                if is_as_written { Ok(embedded) } else { Err(PageError::Altered) }
            }
            several => Err(PageError::SeveralSnapshots(several)),
        }
    }

    /// Takes the snapshot out of a page, whatever else the page holds. For a program that shows the snapshot itself and runs nothing of the
    /// page; to rely on the page as it is, use [`read`](Self::read).
    pub fn extract(page: &str) -> Result<Self, PageError> {
        match (page.matches(SNAPSHOT_START).count(), page.matches(MANIFEST_START).count()) {
            (0, _) => Err(PageError::NoSnapshot),
            (1, 1) => Self::blocks(page).ok_or(PageError::Altered),
            (1, _) => Err(PageError::Altered),
            (several, _) => Err(PageError::SeveralSnapshots(several)),
        }
    }

    /// The first manifest and the first snapshot of a page, whatever else it holds.
    fn blocks(page: &str) -> Option<Self> {
        let block = |start: &str| Some(page.split_once(start)?.1.split_once(END)?.0);
        let manifest = block(MANIFEST_START).filter(|manifest| manifest.len() <= LONGEST_MANIFEST)?;
        let manifest = Manifest::parse(manifest)?;
        let packed = BASE64_STANDARD.decode(block(SNAPSHOT_START)?).ok()?;
        Some(Self { manifest, packed })
    }
}
