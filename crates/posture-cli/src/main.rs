//! `posture`: the report of a snapshot on the command line, and the data endpoint.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod check;
mod clock;
mod derive;
mod diff;
mod diff_page;
mod exit_code;
mod failure;
mod gather;
mod import;
mod input;
mod kept_report;
mod layout;
mod mark;
mod output;
mod policy_file;
mod progress;
mod report;
mod serve;
mod settings;
mod slim;
mod sources;
mod summary;
mod synth;
mod terminal;
mod text;
mod verify;

use exit_code::{FAILED, REFUSED};
use failure::Failure;

#[derive(Parser)]
#[command(
    name = "posture",
    version,
    about = "Backup posture and recovery evidence of many tenants, from a snapshot"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Derive the report of a snapshot. Exits 0 derived, 2 refused or unreadable, 1 on anything else.
    Derive(derive::DeriveArgs),
    /// Say whether a workspace is calm. Exits 0 calm, 3 not calm, 2 refused or unreadable, 1 on anything else.
    Check(check::CheckArgs),
    /// Say what became of each tenant between two snapshots of a workspace, each judged as of its own export and under its own policy
    /// unless one is given for both. Exits 0 nothing worse, 3 something worse, 2 refused or unreadable, 1 on anything else.
    Diff(diff::DiffArgs),
    /// Keep a report: one self-contained HTML file that opens from disk, or canonical JSON. Exits 0 written, 2 refused or unreadable, 1 on
    /// anything else.
    Report(report::ReportArgs),
    /// Derive a kept report again from its snapshot, and say whether its digest holds. Exits 0 it holds, 3 it does not, 2 refused or
    /// unreadable, 1 on anything else.
    Verify(verify::VerifyArgs),
    /// Write the slim export of a snapshot: what its verdicts need, without the items behind them.
    Slim(slim::SlimArgs),
    /// Import a snapshot into a store, in place of what it holds of that workspace: all of it, or nothing. Exits 0 imported, 2 refused or
    /// unreadable, 1 on anything else.
    Import(import::ImportArgs),
    /// Write a gather.toml for the tools whose files a folder has. Exits 0 written, 2 if nothing is recognised, 1 on anything else.
    Init(gather::init::InitArgs),
    /// Make a snapshot of files that other tools wrote: IntuneCD repositories, CSV files and others. Exits 0 written, 2 refused or
    /// unreadable, 3 if `--check` finds a source that cannot be read, 1 on anything else.
    Gather(gather::GatherArgs),
    /// Serve the dashboard and its data, over snapshot files, a store, a database or the embedded demo: on this machine, or behind a proxy that says who asks.
    Serve(settings::ServeArgs),
    /// Write a synthetic workspace: realistic, deterministic, of any size.
    Synth(synth::SynthArgs),
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(told) => {
            let is_failure = told.use_stderr();
            let printed = told.print();
            return if is_failure || printed.is_err() { FAILED.into() } else { ExitCode::SUCCESS };
        }
    };
    let outcome = match cli.command {
        Command::Derive(args) => derive::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Diff(args) => diff::run(args),
        Command::Report(args) => report::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Slim(args) => slim::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Init(args) => gather::init::run(&args),
        Command::Gather(args) => gather::run(&args),
        Command::Serve(args) => serve::run(args),
        Command::Synth(args) => synth::run(&args),
    };
    outcome.unwrap_or_else(|failure| {
        let (code, message) = match &failure {
            Failure::Refused(message) => (REFUSED, message.clone()),
            Failure::Other(error) => (FAILED, failure::chain(error)),
        };
        // Where stderr is gone too, the exit code is all that is left to say.
        let _unheard = writeln!(io::stderr(), "error: {}", terminal::escaped_lines(&message));
        code.into()
    })
}
