//! `posture import`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use posture_server::sources::sqlite::{self, ImportError, Imported};

use crate::failure::Failure;
use crate::input::InputArgs;
use crate::output::to_stdout;
use crate::sources::STORE;
use posture_core::truncation;

use crate::terminal;

#[derive(Args)]
pub(crate) struct ImportArgs {
    #[command(flatten)]
    input: InputArgs,
    /// SQLite file to import into; made where there is none.
    #[arg(long, value_name = "STORE", env = "POSTURE_STORE", default_value = STORE)]
    store: PathBuf,
}

pub(crate) fn run(args: &ImportArgs) -> Result<ExitCode, Failure> {
    let (input, _) = args.input.open()?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting the runtime")?;
    let imported = runtime.block_on(sqlite::import(&args.store, input, args.input.form())).map_err(
        |error| match error {
            ImportError::Snapshot(error) => Failure::of_input(&args.input.name(), &error),
            error @ (ImportError::Store(_) | ImportError::Write { .. }) => error.into(),
        },
    )?;
    to_stdout(|out| Ok(writeln!(out, "{}", line(&imported))?))?;
    Ok(ExitCode::SUCCESS)
}

fn line(imported: &Imported) -> String {
    let Imported { workspace, name, tenants, exported_at, replaced } = imported;
    let name = truncation::line(name);
    let replaced = replaced.map(|at| format!(", in place of the export of {at}")).unwrap_or_default();
    terminal::escaped(&format!(
        "imported workspace {workspace}, {name}: {tenants} tenants, exported at {exported_at}{replaced}"
    ))
}
