//! `posture diff`.

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use posture_core::Report;
use posture_core::compare::diff::diff;
use posture_core::compare::diff_document::diff_json;
use posture_core::compare::replacement::{Export, check_replacement};
use posture_core::export::diff_csv::diff_csv;

use crate::diff_page;
use crate::exit_code::ANSWER_IS_NO;
use crate::failure::Failure;
use crate::input::{InputArgs, PolicyArgs};
use crate::output::{print_page, to_stdout};
use crate::text;

#[derive(Args)]
pub(crate) struct DiffArgs {
    /// The older snapshot, as `derive` reads it; `-` reads standard input.
    old: PathBuf,
    /// The newer snapshot.
    new: PathBuf,
    #[command(flatten)]
    policy: PolicyArgs,
    /// What to print; by default a summary on a terminal, else JSON.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Compare even if the newer snapshot was exported before the older one, or names the workspace differently.
    #[arg(long)]
    allow_mismatch: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// A page to read: the totals, and every tenant that changed.
    Summary,
    /// Every tenant, with the causes of both sides.
    Json,
    /// A line per tenant and family.
    Csv,
}

pub(crate) fn run(args: DiffArgs) -> Result<ExitCode, Failure> {
    let options = args.policy.options();
    let (old, new) = (InputArgs::at(args.old), InputArgs::at(args.new));
    if old.is_stdin() && new.is_stdin() {
        return Err(Failure::Refused(
            "Standard input holds one snapshot. Name a file for the other.".to_owned(),
        ));
    }
    let (old, new) = (old.derive(&options)?, new.derive(&options)?);
    if !args.allow_mismatch && old.workspace.id == new.workspace.id {
        let export = |report: &'static Report| Export {
            workspace: &report.workspace,
            exported_at: report.exported_at,
        };
        check_replacement(export(old), export(new))
            .map_err(|wrong| Failure::Refused(text::mismatch(&wrong)))?;
    }
    let found = diff(old, new).map_err(|other| Failure::Refused(other.to_string()))?;
    let format =
        args.format.unwrap_or(if io::stdout().is_terminal() { Format::Summary } else { Format::Json });
    match format {
        Format::Summary => print_page(&diff_page::page(&found, old, new)?)?,
        Format::Json => to_stdout(|out| Ok(out.write_all(diff_json(&found, old, new)?.as_bytes())?))?,
        Format::Csv => to_stdout(|out| Ok(out.write_all(diff_csv(&found.tenants, old, new).as_bytes())?))?,
    }
    Ok(if found.is_worse() { ANSWER_IS_NO.into() } else { ExitCode::SUCCESS })
}
