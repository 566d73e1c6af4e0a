//! How many instructions each stage of the resolver takes for one fixed input: a cost that does not depend on how busy a machine is.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};

use crate::step::{self, cargo, command};
use crate::{setup, workspace};

/// The counts kept in the repository, one line each: the stage, a space, the count.
const RECORDED: &str = "tests/bench/instructions.txt";
/// How many tenants the fixed input has.
const TENANTS: &str = "60";
const STAGES: [&str; 5] = ["split", "derive", "report", "digest", "slim"];
/// A count may be off by this many hundredths.
const TOLERANCE_PERCENT: u64 = 5;

/// PF-2
///
/// Counts anew, and fails where a count is off by more than the tolerance, in either direction.
#[expect(clippy::disallowed_methods, reason = "reads the counts kept in the repository")]
pub(crate) fn check() -> Result<()> {
    let counted = count()?;
    let path = workspace::root().join(RECORDED);
    let recorded = fs::read_to_string(&path).with_context(|| format!("reading {RECORDED}"))?;
    let mut off = Vec::new();
    for (stage, now) in &counted {
        let before = recorded.lines().find_map(|line| line.strip_prefix(stage)?.trim().parse::<u64>().ok());
        let before = before.with_context(|| format!("{RECORDED} has no count of `{stage}`; `cargo xtask instructions` records it"))?;
        println!("{stage}: {now} instructions, recorded {before}");
        if now.abs_diff(before) * 100 > before * TOLERANCE_PERCENT {
            off.push(format!("{stage} takes {now} instructions instead of {before}"));
        }
    }
    ensure!(
        off.is_empty(),
        "{}: more than {TOLERANCE_PERCENT} % off. Find out why; where it is meant, `cargo xtask instructions` records the new counts",
        off.join("; ")
    );
    Ok(())
}

/// Counts, and keeps the counts in the repository.
#[expect(clippy::disallowed_methods, reason = "writes the counts kept in the repository")]
pub(crate) fn record() -> Result<()> {
    let lines: String = count()?.iter().map(|(stage, count)| format!("{stage} {count}\n")).collect();
    print!("{lines}");
    fs::write(workspace::root().join(RECORDED), lines).with_context(|| format!("writing {RECORDED}"))
}

fn count() -> Result<Vec<(&'static str, u64)>> {
    setup::for_counting()?;
    step::run("building what is counted", &mut cargo(["build", "--release", "--locked", "--package", "posture-bench"]))?;
    let binary = workspace::target_dir()?.join("release/posture-bench");
    let input = workspace::target_dir()?.join("counted.json");
    step::run("making its input", command(&binary).args(["make", "slim", TENANTS]).arg(&input))?;
    STAGES.iter().map(|stage| Ok((*stage, instructions(&binary, stage, &input)?))).collect()
}

/// What callgrind counts.
fn instructions(binary: &Path, stage: &str, input: &PathBuf) -> Result<u64> {
    let mut valgrind = command("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(binary).arg(stage).arg(input);
    let output = valgrind.output().context("starting valgrind")?;
    let told = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!("valgrind could not run `{stage}`: {told}");
    }
    let counted = told.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok());
    counted.with_context(|| format!("valgrind told no count of `{stage}`: {told}"))
}
