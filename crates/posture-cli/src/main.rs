//! The `posture` command: derives reports from snapshots, and serves the dashboard.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

mod bundle;
mod check;
mod clock;
mod completions;
mod csv;
mod derive;
mod diff;
mod diff_page;
mod draft;
mod exit_code;
mod failure;
mod gather;
mod groups;
mod import;
mod input;
mod kept_report;
mod keygen;
mod layout;
mod log_lines;
mod man;
mod mark;
mod notify;
mod output;
mod policy_file;
mod progress;
mod readers;
mod remedy;
mod report;
mod runtime;
mod secret_file;
mod serve;
mod settings;
mod signing;
mod slim;
mod sources;
mod store;
mod summary;
mod synth;
mod terminal;
mod text;
mod toml_error;
mod trend;
mod verify;

use exit_code::{FAILED, REFUSED};
use failure::Failure;

#[derive(Parser)]
#[command(
    name = "posture",
    version,
    about = "Judges the backup posture and recovery evidence of many tenants from a snapshot of evidence"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
#[expect(clippy::large_enum_variant, reason = "there is one, and it is moved once")]
enum Command {
    /// Derive the report of a snapshot
    ///
    /// Exits with 0 if derived, 2 if the snapshot is rejected or unreadable, 1 for anything else.
    Derive(derive::DeriveArgs),
    /// Check whether a workspace is calm
    ///
    /// Exits with 0 if calm, 3 if not calm, 2 if the snapshot is rejected or unreadable, 1 for anything else.
    Check(check::CheckArgs),
    /// Compare two snapshots of a workspace, or one at two instants: how each tenant changed
    ///
    /// Each snapshot is judged as of its own export and under its own policy, unless one is given for both. With `--since`, one snapshot is
    /// judged at two instants. Exits with 0 if nothing is worse, 3 if something is worse, 2 if a snapshot is rejected or unreadable, 1 for anything else.
    Diff(diff::DiffArgs),
    /// Count the tenants in each state at the same hour of each day
    ///
    /// All days are judged from one snapshot. Exits with 0 if counted, 2 if the snapshot is rejected or unreadable, 1 for anything else.
    Trend(trend::TrendArgs),
    /// Save a report as one self-contained HTML file or as canonical JSON
    ///
    /// The HTML file opens from disk without a network. Exits with 0 if written, 2 if the snapshot is rejected or unreadable, 1 for
    /// anything else.
    Report(report::ReportArgs),
    /// Derive a saved report again from its snapshot and compare the digests
    ///
    /// Exits with 0 if they match, 3 if they do not, 2 if a file is rejected or unreadable, 1 for anything else.
    Verify(verify::VerifyArgs),
    /// Pack a report, its snapshot, CSV files and a signature into one ZIP file to hand over
    ///
    /// The same input gives the same bytes. Exits with 0 if written, 2 if the snapshot is rejected or unreadable, 1 for anything else.
    Bundle(bundle::BundleArgs),
    /// Make a key pair for signing reports
    Keygen(keygen::KeygenArgs),
    /// Write a smaller snapshot with the same verdicts
    ///
    /// Exits with 0 if written, 2 if the snapshot is rejected or unreadable, 1 for anything else.
    Slim(slim::SlimArgs),
    /// Import a snapshot into a store, replacing its workspace
    ///
    /// Imports everything or nothing. Exits with 0 if imported, 2 if the snapshot is rejected or unreadable, 1 for anything else.
    Import(import::ImportArgs),
    /// Write a gather.toml for the tools whose files a folder has
    ///
    /// Exits with 0 if written, 2 if no tool is recognised, 1 for anything else.
    Init(gather::init::InitArgs),
    /// Make a snapshot from the files of other tools, such as IntuneCD repositories and CSV files
    ///
    /// Exits with 0 if written, 2 if a file is rejected or unreadable, 3 if `--check` finds a source that cannot be read
    /// in full, 1 for anything else.
    Gather(gather::GatherArgs),
    /// Serve the dashboard over snapshot files, a store, a database or the embedded demo
    ///
    /// Listens on this machine only, unless users sign in over TLS or a proxy authenticates them.
    Serve(settings::ServeArgs),
    /// Send a message about what changed since the last one
    ///
    /// For cron and pipelines. Exits with 0 if nothing waits to be delivered, 2 if the snapshot is rejected or unreadable (which is sent,
    /// too), 1 for anything else.
    Notify(notify::NotifyArgs),
    /// Copy or check a store
    Store(store::StoreArgs),
    /// Generate a synthetic workspace of any size
    Synth(synth::SynthArgs),
    /// Print a completion script for a shell
    Completions(completions::CompletionsArgs),
    /// Write the manual pages
    Man(man::ManArgs),
}

fn main() -> ExitCode {
    let parsed = command().try_get_matches().and_then(|given| Ok((Cli::from_arg_matches(&given)?, given)));
    let (cli, given) = match parsed {
        Ok(parsed) => parsed,
        Err(message) => {
            let is_failure = message.use_stderr();
            if is_failure && check::is_for_nagios(std::env::args_os()) {
                return check::wrong_arguments(&message.to_string()).unwrap_or(FAILED.into());
            }
            let printed = print_usage(&message);
            return if is_failure || printed.is_err() { FAILED.into() } else { ExitCode::SUCCESS };
        }
    };
    let outcome = match cli.command {
        Command::Derive(args) => derive::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Diff(args) => diff::run(args),
        Command::Trend(args) => trend::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Bundle(args) => bundle::run(&args),
        Command::Keygen(args) => keygen::run(&args),
        Command::Slim(args) => slim::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Init(args) => gather::init::run(&args),
        Command::Gather(args) => gather::run(&args),
        Command::Serve(args) => match given.subcommand_matches("serve") {
            Some(given) => serve::run(args.with_flags_first(given)),
            None => serve::run(args),
        },
        Command::Notify(args) => notify::run(&args),
        Command::Store(args) => store::run(&args),
        Command::Synth(args) => synth::run(&args),
        Command::Completions(args) => completions::run(&args, command()),
        Command::Man(args) => man::run(&args, command()),
    };
    outcome.unwrap_or_else(|failure| {
        let code = match failure {
            Failure::Refused(_) => REFUSED,
            // As other programs do, it prints nothing.
            Failure::OutputClosed => return FAILED.into(),
            Failure::Other(_) => FAILED,
        };
        terminal::report_error(&failure.message());
        code.into()
    })
}

/// The command. Its help does not print the values of environment variables, each of which may be a secret that was set by mistake.
fn command() -> clap::Command {
    fn without_values(command: clap::Command) -> clap::Command {
        command.mut_args(|argument| argument.hide_env_values(true)).mut_subcommands(without_values)
    }
    without_values(Cli::command())
}

/// Prints a usage error or help. Clap quotes arguments as they are, so control characters in them are escaped, and addresses masked.
fn print_usage(message: &clap::Error) -> io::Result<()> {
    let plain = without_styles(&message.render().ansi().to_string());
    let shown = if message.use_stderr() { terminal::without_addresses(&plain) } else { plain.clone() };
    let escaped = terminal::escaped_lines(&shown);
    if escaped == plain { message.print() } else { io::stderr().write_all(escaped.as_bytes()) }
}

/// A text without colours and weights (`ESC [ … m`). Other sequences stay, because they come from an argument.
fn without_styles(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.trim_start_matches(|sign: char| sign.is_ascii_digit() || sign == ';').strip_prefix('m') {
            Some(rest) => plain.push_str(rest),
            None => plain.extend(["\x1b[", part]),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::without_styles;

    /// TH-4: what an argument contains is not taken for a style.
    #[test]
    fn only_styles_are_removed() {
        let styled = "\u{1b}[1m\u{1b}[31merror:\u{1b}[0m '\u{1b}]0;title\u{7}' \u{1b}[2J";
        assert_eq!(without_styles(styled), "error: '\u{1b}]0;title\u{7}' \u{1b}[2J");
    }
}
