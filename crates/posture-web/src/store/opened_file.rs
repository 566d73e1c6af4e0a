//! A file that a reviewer has opened, is opening, or could not open.

use std::sync::Arc;

use leptos::prelude::*;
use posture_core::invisible_chars::made_visible;
use posture_core::views::truncation;

use crate::browser::file_fault::FileFault;
use crate::store::chosen_file::EmbeddedMetadata;
use crate::store::shown_report::ShownReport;

/// A file that was opened.
#[derive(Debug)]
pub struct OpenedFile {
    /// Tells it from the other files that this page has opened.
    pub number: u64,
    /// Its name.
    pub name: String,
    /// The SHA-256 of its bytes, in hex.
    pub digest: ArcRwSignal<FileDigest>,
    /// How many bytes it holds, unpacked.
    pub plain_bytes: u64,
    /// What it holds, judged as of its export.
    pub derived: Arc<ShownReport>,
    /// What a self-contained file says about the snapshot in it.
    pub stated: EmbeddedMetadata,
}

/// The SHA-256 of a file. It is computed once the file's evidence is on screen, because that takes longer than judging.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileDigest {
    /// The file is being read for it.
    Computing,
    /// In hex.
    Known(String),
    /// The file could not be read again.
    Failed(FileFault),
}

/// A file being read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Its name.
    pub name: String,
    /// Bytes of it read.
    pub bytes: u64,
    /// All its bytes.
    pub of: u64,
    /// Tenants judged.
    pub tenants: usize,
}

/// A file that was not opened, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its name.
    pub name: String,
    /// Why.
    pub fault: FileFault,
}

/// The name or title of a file as a page shows it: cut, and without characters that would deceive its reader.
pub fn shown_name(name: &str) -> String {
    truncation::line(&made_visible(name)).into_owned()
}
