//! `posture check`.

use std::process::ExitCode;

use clap::Args;

use crate::exit_code::ANSWER_IS_NO;
use crate::failure::Failure;
use crate::input::JudgeArgs;
use crate::output::print_page;
use crate::summary;

#[derive(Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    judge: JudgeArgs,
}

pub(crate) fn run(args: &CheckArgs) -> Result<ExitCode, Failure> {
    let report = args.judge.derive()?;
    print_page(&summary::calmness_page(report))?;
    Ok(if report.overview.calmness.is_calm { ExitCode::SUCCESS } else { ANSWER_IS_NO.into() })
}
