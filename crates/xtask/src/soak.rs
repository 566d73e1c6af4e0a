//! Builds and starts `tests/tools/src/bin/soak`.

use anyhow::Result;

use crate::step::{self, cargo};
use crate::{setup, workspace};

/// Runs the server over a store and over PostgreSQL for this many minutes. The app and the `posture` binary must be built.
pub(crate) fn run(minutes: u64) -> Result<()> {
    setup::chromium()?;
    setup::postgresql()?;
    let target = workspace::target_dir()?;
    let mut soak = cargo(["run", "--locked", "--package", "posture-tools", "--bin", "soak", "--"]);
    soak.arg(target.join("release/posture")).arg(minutes.to_string()).arg(target.join("soak"));
    // glibc gives threads areas of memory of their own, and each area keeps the most that it ever held. The released program is built with
    // musl, which has one area.
    soak.env("MALLOC_ARENA_MAX", "1");
    step::run(&format!("running the server for {minutes} min"), &mut soak)
}
