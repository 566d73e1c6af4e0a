//! The command line: its rate on one core and on two, its growth, and the memory it needs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use posture_tests::table::{Budget, Table};

use crate::Subject;
use crate::browser::{Parse, TENANTS, median};

const ROUNDS: usize = 5;
pub(crate) const MEGABYTE: f64 = 1e6;
/// Number of tenants whose trend is measured.
pub(crate) const TREND_TENANTS: u64 = 1_000;
/// Number of tenants of a full export of a gigabyte.
const GIGABYTE_TENANTS: u64 = 2_950;

/// What is derived from a file.
#[derive(Clone, Copy)]
pub(crate) enum Work {
    /// Only whether the workspace is calm, with its blockers.
    Verdict,
    /// The canonical report.
    Report,
    /// The verdicts at the same hour of thirty days.
    Trend,
}

impl Work {
    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Verdict => &["check"],
            Self::Report => &["derive", "--format", "json"],
            Self::Trend => &["trend", "--days", "30", "--format", "json"],
        }
    }
}

/// The cost of one run.
pub(crate) struct Run {
    pub(crate) seconds: f64,
    /// Peak memory in bytes.
    pub(crate) peak: f64,
}

#[expect(clippy::disallowed_methods, reason = "a bench keeps what it measures")]
pub(crate) fn measure(subject: &Subject, parse: Parse, table: &mut Table) -> Result<()> {
    eprintln!("== the command line");
    let (slim, full) = (made(subject, "slim", TENANTS.into())?, made(subject, "full", GIGABYTE_TENANTS)?);
    // The browser's number ends with the verdict, so the verdict is compared; writing the report is measured separately.
    // Exporters write the full form; the browser reads the slim form.
    for (form, file, parse, budget) in
        [("slim", &slim, parse.slim, None), ("full", &full, parse.full, Some(Budget::AtLeast(5.0)))]
    {
        for (cores, name, work, budget) in [
            ("0", "one core", Work::Verdict, None),
            ("0,1", "two cores", Work::Verdict, budget),
            ("0,1", "two cores, its report written", Work::Report, None),
        ] {
            let rate = size(file)? / seconds(subject, file, work, Some(cores))?;
            let row = format!("command line: a {form} snapshot on {name}, relative to JSON.parse's rate");
            let from = format!("{:.0} MB/s against {:.0} MB/s", rate / MEGABYTE, parse / MEGABYTE);
            table.add(&row, rate / parse, "", budget, from);
        }
    }

    let sizes = [1_000, 10_000, 100_000].map(|tenants| made(subject, "slim", tenants));
    let mut grown = Vec::new();
    for file in sizes {
        grown.push(seconds(subject, &file?, Work::Report, None)?);
    }
    let from =
        format!("{:.2} s, {:.2} s, {:.2} s for 1,000, 10,000, 100,000 tenants", grown[0], grown[1], grown[2]);
    table.add(
        "command line: 100,000 tenants, relative to 10,000",
        grown[2] / grown[1],
        "",
        Some(Budget::AtMost(12.0)),
        from,
    );

    let file = made(subject, "full", TREND_TENANTS)?;
    let (once, days) =
        (seconds(subject, &file, Work::Report, None)?, seconds(subject, &file, Work::Trend, None)?);
    table.add(
        "command line: 30 days of 1,000 tenants, relative to one derivation",
        days / once,
        "",
        Some(Budget::AtMost(6.0)),
        format!("{days:.2} s against {once:.2} s"),
    );

    let report = subject.folder.join("report.json");
    let derived = run(subject, &full, Work::Report, None, std::fs::File::create(&report)?.into())?;
    let output = size(&report)?;
    let from = format!(
        "snapshot {:.0} MB, peak {:.0} MB, report {:.0} MB",
        size(&full)? / MEGABYTE,
        derived.peak / MEGABYTE,
        output / MEGABYTE
    );
    let beyond = (derived.peak - output) / MEGABYTE;
    table.add(
        "command line: peak memory at 1 GB, beyond the report",
        beyond,
        "MB",
        Some(Budget::AtMost(256.0)),
        from,
    );
    Ok(())
}

pub(crate) fn made(subject: &Subject, detail: &str, tenants: u64) -> Result<PathBuf> {
    let file = subject.folder.join(format!("{detail}-{tenants}.json"));
    if !file.is_file() {
        let made =
            Command::new(&subject.bench).args(["make", detail, &tenants.to_string()]).arg(&file).status()?;
        ensure!(made.success(), "making {} ended with {made}", file.display());
    }
    Ok(file)
}

pub(crate) fn size(file: &Path) -> Result<f64> {
    Ok(file.metadata().with_context(|| format!("reading {}", file.display()))?.len() as f64)
}

/// The cost of deriving a file. The report is discarded, so that the disk does not count.
pub(crate) fn seconds(subject: &Subject, file: &Path, work: Work, cores: Option<&str>) -> Result<f64> {
    let rounds = (0..ROUNDS).map(|_| Ok(run(subject, file, work, cores, Stdio::null())?.seconds));
    Ok(median(rounds.collect::<Result<Vec<_>>>()?))
}

/// Derives a file, on the given cores if there are any.
fn run(subject: &Subject, file: &Path, work: Work, cores: Option<&str>, output: Stdio) -> Result<Run> {
    let mut command = match cores {
        Some(cores) => {
            let mut command = Command::new("taskset");
            command.args(["--cpu-list", cores]).arg(&subject.posture);
            command
        }
        None => Command::new(&subject.posture),
    };
    // `check` exits with 3 if the workspace is not calm.
    cost(command.args(work.arguments()).arg(file).stdin(Stdio::null()).stdout(output), &[0, 3])
}

/// Runs a program, which has to end with one of these exit codes.
#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
pub(crate) fn cost(command: &mut Command, codes: &[i32]) -> Result<Run> {
    let start = Instant::now();
    let mut child = command.spawn().with_context(|| format!("starting {:?}", command.get_program()))?;
    let mut peak = 0.0_f64;
    let status = loop {
        peak = peak.max(high_water_mark(child.id()).unwrap_or(0.0));
        match child.try_wait()? {
            Some(status) => break status,
            None => sleep(Duration::from_millis(1)),
        }
    };
    ensure!(status.code().is_some_and(|code| codes.contains(&code)), "{command:?} ended with {status}");
    Ok(Run { seconds: start.elapsed().as_secs_f64(), peak })
}

/// Peak memory of a process so far, in bytes.
#[expect(clippy::disallowed_methods, reason = "the system tells it in a file")]
fn high_water_mark(process: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<f64>().ok()? * 1024.0)
}
