//! Captions for folders and archives of other tools.

use super::grouped;
use crate::browser::dropped_tree::{BYTES_LIMIT, FILES_LIMIT, TreeFault};

pub const CHOSEN_FOLDER: &str = "Chosen folder";
pub const CHOOSE_FOLDER: &str = "Choose folder";
pub const TOOLS_READ: &str = "Or a folder or .zip that another tool wrote: IntuneCD, IntuneManagement, CIPP, Entra recovery, TenuVault, CSV and more. A .git folder is skipped.";
pub const TOOL_EXPORT: &str = "Export of another tool";
pub const READ_AS: &str = "Read as";
pub const BECAUSE: &str = "Because";
pub const TENANT_NAME: &str = "Tenant name";
pub const TENANT_NAME_HINT: &str = "Leave it empty if the files name their tenants.";
pub const NOT_RECOGNISED: &str = "Not recognised. Choose which tool wrote it.";
pub const SAVE_SNAPSHOT: &str = "Save snapshot";
pub const NOTES: &str = "Notes";
pub const SHOW_OVERVIEW: &str = "Show overview";
pub const MISSING_HERE: &str = "Git history and run lists are not read in the browser. Only they show earlier backups, runs without changes, failed runs and restores. Use `posture gather` for those.";

/// `1 200 files read`.
pub fn files_read(files: usize) -> String {
    format!("{} files read", grouped(files as u64))
}

/// How far making a snapshot is.
pub fn gathering(files: usize, of: usize) -> String {
    format!("Making a snapshot: {} of {} files", grouped(files as u64), grouped(of as u64))
}

/// Why a folder or archive was not read.
pub fn tree_fault(fault: &TreeFault) -> String {
    match fault {
        TreeFault::TooLarge => format!(
            "It has more than {} files or {}. Use `posture gather` on the command line, which has higher limits.",
            grouped(FILES_LIMIT as u64),
            super::bytes(BYTES_LIMIT)
        ),
        TreeFault::NotZip => {
            "This kind of ZIP archive is not supported. Unpack it and choose the folder.".to_owned()
        }
        TreeFault::NotReadable { said } => format!("The browser could not read it: {said}"),
        TreeFault::NotLoaded => {
            "The part of the app that reads it failed to load. Check the connection and open the files again, \
             or reload the page."
                .to_owned()
        }
        TreeFault::Cancelled => "It was cancelled.".to_owned(),
    }
}
