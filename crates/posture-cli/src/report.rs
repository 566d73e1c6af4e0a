//! `posture report`.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::anyhow;
use clap::Args;
use flate2::Compression;
use flate2::write::GzEncoder;
use posture_core::Report;
use posture_report::{Enclosed, SHELL_FILE};

use crate::failure::Failure;
use crate::input::{InputArgs, PolicyArgs};
use crate::output::write_file;
use crate::text;

#[derive(Args)]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    snapshot: InputArgs,
    #[command(flatten)]
    policy: PolicyArgs,
    /// File to write: .html is the dashboard with the snapshot inside, .json the report alone.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// What the HTML file is called.
    #[arg(long)]
    title: Option<String>,
}

pub(crate) fn run(args: &ReportArgs) -> Result<ExitCode, Failure> {
    let kind = args.output.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    match kind.as_deref() {
        Some("html") => {
            let stored = args.snapshot.stored()?;
            let report = args.snapshot.derive_from(&stored, &args.policy.options())?;
            write_file(&args.output, html(args, &stored, &report)?.as_bytes())?;
        }
        Some("json") => {
            let report = args.snapshot.derive(&args.policy.options())?;
            write_file(&args.output, report.to_json()?.as_bytes())?;
        }
        _ => return Err(Failure::Refused(text::NO_REPORT_KIND.to_owned())),
    }
    Ok(ExitCode::SUCCESS)
}

fn html(args: &ReportArgs, stored: &[u8], report: &Report) -> Result<String, Failure> {
    let shell = posture_server::app_file(SHELL_FILE).ok_or_else(|| anyhow!(text::NO_APP))?;
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(stored)?;
    let options = args.policy.options();
    let enclosed = Enclosed {
        name: args.snapshot.file_name().into(),
        title: args.title.as_deref().map(Into::into),
        as_of: options.as_of.map(Into::into),
        freshness_hours: options.freshness_hours,
        schedule_grace_minutes: options.schedule_grace_minutes,
        digest: report.digest()?.into(),
        packed: packed.finish()?.into(),
    };
    let file = enclosed.fill(str::from_utf8(&shell)?);
    Ok(file.ok_or_else(|| anyhow!(text::NO_APP))?)
}
