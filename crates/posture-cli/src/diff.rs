//! `posture diff`.

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use posture_core::compare::diff::diff;
use posture_core::compare::diff_document::diff_json;
use posture_core::compare::replacement::{Export, check_replacement};
use posture_core::export::diff_csv::diff_csv;
use posture_core::views::groups::GroupBy;
use posture_core::{Options, Report, Timestamp};
use posture_engine::input::DocumentLimits;

use crate::check::seconds;
use crate::csv::CsvArgs;
use crate::diff_page;
use crate::exit_code::ANSWER_IS_NO;
use crate::failure::Failure;
use crate::groups::{GroupArgs, group_by, refuse_unknown};
use crate::input::{InputArgs, PolicyArgs};
use crate::output::{print_page, to_stdout};
use crate::readers::Limit;
use crate::text;

#[derive(Args)]
pub(crate) struct DiffArgs {
    /// The older snapshot, as `derive` reads it; `-` reads standard input. With `--since`, the only one.
    old: PathBuf,
    /// The newer snapshot.
    #[arg(required_unless_present = "since", conflicts_with = "since")]
    new: Option<PathBuf>,
    /// Compare one snapshot at two instants: `--as-of`, by default the export's, and this one. Give the time before it, such as 24h or 7d,
    /// or an instant, such as 2026-04-08T23:21:36Z.
    #[arg(long, value_name = "DURATION|TIMESTAMP", value_parser = Since::parse)]
    since: Option<Since>,
    #[command(flatten)]
    policy: PolicyArgs,
    /// What to print; by default a summary on a terminal, else JSON.
    #[arg(long, value_enum)]
    format: Option<Format>,
    #[command(flatten)]
    csv: CsvArgs,
    #[command(flatten)]
    groups: GroupArgs,
    /// Count changes by group too. CSV has each tenant's groups in any case.
    #[arg(long, value_name = "KIND", value_parser = group_by())]
    group_by: Option<GroupBy>,
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

/// The earlier of two instants.
#[derive(Clone, Copy)]
enum Since {
    /// So many seconds before the later one.
    Before(i64),
    At(Timestamp),
}

impl Since {
    fn parse(text: &str) -> Result<Self, String> {
        if let Some(at) = Timestamp::parse(text) {
            return Ok(Self::At(at));
        }
        let seconds = seconds(text).ok().and_then(|seconds| i64::try_from(seconds).ok());
        seconds.map(Self::Before).ok_or_else(|| text::NO_INSTANT.to_owned())
    }

    fn instant(self, later: Timestamp) -> Option<Timestamp> {
        match self {
            Self::At(at) => Some(at),
            Self::Before(seconds) => Timestamp::from_unix_seconds(later.unix_seconds().checked_sub(seconds)?),
        }
    }
}

pub(crate) fn run(args: DiffArgs) -> Result<ExitCode, Failure> {
    let (old, new) = match (&args.since, &args.new) {
        (Some(since), _) => two_instants(&args, *since)?,
        (None, Some(new)) => two_snapshots(&args, new)?,
        (None, None) => return Err(Failure::Refused(text::NO_SECOND_SNAPSHOT.to_owned())),
    };
    let found = diff(old, new).map_err(|other| Failure::Refused(other.to_string()))?;
    let found = found.only(&args.groups.filter(), old, new);
    refuse_unknown(&found.unknown_groups)?;
    let format =
        args.format.unwrap_or(if io::stdout().is_terminal() { Format::Summary } else { Format::Json });
    match format {
        Format::Summary => print_page(&diff_page::page(&found, old, new, args.group_by)?)?,
        Format::Json => {
            to_stdout(|out| Ok(out.write_all(diff_json(&found, old, new, args.group_by)?.as_bytes())?))?
        }
        Format::Csv => {
            let csv = diff_csv(&found.tenants, old, new, args.csv.separator);
            to_stdout(|out| Ok(out.write_all(csv.as_bytes())?))?;
        }
    }
    Ok(if found.is_worse() { ANSWER_IS_NO.into() } else { ExitCode::SUCCESS })
}

/// One snapshot, judged at two instants. It is read once.
fn two_instants(args: &DiffArgs, since: Since) -> Result<(&'static Report, &'static Report), Failure> {
    let input = InputArgs::at(args.old.clone());
    let stored =
        input.stored(Limit { bytes: DocumentLimits::default().bytes, remedy: text::FEWER_TENANTS })?;
    let options = args.policy.options();
    let derived = |options: &Options| {
        input.derive_stored_whole(&stored, options).map(|report| &*Box::leak(Box::new(report)))
    };
    let new = derived(&options)?;
    let from = since.instant(new.as_of).ok_or_else(|| Failure::Refused(text::NO_INSTANT.to_owned()))?;
    if from >= new.as_of {
        return Err(Failure::Refused(text::not_before(from, new.as_of)));
    }
    let old = derived(&Options { as_of: Some(from.exact()), ..options })?;
    Ok((old, new))
}

/// Two snapshots, each as of its own export unless an instant is given.
fn two_snapshots(args: &DiffArgs, new: &Path) -> Result<(&'static Report, &'static Report), Failure> {
    let options = args.policy.options();
    let (old, new) = (InputArgs::at(args.old.clone()), InputArgs::at(new.to_owned()));
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
            clock_skew_seconds: report.policy.clock_skew_seconds,
        };
        check_replacement(export(old), export(new), None)
            .map_err(|wrong| Failure::Refused(text::mismatch(&wrong)))?;
    }
    Ok((old, new))
}
