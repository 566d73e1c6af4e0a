//! `posture report`.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::anyhow;
use clap::Args;
use flate2::Compression;
use flate2::write::GzEncoder;
use posture_core::Report;
use posture_report::{EmbeddedSnapshot, Manifest, SHELL_FILE};

use crate::failure::Failure;
use crate::input::{InputArgs, PolicyArgs};
use crate::output::{refuse_input_as_output, write_file};
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
    refuse_input_as_output(&args.snapshot, &args.output)?;
    let kind = args.output.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    match kind.as_deref() {
        Some("html") => {
            if args.policy.options().policy.is_some() {
                return Err(Failure::Refused(text::NO_POLICY_IN_PAGE.to_owned()));
            }
            let stored = args.snapshot.stored()?;
            let report = args.snapshot.derive_from(&stored, &args.policy.options())?;
            let page = html(args, &stored, &report)?;
            write_file(&args.output, |out| Ok(out.write_all(page.as_bytes())?))?;
        }
        Some("json") => {
            let report = args.snapshot.derive(&args.policy.options())?;
            write_file(&args.output, |out| Ok(posture_engine::write(report, |bytes| out.write_all(bytes))?))?;
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
    let manifest = Manifest {
        name: args.snapshot.file_name(),
        title: args.title.clone(),
        as_of: options.as_of,
        freshness_hours: options.freshness_hours,
        schedule_grace_minutes: options.schedule_grace_minutes,
        digest: report.digest()?,
    };
    let page = EmbeddedSnapshot { manifest, packed: packed.finish()? }.fill(str::from_utf8(&shell)?);
    Ok(page.ok_or_else(|| anyhow!(text::NO_APP))?)
}
