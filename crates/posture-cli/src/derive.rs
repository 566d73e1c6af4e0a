//! `posture derive`.

use std::io::{self, IsTerminal as _};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::clock::now;
use crate::failure::Failure;
use crate::input::JudgeArgs;
use crate::output::{print_page, to_stdout};
use crate::summary;
use crate::terminal::warn;

#[derive(Args)]
pub(crate) struct DeriveArgs {
    #[command(flatten)]
    judge: JudgeArgs,
    /// What to print; by default a summary on a terminal, else the report as canonical JSON.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Print only the report digest: the SHA-256 of the canonical JSON, in hex.
    #[arg(long, conflicts_with = "format")]
    digest: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// The report as canonical JSON, byte for byte.
    Json,
    /// A page to read.
    Summary,
}

pub(crate) fn run(args: &DeriveArgs) -> Result<ExitCode, Failure> {
    let report = args.judge.derive()?;
    if let Some(warning) = args.judge.policy.ahead_of_clock(report, now()?) {
        warn(&warning);
    }
    let format =
        args.format.unwrap_or(if io::stdout().is_terminal() { Format::Summary } else { Format::Json });
    match format {
        _ if args.digest => to_stdout(|out| Ok(writeln!(out, "{}", posture_engine::digest(report)?)?))?,
        Format::Json => to_stdout(|out| Ok(posture_engine::write(report, |bytes| out.write_all(bytes))?))?,
        Format::Summary => print_page(&summary::page(report))?,
    }
    Ok(ExitCode::SUCCESS)
}
