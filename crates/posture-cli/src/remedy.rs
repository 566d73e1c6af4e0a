//! What to do about a file that the system does not let be read or written.

use std::io;

use anyhow::anyhow;

use crate::failure::chain;

const WRITING: [(io::ErrorKind, &str); 8] = [
    (io::ErrorKind::NotFound, "Create its folder, or name a file elsewhere."),
    (io::ErrorKind::NotADirectory, "Name a file in a folder."),
    (io::ErrorKind::IsADirectory, "Name a file in it."),
    (io::ErrorKind::PermissionDenied, "Name a file where you may write, or change the permissions."),
    (io::ErrorKind::ReadOnlyFilesystem, "Name a file where you may write."),
    (io::ErrorKind::StorageFull, "Free some space, or name a file on another disk."),
    (io::ErrorKind::QuotaExceeded, "Free some space, or name a file on another disk."),
    (io::ErrorKind::FileTooLarge, "Raise the file-size limit (`ulimit -f`)."),
];

/// Why something cannot be written, and what to do. An error with a context of its own may be about something else.
pub(crate) fn unwritten(error: &anyhow::Error) -> anyhow::Error {
    let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
    let remedy = WRITING.iter().find(|(of, _)| Some(*of) == kind);
    match remedy {
        Some((_, remedy)) => anyhow!("{}. {remedy}", chain(error)),
        None => anyhow!(chain(error)),
    }
}

/// Why a file with a policy, settings or a key cannot be read, and what to do. An error of our own says that itself.
pub(crate) fn unread(error: &io::Error) -> anyhow::Error {
    match error.raw_os_error() {
        Some(_) => anyhow!("{error}. Check the name, and that you may read it."),
        None => anyhow!("{error}."),
    }
}
