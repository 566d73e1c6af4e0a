//! Builds and starts `tests/tools/src/bin/bench`, and builds what it measures.

use anyhow::Result;

use crate::step::{self, cargo, command};
use crate::{setup, workspace};

/// Measures. The app and the `posture` binary must be built.
pub(crate) fn run() -> Result<()> {
    setup::chromium()?;
    setup::postgresql()?;
    setup::for_comparing();
    step::run(
        "building the resolver",
        &mut cargo(["build", "--release", "--locked", "--package", "posture-bench"]),
    )?;
    let mut wasm =
        cargo(["build", "--profile", "wasm-release", "--locked", "--target", "wasm32-unknown-unknown"]);
    step::run("building the resolver for the browser", wasm.args(["--package", "posture-bench", "--lib"]))?;
    let target = workspace::target_dir()?;
    let folder = target.join("bench");
    let mut bindgen = command("wasm-bindgen");
    bindgen.args(["--target", "no-modules", "--no-typescript", "--out-dir"]).arg(folder.join("wasm"));
    step::run(
        "running wasm-bindgen on it",
        bindgen.arg(target.join("wasm32-unknown-unknown/wasm-release/posture_bench.wasm")),
    )?;
    let mut bench = cargo(["run", "--locked", "--package", "posture-tools", "--bin", "bench", "--"]);
    bench
        .arg(target.join("release/posture"))
        .arg(target.join("release/posture-bench"))
        .arg(folder.join("wasm"))
        .arg(&folder);
    step::run("measuring", &mut bench)
}
