//! `posture store`: copying and checking a store.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use posture_server::sources::sqlite::{self, BackupError, Checked};

use crate::exit_code::ANSWER_IS_NO;
use crate::failure::Failure;
use crate::output::to_stdout;
use crate::runtime;
use crate::sources::STORE;
use crate::terminal::escaped;
use crate::text;

#[derive(Args)]
pub(crate) struct StoreArgs {
    #[command(subcommand)]
    command: StoreCommand,
}

#[derive(Subcommand)]
enum StoreCommand {
    /// Copy a store to a new file, also while it is served and imported into
    ///
    /// The copy is consistent, and is checked once it is written. Exits with 0 if it was written, 2 if the store is missing, not a store or of an unsupported version, 1 for anything else.
    Backup {
        /// New file for the copy.
        destination: PathBuf,
        #[command(flatten)]
        store: StoreFile,
    },
    /// Check a store: its file, and the checksum of every row
    ///
    /// Exits with 0 if the store is intact, 3 if it is damaged, 2 if it is missing, not a store or of an unsupported version, 1 for anything else.
    Check {
        #[command(flatten)]
        store: StoreFile,
    },
}

#[derive(Args)]
struct StoreFile {
    /// SQLite file that snapshots were imported into.
    #[arg(long = "store", value_name = "STORE", env = "POSTURE_STORE", default_value = STORE)]
    path: PathBuf,
}

pub(crate) fn run(args: &StoreArgs) -> Result<ExitCode, Failure> {
    let runtime = runtime::current_thread()?;
    match &args.command {
        StoreCommand::Backup { destination, store } => {
            let copied =
                runtime.block_on(sqlite::backup(&store.path, destination)).map_err(|error| match error {
                    BackupError::Store(error) => Failure::Refused(error.to_string()),
                    error @ (BackupError::Exists(_)
                    | BackupError::OwnFile(_)
                    | BackupError::Write { .. }
                    | BackupError::Damaged { .. }) => error.into(),
                })?;
            print(&copied)?;
            Ok(ExitCode::SUCCESS)
        }
        StoreCommand::Check { store } => {
            let found = runtime
                .block_on(sqlite::check(&store.path))
                .map_err(|error| Failure::Refused(error.to_string()))?;
            print(&found)?;
            Ok(if found.faults.is_empty() { ExitCode::SUCCESS } else { ANSWER_IS_NO.into() })
        }
    }
}

fn print(found: &Checked) -> Result<(), Failure> {
    to_stdout(|out| {
        for fault in &found.faults {
            writeln!(out, "{}", escaped(fault))?;
        }
        Ok(writeln!(out, "{}", text::checked_store(found))?)
    })
}
