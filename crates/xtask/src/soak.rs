//! Builds and starts `tests/tools/src/bin/soak`.

use anyhow::Result;

use crate::step::{self, cargo};
use crate::{setup, workspace};

/// Runs the server over a store and over PostgreSQL for so many minutes; the app and the `posture` binary are built.
pub(crate) fn run(minutes: u64) -> Result<()> {
    setup::for_browser_tests()?;
    setup::for_database_tests()?;
    let target = workspace::target_dir()?;
    let mut soak = cargo(["run", "--locked", "--package", "posture-tools", "--bin", "soak", "--"]);
    soak.arg(target.join("release/posture")).arg(minutes.to_string()).arg(target.join("soak"));
    step::run(&format!("running the server for {minutes} min"), &mut soak)
}
