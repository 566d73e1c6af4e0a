//! Whether a file is the one that was read before.

use std::fs::Metadata;

/// What changes when a file does.
#[cfg(unix)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    // The inode and the time of its last change distinguish two versions that have one length and one modification time, as a copy that
    // preserves times has.
    device: u64,
    inode: u64,
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

#[cfg(unix)]
impl Stamp {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// Whether it is the same file, whatever was written to it.
    pub(crate) fn is_of_same_file(self, other: Self) -> bool {
        (self.device, self.inode) == (other.device, other.inode)
    }
}

/// What changes when a file does.
#[cfg(windows)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    length: u64,
    // In steps of 100 ns. A file that replaces another was created at another time.
    created: u64,
    modified: u64,
}

#[cfg(windows)]
impl Stamp {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        use std::os::windows::fs::MetadataExt as _;
        Self {
            length: metadata.file_size(),
            created: metadata.creation_time(),
            modified: metadata.last_write_time(),
        }
    }

    /// Whether it is the same file, whatever was written to it. A file that is open cannot be replaced.
    pub(crate) fn is_of_same_file(self, _other: Self) -> bool {
        true
    }
}
