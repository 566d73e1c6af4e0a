//! One run of packing, and what is packed.

use std::collections::BTreeMap;
use std::path::Path;

use flate2::Compression;

use super::target::Target;

/// One run of packing.
pub(super) struct Job<'j> {
    pub(super) target: Target,
    /// The program to pack.
    pub(super) program: &'j Path,
    /// The same program for this machine, which writes completions and manual pages.
    pub(super) helper: &'j Path,
    /// The time of every file, in seconds since 1970.
    pub(super) time: u64,
    pub(super) compression: Compression,
}

/// What is packed: a file for each path.
pub(super) type Tree = BTreeMap<String, Entry>;

pub(super) struct Entry {
    pub(super) bytes: Vec<u8>,
    pub(super) is_program: bool,
}

impl Entry {
    pub(super) fn file(bytes: impl Into<Vec<u8>>) -> Self {
        Self { bytes: bytes.into(), is_program: false }
    }

    pub(super) fn program(bytes: Vec<u8>) -> Self {
        Self { bytes, is_program: true }
    }

    pub(super) const fn mode(&self) -> u32 {
        if self.is_program { 0o755 } else { 0o644 }
    }
}
