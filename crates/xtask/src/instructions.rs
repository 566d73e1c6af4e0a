//! Instruction counts of each stage of the resolver for one fixed input: a cost that does not depend on the machine's load.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};

use crate::step::{self, cargo, command};
use crate::{setup, workspace};

/// The recorded counts, one line each: stage, space, count.
const RECORDED: &str = "tests/bench/instructions.txt";
/// Tenants of the fixed input.
const TENANTS: &str = "60";
const STAGES: [&str; 5] = ["split", "derive", "report", "digest", "slim"];
/// Counts vary a little with the compiler; a change within this many per cent is noise.
const TOLERANCE_PERCENT: u64 = 5;

/// PF-2
///
/// Counts again and compares with the record. Fails only on a regression; an improvement prints how to record it.
#[expect(clippy::disallowed_methods, reason = "reads the counts kept in the repository")]
pub(crate) fn check() -> Result<()> {
    let counted = count()?;
    let recorded = fs::read_to_string(workspace::root().join(RECORDED))
        .with_context(|| format!("Failed to read {RECORDED}"))?;
    let mut regressions = Vec::new();
    for (stage, now) in &counted {
        let before = recorded.lines().find_map(|line| line.strip_prefix(stage)?.trim().parse::<u64>().ok());
        let before = before.with_context(|| {
            format!("{RECORDED} has no count for `{stage}`. Record it: `cargo xtask instructions`")
        })?;
        println!("{stage}: {now} instructions, recorded {before}");
        match change(before, *now) {
            Change::Noise => {}
            Change::Improvement => {
                eprintln!(
                    "note: `{stage}` takes fewer instructions than recorded. Record it: `cargo xtask instructions`"
                );
            }
            Change::Regression => {
                regressions.push(format!("`{stage}` takes {now} instructions, recorded {before}"))
            }
        }
    }
    ensure!(
        regressions.is_empty(),
        "{}. That is more than {TOLERANCE_PERCENT} % above the record. Find the cause; if the cost is intended, record it: \
         `cargo xtask instructions`",
        regressions.join("; ")
    );
    Ok(())
}

/// Counts, and records the counts in the repository.
#[expect(clippy::disallowed_methods, reason = "writes the counts kept in the repository")]
pub(crate) fn record() -> Result<()> {
    let lines: String = count()?.iter().map(|(stage, count)| format!("{stage} {count}\n")).collect();
    print!("{lines}");
    fs::write(workspace::root().join(RECORDED), lines).with_context(|| format!("Failed to write {RECORDED}"))
}

#[derive(Debug, PartialEq, Eq)]
enum Change {
    Noise,
    Improvement,
    Regression,
}

fn change(before: u64, now: u64) -> Change {
    if now.abs_diff(before) * 100 <= before * TOLERANCE_PERCENT {
        Change::Noise
    } else if now < before {
        Change::Improvement
    } else {
        Change::Regression
    }
}

fn count() -> Result<Vec<(&'static str, u64)>> {
    setup::valgrind()?;
    step::run(
        "building posture-bench",
        &mut cargo(["build", "--release", "--locked", "--package", "posture-bench"]),
    )?;
    let binary = workspace::target_dir()?.join("release/posture-bench");
    let input = workspace::target_dir()?.join("counted.json");
    step::run("writing its input", command(&binary).args(["make", "slim", TENANTS]).arg(&input))?;
    STAGES.iter().map(|stage| Ok((*stage, instructions(&binary, stage, &input)?))).collect()
}

/// The count that callgrind reports.
fn instructions(binary: &Path, stage: &str, input: &Path) -> Result<u64> {
    let mut valgrind = command("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(binary).arg(stage).arg(input);
    let output = valgrind.output().context("Failed to start valgrind")?;
    let printed = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!("valgrind failed on `{stage}`: {printed}");
    }
    let count = printed.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok());
    count.with_context(|| format!("valgrind printed no count for `{stage}`: {printed}"))
}

#[cfg(test)]
mod tests {
    use super::{Change, change};

    #[test]
    fn only_a_cost_above_the_tolerance_is_a_regression() {
        assert_eq!(change(1000, 1050), Change::Noise);
        assert_eq!(change(1000, 950), Change::Noise);
        assert_eq!(change(1000, 1051), Change::Regression);
        assert_eq!(change(1000, 949), Change::Improvement);
    }
}
