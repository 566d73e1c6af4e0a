//! `posture report`.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::anyhow;
use clap::Args;
use flate2::Compression;
use flate2::write::GzEncoder;
use posture_core::Report;
use posture_report::{EmbeddedSnapshot, Manifest, SHELL_FILE};
use sha2::{Digest as _, Sha256};

use crate::failure::Failure;
use crate::input::{JudgeArgs, PAGE_LIMIT};
use crate::output::{refuse_input_as_output, refuse_inputs_as_output, write_file, write_new_file};
use crate::signing::{SigningKey, Statement, sign, signature_path};
use crate::text;

/// What a self-contained page is made of.
#[derive(Args)]
pub(crate) struct PageArgs {
    #[command(flatten)]
    pub(crate) judged: JudgeArgs,
    /// Title of the HTML report.
    #[arg(long)]
    title: Option<String>,
}

#[derive(Args)]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    page: PageArgs,
    /// File to write: .html is the dashboard with the snapshot inside, .json only the report.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Secret key to sign the report with; see `posture keygen`. Writes the signature to FILE.minisig.
    #[arg(long, value_name = "KEY")]
    sign: Option<PathBuf>,
}

pub(crate) fn run(args: &ReportArgs) -> Result<ExitCode, Failure> {
    let snapshot = &args.page.judged.input;
    args.page.refuse_as_output(args.sign.as_deref(), &args.output)?;
    if args.sign.is_some() {
        args.page.refuse_as_output(args.sign.as_deref(), &signature_path(&args.output))?;
    }
    let key = args.sign.as_deref().map(SigningKey::read).transpose()?;
    let kind = args.output.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    match kind.as_deref() {
        Some("html") => {
            let (stored, report) = args.page.derive()?;
            let page = args.page.html(&stored, &report)?;
            write_file(&args.output, |out| Ok(out.write_all(page.as_bytes())?))?;
            if let Some(key) = key {
                let statement = Statement::new(&report, hex::encode(Sha256::digest(&stored)))?;
                write_signature(args, &key, page.as_bytes(), &statement)?;
            }
        }
        Some("json") => {
            let Some(key) = key else {
                let report = args.page.judged.derive()?;
                write_file(&args.output, |out| {
                    Ok(posture_engine::write(report, |bytes| out.write_all(bytes))?)
                })?;
                return Ok(ExitCode::SUCCESS);
            };
            let (report, sha256) = snapshot.derive_hashed(&args.page.judged.policy.options())?;
            let json = report.to_json()?;
            write_file(&args.output, |out| Ok(out.write_all(json.as_bytes())?))?;
            write_signature(args, &key, json.as_bytes(), &Statement::new(&report, sha256)?)?;
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
    // The operator did not name this place, so what a link there leads to stays as it is.
    write_new_file(&signature_path(&args.output), |out| Ok(out.write_all(signature.as_bytes())?))
}

impl PageArgs {
    /// Refuses an output file that is the snapshot, the policy or the key.
    pub(crate) fn refuse_as_output(&self, key: Option<&Path>, output: &Path) -> Result<(), Failure> {
        refuse_input_as_output(&self.judged.input, output)?;
        refuse_inputs_as_output(self.judged.policy.file().into_iter().chain(key), output)
    }

    /// The snapshot as it is stored, and its report.
    pub(crate) fn derive(&self) -> Result<(Vec<u8>, Report), Failure> {
        let stored = self.judged.input.stored(PAGE_LIMIT)?;
        let report = self.judged.input.derive_from(&stored, &self.judged.policy.options())?;
        Ok((stored, report))
    }

    /// The self-contained HTML file of a report, with its snapshot inside.
    pub(crate) fn html(&self, stored: &[u8], report: &Report) -> Result<String, Failure> {
        let shell = posture_server::app_file(SHELL_FILE).ok_or_else(|| anyhow!(text::NO_APP))?;
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        packed.write_all(stored)?;
        let options = self.judged.policy.options();
        let manifest = Manifest {
            name: self.judged.input.file_name(),
            title: self.title.clone(),
            as_of: options.as_of,
            freshness_hours: options.freshness_hours,
            schedule_grace_minutes: options.schedule_grace_minutes,
            policy: options.policy.as_deref().map(serde_json::from_str).transpose()?,
            reviews: Vec::new(),
            digest: report.digest()?,
        };
        let page = EmbeddedSnapshot { manifest, packed: packed.finish()? }.fill(str::from_utf8(&shell)?);
        Ok(page.ok_or_else(|| anyhow!(text::NO_APP))?)
    }
}
