//! Runs other programs. Each step prints what it does and how long it took.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::{processes, workspace};

/// A command in the workspace root, with the tools folder first on its PATH.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(workspace::root()).env("PATH", search_path());
    command
}

/// `cargo` with these arguments.
pub(crate) fn cargo<const N: usize>(args: [&str; N]) -> Command {
    let mut command = command("cargo");
    command.args(args);
    command
}

/// Runs a command and shows its output. Fails if the command cannot start or fails.
pub(crate) fn run(what: &str, command: &mut Command) -> Result<()> {
    timed(what, || {
        let status = command.status().with_context(|| cannot_start(command))?;
        if !status.success() {
            bail!("{what}: `{}` ended with {status}", line_of(command));
        }
        Ok(())
    })
}

/// As [`run`], and hands each line of standard output to `inspect`. If nothing is printed for as long as `silence`, the programs
/// that the command runs are stopped, so that the command fails or continues with the next.
pub(crate) fn run_inspected(
    what: &str,
    command: &mut Command,
    silence: Duration,
    mut inspect: impl FnMut(&str),
) -> Result<()> {
    timed(what, || {
        let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| cannot_start(command))?;
        let stdout = child.stdout.take().with_context(|| format!("{what}: It has no standard output"))?;
        let (sender, lines) = sync_channel(64);
        thread::spawn(move || {
            BufReader::new(stdout).split(b'\n').try_for_each(|line| sender.send(line).ok())
        });
        loop {
            match lines.recv_timeout(silence) {
                Ok(line) => {
                    let line = line.with_context(|| format!("{what}: Failed to read its output"))?;
                    let line = String::from_utf8_lossy(&line);
                    println!("{line}");
                    inspect(&line);
                }
                Err(RecvTimeoutError::Timeout) => {
                    eprintln!("{what}: Nothing was printed for {} s, so it is stopped", silence.as_secs());
                    processes::kill_children(child.id())?;
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        let status = child.wait()?;
        if !status.success() {
            bail!("{what}: `{}` ended with {status}", line_of(command));
        }
        Ok(())
    })
}

/// The standard output of a command, or `None` if the command cannot start or fails.
pub(crate) fn probe(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[expect(clippy::disallowed_methods, reason = "a step prints how long it took")]
fn timed(what: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    eprintln!("== {what}");
    let start = Instant::now();
    let outcome = work();
    let verdict = if outcome.is_ok() { "done" } else { "FAILED" };
    eprintln!("== {what}: {verdict} in {:.1} s", start.elapsed().as_secs_f64());
    outcome
}

fn search_path() -> OsString {
    let mut folders = vec![workspace::tools().join("bin")];
    if let Some(path) = std::env::var_os("PATH") {
        folders.extend(std::env::split_paths(&path));
    }
    // Joining fails only if a folder has a colon in its name. Such a PATH is left as it is.
    std::env::join_paths(folders).unwrap_or_else(|_| std::env::var_os("PATH").unwrap_or_default())
}

fn cannot_start(command: &Command) -> String {
    format!("Failed to start `{}`", line_of(command))
}

fn line_of(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{command, run_inspected};

    #[test]
    fn a_program_that_prints_nothing_is_stopped_and_the_next_one_runs() {
        let mut shell = command("sh");
        shell.args(["-c", "echo before; tail -f /dev/null; echo after; exit 3"]);
        let mut seen = Vec::new();
        let outcome = run_inspected("waiting", &mut shell, Duration::from_millis(300), |line| {
            seen.push(line.to_owned())
        });
        assert_eq!(seen, ["before", "after"]);
        assert!(outcome.unwrap_err().to_string().contains("exit status: 3"));
    }
}
