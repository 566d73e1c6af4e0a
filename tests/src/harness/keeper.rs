use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result};

/// Runs a shell script once this value is dropped or the process has ended, however it ends. Values that the tests of a
/// process share are never dropped.
pub(super) struct Keeper(Child);

impl Keeper {
    /// Keeps a script, in which `$1`, `$2` and so on are these arguments.
    pub(super) fn start(script: &str, args: &[String]) -> Result<Self> {
        let child = Command::new("sh")
            .args(["-c", &format!("read ignored; {script}"), "sh"])
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("starting sh")?;
        Ok(Self(child))
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        // The script waits for the end of its input.
        drop(self.0.stdin.take());
        let _ended = self.0.wait();
    }
}
