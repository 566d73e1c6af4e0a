//! `posture slim`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use posture_core::Timestamp;
use posture_engine::DeriveError;

use crate::failure::Failure;
use crate::input::InputArgs;
use crate::output::{refuse_input_as_output, to_stdout, write_file};

#[derive(Args)]
pub(crate) struct SlimArgs {
    #[command(flatten)]
    input: InputArgs,
    /// Earliest instant that the slim snapshot must serve verdicts for; by default the export's own.
    #[arg(long, value_name = "TIMESTAMP", value_parser = instant)]
    since: Option<Timestamp>,
    /// File to write, in the JSON form; `-` is standard output.
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: PathBuf,
}

fn instant(text: &str) -> Result<Timestamp, &'static str> {
    Timestamp::parse(text).ok_or("write a timestamp such as 2026-04-08T23:21:36Z")
}

pub(crate) fn run(args: &SlimArgs) -> Result<ExitCode, Failure> {
    refuse_input_as_output(&args.input, &args.output)?;
    let document = args.input.document()?;
    let slim = posture_core::export::slim::slim(&document, args.input.form(), args.since)
        .map_err(|refusal| Failure::of_input(&args.input.name(), &DeriveError::from(refusal)))?;
    if args.output.as_os_str() == "-" {
        to_stdout(|out| Ok(out.write_all(&slim)?))?;
    } else {
        write_file(&args.output, |out| Ok(out.write_all(&slim)?))?;
    }
    Ok(ExitCode::SUCCESS)
}
