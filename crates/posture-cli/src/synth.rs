//! `posture synth`.

use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, anyhow};
use clap::Args;
use posture_core::{Form, Timestamp};
use posture_server::sources::postgres::check_address;
use posture_server::sources::sqlite;
use posture_synth::postgres::{Filling, fill};
use posture_synth::{Detail, Features, Plan};

use crate::failure::Failure;
use crate::input::FormArg;
use crate::output::{to_stdout, write_file};
use crate::runtime;
use crate::settings::masked;

/// The default instant of the export; a file's bytes depend on it.
const EXPORTED_AT: &str = "2026-04-08T06:00:00Z";

#[derive(Args)]
pub(crate) struct SynthArgs {
    /// Number of tenants.
    #[arg(long, value_name = "N")]
    tenants: u64,
    /// Seed of the random generator; the same seed gives the same bytes.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Write the items of every backup set, like a full export. By default writes summaries, like a slim export, or, into PostgreSQL, the
    /// items of the latest relevant set.
    #[arg(long)]
    full: bool,
    /// Instant of the export, to which all others relate. By default 2026-04-08T06:00:00Z, or for PostgreSQL its current time.
    #[arg(long, value_name = "TIMESTAMP")]
    exported_at: Option<String>,
    /// Form of the snapshot; by default taken from the output's name, otherwise json.
    #[arg(long, value_enum)]
    form: Option<FormArg>,
    /// File to write; `-` is standard output.
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: PathBuf,
    /// Fill a PostgreSQL database that has no tenants, instead of writing a file. Creates the product's tables if they do not exist.
    #[arg(long, value_name = "URL", conflicts_with_all = ["form", "output", "sqlite"])]
    postgres: Option<String>,
    /// Import into a store instead of writing a file. Created if it does not exist.
    #[arg(long, value_name = "STORE", conflicts_with_all = ["form", "output"])]
    sqlite: Option<PathBuf>,
}

pub(crate) fn run(args: &SynthArgs) -> Result<ExitCode, Failure> {
    let exported_at = args.exported_at.as_deref().map(instant).transpose()?;
    if let Some(address) = &args.postgres {
        into_postgres(address, args, exported_at)?;
        return Ok(ExitCode::SUCCESS);
    }
    let exported_at = exported_at.map_or_else(|| instant(EXPORTED_AT), Ok)?;
    let detail = if args.full { Detail::Full } else { Detail::Slim };
    let plan = Plan {
        tenants: args.tenants,
        seed: args.seed,
        exported_at,
        detail,
        features: Features::Share,
        damage: true,
    };
    let form = args
        .form
        .map(Into::into)
        .or_else(|| Form::of_name(&args.output.to_string_lossy()))
        .unwrap_or_default();
    if let Some(store) = &args.sqlite {
        into_store(store, plan)?;
    } else if args.output.as_os_str() == "-" {
        to_stdout(|mut out| Ok(posture_synth::write(&plan, form, &mut out)?))?;
    } else {
        write_file(&args.output, |mut out| Ok(posture_synth::write(&plan, form, &mut out)?))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn instant(text: &str) -> anyhow::Result<Timestamp> {
    Timestamp::parse(text)
        .ok_or_else(|| anyhow!("--exported-at {text} is not a timestamp. Write it as 2026-04-08T23:21:36Z."))
}

fn into_postgres(address: &str, args: &SynthArgs, exported_at: Option<Timestamp>) -> Result<(), Failure> {
    let detail = if args.full { Detail::Full } else { Detail::Latest };
    let filling = Filling { tenants: args.tenants, seed: args.seed, exported_at, detail };
    check_address(address).with_context(|| masked(address))?;
    let plan = runtime::multi_thread()?.block_on(fill(address, &filling)).with_context(|| masked(address))?;
    to_stdout(|out| {
        Ok(writeln!(
            out,
            "filled with {} tenants, every instant relative to {}",
            plan.tenants, plan.exported_at
        )?)
    })
}

/// Imports a snapshot while it is being written.
fn into_store(store: &Path, plan: Plan) -> Result<(), Failure> {
    let runtime = runtime::multi_thread()?;
    let (reader, writer) = io::pipe().context("Failed to open a pipe")?;
    let writing = std::thread::spawn(move || {
        let mut out = BufWriter::with_capacity(1 << 18, writer);
        posture_synth::write(&plan, Form::Ndjson, &mut out).and_then(|()| out.flush())
    });
    let imported = runtime.block_on(sqlite::import(store, reader, Form::Ndjson))?;
    writing
        .join()
        .map_err(|_| anyhow!("Making the workspace ended early"))?
        .context("Failed to make the workspace")?;
    to_stdout(|out| {
        Ok(writeln!(out, "imported {} tenants, exported at {}", imported.tenants, imported.exported_at)?)
    })
}
