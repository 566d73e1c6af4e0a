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
use sha2::{Digest as _, Sha256};

use crate::failure::Failure;
use crate::input::{InputArgs, PolicyArgs};
use crate::output::{refuse_input_as_output, write_file};
use crate::signing::{SigningKey, Statement, sign, signature_path};
use crate::text;

#[derive(Args)]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    snapshot: InputArgs,
    #[command(flatten)]
    policy: PolicyArgs,
    /// File to write: .html is the dashboard with the snapshot inside, .json only the report.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Title of the HTML file.
    #[arg(long)]
    title: Option<String>,
    /// Secret key to sign the report with; see `posture keygen`. Writes the signature to FILE.minisig.
    #[arg(long, value_name = "KEY")]
    sign: Option<PathBuf>,
}

pub(crate) fn run(args: &ReportArgs) -> Result<ExitCode, Failure> {
    refuse_input_as_output(&args.snapshot, &args.output)?;
    let key = args.sign.as_deref().map(SigningKey::read).transpose()?;
    let kind = args.output.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    match kind.as_deref() {
        Some("html") => {
            if args.policy.options().policy.is_some() {
                return Err(Failure::Refused(text::NO_POLICY_IN_PAGE.to_owned()));
            }
            let stored = args.snapshot.stored()?;
            let report = args.snapshot.derive_from(&stored, &args.policy.options())?;
            let page = html(&args.snapshot, &args.policy, args.title.clone(), &stored, &report)?;
            write_file(&args.output, |out| Ok(out.write_all(page.as_bytes())?))?;
            if let Some(key) = key {
                let statement = Statement::new(&report, hex::encode(Sha256::digest(&stored)))?;
                write_signature(args, &key, page.as_bytes(), &statement)?;
            }
        }
        Some("json") => {
            let snapshot = key.is_some().then(|| args.snapshot.sha256()).transpose()?;
            let report = args.snapshot.derive(&args.policy.options())?;
            write_file(&args.output, |out| Ok(posture_engine::write(report, |bytes| out.write_all(bytes))?))?;
            if let (Some(key), Some(snapshot)) = (key, snapshot) {
                write_signature(
                    args,
                    &key,
                    report.to_json()?.as_bytes(),
                    &Statement::new(report, snapshot)?,
                )?;
            }
        }
        _ => return Err(Failure::Refused(text::NO_REPORT_KIND.to_owned())),
    }
    Ok(ExitCode::SUCCESS)
}

fn write_signature(
    args: &ReportArgs,
    key: &SigningKey,
    content: &[u8],
    statement: &Statement,
) -> Result<(), Failure> {
    let signature = sign(key, content, statement);
    write_file(&signature_path(&args.output), |out| Ok(out.write_all(signature.as_bytes())?))
}

/// The self-contained HTML file of a report, with its snapshot inside.
pub(crate) fn html(
    snapshot: &InputArgs,
    policy: &PolicyArgs,
    title: Option<String>,
    stored: &[u8],
    report: &Report,
) -> Result<String, Failure> {
    let shell = posture_server::app_file(SHELL_FILE).ok_or_else(|| anyhow!(text::NO_APP))?;
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(stored)?;
    let options = policy.options();
    let manifest = Manifest {
        name: snapshot.file_name(),
        title,
        as_of: options.as_of,
        freshness_hours: options.freshness_hours,
        schedule_grace_minutes: options.schedule_grace_minutes,
        reviews: Vec::new(),
        digest: report.digest()?,
    };
    let page = EmbeddedSnapshot { manifest, packed: packed.finish()? }.fill(str::from_utf8(&shell)?);
    Ok(page.ok_or_else(|| anyhow!(text::NO_APP))?)
}
