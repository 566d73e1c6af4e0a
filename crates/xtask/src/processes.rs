//! Processes of this machine, as Linux lists them under `/proc`.

use std::process::Command;

use anyhow::{Context as _, Result};

/// Kills the direct children of a process, which itself continues.
#[expect(clippy::disallowed_methods, reason = "processes are listed as files")]
pub(crate) fn kill_children(parent: u32) -> Result<()> {
    for process in std::fs::read_dir("/proc").context("Failed to list the processes in /proc")? {
        let process = process?;
        // Only processes have numbers as names. One may end before it is read.
        let stat = std::fs::read_to_string(process.path().join("stat")).unwrap_or_default();
        if parent_in(&stat) == Some(parent) {
            Command::new("kill").args(["-s", "KILL"]).arg(process.file_name()).status()?;
        }
    }
    Ok(())
}

/// The parent in a line such as `17 (a name) S 16 …`. The name may have spaces and brackets itself.
fn parent_in(stat: &str) -> Option<u32> {
    stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::parent_in;

    #[test]
    fn the_parent_is_found_after_any_name() {
        assert_eq!(parent_in("17 (cargo) S 16 17 17"), Some(16));
        assert_eq!(parent_in("17 (a) S 3 (b)) R 16 17 17"), Some(16));
        assert_eq!(parent_in(""), None);
    }
}
