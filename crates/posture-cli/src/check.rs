//! `posture check`.

use std::process::ExitCode;

use clap::Args;

use crate::NOT_CALM;
use crate::failure::Failure;
use crate::input::JudgeArgs;
use crate::output::to_stdout;
use crate::summary;

#[derive(Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    judge: JudgeArgs,
}

pub(crate) fn run(args: &CheckArgs) -> Result<ExitCode, Failure> {
    let report = args.judge.derive()?;
    to_stdout(|out| summary::write_calmness(out, &report))?;
    Ok(if report.overview.calmness.is_calm { ExitCode::SUCCESS } else { NOT_CALM.into() })
}
