//! `posture import`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use posture_core::views::truncation;
use posture_core::words;
use posture_server::sources::sqlite::{self, ImportError, Imported, has_several_names};

use crate::failure::Failure;
use crate::input::InputArgs;
use crate::output::to_stdout;
use crate::runtime;
use crate::sources::STORE;
use crate::terminal;
use crate::terminal::warn;
use crate::text;

#[derive(Args)]
pub(crate) struct ImportArgs {
    #[command(flatten)]
    input: InputArgs,
    /// SQLite file to import into. Created if it does not exist.
    #[arg(long, value_name = "STORE", env = "POSTURE_STORE", default_value = STORE)]
    store: PathBuf,
    /// Import even if the store has a later export or another workspace under the same id, or if this export is ahead of the clock.
    #[arg(long)]
    allow_replacement: bool,
}

pub(crate) fn run(args: &ImportArgs) -> Result<ExitCode, Failure> {
    let (input, _) = args.input.open()?;
    let runtime = runtime::multi_thread()?;
    let (store, form) = (&args.store, args.input.form());
    let imported = runtime.block_on(async {
        if args.allow_replacement {
            sqlite::import_any(store, input, form).await
        } else {
            sqlite::import(store, input, form).await
        }
    });
    let imported = imported.map_err(|error| match error {
        ImportError::Snapshot(error) => Failure::of_input(&args.input.name(), &error),
        error @ ImportError::Replacement(_) => {
            let remedy = "To replace the current export, pass --allow-replacement.";
            Failure::Refused(format!("{}: {error} {remedy}", args.input.name()))
        }
        error @ (ImportError::Store(_) | ImportError::Create { .. } | ImportError::Write { .. }) => {
            error.into()
        }
    })?;
    if has_several_names(store) {
        warn(&text::several_names(store));
    }
    if let Some(seconds) = imported.seconds_ahead {
        warn(&words::ahead_of_clock(imported.exported_at, seconds));
    }
    to_stdout(|out| Ok(writeln!(out, "{}", line(&imported))?))?;
    Ok(ExitCode::SUCCESS)
}

fn line(imported: &Imported) -> String {
    let Imported { workspace, name, tenants, exported_at, seconds_ahead: _, replaced, removed_marks } =
        imported;
    let tenants = words::counted(*tenants, "tenant", "tenants");
    let name = truncation::line(name);
    let replaced = replaced.map(|at| format!(", replacing the export of {at}")).unwrap_or_default();
    let removed = match removed_marks {
        0 => String::new(),
        count => format!("; removed {} of the former workspace", words::counted(*count, "mark", "marks")),
    };
    terminal::escaped(&format!(
        "imported workspace {workspace}, {name}: {tenants}, exported at {exported_at}{replaced}{removed}"
    ))
}
