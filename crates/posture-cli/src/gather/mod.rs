//! `posture gather`: a snapshot from files that other tools wrote.

mod bounds;
mod config;
mod output;
mod places;
mod run;
mod shells;
mod sources;
mod store;
mod toml_table;

pub(crate) mod init;
pub(crate) mod repeat;

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::anyhow;
use clap::Args;
use posture_core::reading::snapshot::SNAPSHOT_FORMAT;
use posture_core::{Form, Timestamp};
use posture_engine::input::open_regular;

use crate::failure::Failure;
use crate::input::FormArg;
use crate::output::{refuse_inputs_as_output, to_stdout};
use crate::terminal::escaped;
use crate::text;
use config::Config;
use output::NoteFormat;

#[derive(Args)]
pub(crate) struct GatherArgs {
    /// Kind of the source, such as intunecd; see `posture gather --kinds`.
    #[arg(requires = "path", conflicts_with = "config")]
    kind: Option<String>,
    /// Folder, git repository, ZIP archive or file of the source.
    path: Option<PathBuf>,
    /// List the kinds of sources and their keys.
    #[arg(long, exclusive = true)]
    kinds: bool,
    /// Name of the tenant whose files these are. Without it, the snapshot has each tenant that is named in the files.
    #[arg(long, value_name = "NAME", requires = "kind")]
    tenant: Option<String>,
    /// The tenant's id in its own system, such as its Microsoft 365 tenant id.
    #[arg(long, value_name = "ID", requires = "tenant")]
    external_id: Option<String>,
    /// Scope of the backups: what they cover; by default the name of the kind.
    #[arg(long, requires = "kind")]
    scope: Option<String>,
    /// Key of the kind and its value, such as runs=runs.json. Can be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE", requires = "kind")]
    settings: Vec<String>,
    /// gather.toml with the sources of many tenants, as `posture init` writes it.
    #[arg(long, value_name = "FILE", required_unless_present_any = ["kind", "kinds"])]
    config: Option<PathBuf>,
    /// File to write the snapshot to; `-` is standard output.
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: PathBuf,
    /// Store to add the records to, instead of writing a snapshot. It keeps what a source forgets.
    #[arg(long, value_name = "STORE", conflicts_with_all = ["output", "check"])]
    store: Option<PathBuf>,
    /// Read everything and write nothing. Exits with 3 if a source cannot be read in full.
    #[arg(long, conflicts_with = "output")]
    check: bool,
    /// Form of the snapshot; by default taken from the output's name, otherwise json.
    #[arg(long, value_enum)]
    form: Option<FormArg>,
    /// Format of the notes on standard error.
    #[arg(long, value_enum, default_value = "text")]
    format: NoteFormat,
    /// Bound the memory to this many MB, and end with the endpoint that started this.
    #[arg(long, hide = true, value_name = "MB", requires = "started_by")]
    part_of_serve: Option<u32>,
    /// The process id of that endpoint.
    #[arg(long, hide = true, value_name = "PID", requires = "part_of_serve")]
    started_by: Option<u32>,
    /// Instant of the export; by default now.
    #[arg(long, value_name = "TIMESTAMP")]
    exported_at: Option<String>,
}

pub(crate) fn run(args: &GatherArgs) -> Result<ExitCode, Failure> {
    if args.kinds {
        to_stdout(|out| Ok(out.write_all(output::kinds().as_bytes())?))?;
        return Ok(ExitCode::SUCCESS);
    }
    if let (Some(memory), Some(started_by)) = (args.part_of_serve, args.started_by) {
        bounds::apply(memory, started_by)?;
    }
    let config = config(args)?;
    let exported_at = match &args.exported_at {
        Some(text) => Timestamp::parse(text).ok_or_else(|| {
            anyhow!("--exported-at {text}: not a timestamp. Write it as 2026-04-08T23:21:36Z.")
        })?,
        None => crate::clock::now()?,
    };
    if let Some(store) = &args.store {
        let line = store::gather_into(&config, exported_at, store, args.format)?;
        to_stdout(|out| Ok(writeln!(out, "{}", escaped(&line))?))?;
        return Ok(ExitCode::SUCCESS);
    }
    refuse_source_as_output(&config, args)?;
    let mut gathering = run::Gathering::new(&config, exported_at, args.format);
    if args.check {
        for tenant in &mut gathering {
            drop(tenant);
        }
        let summary = gathering.summary();
        to_stdout(|out| Ok(writeln!(out, "{}", summary.text())?))?;
        return Ok(if summary.unreadable > 0 {
            crate::exit_code::ANSWER_IS_NO.into()
        } else {
            ExitCode::SUCCESS
        });
    }
    let form = args.form.map(Into::into).or_else(|| Form::of_name(&args.output.to_string_lossy()));
    write(&mut gathering, &args.output, form.unwrap_or_default())?;
    Ok(ExitCode::SUCCESS)
}

/// Refuses an output that a source reads: the configuration, a file that a source is or names, or a file within the folder of one.
/// A snapshot in such a folder may be one that this command wrote before.
fn refuse_source_as_output(config: &Config, args: &GatherArgs) -> Result<(), Failure> {
    let sources = || config.tenants.iter().flat_map(|tenant| &tenant.sources);
    let named: Vec<_> = sources().flat_map(sources::SourceConfig::named_files).collect();
    let files = sources().map(|source| source.path.as_path()).chain(named.iter().map(PathBuf::as_path));
    refuse_inputs_as_output(files.chain(args.config.as_deref()), &args.output)?;
    let Ok(output) = args.output.canonicalize() else { return Ok(()) };
    let is_within = |folder: &Path| folder.canonicalize().is_ok_and(|folder| output.starts_with(folder));
    if output.is_file() && sources().any(|source| is_within(&source.path)) && !is_snapshot(&output) {
        return Err(Failure::Refused(text::overwrites_input(&args.output)));
    }
    Ok(())
}

/// Whether a file begins like a snapshot of ours.
fn is_snapshot(path: &Path) -> bool {
    let mut start = Vec::new();
    let read = open_regular(path).and_then(|file| file.take(1_000).read_to_end(&mut start));
    read.is_ok() && start.windows(SNAPSHOT_FORMAT.len()).any(|found| found == SNAPSHOT_FORMAT.as_bytes())
}

fn config(args: &GatherArgs) -> Result<Config, Failure> {
    match (&args.config, &args.kind, &args.path) {
        (Some(path), ..) => Config::read(path),
        (None, Some(kind), Some(path)) => Config::of_source(&config::OneSource {
            kind,
            path,
            tenant: args.tenant.as_deref(),
            external_id: args.external_id.as_deref(),
            scope: args.scope.as_deref(),
            settings: &args.settings,
        }),
        _ => Err(Failure::Refused("Name a kind and a path, or a configuration with --config.".to_owned())),
    }
}

fn write(gathering: &mut run::Gathering<'_>, output: &Path, form: Form) -> Result<(), Failure> {
    let head = gathering.head();
    if output.as_os_str() == "-" {
        return to_stdout(|mut out| {
            Ok(posture_core::export::snapshot::write(
                &head,
                gathering.map(|gathered| gathered.tenant),
                form,
                &mut out,
            )?)
        });
    }
    crate::output::write_file(output, |mut out| {
        Ok(posture_core::export::snapshot::write(
            &head,
            gathering.map(|gathered| gathered.tenant),
            form,
            &mut out,
        )?)
    })
}
