//! `posture serve --gather`: gathers into the store that is served, again and again.
//!
//! Each gathering is a process of its own, with bounds of its own: the files may come from anyone, and if they break the reader, the
//! endpoint continues.

use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use posture_server::sources::sqlite::is_empty;
use serde::Deserialize;

use super::config::Config;
use crate::exit_code;
use crate::failure::Failure;

/// What Rust's allocator, SQLite, the system and a gathering itself print when memory runs out.
const OUT_OF_MEMORY: [&str; 4] =
    ["memory allocation of", "out of memory", "Cannot allocate memory", "more threads are needed"];
/// As much of what a gathering says about its failure as is logged, in bytes.
const MOST_SAID: usize = 4000;
/// The longest line that is read from a gathering, in bytes.
const MOST_OF_LINE: u64 = 1 << 16;
/// How many lines of a gathering may wait to be logged. Beyond that, the gathering waits.
const MOST_WAITING: usize = 64;

/// What is gathered, where to, how often, and within which limits.
#[derive(Clone)]
pub(crate) struct Repeat {
    pub(crate) config: PathBuf,
    pub(crate) store: PathBuf,
    pub(crate) every: Duration,
    /// A gathering that takes longer is ended.
    pub(crate) timeout: Duration,
    /// How much memory a gathering may take, in MB.
    pub(crate) memory: u32,
}

/// A note as `posture gather --format json` writes it.
#[derive(Deserialize)]
struct Note {
    #[serde(default)]
    tenant: String,
    kind: String,
    severity: String,
    path: Option<String>,
    message: String,
}

/// A line of a gathering.
enum Said {
    Result(String),
    Note(String),
}

impl Repeat {
    /// Gathers once, so that there is a store to serve. A configuration that is refused ends the command, and so does any failure before
    /// there is a store.
    pub(crate) async fn first(self) -> Result<(), Failure> {
        // What a first gathering that was ended left behind has nothing to serve.
        let is_store_there = self.store.exists() && !is_empty(&self.store).await;
        tokio::task::spawn_blocking(move || self.gather_first(is_store_there)).await?
    }

    fn gather_first(&self, is_store_there: bool) -> Result<(), Failure> {
        Config::read(&self.config)?;
        match self.gather() {
            Err(failure) if is_store_there => {
                failed(&failure);
                Ok(())
            }
            gathered => gathered,
        }
    }

    /// Gathers again after each interval for as long as the process lives. A failure is logged, and the store stays as it was.
    pub(crate) fn start(self) -> anyhow::Result<()> {
        let gathering = thread::Builder::new().spawn(move || {
            loop {
                thread::sleep(self.every);
                if let Err(failure) = self.gather() {
                    failed(&failure);
                }
            }
        });
        gathering.map(drop).context("Failed to start gathering")
    }

    /// The configuration is read each time, so that a change needs no restart.
    fn gather(&self) -> Result<(), Failure> {
        let mut gathering = Command::new(own_program()?)
            .args(["gather", "--format", "json", "--part-of-serve", &self.memory.to_string()])
            .args(["--started-by", &std::process::id().to_string(), "--config"])
            .arg(&self.config)
            .arg("--store")
            .arg(&self.store)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("Failed to start a gathering")?;
        let (result, failure) = match hear(&mut gathering, self.timeout) {
            Ok(said) => said,
            Err(error) => {
                gathering.kill().context("Failed to end a gathering")?;
                gathering.wait().context("Failed to wait for a gathering")?;
                return Err(error.into());
            }
        };
        let status = gathering.wait().context("Failed to wait for a gathering")?;
        if status.success() {
            tracing::info!(gathered = result, "gathered");
            return Ok(());
        }
        let failure = failure.trim().trim_start_matches("error: ").to_owned();
        if status.code() == Some(exit_code::REFUSED.into()) {
            return Err(Failure::Refused(failure));
        }
        if OUT_OF_MEMORY.iter().any(|said| failure.contains(said)) {
            let memory = self.memory;
            return Err(anyhow!(
                "The gathering needed more than {memory} MB of memory, or more than the system allows. Raise --gather-memory or the system's limit, or divide the tenants among several stores."
            )
            .into());
        }
        Err(anyhow!("{status}. {failure}").context("The gathering ended").into())
    }
}

/// This program. A newer one may have taken its place on disk.
fn own_program() -> anyhow::Result<PathBuf> {
    let running = Path::new("/proc/self/exe");
    if running.exists() {
        return Ok(running.to_owned());
    }
    std::env::current_exe().context("Failed to find the program itself")
}

fn failed(failure: &Failure) {
    tracing::error!(why = failure.message(), "gathering failed; the store is as it was");
}

/// Logs what a gathering says until it ends, and returns the result and what else was said. Fails if it takes too long.
fn hear(gathering: &mut Child, timeout: Duration) -> anyhow::Result<(String, String)> {
    let (heard, said) = sync_channel(MOST_WAITING);
    listen(gathering.stdout.take(), heard.clone(), Said::Result)?;
    listen(gathering.stderr.take(), heard, Said::Note)?;
    follow(&said, timeout)
}

/// Hands over the lines of a stream until it ends.
fn listen(
    stream: Option<impl Read + Send + 'static>,
    heard: SyncSender<Said>,
    said: fn(String) -> Said,
) -> anyhow::Result<()> {
    let Some(stream) = stream else { return Ok(()) };
    let listening = move || {
        let mut stream = BufReader::new(stream);
        while let Ok(Some(line)) = next_line(&mut stream) {
            if heard.send(said(line)).is_err() {
                return;
            }
        }
    };
    thread::Builder::new().spawn(listening).context("Failed to listen to a gathering")?;
    Ok(())
}

/// The next line of a stream, without its end. The rest of a line that is too long is skipped.
fn next_line(stream: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    stream.by_ref().take(MOST_OF_LINE).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.pop_if(|last| *last == b'\n').is_none() {
        stream.skip_until(b'\n')?;
    }
    Ok(Some(String::from_utf8_lossy(&line).into_owned()))
}

#[expect(clippy::disallowed_methods, reason = "a gathering is bounded in time")]
fn follow(said: &Receiver<Said>, timeout: Duration) -> anyhow::Result<(String, String)> {
    let (mut result, mut failure) = (String::new(), String::new());
    let until = Instant::now() + timeout;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        // A gathering that never stops talking is ended as well.
        let next = if left.is_zero() { Err(RecvTimeoutError::Timeout) } else { said.recv_timeout(left) };
        match next {
            Ok(Said::Result(line)) => result = line,
            Ok(Said::Note(line)) => match serde_json::from_str(&line) {
                Ok(note) => log(&note),
                Err(_) if line.starts_with('{') => {
                    tracing::error!(begins = beginning(&line, 200), "a note of the gathering was too long");
                }
                Err(_) if failure.len() < MOST_SAID => {
                    failure.push_str(beginning(&line, MOST_SAID - failure.len()));
                    failure.push(' ');
                }
                Err(_) => {}
            },
            Err(RecvTimeoutError::Disconnected) => return Ok((result, failure)),
            Err(RecvTimeoutError::Timeout) => {
                let seconds = timeout.as_secs();
                return Err(anyhow!(
                    "The gathering took more than {seconds} s and was ended. Raise --gather-timeout, or divide the tenants among several stores."
                ));
            }
        }
    }
}

/// The beginning of a text, at most this many bytes.
fn beginning(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// Bad news only.
fn log(Note { tenant, kind, severity, path, message }: &Note) {
    match severity.as_str() {
        "error" => tracing::error!(tenant, kind, path, message),
        "warning" => tracing::debug!(tenant, kind, path, message),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a shell script prints, read as if it were a gathering.
    fn heard(program: &str, timeout: Duration) -> anyhow::Result<(String, String)> {
        let mut command = Command::new("sh");
        command.args(["-c", program]).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut gathering = command.spawn()?;
        let heard = hear(&mut gathering, timeout);
        gathering.kill()?;
        gathering.wait()?;
        heard
    }

    /// CL-25
    #[test]
    fn a_gathering_that_never_stops_talking_is_ended() {
        for program in ["exec yes >&2", "exec cat /dev/zero >&2"] {
            let error = heard(program, Duration::from_millis(1)).unwrap_err();
            assert!(error.to_string().contains("took more than 0 s"), "{error}");
        }
    }

    /// CL-25
    #[test]
    fn a_long_failure_is_cut_and_the_result_is_still_read() {
        let program = "printf 'error: %070000d ö\\n' 1 >&2; echo next >&2; printf '{\"kind\": %070000d}\\n' 1 >&2; echo gathered";
        let (result, failure) = heard(program, Duration::from_secs(600)).unwrap();
        assert_eq!(result, "gathered");
        assert!(failure.starts_with("error: 000") && (MOST_SAID..MOST_SAID + 8).contains(&failure.len()));
    }

    #[test]
    fn a_line_that_is_too_long_is_cut_and_the_next_is_whole() {
        let text = format!("{}\nnext\n\nlast", "ö".repeat(1 << 20));
        let mut stream = text.as_bytes();
        let mut lines = Vec::new();
        while let Some(line) = next_line(&mut stream).unwrap() {
            lines.push(line);
        }
        assert_eq!(lines[0].len(), 1 << 16);
        assert_eq!(lines[1..], ["next", "", "last"]);
    }
}
