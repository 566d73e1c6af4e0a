//! Fuzzes the targets of `tests/fuzz` with libFuzzer, from the seeds of `posture_tests::fuzzed`.

use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};

use crate::step::{self, cargo, command};
use crate::{setup, workspace};

/// The fuzz targets, one file each.
const TARGETS: &str = "tests/fuzz/fuzz_targets";

/// Runs these targets, or all, for this many minutes each. A finding ends its own target only.
pub(crate) fn run(minutes: u64, chosen: &[String]) -> Result<()> {
    let targets = targets(chosen)?;
    setup::for_fuzzing()?;
    let folder = workspace::target_dir()?.join("fuzz");
    let mut seeds = cargo(["run", "--locked", "--package", "posture-tools", "--bin", "fuzz_seeds", "--"]);
    step::run("writing seeds", seeds.arg(&folder))?;
    let mut found = Vec::new();
    for target in &targets {
        if let Err(error) = fuzz(target, minutes, &folder) {
            eprintln!("error: {error:#}");
            found.push(target.as_str());
        }
    }
    ensure!(
        found.is_empty(),
        "These targets found something: {}. The input is in {}. Try it again with `posture_tests::fuzzed::try_input` and write a test for it",
        found.join(", "),
        folder.join("found").display()
    );
    Ok(())
}

/// The chosen targets, or all. Fails if one does not exist.
fn targets(chosen: &[String]) -> Result<Vec<String>> {
    let folder = workspace::root().join(TARGETS);
    let mut all = Vec::new();
    for entry in folder.read_dir().with_context(|| format!("Failed to read {TARGETS}"))? {
        all.extend(entry?.path().file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    all.sort();
    if let Some(unknown) = chosen.iter().find(|target| !all.contains(target)) {
        bail!("Unknown target {unknown}. Targets: {}", all.join(", "));
    }
    Ok(if chosen.is_empty() { all } else { chosen.to_vec() })
}

fn fuzz(target: &str, minutes: u64, folder: &Path) -> Result<()> {
    let (corpus, found) = (folder.join("corpus").join(target), folder.join("found").join(target));
    for needed in [&corpus, &found] {
        std::fs::create_dir_all(needed).with_context(|| format!("Failed to create {}", needed.display()))?;
    }
    // The crates have no unsafe code for a sanitizer to check, and without one fuzzing is several times as fast.
    let mut fuzz = command("rustup");
    fuzz.args([
        "run",
        "nightly",
        "cargo",
        "fuzz",
        "run",
        "--fuzz-dir",
        "tests/fuzz",
        "--sanitizer",
        "none",
        "--target-dir",
    ]);
    fuzz.arg(folder.join("build")).arg(target).arg(&corpus).arg(folder.join("seeds").join(target));
    fuzz.arg("--")
        .arg(format!("-max_total_time={}", minutes * 60))
        .arg(format!("-dict={}", folder.join("words.dict").display()));
    fuzz.arg(format!("-artifact_prefix={}/", found.display())).args([
        "-timeout=30",
        "-rss_limit_mb=4096",
        "-print_final_stats=1",
    ]);
    step::run(&format!("fuzzing {target} for {minutes} min"), &mut fuzz)
}
