//! `posture check`.

use std::process::ExitCode;

use clap::Args;
use posture_core::compare::replacement::seconds_ahead;
use posture_core::{Report, Timestamp, words};

use crate::clock::now;
use crate::exit_code::ANSWER_IS_NO;
use crate::failure::Failure;
use crate::input::JudgeArgs;
use crate::output::print_page;
use crate::{summary, text};

#[derive(Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    judge: JudgeArgs,
    /// The most time since the export, such as 26h, 90m or 2d; an older export is not calm.
    #[arg(long, value_name = "AGE", value_parser = seconds)]
    max_age: Option<u64>,
}

pub(crate) fn run(args: &CheckArgs) -> Result<ExitCode, Failure> {
    let report = args.judge.derive()?;
    let against = clock_blockers(args, report, now()?);
    print_page(&summary::calmness_page(report, &against))?;
    let is_calm = report.overview.calmness.is_calm && against.is_empty();
    Ok(if is_calm { ExitCode::SUCCESS } else { ANSWER_IS_NO.into() })
}

/// What this machine's clock says against calm: an export from the future, or one that is too old.
fn clock_blockers(args: &CheckArgs, report: &Report, now: Timestamp) -> Vec<String> {
    let mut against = Vec::new();
    let skew = report.policy.clock_skew_seconds;
    if args.judge.policy.is_current()
        && let Some(ahead) = seconds_ahead(report.exported_at, now, skew)
    {
        against.push(words::ahead_of_clock(report.exported_at, ahead));
    }
    let age = now.seconds_since(report.exported_at);
    if let Some(max) = args.max_age.filter(|max| age > *max) {
        against.push(text::too_old(age, max));
    }
    against
}

/// The seconds in a duration such as `26h`.
fn seconds(text: &str) -> Result<u64, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let unit = match unit {
        "s" => 1,
        "m" | "min" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return Err(text::NO_DURATION.to_owned()),
    };
    number.parse().ok().and_then(|number: u64| number.checked_mul(unit)).ok_or(text::NO_DURATION.to_owned())
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn a_duration_is_a_number_and_a_unit() {
        for (text, expected) in
            [("90s", 90), ("90m", 5400), ("90min", 5400), ("26h", 93_600), ("2d", 172_800)]
        {
            assert_eq!(seconds(text), Ok(expected), "{text}");
        }
        for text in ["", "26", "h", "-1h", "1.5h", "1w", "99999999999999999999h", "9223372036854775807d"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
