//! `posture check`.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use posture_core::{Report, Timestamp};

use crate::clock::now;
use crate::exit_code::ANSWER_IS_NO;
use crate::failure::Failure;
use crate::input::JudgeArgs;
use crate::output::{print_page, to_stdout};
use crate::{summary, text};

mod checked;
mod document;
mod junit;
mod nagios;

use checked::Checked;

#[derive(Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    judge: JudgeArgs,
    /// Greatest age of the export by this machine's clock, such as 26h, 90m or 2d; an older export is not calm.
    #[arg(long, value_name = "AGE", value_parser = seconds)]
    max_age: Option<u64>,
    /// What to print.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A page to read: calmness, blockers, counts and findings.
    #[default]
    Summary,
    /// One JSON object.
    Json,
    /// JUnit XML for continuous integration: a test case for the workspace and one for each tenant.
    Junit,
    /// One line with performance data for Nagios, Icinga and others. Exits with 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
    Nagios,
}

pub(crate) fn run(args: &CheckArgs) -> Result<ExitCode, Failure> {
    let checked = match check(args) {
        // A monitoring system takes a check that cannot run for unknown, never for calm.
        Err(failure) if args.format == Format::Nagios => {
            return print_line(&nagios::failure(&failure.message()), nagios::Status::Unknown);
        }
        checked => checked?,
    };
    match args.format {
        Format::Summary => print_page(&summary::calmness_page(checked.report, &checked.by_clock))?,
        Format::Json => to_stdout(|out| Ok(writeln!(out, "{}", document::json(&checked)?)?))?,
        Format::Junit => to_stdout(|out| Ok(out.write_all(junit::xml(&checked)?.as_bytes())?))?,
        Format::Nagios => return print_line(&nagios::line(&checked), nagios::status(&checked)),
    }
    Ok(if checked.is_calm() { ExitCode::SUCCESS } else { ANSWER_IS_NO.into() })
}

/// Whether arguments that could not be parsed ask for a check in the form of Nagios plugins.
pub(crate) fn is_for_nagios(args: impl IntoIterator<Item = OsString>) -> bool {
    let args: Vec<_> = args.into_iter().skip(1).collect();
    let is_stated = |pair: &[OsString]| pair[0] == "--format" && pair[1] == "nagios";
    args.first().is_some_and(|command| command == "check")
        && (args.windows(2).any(is_stated) || args.iter().any(|arg| arg == "--format=nagios"))
}

/// A check that was called wrongly is unknown to a monitoring system, never a warning.
pub(crate) fn wrong_arguments(message: &str) -> Result<ExitCode, Failure> {
    let what = message.lines().next().unwrap_or_default().trim_start_matches("error: ");
    print_line(&nagios::failure(what), nagios::Status::Unknown)
}

fn check(args: &CheckArgs) -> Result<Checked<'static>, Failure> {
    let report = args.judge.derive()?;
    let by_clock = clock_blockers(args, report, now()?);
    Ok(Checked { report, by_clock })
}

fn print_line(line: &str, status: nagios::Status) -> Result<ExitCode, Failure> {
    to_stdout(|out| Ok(writeln!(out, "{line}")?))?;
    Ok(status.exit_code().into())
}

/// Blockers that only this machine's clock shows: an export from the future, or one that is too old.
fn clock_blockers(args: &CheckArgs, report: &Report, now: Timestamp) -> Vec<String> {
    let ahead = args.judge.policy.ahead_of_clock(report, now);
    let age = now.seconds_since(report.exported_at);
    let too_old = args.max_age.filter(|max| age > *max).map(|max| text::too_old(age, max));
    ahead.into_iter().chain(too_old).collect()
}

/// The seconds in a duration such as `26h`.
pub(crate) fn seconds(text: &str) -> Result<u64, String> {
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
