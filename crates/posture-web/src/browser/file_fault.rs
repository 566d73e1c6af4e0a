//! Why a file was not opened: what was found, where, and what to do. The core says why a snapshot itself is refused.

use posture_core::{Refusal, words};

use crate::text;

/// The largest file that is read, uncompressed: its text stays in memory together with its report.
pub const FILE_LIMIT: u64 = posture_report::SNAPSHOT_LIMIT;

/// How many plain bytes may be open in one page.
pub const OPEN_LIMIT: u64 = 1_000_000_000;

/// Why a file was not opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileFault {
    /// It is a folder.
    Folder,
    /// It holds more bytes than are read.
    TooLarge {
        /// How many.
        bytes: u64,
    },
    /// It unpacks to more bytes than are read.
    UnpacksTooLarge,
    /// Together with the open files it is too large.
    TooMuchOpen {
        /// Plain bytes that are open.
        open: u64,
    },
    /// The browser could not read it.
    NotReadable {
        /// What the browser said.
        said: String,
    },
    /// Its compression ends early.
    GzipCutOff,
    /// Its compression is damaged, or data follows its end.
    GzipDamaged {
        /// What the browser said.
        said: String,
    },
    /// It is a saved report that was changed after it was written.
    AlteredReport,
    /// Its content is not a snapshot that is read here.
    Refused(Refusal),
}

impl From<Refusal> for FileFault {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl FileFault {
    /// What it is called.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Folder => "A folder",
            Self::TooLarge { .. } | Self::UnpacksTooLarge => "Too large for this browser",
            Self::TooMuchOpen { .. } => "Too much open at once",
            Self::NotReadable { .. } => "Not readable",
            Self::AlteredReport => "Changed report",
            Self::GzipCutOff => "Compressed file incomplete",
            Self::GzipDamaged { .. } => "Compressed file damaged",
            Self::Refused(refusal) => words::refusal_name(&refusal.kind),
        }
    }

    /// What was found.
    pub fn found(&self) -> String {
        match self {
            Self::Folder => "This is a folder, not a file.".to_owned(),
            Self::TooLarge { bytes } => {
                format!("The file is {}; the limit here is {}.", text::bytes(*bytes), text::bytes(FILE_LIMIT))
            }
            Self::UnpacksTooLarge => {
                format!("The file is larger than {} when uncompressed.", text::bytes(FILE_LIMIT))
            }
            Self::TooMuchOpen { open } => {
                format!(
                    "{} are already open. With this file that would be more than {}.",
                    text::bytes(*open),
                    text::bytes(OPEN_LIMIT)
                )
            }
            Self::NotReadable { said } => format!("The browser could not read the file: {said}"),
            Self::AlteredReport => {
                "This is a saved report, but it was changed: it has no readable snapshot, or more than one."
                    .to_owned()
            }
            Self::GzipCutOff => "The compressed file is incomplete.".to_owned(),
            Self::GzipDamaged { said } => {
                format!("The compressed data is damaged: {said}")
            }
            Self::Refused(refusal) => words::refusal_found(refusal),
        }
    }

    /// Where, if that is known.
    pub fn place(&self) -> Option<String> {
        match self {
            Self::Refused(refusal) => words::refusal_place(refusal),
            Self::GzipCutOff => Some("At the end of the file.".to_owned()),
            Self::Folder
            | Self::TooLarge { .. }
            | Self::UnpacksTooLarge
            | Self::TooMuchOpen { .. }
            | Self::NotReadable { .. }
            | Self::AlteredReport
            | Self::GzipDamaged { .. } => None,
        }
    }

    /// What to do.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Folder => "Open the folder and choose the snapshots in it.",
            Self::TooLarge { .. } | Self::UnpacksTooLarge => {
                "Reduce it with `posture slim`, or use `posture derive` on the command line, which has no such limit."
            }
            Self::TooMuchOpen { .. } => "Close a file, or open this one in another tab.",
            Self::NotReadable { .. } => {
                "Check that the file still exists and that you may read it, then open it again."
            }
            Self::AlteredReport => {
                "Do not rely on it. Save the report again, or open the snapshot it was made from."
            }
            Self::GzipCutOff | Self::GzipDamaged { .. } => "Copy or export the file again.",
            Self::Refused(refusal) => words::refusal_remedy(&refusal.kind),
        }
    }
}
